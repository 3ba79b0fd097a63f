"""Fixtures that every part of the tests shares: empty databases of both kinds."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from studio.store.database import async_url, open_database
from studio.store.schema import migrate
from tests.postgres import running_server

# A busy machine is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server with a migrated database `template_yanzhen`."""
    with running_server() as url:
        _run_apart(_make_template(url))
        yield url


def _run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run in a loop of another thread: a session fixture may be asked for from inside a test's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _make_template(url: str) -> None:
    await _administer(url, "DROP DATABASE IF EXISTS template_yanzhen", "CREATE DATABASE template_yanzhen")
    engine = open_database(database_url(url, "template_yanzhen"))
    await migrate(engine)
    await engine.dispose()


def database_url(server: str, name: str) -> str:
    """Return the URL of a database on the server."""
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


async def _administer(url: str, *statements: str) -> None:
    engine = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _run_apart(_migrate_file(path))
    return path


async def _migrate_file(path: Path) -> None:
    engine = open_database(f"sqlite:///{path}")
    await migrate(engine)
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        # All in one file, so that copying it is enough.
        await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_numbers)}"
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE template_yanzhen")
    yield database_url(server, name)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    """An open engine on an empty, migrated database of either kind."""
    engine = open_database(empty_database)
    yield engine
    await engine.dispose()
