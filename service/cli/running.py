"""Running a command: open the database, do the work, print the result, say what went wrong."""

import asyncio
import errno
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import Format, Language
from service.settings import read_settings
from studio.computing import compute_at
from studio.errors import StudioError
from studio.imports.issues import ImportRefused
from studio.messages import catalogue, translate
from studio.operations.jobs import Progress
from studio.operations.people.studios import find_studio, organizer_of
from studio.permissions import Actor
from studio.store.database import open_database, reading
from studio.store.faults import refusal_of
from studio.store.schema import require_newest

T = TypeVar("T")

# Results go to standard output; progress and complaints to standard error. Without markup: names, file names and
# what people wrote may hold square brackets, so styles are given apart from texts.
output = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
complaints = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


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


def refuse(refusal: StudioError, form: Format, language: Language) -> NoReturn:
    """Print a refusal in the asked form and end with code 1."""
    print_refusal(refusal, form, language)
    raise typer.Exit(1)


def print_refusal(refusal: StudioError, form: Format, language: Language) -> None:
    """Print a refusal, with what to do about it, in the asked form."""
    message = refusal.message(language.value)
    suggestion = refusal.suggestion(language.value) if isinstance(refusal, ImportRefused) else ""
    if form is Format.JSON:
        told = {"suggestion": suggestion} if suggestion else {}
        if "check" in refusal.values:
            told["check"] = str(refusal.values["check"])
        print_json({"error": {"code": refusal.code, "message": message, "field": refusal.field, **told}})
    else:
        # Messages repeat headers and cells, which may hold what Rich takes for markup.
        complaints.print(Text.assemble(("✗", "bold red"), f" {message}  ", (f"({refusal.code})", "dim")))
        if suggestion:
            complaints.print(Text(f"  → {suggestion}"))


def print_json_line(value: Any) -> None:
    """Print a value as JSON on one line, at once: a process that stays tells that it is ready."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print a value as JSON, keys in their own order."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


@contextmanager
def working(message: str) -> Iterator[Progress]:
    """Show on a terminal's standard error that something is being worked at, and how far, once that is told."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=complaints, transient=True, disable=not complaints.is_terminal) as bar:
        task = bar.add_task(message, total=None)

        async def tell(done: int, total: int) -> None:
            bar.update(task, description=f"{message} {done}/{total}", completed=done, total=total)

        yield tell


def read_file(path: Path, form: Format, language: Language) -> bytes:
    """Return a file's content, or end the command saying why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(StudioError("FILE_UNREADABLE", file=str(path), reason=_why(error, language)), form, language)


def write_file(path: Path, content: bytes, form: Format, language: Language) -> None:
    """Write a file, or end the command saying why it cannot be written."""
    try:
        path.write_bytes(content)
    except OSError as error:
        _refuse_unwritable(path, error, form, language)


def require_writable(path: Path, form: Format, language: Language) -> None:
    """End the command before long work whose result could not be written."""
    try:
        path.open("ab").close()
    except OSError as error:
        _refuse_unwritable(path, error, form, language)


def _refuse_unwritable(path: Path, error: OSError, form: Format, language: Language) -> NoReturn:
    refuse(StudioError("FILE_UNWRITABLE", file=str(path), reason=_why(error, language)), form, language)


def _why(error: OSError, language: Language) -> str:
    """Return why the system refuses a file; it tells the rare reasons in its own language only."""
    code = f"FILE_{errno.errorcode.get(error.errno or 0, '')}"
    if code in catalogue(language.value):
        return translate(code, language.value)
    return error.strerror or type(error).__name__


def column_map(pairs: list[str] | None, form: Format, language: Language) -> dict[str, str]:
    """Return `--map "column=field"` options as a dictionary; the last = divides."""
    mapping: dict[str, str] = {}
    for pair in pairs or []:
        column, divider, field = pair.rpartition("=")
        if not divider or not column.strip() or not field.strip():
            refuse(StudioError("MAP_SYNTAX", given=pair), form, language)
        mapping[column.strip()] = field.strip()
    return mapping
