"""Files that a newcomer can read: short, well named, one subject each."""

import ast
import re
import tomllib

import pytest

from tests.architecture.sources import ROOT, called_name, name_of, own_files, python_files, syntax

LONGEST_FILE = 330
LONGEST_DECISION = 45
# Names that say nothing about what a thing is.
EMPTY_NAMES = {"manager", "helper", "helpers", "util", "utils", "processor", "data", "info", "common", "base"}
# Relay's cursor connections name this type; clients look for it.
FIXED_ELSEWHERE = {"PageInfo"}
# Where everything may be caught: a client must get an answer, and a worker must live on.
EDGES = {"service/web/errors.py", "studio/operations/background/worker.py"}


def test_files_stay_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own_files()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}


def test_decisions_stay_short_and_are_numbered_without_gaps() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert records
    long = {record.name: len(record.read_text().splitlines()) for record in records}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST_DECISION}
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))


def _last_word(name: str) -> str:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|_+", name)[-1].lower()


def test_modules_and_classes_say_what_they_hold() -> None:
    names = [(name_of(path), path.stem) for path in own_files()]
    names += [
        (name_of(path), node.name)
        for path in own_files()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ClassDef) and node.name not in FIXED_ELSEWHERE
    ]
    assert not [(where, name) for where, name in names if _last_word(name) in EMPTY_NAMES]


def test_tables_are_not_annotated_with_strings() -> None:
    """SQLModel reads annotations when a class is made; postponed ones break it."""
    for path in python_files("studio/store"):
        futures = [
            alias.name
            for node in ast.walk(syntax(path))
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for alias in node.names
        ]
        assert "annotations" not in futures, name_of(path)


def test_everything_is_caught_at_the_edges_only() -> None:
    """Elsewhere a fault that nobody expected must be seen; a handler that raises it again hides nothing."""
    catching = {
        name_of(path)
        for path in own_files()
        for handler in ast.walk(syntax(path))
        if isinstance(handler, ast.ExceptHandler) and _catches_all(handler) and not _raises_again(handler)
    }
    assert catching <= EDGES, catching - EDGES


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})
        for kind in kinds
    )


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in handler.body)


def test_nothing_is_left_to_do_in_the_sources() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert not [name_of(path) for path in own_files() if marks.search(path.read_text(encoding="utf-8"))]


def test_results_are_printed_by_the_command_line_only() -> None:
    printing = {
        name_of(path)
        for path in own_files()
        for call in ast.walk(syntax(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and called_name(call) == "print"
    }
    # The seed's own commands (`python -m seed.…`) are tools of a developer.
    assert all(name.startswith(("service/cli/", "seed/")) for name in printing), printing


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_by_hash_and_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.findall(r"^([a-z0-9][\w.\-\[\]]*)(==\S+)?((?:.*\\\n)*.*)", text, re.MULTILINE)
    assert len(entries) > 20
    assert not [package for package, pin, rest in entries if not pin or "--hash=sha256:" not in rest]


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = {_plain(name) for name in project["project"]["dependencies"]}
    development = {_plain(name) for name in project["dependency-groups"]["dev"]}
    locked = {name: _locked(name) for name in ("requirements.lock", "requirements-dev.lock")}
    assert runtime <= locked["requirements.lock"]
    assert runtime | development <= locked["requirements-dev.lock"]
    # What runs the tests is not installed where the service runs.
    assert not {"pytest", "mypy", "ruff"} & locked["requirements.lock"]


def _plain(requirement: str) -> str:
    return re.match(r"[\w.\-]+", requirement)[0].lower()


def _locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][\w.\-]*)", (ROOT / name).read_text(), re.MULTILINE))
