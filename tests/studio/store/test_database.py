import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import StudioError
from studio.store.database import async_url, reading, writing
from studio.store.schema import configuration, downgrade, migrate, require_newest
from studio.store.tables import Cohort, Studio
from tests.studio.reading.world import build, store


async def test_migrations_and_tables_say_the_same(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.check(configuration(sync)))


async def test_migrating_again_keeps_rows(engine: AsyncEngine) -> None:
    async with writing(engine) as session:
        session.add(Studio(name="甲"))
    await migrate(engine)
    async with reading(engine) as session:
        assert (await session.execute(select(Studio.name))).scalars().all() == ["甲"]
    await require_newest(engine)


async def test_full_database_goes_back_step_by_step_to_nothing_and_up_again(engine: AsyncEngine) -> None:
    world = build("甲")
    async with writing(engine) as session:
        await store(session, world)
    await downgrade(engine, "0001")
    async with engine.connect() as connection:
        kept = await connection.scalar(sa.text("SELECT count(*) FROM topic"))
        assert kept == len(world.of("Topic"))
    await downgrade(engine, "base")
    async with engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert tables == ["alembic_version"]
    await migrate(engine)
    await require_newest(engine)


async def test_database_without_schema_is_told(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(StudioError) as refusal:
        await require_newest(engine)
    assert refusal.value.code == "SCHEMA_MISSING"


async def test_foreign_keys_are_enforced(engine: AsyncEngine) -> None:
    from uuid import uuid4

    with pytest.raises(IntegrityError):
        async with writing(engine) as session:
            session.add(Cohort(studio_id=uuid4(), number=1, name="一"))


async def test_enum_values_are_checked_by_the_database(engine: AsyncEngine) -> None:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
        await session.flush()
        session.add(Cohort(studio_id=studio.id, number=1, name="一"))
    with pytest.raises(IntegrityError):
        async with writing(engine) as session:
            await session.execute(sa.text("UPDATE cohort SET state = 'SLEEPING'"))


async def test_read_transaction_cannot_see_later_writes(engine: AsyncEngine) -> None:
    async with writing(engine) as session:
        session.add(Studio(name="甲"))
    async with reading(engine) as reader:
        before = (await reader.execute(select(Studio.name))).scalars().all()
        async with writing(engine) as session:
            session.add(Studio(name="乙"))
        assert (await reader.execute(select(Studio.name))).scalars().all() == before == ["甲"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://x/y", "UNSUPPORTED_DATABASE"),
        ("foo", "DATABASE_URL_INVALID"),
        ("", "DATABASE_URL_INVALID"),
        ("/tmp/z.db", "DATABASE_URL_INVALID"),
        ("postgresql://x@host:port/name", "DATABASE_URL_INVALID"),
        ("sqlite://", "DATABASE_IN_MEMORY"),
        ("sqlite:///:memory:", "DATABASE_IN_MEMORY"),
        ("sqlite:///file:x?mode=memory&uri=true", "DATABASE_IN_MEMORY"),
    ],
)
def test_addresses_of_no_use_are_refused(url: str, code: str) -> None:
    with pytest.raises(StudioError) as refusal:
        async_url(url)
    assert refusal.value.code == code
