"""A database of each kind for the tests of a worker: made from a template, again for each test that asks.

Making one costs more than most tests, and so do the rows that many tests begin with. Both are done once: a
template holds the migrated tables, and one more is kept for each fixture under `remembered`.
"""

import asyncio
import functools
import pickle
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from studio.store.database import async_url, open_database
from studio.store.schema import migrate

EMPTY, OWN = "empty", "own"
_owners: WeakKeyDictionary[sa.Dialect, "OwnDatabase"] = WeakKeyDictionary()
# The path of remembered fixtures that leads to a state of the database.
State = tuple[str, ...]


def run_apart(work: Coroutine[Any, Any, Any]) -> None:
    """Run in a loop of another thread: it may be asked for from inside a test's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


class Databases(Protocol):
    """The databases of one kind that a worker has, by name."""

    def url(self, name: str) -> str:
        """Return the URL of a database."""

    def copy(self, template: str, name: str) -> None:
        """Make a database from a template that nobody is connected to, in the place of what was there."""


class SqliteFiles:
    """Databases that are files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        run_apart(_migrate(self.url(EMPTY)))

    def url(self, name: str) -> str:
        """Return the URL of a file."""
        return f"sqlite:///{self._folder / name}.db"

    def copy(self, template: str, name: str) -> None:
        """Copy a file, not over the one in its place: a forgotten connection may still write into that."""
        for end in ("", "-wal", "-shm"):
            (self._folder / f"{name}.db{end}").unlink(missing_ok=True)
        shutil.copy(self._folder / f"{template}.db", self._folder / f"{name}.db")


class PostgresDatabases:
    """Databases of a server, which other workers may use as well; a thread makes them over one connection."""

    def __init__(self, server: str, worker: str) -> None:
        self._server, self._worker = sa.make_url(server), worker
        self._names: set[str] = set()
        self._loop = asyncio.Runner()
        self._thread = ThreadPoolExecutor(1)
        self._engine = create_async_engine(async_url(server), isolation_level="AUTOCOMMIT")
        self.copy("template1", EMPTY)
        run_apart(_migrate(self.url(EMPTY)))

    def url(self, name: str) -> str:
        """Return the URL of a database of the server."""
        return self._server.set(database=self._named(name)).render_as_string(hide_password=False)

    def copy(self, template: str, name: str) -> None:
        """Copy a database; whoever is still connected to the one in its place is cut off."""
        self._names.add(name)
        source = self._named(template) if template in self._names else template
        self._execute(self._drop(name), f"CREATE DATABASE {self._named(name)} TEMPLATE {source}")

    def close(self) -> None:
        """Drop them all."""
        self._execute(*map(self._drop, self._names))
        self._thread.submit(self._loop.run, self._engine.dispose()).result()
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    def _named(self, name: str) -> str:
        return f"{self._worker}_{name}"

    def _drop(self, name: str) -> str:
        return f"DROP DATABASE IF EXISTS {self._named(name)} WITH (FORCE)"

    def _execute(self, *statements: str) -> None:
        async def work() -> None:
            async with self._engine.connect() as connection:
                for statement in statements:
                    await connection.exec_driver_sql(statement)

        self._thread.submit(self._loop.run, work()).result()


async def _migrate(url: str) -> None:
    engine = open_database(url)
    await migrate(engine)
    # The last connection leaves all in one file.
    await engine.dispose()


class OwnDatabase:
    """The one database of a kind that a worker's tests write into, one after the other.

    It is made when it is first connected to, so it is made once however many fixtures add to its state. The engine
    stays the same for all tests: it compiles each statement once.
    """

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self.url = databases.url(OWN)
        self.engine = open_database(self.url)
        self._kept: dict[State, tuple[str, bytes]] = {}
        _owners[self.engine.dialect] = self
        self.begin()

    def begin(self, template: str = EMPTY) -> None:
        """Begin a test: with empty tables, or with what a template holds."""
        self._start((template,), template)

    def make(self) -> None:
        """Make it now, unless that has been done since the test began."""
        if not self._made:
            self._databases.copy(self._template, OWN)
            self._made = True

    async def remember(self, name: str, build: Callable[[], Awaitable[Any]]) -> Any:
        """Return what `build` returns and leave the database as it does; from the second time without building."""
        if self._made:  # by something else than what was remembered: who knows what it wrote
            return await build()
        state = (*self._state, name)
        if state not in self._kept:
            value = pickle.dumps(await build())
            await self.engine.dispose()
            template = f"kept_{len(self._kept)}"
            self.make()
            self._databases.copy(OWN, template)
            self._kept[state] = template, value
        template, value = self._kept[state]
        self._start(state, template)
        return pickle.loads(value)

    def _start(self, state: State, template: str) -> None:
        self._state, self._template, self._made = state, template, False


# Listeners of the class come before those of an engine, one of which connects.
@sa.event.listens_for(sa.Engine, "do_connect")
def _make_first(dialect: sa.Dialect, *_: object) -> None:
    if dialect in _owners:
        _owners[dialect].make()


def remembered(build: Callable[..., Awaitable[Any]]) -> Any:
    """Make a fixture of what writes rows to `engine` that are the same each time; they are written once.

    What it returns must be a plain value: each test gets a copy.
    """

    @pytest.fixture(name=build.__name__)
    @functools.wraps(build)
    async def fixture(**given: Any) -> Any:
        own = _owners[given["engine"].dialect]
        return await own.remember(f"{build.__module__}.{build.__name__}", lambda: build(**given))

    return fixture
