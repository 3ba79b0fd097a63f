"""What is installed works without the clone: the wheel holds every file that the code reads."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

# Run by the installed package alone: isolated mode leaves the clone off the path.
PROGRAM = "import sys; sys.path.insert(0, {site!r}); from service.cli import main; main()"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files in an empty folder."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_holds_every_file_of_the_floors(site: Path) -> None:
    kept = {".py", ".pyc"}
    # These belong to the engine's own wheel.
    other = {ROOT / "matching" / "pyproject.toml", ROOT / "matching" / "README.md"}
    for floor in ("service", "graph", "studio", "matching", "seed"):
        for path in (ROOT / floor).rglob("*"):
            if path.is_file() and path.suffix not in kept and path not in other:
                assert (site / path.relative_to(ROOT)).is_file(), path
    assert len(list((site / "graph" / "operations").glob("*.graphql"))) == len(
        list((ROOT / "docs" / "operations").glob("*.graphql"))
    )


def test_installed_package_runs_the_main_job(site: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM.format(site=str(site)), "demo", "--no-serve"],
        cwd=tmp_path,
        env={**os.environ, "YANZHEN_DATABASE_URL": "sqlite:///demo.db"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "report.html").stat().st_size > 50_000
