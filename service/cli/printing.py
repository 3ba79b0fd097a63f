"""What commands print: results, refusals with what to do, and that something is being worked at."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from service.cli.options import Format, Language
from studio.errors import StudioError
from studio.imports.issues import ImportRefused

if TYPE_CHECKING:
    from studio.operations.jobs import Progress

# Results go to standard output; progress and complaints to standard error. Without markup: names, file names and
# what people wrote may hold square brackets, so styles are given apart from texts.
output = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
complaints = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


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
        asked = "--reason: " if (refusal.code, refusal.field) == ("REASON_MISSING", "reason") else ""
        complaints.print(
            Text.assemble(("✗", "bold red"), f" {asked}{message}  ", (f"({refusal.code})", "dim"))
        )
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
def working(message: str) -> Iterator["Progress"]:
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
