"""The database: one engine per URL, and transactions that begin the way each database needs."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

MINIMUM_SQLITE = (3, 40, 1)
BUSY_TIMEOUT_MS = 5000


class UnsupportedDatabase(RuntimeError):
    """The database is of a kind or version that is not supported."""


def async_url(url: str) -> sa.URL:
    """Return `url` with the asynchronous driver of its database (`sqlite` or `postgresql`)."""
    parsed = sa.make_url(url)
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    kind = parsed.drivername.split("+")[0]
    if kind not in drivers:
        raise UnsupportedDatabase(
            f"YANZHEN_DATABASE_URL must begin with sqlite:// or postgresql://, got {kind}://"
        )
    return parsed.set(drivername=drivers[kind])


def open_database(url: str) -> AsyncEngine:
    """Return an engine for `url`; on SQLite with WAL, foreign keys and explicit BEGIN."""
    target = async_url(url)
    options: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": orjson.loads}
    if target.get_backend_name() != "sqlite":
        return create_async_engine(target, pool_pre_ping=True, **options)
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        found, wanted = sqlite3.sqlite_version, ".".join(map(str, MINIMUM_SQLITE))
        raise UnsupportedDatabase(f"SQLite {wanted} or newer is needed, this Python has {found}")
    engine = create_async_engine(target, **options)
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite decides how.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # BEGIN then write fails when another writer came between; IMMEDIATE waits its turn instead.
    mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open one write transaction: committed at the end of the block, rolled back on an error."""
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session, session.begin():
        yield session


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open one read transaction, a single snapshot of the database for the whole block."""
    read_only = engine.execution_options(read_only=True)
    if engine.dialect.name == "postgresql":
        read_only = read_only.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(read_only, expire_on_commit=False, autoflush=False) as session, session.begin():
        yield session
