"""The schema's version: migrate a database to the newest one or back, and refuse to work on another."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from studio.errors import StudioError

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def configuration(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, with the connection to work on."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """Return the revision that this code needs."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None  # noqa: S101  the package always holds at least one migration
    return head


async def migrate(engine: AsyncEngine) -> None:
    """Bring the database to the newest revision, in one transaction, keeping every row."""
    await _change(engine, lambda connection: command.upgrade(configuration(connection), "head"))


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    """Take the database back to an earlier revision (`base`: to nothing), in one transaction.

    What later revisions have added goes with its rows; all others stay.
    """
    await _change(engine, lambda connection: command.downgrade(configuration(connection), revision))


async def _change(engine: AsyncEngine, work: Callable[[sa.Connection], None]) -> None:
    """Change the schema; on SQLite foreign keys are off meanwhile and checked before the commit.

    Rebuilding or dropping a parent table would delete its children there, or fail.
    """
    async with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            async with connection.begin():
                await connection.run_sync(work)
            return
        await _set_foreign_keys(connection, "OFF")
        try:
            async with connection.begin():
                await connection.run_sync(work)
                broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"the migration breaks {len(broken)} references: undone")
        finally:
            await _set_foreign_keys(connection, "ON")


async def _set_foreign_keys(connection: AsyncConnection, state: str) -> None:
    # The pragma does nothing inside a transaction, so it goes to the driver's own connection.
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None  # noqa: S101  an open connection always has one
    await driver.execute(f"PRAGMA foreign_keys={state}")


async def require_newest(engine: AsyncEngine) -> None:
    """Refuse with SCHEMA_MISSING or SCHEMA_OUTDATED unless the database is at the newest revision."""
    async with engine.connect() as connection:
        found = await connection.run_sync(_current_revision)
    if found is None:
        raise StudioError("SCHEMA_MISSING")
    if found != newest_revision():
        raise StudioError("SCHEMA_OUTDATED", found=found, needed=newest_revision())


def _current_revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
