"""The engine ships alone: its own wheel works where nothing but what it declares is installed."""

import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.architecture.sources import ROOT

ENGINE = ROOT / "matching"
USE = """
import matching, numpy as np
found = matching.match(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.9, 0.1], [0.2, 0.8]]), capacity=[1, 1])
assert found.certificate.valid, found.certificate
reader = matching.TopicClassifier().fit([], [], topics=[("A", ["楼道堵了没人管"]), ("B", ["材料写不出来"])])
assert list(reader.predict(["材料不会写"])) == ["B"]
print(matching.__file__, found.solution.pairs.tolist())
"""


def declared() -> dict[str, Any]:
    """The engine's own project table."""
    table: dict[str, Any] = tomllib.loads((ENGINE / "pyproject.toml").read_text())["project"]
    return table


def closure(requirements: list[str]) -> set[str]:
    """Names of the installed distributions that these requirements ask for, and of all that those ask for."""
    found: set[str] = set()
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        requirement = waiting.pop()
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if not wanted or requirement.name.lower() in found:
            continue
        try:
            further = distribution(requirement.name).requires or []
        except PackageNotFoundError:
            pytest.fail(f"{requirement.name}, which the engine's wheel asks for, is not installed here")
        found.add(requirement.name.lower())
        waiting += [Requirement(each) for each in further]
    return found


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the engine's wheel and what it declares, and the path of its Python."""
    folder = tmp_path_factory.mktemp("engine")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ENGINE, check=True, capture_output=True)
    venv.create(folder / "env", with_pip=False)
    (packages,) = (folder / "env").glob("lib/python*/site-packages")
    for name in closure(declared()["dependencies"]):
        for file in distribution(name).files or ():
            top = file.parts[0]
            source = Path(str(distribution(name).locate_file(top)))
            if top not in ("..", "__pycache__") and not (packages / top).exists():
                (packages / top).symlink_to(source)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return folder / "env" / "bin" / "python"


def test_engine_wheel_works_in_an_empty_environment(empty_environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(empty_environment), "-I", "-c", USE], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert str(empty_environment.parent.parent) in done.stdout


def test_empty_environment_has_nothing_of_the_product(empty_environment: Path, tmp_path: Path) -> None:
    for module in ("studio", "starlette", "sqlmodel", "pytest"):
        done = subprocess.run(
            [str(empty_environment), "-I", "-c", f"import {module}"], cwd=tmp_path, capture_output=True
        )
        assert b"ModuleNotFoundError" in done.stderr, module


def test_engine_declares_what_the_product_lists_under_matching() -> None:
    product = (ROOT / "pyproject.toml").read_text()
    listed = product.split("# matching\n")[1].split("]")[0]
    engine = declared()
    assert [line.strip().strip('",') for line in listed.splitlines() if line.strip()] == engine[
        "dependencies"
    ]
    whole = tomllib.loads(product)["project"]
    for name in ("version", "requires-python", "license"):
        assert engine[name] == whole[name]
    extras = engine["optional-dependencies"]
    assert extras == {name: whole["optional-dependencies"][name] for name in extras}
