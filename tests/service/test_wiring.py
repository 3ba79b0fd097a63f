from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from service.app import create_app
from service.settings import Settings
from studio.operations.background.handlers import HANDLERS
from studio.operations.people.access import create_token
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import JobKind, Role
from studio.store.tables import Studio


@pytest.fixture
async def client(engine: AsyncEngine, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
        await session.flush()
        _, text = await create_token(session, Actor(Role.ORGANIZER, studio.id), role=Role.ORGANIZER)
    app = create_app(settings.model_copy(update={"worker": True}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://yanzhen.test",
            headers={"authorization": f"Bearer {text}"},
        ) as client,
    ):
        yield client


async def test_real_schema_answers_and_the_real_worker_runs(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/graphql", json={"query": "{ __typename }"})).json()
    assert answer["data"] == {"__typename": "Query"}
    assert (await client.get("/readyz")).json() == {"status": "ok", "worker": True}


async def test_unknown_field_is_a_coded_error(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/graphql", json={"query": "{ nothingOfThisName }"})).json()
    assert "data" not in answer
    assert all(error["extensions"]["code"] for error in answer["errors"])


def test_every_kind_of_job_has_a_handler() -> None:
    assert set(HANDLERS) == set(JobKind)
