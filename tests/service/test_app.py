import asyncio
import io
import logging
import re
from pathlib import Path

import httpx
import orjson
import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.logs import configure_logging
from service.settings import Settings
from service.web.application import CannotStart, build
from service.web.headers import HEADERS
from studio.messages import catalogue
from studio.operations.jobs import Handler, JobContext
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState
from studio.store.jobs import Job, enqueue
from studio.store.tables import Studio, Token
from tests.service.conftest import SECRET, Service, small_parts

ROOT = Path(__file__).parents[2]
OPERATIONS = ("people/access", "idempotency", "jobs", "background/worker", "surveys/uploads")
OWN_FILES = [
    *(ROOT / "service/web").glob("*.py"),
    *(ROOT / f"studio/operations/{name}.py" for name in OPERATIONS),
    ROOT / "studio/errors.py",
    ROOT / "studio/store/schema.py",
]


async def test_every_response_has_the_security_headers(service: Service) -> None:
    for path in ("/healthz", "/nothing", "/graphql", "/graphiql", "/static/graphiql/page.js"):
        response = await service.client.get(path)
        assert response.headers.keys() >= HEADERS.keys(), path


async def test_unknown_path_is_told_as_every_other_error(service: Service) -> None:
    response = await service.client.get("/nothing", headers={"accept-language": "en"})
    assert response.status_code == 404
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["message"].startswith("/nothing does not exist")


async def test_fault_of_a_page_is_masked(
    engine: AsyncEngine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError(SECRET)

    app = build(settings, small_parts(pages=[Route("/broken", broken)]))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://yanzhen.test") as client,
    ):
        response = await client.get("/broken")
    assert response.status_code == 500
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert response.headers.keys() >= HEADERS.keys()
    captured = capsys.readouterr()
    assert error["extensions"]["incident"] in captured.err
    assert SECRET not in response.text + captured.err + captured.out


async def test_service_refuses_a_database_without_schema_and_says_what_to_do(
    engine: AsyncEngine, settings: Settings
) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM alembic_version"))
    app = build(settings, small_parts())
    with pytest.raises(CannotStart, match=r"SCHEMA_MISSING.*yanzhen init.*YANZHEN_DATABASE_URL"):
        async with app.router.lifespan_context(app):
            pass


@pytest.mark.parametrize("inside", [True, False])
async def test_worker_runs_inside_the_server_unless_switched_off(
    engine: AsyncEngine, settings: Settings, inside: bool
) -> None:
    ran = asyncio.Event()

    async def run(_job: JobContext) -> None:
        ran.set()

    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
        await session.flush()
        await enqueue(session, studio.id, JobKind.MATCH_RUN, {})
    handlers = {JobKind.MATCH_RUN: Handler(run)}
    app = build(settings.model_copy(update={"worker": inside}), small_parts(handlers=handlers))
    async with app.router.lifespan_context(app):
        if inside:
            await asyncio.wait_for(ran.wait(), 10)
    assert ran.is_set() == inside
    async with reading(engine) as session:
        state = await session.scalar(select(Job.state))
    assert state is (JobState.DONE if inside else JobState.QUEUED)


async def test_use_of_a_token_is_written_when_the_server_stops(engine: AsyncEngine, service: Service) -> None:
    async def last_used() -> object:
        async with reading(engine) as session:
            return await session.scalar(select(Token.last_used_at))

    await service.client.post("/graphql", json={"query": "{ role }"}, headers=service.headers)
    assert await last_used() is None
    await service.app.state.token_use.write(engine)
    assert await last_used() is not None


def test_logs_are_json_and_silent_about_addresses() -> None:
    logs = io.StringIO()
    configure_logging("INFO", logs)
    logging.getLogger("uvicorn.error").warning("listening")
    logging.getLogger("uvicorn.access").warning("GET /graphql?query=%s", SECRET)
    logging.getLogger("strawberry.execution").error(SECRET)
    structlog.get_logger("x").warning("event", n=1)
    lines = [orjson.loads(line) for line in logs.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["listening", "event"]
    assert all({"level", "timestamp"} <= line.keys() for line in lines)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().database_url == "sqlite:///yanzhen.db"
    monkeypatch.setenv("YANZHEN_DATABASE_URL", "postgresql://x/y")
    monkeypatch.setenv("YANZHEN_WORKER", "off")
    settings = Settings()
    assert (settings.database_url, settings.worker) == ("postgresql://x/y", False)


def test_every_code_has_a_message_in_both_languages_with_the_same_values() -> None:
    found = set()
    for path in OWN_FILES:
        text = path.read_text()
        found |= set(
            re.findall(r'(?:StudioError|Conflict|Unauthenticated|translate|__init__)\(\s*"([A-Z_]+)"', text)
        )
        found |= set(re.findall(r'"((?:JOB|UPLOAD|BODY|TOKEN)_[A-Z_]+)"', text))
    assert {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "JOB_CRASHED", "UPLOAD_TOO_LARGE"} <= found
    chinese, english = catalogue("zh"), catalogue("en")
    for code in sorted(found):
        placeholders = [set(re.findall(r"{(\w+)}", messages[code])) for messages in (chinese, english)]
        assert placeholders[0] == placeholders[1], code
