"""The command line as a whole, and how the program starts."""

import sys

import typer

from service.cli.usage import CommandLine
from service.logs import configure_logging
from service.memory import give_back_large_blocks
from service.settings import read_settings
from studio.errors import StudioError

app = typer.Typer(
    name="yanzhen",
    cls=CommandLine,
    help="HELP_YANZHEN",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def whole() -> None:
    """Do nothing by itself: the commands do."""


def main() -> None:
    """Run the command line; logs go to standard error, so that results stay readable by programs."""
    try:
        level = read_settings().log_level
    except StudioError:  # the command that needs the settings tells it, in its language and form
        level = "INFO"
    configure_logging(level, sys.stderr)
    give_back_large_blocks()
    app()
