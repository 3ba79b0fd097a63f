"""The engine's public names are documented as scientific Python documents them."""

import dataclasses
import doctest
import inspect
import pkgutil
import re
from enum import Enum
from importlib import import_module
from typing import Any

import pytest

import matching
from tests.architecture.sources import ROOT

PUBLIC = sorted(matching.__all__)
MODULES = sorted(found.name for found in pkgutil.walk_packages(matching.__path__, "matching."))


def sections(name: str) -> set[str]:
    text = inspect.getdoc(getattr(matching, name)) or ""
    return set(re.findall(r"^(\w+)\n-{3,}$", text, re.MULTILINE))


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_begins_with_a_sentence(name: str) -> None:
    first = (inspect.getdoc(getattr(matching, name)) or "").split("\n\n")[0]
    assert re.match(r"[A-Z].*\.$", first, re.DOTALL), first


@pytest.mark.parametrize("name", [name for name in PUBLIC if inspect.isfunction(getattr(matching, name))])
def test_function_shows_how_it_is_called_and_what_it_gives(name: str) -> None:
    assert {"Parameters", "Returns", "Examples"} <= sections(name)


@pytest.mark.parametrize("name", [name for name in PUBLIC if inspect.isclass(getattr(matching, name))])
def test_class_says_what_goes_in_and_what_comes_out(name: str) -> None:
    cls = getattr(matching, name)
    # Errors and closed lists say all in their sentence.
    if issubclass(cls, Exception | Enum):
        return
    if dataclasses.is_dataclass(cls) or issubclass(cls, tuple):
        # What one makes has parameters; what one is given has attributes.
        assert sections(name) & {"Parameters", "Attributes"}
    else:
        assert {"Parameters", "Notes", "Examples"} <= sections(name)


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    result = doctest.testmod(import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_there_are_examples() -> None:
    modules = [import_module(module) for module in MODULES]
    examples = [test for module in modules for test in doctest.DocTestFinder().find(module) if test.examples]
    assert len(examples) >= 15


def test_the_first_example_gives_what_its_comments_say() -> None:
    text = (ROOT / "docs" / "matching.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], names)
    solution, moved = names["solution"], names["moved"]
    assert (solution.pairs.tolist(), solution.unmatched.tolist()) == ([[0, 0], [1, 1]], [2])
    assert (solution.total, solution.gap) == (1.6, 0.0)
    assert [(move.trainee, move.before, move.after) for move in moved.moves] == [(2, None, 1)]
