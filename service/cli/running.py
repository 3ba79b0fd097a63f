"""Running a command: open the database, act for a studio, and say what went wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import Format, Language
from service.cli.printing import refuse
from service.settings import read_settings
from studio.computing import compute_at
from studio.errors import StudioError
from studio.operations.people.studios import find_studio, organizer_of
from studio.permissions import Actor
from studio.store.database import open_database, reading
from studio.store.faults import refusal_of
from studio.store.schema import require_newest

T = TypeVar("T")


@asynccontextmanager
async def database(*, check_schema: bool = True) -> AsyncIterator[AsyncEngine]:
    """Open the database of YANZHEN_DATABASE_URL; refuse one without our newest schema."""
    settings = read_settings()
    compute_at(settings.engine)
    engine = open_database(settings.database_url)
    try:
        if check_schema:
            await require_newest(engine)
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def acting(studio_name: str | None) -> AsyncIterator[tuple[AsyncEngine, Actor]]:
    """Open the database and act as the organizer of the named, or the only, studio."""
    async with database() as engine:
        async with reading(engine) as session:
            actor = organizer_of(await find_studio(session, studio_name))
        yield engine, actor


def run(work: Callable[[], Awaitable[T]], form: Format, language: Language) -> T:
    """Run a command's work; a refusal is printed with what to do and ends the command with code 1."""
    try:
        return asyncio.run(_await(work))
    except StudioError as error:
        refuse(error, form, language)
    except (SQLAlchemyError, OSError) as fault:
        refusal = refusal_of(fault)
        if refusal is None:
            raise
        refuse(refusal, form, language)


async def _await(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
