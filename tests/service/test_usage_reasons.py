"""What is wrong with a command line is told in one language, the choices of an option aside."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.app import app
from service.cli.commands import COMMANDS
from service.cli.lazy_commands import LazyCommands

WRONG = [
    ("needs", "--cohort", "x"),
    ("needs", "--cohort", "1.5"),
    ("demo", "--port", "99999"),
    ("demo", "--seed=-1"),
    ("package", "--trainee", "TR_1", "--version", "0"),
    ("token", "create", "--role", "boss"),
    ("needs", "--cohort", "3", "--format", "xml"),
    ("event", "--trainee", "T", "--content", "C", "--kind", "foo"),
    ("frobnicate",),
    ("needs",),
]


@pytest.mark.parametrize("arguments", WRONG)
def test_chinese_refusal_is_chinese(arguments: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*arguments, "--lang", "zh"]).stderr
    # Options, commands and what was given stand as they are written; nothing else is English.
    prose = re.sub(r"'[^']*'|“[^”]*”|--?\w+|yanzhen[\w -]*|\([A-Z_]+\)", "", told)
    assert re.search(r"[\u4e00-\u9fff]", prose), told
    assert not re.search(r"[A-Za-z]{3,}", prose), told


@pytest.mark.parametrize("arguments", WRONG)
def test_english_refusal_is_english(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, [*arguments, "--lang", "en"]).stderr.replace("✗", "").isascii()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 130])
def test_no_help_is_cut_however_wide_the_window(lang: str, width: int) -> None:
    checked = 0
    for path, command in _leaves(LazyCommands(COMMANDS, lang)):
        env = {"YANZHEN_LANG": lang, "COLUMNS": str(width)}
        printed = CliRunner().invoke(app, [*path, "--help"], env=env).stdout
        helps = [
            command.help,
            *(parameter.help for parameter in command.params if hasattr(parameter, "help")),
        ]
        # What is cut ends with this sign; some texts have it themselves, as in TR_….
        assert printed.count("…") == sum((text or "").count("…") for text in helps), path
        checked += len(helps)
    assert checked > 200


def _leaves(commands: Mapping[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield (*above, name), command
        else:
            yield from _leaves(inner, *above, name)
