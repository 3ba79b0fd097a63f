"""Every code has a message in both languages, and every message is used."""

import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from studio import errors
from studio.errors import StudioError
from studio.imports.issues import ImportCode
from studio.messages import LANGUAGES, catalogue
from tests.architecture.sources import ROOT, called_name, name_of, own_files, syntax

LOCALE = ROOT / "studio/locale"
# Refusals that are made with a code; `Forbidden` and `NotFound` bring their own.
REFUSALS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, StudioError) and kind.__init__ is StudioError.__init__
}
# Arguments that are not placeholders of the message.
NOT_VALUES = {"field", "language"}


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_catalogue_files_come_in_pairs() -> None:
    files = {language: {path.name for path in (LOCALE / language).glob("*.po")} for language in LANGUAGES}
    assert files["zh"] == files["en"]
    assert files["zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_in_two_catalogue_files(language: str) -> None:
    """The files are merged: the later one would win without a word."""
    texts = [path.read_text(encoding="utf-8") for path in (LOCALE / language).glob("*.po")]
    codes = [code for text in texts for code in re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)]
    assert sorted(codes) == sorted(set(codes))


def test_both_languages_say_the_same_codes_with_the_same_placeholders() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert set(chinese) == set(english)
    differing = [code for code in chinese if placeholders(chinese[code]) != placeholders(english[code])]
    assert not differing


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_empty(language: str) -> None:
    assert not [code for code, text in catalogue(language).items() if not text.strip()]


def test_chinese_messages_are_chinese() -> None:
    assert not [code for code, text in catalogue("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)]


def _codes(argument: ast.expr) -> list[str]:
    """Return the codes that a first argument may be: a text, or one of two by a condition."""
    if isinstance(argument, ast.IfExp):
        return _codes(argument.body) + _codes(argument.orelse)
    return [argument.value] if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else []


def _uses() -> Iterator[tuple[str, str, set[str] | None]]:
    """Yield where a code is used, the code, and the names of its values (None when they are not written out)."""
    for path in own_files():
        for call in ast.walk(syntax(path)):
            if not isinstance(call, ast.Call) or called_name(call) not in REFUSALS | {"translate"}:
                continue
            names = {keyword.arg for keyword in call.keywords}
            given = None if None in names else {str(name) for name in names} - NOT_VALUES
            for code in _codes(call.args[0]) if call.args else []:
                yield f"{name_of(path)}:{call.lineno}", code, given


def test_every_code_in_the_sources_has_a_message() -> None:
    uses = list(_uses())
    assert len(uses) > 30
    assert not [(where, code) for where, code, _ in uses if code not in catalogue("zh")]


def test_every_placeholder_is_filled_where_a_code_is_used() -> None:
    unfilled = [
        (where, code, missing)
        for where, code, given in _uses()
        if given is not None and (missing := placeholders(catalogue("zh").get(code, "")) - given)
    ]
    assert not unfilled


@pytest.mark.parametrize("code", ImportCode)
def test_every_import_code_says_what_is_wrong_and_what_to_do(code: ImportCode) -> None:
    for language in LANGUAGES:
        assert {code.value, f"{code.value}_FIX"} <= set(catalogue(language))


def _texts() -> tuple[set[str], set[str], set[str]]:
    """Return the texts in the sources, and what stands before and after the gap of composed ones."""
    whole: set[str] = set()
    before: set[str] = set()
    after: set[str] = set()
    for path in own_files():
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                _note(node.values[0], before)
                _note(node.values[-1], after)
    return whole, before, after


def _note(part: Any, places: set[str]) -> None:
    if isinstance(part, ast.Constant) and re.search(r"[A-Z]{2}", part.value):
        places.add(part.value)


def test_every_message_is_used() -> None:
    whole, before, after = _texts()
    unused = {
        code
        for code in catalogue("zh")
        if code not in whole
        and not any(code.startswith(start) for start in before)
        and not any(code.endswith(end) and code[: -len(end)] in whole for end in after)
    }
    # Pages fill their texts from the catalogue by themselves.
    templates = " ".join(
        path.read_text(encoding="utf-8")
        for pattern in ("*.html", "*.j2", "*.jinja", "*.js")
        for path in (ROOT / "service").rglob(pattern)
        if "graphiql.min" not in path.name and "production" not in path.name
    )
    assert not {code for code in unused if code not in templates}
