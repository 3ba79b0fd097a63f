"""The demo's studio on both databases, loaded once each; tests that write get a copy of their own."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import select

from graph.context import Context
from graph.execute import ExecutedOperation, execute
from seed.demo import load_demo
from studio.operations.pairings.publishing import publish_match_run
from studio.permissions import ALL_SCOPES, Actor
from studio.store.cohorts import Cohort
from studio.store.database import async_url, open_database, reading, writing
from studio.store.enums import Role
from studio.store.identity import global_id
from studio.store.pairings import Pairing
from studio.store.people import Mentor, Trainee
from studio.store.runs import MatchRun
from studio.store.tables import Studio
from tests.conftest import database_url

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Loaded:
    """A loaded demo, whose run is published, and who may ask it."""

    engine: AsyncEngine
    studio: Studio
    cohort: Cohort
    run: MatchRun
    # A published pair: its trainee and its mentor are the actors.
    pairing: Pairing
    trainee: Trainee
    mentor: Mentor

    def actor(self, role: Role) -> Actor:
        """Return an actor of the role; a client app has every scope."""
        person = {Role.TRAINEE: self.trainee.person_id, Role.MENTOR: self.mentor.person_id}.get(role)
        scopes = ALL_SCOPES if role is Role.CLIENT_APP else frozenset()
        return Actor(role, self.studio.id, person, scopes)

    def context(self, role: Role = Role.ORGANIZER, language: str = "zh") -> Context:
        """Return the context of a request by the role."""
        return Context(engine=self.engine, actor=self.actor(role), language=language)

    async def ask(
        self, document: str, role: Role = Role.ORGANIZER, language: str = "zh", **variables: Any
    ) -> ExecutedOperation:
        """Execute a document."""
        return await execute(document, self.context(role, language), variables)

    async def data(self, document: str, role: Role = Role.ORGANIZER, **variables: Any) -> Any:
        """Execute a document that has no errors, and return its data."""
        answer = await self.ask(document, role, **variables)
        assert not answer.errors, answer.errors
        return answer.parsed()

    def id(self, entity: str, row: Any) -> str:
        """Return the global id of a row."""
        return global_id(entity, row.id)


def _apart(work: Any) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


async def _load(url: str) -> None:
    engine = open_database(url)
    demo = await load_demo(engine, lambda _code: None)
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, demo.run_id)
        await publish_match_run(session, demo.actor, run.id, expected_version=run.version)
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    await engine.dispose()


@pytest.fixture(scope="session")
def sqlite_demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    shutil.copy(sqlite_template, path)
    _apart(_load(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_demo(postgres_server: str) -> Iterator[str]:
    name = "demo_of_graph"
    _apart(_administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template_yanzhen"))
    _apart(_load(database_url(postgres_server, name)))
    yield name
    _apart(_administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(url: str, *statements: str) -> None:
    engine = create_async_engine(async_url(url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    async with engine.connect() as connection:
        for statement in statements:
            await connection.exec_driver_sql(statement)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def demo(request: pytest.FixtureRequest) -> AsyncIterator[Loaded]:
    """The demo to read, on each database; nothing may write into it."""
    if request.param == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite_demo')}"
    else:
        server, name = (request.getfixturevalue(it) for it in ("postgres_server", "postgres_demo"))
        url = database_url(server, name)
    async with _opened(url) as loaded:
        yield loaded


@pytest.fixture(params=["sqlite", "postgresql"])
async def own_demo(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Loaded]:
    """A copy of the demo to write into, on each database."""
    if request.param == "sqlite":
        path = tmp_path / "own.db"
        shutil.copy(request.getfixturevalue("sqlite_demo"), path)
        async with _opened(f"sqlite:///{path}") as loaded:
            yield loaded
        return
    server, template = (request.getfixturevalue(it) for it in ("postgres_server", "postgres_demo"))
    name = f"own_{next(_numbers)}"
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    async with _opened(database_url(server, name)) as loaded:
        yield loaded
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


class _opened:
    """An open demo."""

    def __init__(self, url: str) -> None:
        self._engine = open_database(url)

    async def __aenter__(self) -> Loaded:
        async with reading(self._engine) as session:
            studio = (await session.execute(select(Studio))).scalar_one()
            run = (await session.execute(select(MatchRun))).scalar_one()
            cohort = await session.get_one(Cohort, run.cohort_id)
            pairing = (
                (await session.execute(select(Pairing).order_by(Pairing.id))).scalars().first()  # type: ignore[arg-type]
            )
            assert pairing is not None
            trainee = await session.get_one(Trainee, pairing.trainee_id)
            mentor = await session.get_one(Mentor, pairing.mentor_id)
        return Loaded(self._engine, studio, cohort, run, pairing, trainee, mentor)

    async def __aexit__(self, *_: object) -> None:
        await self._engine.dispose()
