"""Write the next migration from the tables' difference: `python -m studio.migrations "what changes"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from studio.store.database import open_database
from studio.store.schema import configuration, migrate


def _write(connection: sa.Connection, message: str) -> None:
    config = configuration(connection)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


async def main(message: str) -> None:
    """Migrate an empty database to the newest revision and write down what the tables have more."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'empty.db'}")
        await migrate(engine)
        async with engine.begin() as connection:
            await connection.run_sync(_write, message)
        await engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1]))
