"""The demo's studio on both databases, loaded once each; tests that write get a copy of their own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from graph.context import Context
from graph.execute import ExecutedOperation, execute
from seed.demo import load_demo
from studio.operations.pairings.publishing import publish_match_run
from studio.permissions import ALL_SCOPES, Actor
from studio.store.cohorts import Cohort
from studio.store.database import open_database, reading, writing
from studio.store.enums import Role
from studio.store.identity import global_id
from studio.store.pairings import Pairing
from studio.store.people import Mentor, Trainee
from studio.store.runs import MatchRun
from studio.store.tables import Studio
from tests.databases import EMPTY, Databases, OwnDatabase, PostgresDatabases, SqliteFiles, run_apart

DEMO = "demo"


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


async def _load(url: str) -> None:
    engine = open_database(url)
    demo = await load_demo(engine, lambda _code: None)
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, demo.run_id)
        await publish_match_run(session, demo.actor, run.id, expected_version=run.version)
    await engine.dispose()


def _demo_of(databases: Databases) -> AsyncEngine:
    databases.copy(EMPTY, DEMO)
    run_apart(_load(databases.url(DEMO)))
    return open_database(databases.url(DEMO))


@pytest.fixture(scope="session")
def demo_sqlite(sqlite_files: SqliteFiles) -> AsyncEngine:
    return _demo_of(sqlite_files)


@pytest.fixture(scope="session")
def demo_postgresql(postgres_databases: PostgresDatabases) -> AsyncEngine:
    return _demo_of(postgres_databases)


@pytest.fixture(params=["sqlite", "postgresql"])
async def demo(request: pytest.FixtureRequest) -> AsyncIterator[Loaded]:
    """The demo to read, on each database; nothing may write into it."""
    engine: AsyncEngine = request.getfixturevalue(f"demo_{request.param}")
    yield await _loaded(engine)
    await engine.dispose()


@pytest.fixture
async def own_demo(request: pytest.FixtureRequest, own_database: OwnDatabase) -> Loaded:
    """A copy of the demo to write into, on each database."""
    request.getfixturevalue(f"demo_{own_database.engine.dialect.name}")
    own_database.begin(DEMO)
    return await _loaded(own_database.engine)


async def _loaded(engine: AsyncEngine) -> Loaded:
    async with reading(engine) as session:
        studio = (await session.execute(select(Studio))).scalar_one()
        run = (await session.execute(select(MatchRun))).scalar_one()
        cohort = await session.get_one(Cohort, run.cohort_id)
        pairing = (
            (await session.execute(select(Pairing).order_by(Pairing.id))).scalars().first()  # type: ignore[arg-type]
        )
        assert pairing is not None
        trainee = await session.get_one(Trainee, pairing.trainee_id)
        mentor = await session.get_one(Mentor, pairing.mentor_id)
    return Loaded(engine, studio, cohort, run, pairing, trainee, mentor)
