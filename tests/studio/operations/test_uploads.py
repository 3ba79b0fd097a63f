import hashlib
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Forbidden, StudioError
from studio.operations.surveys.uploads import store_upload
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.tables import Studio, Upload


@pytest.fixture
async def organizer(engine: AsyncEngine) -> Actor:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
    return Actor(Role.ORGANIZER, studio.id)


async def test_file_is_kept_byte_for_byte_under_its_last_name(engine: AsyncEngine, organizer: Actor) -> None:
    content = bytes(range(256)) * 1000
    async with writing(engine) as session:
        await store_upload(session, organizer, "../C:\\桌面\\问卷.xlsx", content)
    async with reading(engine) as session:
        upload = (await session.execute(select(Upload))).scalar_one()
    assert (upload.file_name, upload.content) == ("问卷.xlsx", content)
    assert upload.sha256 == hashlib.sha256(content).hexdigest()
    assert upload.studio_id == organizer.studio_id


async def test_unusable_name_is_refused(engine: AsyncEngine, organizer: Actor) -> None:
    async with writing(engine) as session:
        for name in ("", " ", "a/", "a\n.csv", "a" * 301):
            with pytest.raises(StudioError) as refusal:
                await store_upload(session, organizer, name, b"x")
            assert refusal.value.code == "UPLOAD_NAME"


async def test_only_organizers_upload(engine: AsyncEngine, organizer: Actor) -> None:
    async with writing(engine) as session:
        for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
            with pytest.raises(Forbidden):
                await store_upload(session, Actor(role, organizer.studio_id, uuid4()), "a.csv", b"x")
