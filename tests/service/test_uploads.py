import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from service.settings import Settings
from service.web.application import build
from studio.operations.surveys.uploads import KEPT_UNUSED, store_upload
from studio.permissions import Actor
from studio.store.clock import held_at, now
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.identity import row_id_of
from studio.store.tables import AuditEvent, Studio, Upload
from tests.service.conftest import Service, small_parts


async def stored(service: Service) -> list[Upload]:
    async with reading(service.app.state.engine) as session:
        return list((await session.execute(select(Upload))).scalars())


def code_of(response: httpx.Response) -> str:
    return response.json()["errors"][0]["extensions"]["code"]


async def test_form_field_is_kept_as_it_came(service: Service) -> None:
    content = bytes(range(256)) * 8
    files = {"file": ("第三期问卷.xlsx", content)}
    response = await service.client.post("/uploads", files=files, headers=service.headers)
    assert response.status_code == 201
    (upload,) = await stored(service)
    assert (upload.file_name, upload.content) == ("第三期问卷.xlsx", content)
    assert row_id_of(response.json()["id"], "Upload") == upload.id
    async with reading(service.app.state.engine) as session:
        event = (
            await session.execute(select(AuditEvent).where(AuditEvent.entity_id == upload.id))
        ).scalar_one()
    assert (event.action, event.details) == ("upload", {"bytes": 2048})
    assert event.token_id is not None


async def test_raw_body_takes_its_name_from_the_address(service: Service) -> None:
    response = await service.client.post(
        "/uploads",
        params={"fileName": "C:\\桌面\\问卷.csv"},
        content="姓名,社区\n".encode("gbk"),
        headers=service.headers,
    )
    assert response.json()["fileName"] == "问卷.csv"
    (upload,) = await stored(service)
    assert (upload.file_name, upload.content.decode("gbk")) == ("问卷.csv", "姓名,社区\n")


@pytest.mark.parametrize(
    ("request_parts", "status", "code"),
    [
        ({"content": b"x"}, 400, "UPLOAD_NAME"),
        ({"content": b"x", "params": {"fileName": "/"}}, 400, "UPLOAD_NAME"),
        ({"content": b"x", "params": {"fileName": "a" * 301}}, 400, "UPLOAD_NAME"),
        ({"content": b"", "params": {"fileName": "a.csv"}}, 400, "UPLOAD_EMPTY"),
        ({"files": {"other": ("a.csv", b"x")}}, 400, "UPLOAD_FILE_MISSING"),
        ({"files": [("file", ("a", b"x")), ("file", ("b", b"x"))]}, 400, "UPLOAD_FORM_BROKEN"),
        ({"content": b"x" * 5001, "params": {"fileName": "a.csv"}}, 413, "UPLOAD_TOO_LARGE"),
        ({"files": {"file": ("a.csv", b"x" * 5001)}}, 413, "UPLOAD_TOO_LARGE"),
    ],
)
async def test_unusable_upload_is_refused_and_nothing_kept(
    service: Service, request_parts: dict[str, Any], status: int, code: str
) -> None:
    response = await service.client.post("/uploads", headers=service.headers, **request_parts)
    assert (response.status_code, code_of(response)) == (status, code)
    assert await stored(service) == []


async def test_broken_form_is_told(service: Service) -> None:
    headers = {**service.headers, "content-type": "multipart/form-data; boundary=x"}
    response = await service.client.post("/uploads", content=b"--x\r\nbroken", headers=headers)
    assert code_of(response) in {"UPLOAD_FORM_BROKEN", "UPLOAD_FILE_MISSING"}
    headers["content-type"] = "multipart/form-data"
    response = await service.client.post("/uploads", content=b"--x\r\nbroken", headers=headers)
    assert code_of(response) == "UPLOAD_FORM_BROKEN"


@pytest.mark.parametrize("form", [True, False])
async def test_growing_upload_is_cut_off(service: Service, form: bool) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        while True:
            sent += 1000
            yield b"y" * 1000

    kind = "multipart/form-data; boundary=x" if form else "text/csv"
    response = await service.client.post(
        "/uploads",
        params={"fileName": "a.csv"},
        content=endless(),
        headers={**service.headers, "content-type": kind},
    )
    assert (response.status_code, code_of(response)) == (413, "UPLOAD_TOO_LARGE")
    assert sent <= 8000


async def test_only_organizers_upload(service: Service, tmp_path: Path) -> None:
    body = {"params": {"fileName": "a.csv"}, "content": b"x"}
    assert (await service.client.post("/uploads", **body)).status_code == 401
    app = await service.token_for(Role.CLIENT_APP, scopes=["write:survey"])
    response = await service.client.post("/uploads", headers=app, **body)
    assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")
    assert await stored(service) == []


async def test_expired_uploads_go_when_the_service_starts(engine: AsyncEngine, settings: Settings) -> None:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
        await session.flush()
        with held_at(now() - KEPT_UNUSED - timedelta(minutes=1)):
            await store_upload(session, Actor(Role.ORGANIZER, studio.id), "old.csv", b"x")
        await store_upload(session, Actor(Role.ORGANIZER, studio.id), "new.csv", b"x")
    app = build(settings, small_parts())
    async with app.router.lifespan_context(app):
        for _ in range(200):
            async with reading(engine) as session:
                names = (await session.execute(select(Upload.file_name))).scalars().all()
            if names == ["new.csv"]:
                break
            await asyncio.sleep(0.01)
    assert names == ["new.csv"]
