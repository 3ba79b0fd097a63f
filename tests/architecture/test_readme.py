"""Both READMEs give the same commands, and these exist."""

import re
import shlex
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer

from service.cli.app import app
from tests.architecture.sources import ROOT

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
# The commands that the software promises.
PROMISED = {
    "init",
    "import roster",
    "import mentors",
    "import survey",
    "import rules",
    "needs",
    "gaps",
    "emerging",
    "recommend",
    "event",
    "package",
    "match",
    "run list",
    "run start",
    "run cancel",
    "run publish",
    "run rollback",
    "run rematch",
    "consents",
    "contacts",
    "policy show",
    "policy aim",
    "rules presets",
    "rules preset",
    "rules list",
    "rules apply",
    "rules undo",
    "rules limits",
    "rules limit",
    "rules unlimit",
    "weeks show",
    "weeks offer",
    "weeks free",
    "weeks move",
    "classify",
    "review",
    "retrain",
    "reread",
    "model card",
    "weights learn",
    "weights card",
    "export pairings",
    "export rules",
    "schema",
    "report",
    "token create",
    "serve",
    "worker",
    "demo",
}
# Blocks that a reader types; the others show what comes out.
TYPED = {"sh", "bat", "graphql"}


def blocks(page: Path) -> list[tuple[str, list[str]]]:
    """Return the fenced blocks that are typed, as language and lines, without comments and empty lines."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [
        (language, [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")])
        for language, text in found
        if language in TYPED
    ]


def commands(page: Path) -> list[str]:
    """Return every `yanzhen …` and `./dev …` of a page, in blocks and in the running text."""
    typed = [line for language, lines in blocks(page) if language in {"sh", "bat"} for line in lines]
    inline = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    marked = [*typed, *inline]
    pattern = re.compile(r"(?:^|\s|/|\\)(yanzhen|dev)(?:\s+(.*))?$")
    return [match[0].strip() for line in marked if (match := pattern.search(line)) and match[2]]


def words_after(command: str, program: str) -> list[str] | None:
    parts = shlex.split(command.replace("\\", "/"))
    at = next((place for place, part in enumerate(parts) if Path(part).name == program), None)
    return None if at is None else parts[at + 1 :]


def test_both_readmes_give_the_same_commands() -> None:
    assert blocks(ENGLISH) == blocks(CHINESE)
    assert len(blocks(ENGLISH)) >= 5
    assert sorted(commands(ENGLISH)) == sorted(commands(CHINESE))


def test_both_readmes_have_the_same_sections_and_rows() -> None:
    def shape(page: Path) -> list[str]:
        lines = page.read_text(encoding="utf-8").splitlines()
        return [match[0] for line in lines if (match := re.match(r"#+ |!\[|\| |- ", line))]

    assert shape(ENGLISH) == shape(CHINESE)


def test_the_two_commands_stand_in_the_first_screen() -> None:
    for page in (ENGLISH, CHINESE):
        first = page.read_text(encoding="utf-8").splitlines()[:25]
        assert {"./dev demo", "./dev test"} <= set(first)


def test_ci_calls_the_commands_as_readme_gives_them() -> None:
    steps = (ROOT / ".ci/run").read_text().splitlines()
    assert "./dev test" in steps
    assert "./dev demo --no-serve" in steps


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=lambda page: page.name)
def test_every_command_exists_with_its_options(page: Path) -> None:
    checked = 0
    for line in commands(page):
        words = words_after(line, "yanzhen")
        if words is None:
            words = words_after(line, "dev")
            if not words or words[0] not in {"demo", "yanzhen"}:
                continue
            words = words if words[0] == "demo" else words[1:]
        if words:
            _check(words, line)
            checked += 1
    assert checked > 15


def _check(words: list[str], line: str) -> None:
    """Find the command and all its options; an unknown one fails with the line."""
    command = typer.main.get_command(app)
    rest = list(words)
    while (inner := _commands(command)) and rest:
        name = rest.pop(0)
        assert name in inner, line
        command = inner[name]
    known = {
        option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]
    }
    used = {word.split("=")[0] for word in takewhile(lambda word: word != "&", rest) if word.startswith("--")}
    assert used <= known, line


def test_promised_commands_exist() -> None:
    assert set(_leaves(typer.main.get_command(app))) == PROMISED


def test_every_command_that_gives_a_result_gives_it_as_json() -> None:
    leaves = _leaves(typer.main.get_command(app))
    without = {
        name
        for name, command in leaves.items()
        if not any("--format" in parameter.opts for parameter in command.params)
    }
    # A server has no result.
    assert without <= {"serve", "worker"}


def _commands(command: Any) -> dict[str, Any]:
    """Return the commands of a group; a single command has none."""
    return getattr(command, "commands", {})


def _leaves(command: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in _commands(command).items():
        path = f"{prefix} {name}".strip()
        found |= _leaves(inner, path) if _commands(inner) else {path: inner}
    return found


def test_dev_offers_what_it_says() -> None:
    script = (ROOT / "dev").read_text()
    told = set(re.findall(r"^#   \./dev (\w+)", script, re.MULTILINE))
    offered = set(re.search(r"^    ((?:\w+ \| )+\w+)\) setup", script, re.MULTILINE)[1].split(" | "))
    assert told == offered


def test_picture_is_as_large_as_the_documented_command_takes_it() -> None:
    """A picture of another size was not taken by the command that CONTRIBUTING gives."""
    picture = (ROOT / "docs/images/report.png").read_bytes()
    size = re.search(r"--window-size=(\d+),(\d+)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert size is not None
    assert [int.from_bytes(picture[at : at + 4]) for at in (16, 20)] == [int(size[1]), int(size[2])]
    assert len(picture) < 600_000
