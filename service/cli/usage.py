"""What Typer says by itself, in the asked language: the help, and what is wrong with a command line."""

import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import typer

from service.cli.commands import COMMANDS
from service.cli.folding import fold_long_words
from service.cli.lazy_commands import LazyCommands, LazyGroup, translated
from service.cli.options import Format, Language
from service.cli.printing import print_refusal
from studio.errors import StudioError
from studio.messages import DEFAULT_LANGUAGE, translate

WRONG_USAGE = 2


class CommandLine(LazyGroup):
    """All commands together; Typer would know one language only, and tell a wrong command line never as JSON."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": LazyCommands(COMMANDS, DEFAULT_LANGUAGE)})

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that `args` name and end the program, or return in tests that ask for that."""
        given = sys.argv[1:] if args is None else list(args)
        language = _asked_language(given).value
        self.commands = LazyCommands(COMMANDS, language)
        translated(self, language)
        fold_long_words()
        try:
            code = super().main(given, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.TyperException as error:
            refusal = _refusal(error, _asked_language(given).value)
            if refusal is not None:
                print_refusal(refusal, _asked_form(given), _asked_language(given))
            code = error.exit_code
        except typer.Abort:
            code = 1
        if standalone_mode:
            sys.exit(code or 0)
        return code


# What Typer finds wrong, in its own words, and the code of ours; its groups are the values of the message.
_REASONS = (
    (r"Input should be less than or equal to (?P<limit>\S+)", "USAGE_AT_MOST"),
    (r"Input should be greater than or equal to (?P<limit>\S+)", "USAGE_AT_LEAST"),
    (r"Input should be a valid integer.*", "USAGE_INTEGER"),
    (r"(?:Value error, )?'(?P<given>.*)' is not one of (?P<choices>.*?)\.?", "USAGE_CHOICE"),
    (r"No such command '(?P<given>.*)'\.?", "USAGE_NO_COMMAND"),
)


def _reason(message: str, language: str) -> str:
    """Return what is wrong in the asked language; what has no message of ours is told as Typer tells it."""
    for pattern, code in _REASONS:
        found = re.fullmatch(pattern, message.strip(), re.DOTALL)
        if found is not None:
            return translate(code, language, **found.groupdict())
    return message


def _refusal(error: typer.TyperException, language: str) -> StudioError | None:
    """Return what to tell; None where Typer has just printed the help of a group without a command."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "yanzhen"
    if isinstance(error, typer.BadParameter):
        name = error.param.get_error_hint() if error.param is not None else ""
        if not error.message:
            return StudioError("USAGE_MISSING", parameter=name, command=command)
        return StudioError(
            "USAGE_VALUE", parameter=name, reason=_reason(error.message, language), command=command
        )
    if not error.message:
        return None
    option = getattr(error, "option_name", None)
    if option is not None:
        return StudioError("USAGE_OPTION", option=option, command=command)
    return StudioError("USAGE_WRONG", reason=_reason(error.message, language), command=command)


# The options are looked for by hand: the command line that holds them is the one that could not be read.
def _asked_form(given: Sequence[str]) -> Format:
    return Format.JSON if _option(given, "--format") == Format.JSON else Format.TEXT


def _asked_language(given: Sequence[str]) -> Language:
    asked = _option(given, "--lang") or os.environ.get("YANZHEN_LANG")
    return Language.EN if asked == Language.EN else Language.ZH


def _option(given: Sequence[str], name: str) -> str | None:
    for place, word in enumerate(given):
        if word == name:
            return given[place + 1] if place + 1 < len(given) else None
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None
