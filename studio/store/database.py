"""The database: one engine per URL, and transactions that begin the way each database needs."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from studio.errors import StudioError
from studio.store.faults import DatabaseAway, is_broken_off

T = TypeVar("T")

MINIMUM_SQLITE = (3, 40, 1)
BUSY_TIMEOUT_MS = 5000
# Before a transaction that was broken off is done again, in seconds.
RETRY_PAUSES = (0.02, 0.1, 0.5)
_turns: WeakKeyDictionary[sa.Pool, asyncio.Lock] = WeakKeyDictionary()


def async_url(url: str) -> sa.URL:
    """Return `url` with the asynchronous driver of its database (`sqlite` or `postgresql`)."""
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # the URL itself is not told: it may hold a password
        raise StudioError("DATABASE_URL_INVALID") from None
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    kind = parsed.drivername.split("+")[0]
    if kind not in drivers:
        raise StudioError("UNSUPPORTED_DATABASE", kind=kind)
    if kind == "sqlite" and _is_in_memory(parsed):
        raise StudioError("DATABASE_IN_MEMORY")
    return parsed.set(drivername=drivers[kind])


def _is_in_memory(url: sa.URL) -> bool:
    return not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"


def open_database(url: str) -> AsyncEngine:
    """Return an engine for `url`; on SQLite with WAL, foreign keys and explicit BEGIN."""
    target = async_url(url)
    # Faults tell neither people's words nor their names: the parameters stay hidden.
    options: dict[str, Any] = {
        "json_serializer": _to_json,
        "json_deserializer": orjson.loads,
        "hide_parameters": True,
    }
    if target.get_backend_name() != "sqlite":
        engine = create_async_engine(target, pool_pre_ping=True, **options)
        sa.event.listen(engine.sync_engine, "do_connect", _connect)
        return engine
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        found, wanted = sqlite3.sqlite_version, ".".join(map(str, MINIMUM_SQLITE))
        raise StudioError("SQLITE_TOO_OLD", wanted=wanted, found=found)
    engine = create_async_engine(target, **options)
    sa.event.listen(engine.sync_engine, "do_connect", _connect)
    sa.event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    sa.event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _connect(dialect: sa.Dialect, _record: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Connect; what the driver raises of its own is told apart from other faults of the same kinds."""
    try:
        if dialect.name == "sqlite":
            # A file that cannot be opened leaves aiosqlite's thread behind, which then complains of a closed
            # loop on standard error: SQLite is asked first.
            sqlite3.connect(*arguments, **options).close()
        return dialect.connect(*arguments, **options)
    except OSError as fault:
        raise DatabaseAway(str(fault)) from fault
    except (TypeError, ValueError):  # an option that the driver does not know, or not with this value
        raise StudioError("DATABASE_URL_INVALID") from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite decides how.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=NORMAL",
        # What is deleted is overwritten: raw uploads hold addresses of people who answered.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # BEGIN then write fails when another writer came between; IMMEDIATE waits its turn instead.
    mode = "DEFERRED" if connection.get_execution_options().get("read_only") else "IMMEDIATE"
    connection.exec_driver_sql(f"BEGIN {mode}")


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open one write transaction: committed at the end of the block, rolled back on an error.

    Not to be opened inside another one of the same engine: on SQLite it would wait for itself.
    """
    async with (
        _turn(engine),
        AsyncSession(engine, expire_on_commit=False, autoflush=False) as session,
        session.begin(),
    ):
        yield session


def _turn(engine: AsyncEngine) -> AbstractAsyncContextManager[Any]:
    """Return this writer's turn: SQLite has one writer at a time.

    Those of one process wait in a line, first come, first served. SQLite itself would let them try again at
    random until BUSY_TIMEOUT_MS, and with many at once some would never have their turn.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _turns.setdefault(engine.sync_engine.pool, asyncio.Lock())


async def write(engine: AsyncEngine, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do `work` in one write transaction; again from its start when PostgreSQL broke it off for another's sake.

    `work` must leave nothing behind but what it writes. After the last try the fault passes: it is told as
    DATABASE_BUSY.
    """
    for pause in RETRY_PAUSES:
        try:
            async with writing(engine) as session:
                return await work(session)
        except DBAPIError as fault:
            if not is_broken_off(fault):
                raise
        # Of different length, or the two that met would meet again.
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  not for secrets
    async with writing(engine) as session:
        return await work(session)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """Open one read transaction, a single snapshot of the database for the whole block."""
    read_only = engine.execution_options(read_only=True)
    if engine.dialect.name == "postgresql":
        read_only = read_only.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with AsyncSession(read_only, expire_on_commit=False, autoflush=False) as session, session.begin():
        yield session


async def empty_write_ahead_log(engine: AsyncEngine) -> None:
    """Leave nothing of deleted rows in SQLite's write-ahead log; while somebody reads, the next call does it.

    PostgreSQL overwrites them when its autovacuum has passed.
    """
    if engine.dialect.name != "sqlite":
        return
    async with engine.connect() as connection:
        # By the driver: a checkpoint cannot run inside the transaction that the engine begins.
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None  # noqa: S101  an open connection has one
        # Waiting for a long read here would keep every writer waiting as well.
        for pragma in ("busy_timeout=0", "wal_checkpoint(TRUNCATE)", f"busy_timeout={BUSY_TIMEOUT_MS}"):
            await (await driver.execute(f"PRAGMA {pragma}")).close()
