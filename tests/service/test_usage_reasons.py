"""What is wrong with a command line is told in one language, the choices of an option aside."""

import re

import pytest
from typer.testing import CliRunner

from service.cli.app import app

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
