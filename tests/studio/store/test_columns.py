"""Texts of people: refused alike on both databases, in single rows and in bulk; compared at any length."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import StudioError
from studio.store.database import reading, writing
from studio.store.rows import insert_values, new_values, update_values
from studio.store.tables import Studio, metadata

STUDIO = metadata.tables["studio"]
WRONG = [("字" * 201, "TEXT_TOO_LONG"), ("甲\0乙", "TEXT_HAS_NUL")]


@pytest.mark.parametrize(("text", "code"), WRONG)
async def test_text_that_cannot_be_stored_is_refused(engine: AsyncEngine, text: str, code: str) -> None:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
    with pytest.raises(StudioError) as single:
        async with writing(engine) as session:
            session.add(Studio(name=text))
    row = new_values(name=text, leader_name=None, fictional=False)
    with pytest.raises(StudioError) as bulk:
        async with writing(engine) as session:
            await insert_values(session, STUDIO, [row])
    with pytest.raises(StudioError) as update:
        async with writing(engine) as session:
            await update_values(session, STUDIO, [{"id": studio.id, "name": text}])
    assert {(raised.value.code, raised.value.field) for raised in (single, bulk, update)} == {(code, "name")}
    async with reading(engine) as session:
        assert await session.scalar(select(sa.func.count()).select_from(Studio)) == 1


async def test_longest_text_is_stored_and_a_longer_one_found_nowhere(engine: AsyncEngine) -> None:
    async with writing(engine) as session:
        session.add(Studio(name="字" * 200))
    async with reading(engine) as session:
        assert await session.scalar(select(Studio.name).where(Studio.name == "字" * 200))
        assert await session.scalar(select(Studio.name).where(Studio.name == "字" * 300)) is None
