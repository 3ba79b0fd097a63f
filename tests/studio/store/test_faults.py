"""Faults of the database as refusals: out of reach, foreign, busy; and never with what was to be written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.errors import StudioError
from studio.store import database
from studio.store.database import open_database, writing
from studio.store.faults import refusal_of
from studio.store.schema import require_newest
from studio.store.tables import Studio
from tests.databases import EMPTY, SqliteFiles


async def fault_of(url: str) -> BaseException:
    """Return what the database at `url` raises when it is first used."""
    engine = open_database(url)
    try:
        with pytest.raises((SQLAlchemyError, OSError, StudioError)) as raised:
            await require_newest(engine)
    finally:
        await engine.dispose()
    return raised.value


def code_of(fault: BaseException) -> str:
    refusal = refusal_of(fault)
    assert refusal is not None, fault
    return refusal.code


async def test_sqlite_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "foreign.db").write_text("this is no database " * 20)
    assert code_of(await fault_of(f"sqlite:///{tmp_path}/no/folder.db")) == "DATABASE_UNREACHABLE"
    assert code_of(await fault_of(f"sqlite:///{tmp_path}")) == "DATABASE_UNREACHABLE"
    assert code_of(await fault_of(f"sqlite:///{tmp_path}/foreign.db")) == "DATABASE_FOREIGN"


async def test_postgresql_that_cannot_be_reached_is_told(postgres_server: str) -> None:
    away = [
        "postgresql://yanzhen@127.0.0.1:1/x",
        "postgresql:///x?host=/no/such/socket",
        sa.make_url(postgres_server).set(database="no_such_database").render_as_string(hide_password=False),
        sa.make_url(postgres_server).set(username="nobody_we_know").render_as_string(hide_password=False),
    ]
    assert [code_of(await fault_of(url)) for url in away] == ["DATABASE_UNREACHABLE"] * 4


async def test_option_that_the_driver_does_not_know_is_told() -> None:
    refusal = await fault_of("postgresql://x@localhost/x?sslmode=require")
    assert isinstance(refusal, StudioError)
    assert refusal.code == "DATABASE_URL_INVALID"


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the one write lock of a SQLite file, as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_locked_sqlite_is_busy(sqlite_files: SqliteFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    sqlite_files.copy(EMPTY, "locked")
    engine = open_database(sqlite_files.url("locked"))
    with locked(engine.url.database or ""), pytest.raises(SQLAlchemyError) as raised:
        async with writing(engine) as session:
            session.add(Studio(name="甲"))
    await engine.dispose()
    assert code_of(raised.value) == "DATABASE_BUSY"


async def test_defect_is_no_refusal_and_hides_what_was_to_be_written(engine: AsyncEngine) -> None:
    with pytest.raises(SQLAlchemyError) as raised:
        async with writing(engine) as session:
            await session.execute(sa.insert(Studio.__table__).values(name="不可外传", no_such_column=1))
    with pytest.raises(SQLAlchemyError) as refused:
        async with writing(engine) as session:
            await session.execute(sa.text("SELECT * FROM no_such_table WHERE x = :x"), {"x": "不可外传"})
    assert refusal_of(raised.value) is None
    assert refusal_of(refused.value) is None
    assert "不可外传" not in str(refused.value)
