"""Options that many commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """The language of messages."""

    ZH = "zh"
    EN = "en"


ReopenOption = Annotated[bool, typer.Option("--reopen-confirmed", help="HELP_REOPEN_CONFIRMED")]
FormatOption = Annotated[Format, typer.Option("--format", help="HELP_FORMAT")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="HELP_LANG", envvar="YANZHEN_LANG")]
StudioOption = Annotated[str | None, typer.Option("--studio", help="HELP_STUDIO")]
CohortOption = Annotated[int, typer.Option("--cohort", min=1, help="HELP_COHORT")]
FileArgument = Annotated[Path, typer.Argument(help="HELP_FILE")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="HELP_DRY_RUN")]
SkipOption = Annotated[bool, typer.Option("--skip-bad-rows", help="HELP_SKIP_BAD_ROWS")]
MapOption = Annotated[list[str] | None, typer.Option("--map", help="HELP_MAP")]
