"""A running application with a small schema of its own: the HTTP side is tested apart from the real one."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import strawberry
import structlog
from graphql import GraphQLError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette

from service.settings import Settings
from service.web.application import Parts, build
from studio.errors import Forbidden, StudioError
from studio.operations.people.access import create_token
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.tables import Studio
from tests.databases import OwnDatabase
from tests.service.commands import yanzhen
from tests.studio.operations.conftest import MENTORS, ROSTER, SURVEY

SECRET = "李四的手机号13800000000"


@strawberry.type
class Query:
    @strawberry.field
    def role(self, info: strawberry.Info) -> str:
        return info.context["actor"].role.value

    @strawberry.field
    def language(self, info: strawberry.Info) -> str:
        return info.context["language"]

    @strawberry.field
    def echo(self, text: str) -> str:
        return text

    @strawberry.field
    def forbidden(self) -> str | None:
        raise Forbidden("report")

    @strawberry.field
    def fault(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def fatal(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field
    def coded(self) -> str | None:
        refusal = StudioError("TOKEN_PERSON_NEEDED", role="MENTOR")
        extensions = {"code": "BAD_USER_INPUT", "reason": refusal.code}
        raise GraphQLError("said above", extensions=extensions, original_error=refusal)

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def refused(self) -> str:
        raise StudioError("TOKEN_PERSON_NEEDED", field="personId", role="MENTOR")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True

    @strawberry.mutation
    async def write(self, info: strawberry.Info) -> bool | None:
        async with writing(info.context["engine"]) as session:
            session.add(Studio(name="乙"))
        return True


def small_parts(**more: Any) -> Parts:
    schema = strawberry.Schema(query=Query, mutation=Mutation)
    return Parts(schema, lambda **values: values, **more)


@dataclass
class Service:
    """A running application and a client of it; `client` has no token, `headers` hold an organizer's."""

    app: Starlette
    client: httpx.AsyncClient
    headers: dict[str, str]
    studio: Studio

    async def token_for(self, role: Role, **options: Any) -> dict[str, str]:
        """Return the headers of a new token."""
        async with writing(self.app.state.engine) as session:
            organizer = Actor(Role.ORGANIZER, self.studio.id)
            _, text = await create_token(session, organizer, role=role, **options)
        return {"authorization": f"Bearer {text}"}


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Undo what the service does to the logging of the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
async def own_database(own_sqlite: OwnDatabase) -> AsyncIterator[OwnDatabase]:
    """One kind of database is enough for HTTP: what is stored is tested on both under tests/studio."""
    own_sqlite.begin()
    yield own_sqlite
    await own_sqlite.engine.dispose()


@pytest.fixture
def settings(empty_database: str) -> Settings:
    return Settings(database_url=empty_database, worker=False, upload_limit=5000, graphql_limit=2000)


@pytest.fixture
async def service(engine: AsyncEngine, settings: Settings) -> AsyncIterator[Service]:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
        await session.flush()
        _, text = await create_token(session, Actor(Role.ORGANIZER, studio.id), role=Role.ORGANIZER)
    app = build(settings, small_parts())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://yanzhen.test") as client,
    ):
        yield Service(app, client, {"authorization": f"Bearer {text}"}, studio)


@pytest.fixture(scope="session")
def usual_studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a set-up studio and the usual files, to copy."""
    folder = tmp_path_factory.mktemp("usual")
    for name, content in (("roster.csv", ROSTER), ("mentors.csv", MENTORS), ("survey.csv", SURVEY)):
        (folder / name).write_bytes(content)
    assert yanzhen(folder, "init", "--studio", "我的工作室").exit_code == 0
    for command in (
        ("roster", folder / "roster.csv", "--cohort", "3"),
        ("mentors", folder / "mentors.csv"),
        ("survey", folder / "survey.csv", "--cohort", "3", "--wave", "1"),
    ):
        assert yanzhen(folder, "import", *command).exit_code == 0
    return folder


@pytest.fixture
def folder(usual_studio: Path, tmp_path: Path) -> Path:
    """The folder of the usual studio, a copy for each test: tests of one module run in any order, on any worker."""
    return Path(shutil.copytree(usual_studio, tmp_path / "studio"))


@pytest.fixture(scope="session")
def matched_studio(usual_studio: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual studio after its first match, to copy."""
    folder = Path(shutil.copytree(usual_studio, tmp_path_factory.mktemp("matched"), dirs_exist_ok=True))
    assert yanzhen(folder, "match", "--cohort", 3).exit_code == 0
    return folder


@pytest.fixture
def matched(matched_studio: Path, tmp_path: Path) -> Path:
    """The folder of the usual studio whose cohort has been matched once."""
    return Path(shutil.copytree(matched_studio, tmp_path / "studio"))
