"""Fixtures that every part of the tests shares: empty databases of both kinds."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.databases import OwnDatabase, PostgresDatabases, SqliteFiles
from tests.memory import memory_folder
from tests.postgres import running_server

# A busy machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def sqlite_files() -> Iterator[SqliteFiles]:
    """Databases of SQLite."""
    with memory_folder() as folder:
        yield SqliteFiles(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's `postgres` database."""
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> Iterator[PostgresDatabases]:
    """Databases of PostgreSQL."""
    databases = PostgresDatabases(postgres_server, os.environ.get("PYTEST_XDIST_WORKER", "main"))
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def own_sqlite(sqlite_files: SqliteFiles) -> OwnDatabase:
    return OwnDatabase(sqlite_files)


@pytest.fixture(scope="session")
def own_postgresql(postgres_databases: PostgresDatabases) -> OwnDatabase:
    return OwnDatabase(postgres_databases)


@pytest.fixture(params=["sqlite", "postgresql"])
async def own_database(request: pytest.FixtureRequest) -> AsyncIterator[OwnDatabase]:
    """A migrated database, empty but for what fixtures put in: the test runs once on each kind."""
    own: OwnDatabase = request.getfixturevalue(f"own_{request.param}")
    own.begin()
    yield own
    await own.engine.dispose()


@pytest.fixture
def empty_database(own_database: OwnDatabase) -> str:
    """The URL of an empty, migrated database of either kind."""
    own_database.make()
    return own_database.url


@pytest.fixture
def engine(own_database: OwnDatabase) -> AsyncEngine:
    """An open engine on an empty, migrated database of either kind."""
    return own_database.engine
