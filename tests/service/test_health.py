import asyncio
import contextlib

import pytest
import sqlalchemy as sa

from studio.store.database import open_database
from tests.service.conftest import Service


async def test_healthy_service_is_alive_and_ready(service: Service) -> None:
    for path in ("/healthz", "/readyz"):
        response = await service.client.get(path)
        assert (response.status_code, response.json()["status"]) == (200, "ok")


async def test_other_schema_is_not_ready_but_alive(service: Service) -> None:
    async with service.app.state.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    response = await service.client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "SCHEMA_OUTDATED"
    assert (await service.client.get("/healthz")).status_code == 200


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://x@127.0.0.1:1/x"])
async def test_database_that_is_away_is_told(service: Service, url: str) -> None:
    engine, service.app.state.engine = service.app.state.engine, open_database(url)
    try:
        response = await service.client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["errors"][0]["extensions"]["code"] == "DATABASE_UNREACHABLE"
    finally:
        await service.app.state.engine.dispose()
        service.app.state.engine = engine


async def test_dead_worker_is_not_ready(service: Service) -> None:
    worker = asyncio.create_task(asyncio.Event().wait())
    service.app.state.worker = worker
    assert (await service.client.get("/readyz")).json() == {"status": "ok", "worker": True}
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker
    response = await service.client.get("/readyz")
    assert response.json()["errors"][0]["extensions"]["code"] == "WORKER_STOPPED"
