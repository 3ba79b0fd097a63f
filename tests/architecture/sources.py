"""The project's own files, as the architecture tests read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("service", "graph", "seed", "studio", "matching")


@cache
def python_files(folder: str) -> tuple[Path, ...]:
    """Return the Python files below a folder of the project, sorted; never none."""
    found = tuple(sorted((ROOT / folder).rglob("*.py")))
    assert found, f"no Python file below {folder}/"
    return found


@cache
def syntax(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def own_files() -> list[Path]:
    """Return every Python file of the floors, without the generated migrations."""
    versions = ROOT / "studio/migrations/versions"
    return [path for floor in FLOORS for path in python_files(floor) if not path.is_relative_to(versions)]


def name_of(path: Path) -> str:
    """Return a file's path as people write it: relative to the project."""
    return path.relative_to(ROOT).as_posix()


def imported_modules(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each imported module's dotted name and how many dots stand before it."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called, such as `translate` of `messages.translate(…)`."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""
