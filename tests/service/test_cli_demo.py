"""`yanzhen demo` at another size: the asked seed, and a terminal that is not flooded."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from seed.generator import generate
from service.cli.app import app
from service.cli.demo_summary import PAIRS_SHOWN


def test_generated_demo_has_its_seed_and_shows_some_of_its_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_DATABASE_URL", f"sqlite:///{tmp_path}/demo.db")
    n_trainees = PAIRS_SHOWN + 3
    size = ("--trainees", str(n_trainees), "--mentors", "8", "--seed", "5")
    done = CliRunner().invoke(app, ["demo", "--no-serve", *size, "--report", str(tmp_path / "report.html")])
    assert done.exit_code == 0, done.output
    people = [row.name for row in generate(n_trainees, 8, seed=5).roster]
    lines = done.stdout.splitlines()
    shown = [name for name in people if any(line.startswith(f" {name} ") for line in lines)]
    assert len(shown) == PAIRS_SHOWN
    assert "还有 3 行" in done.stdout
    # At the end somebody is supposed to decline: who would have to move, and what it costs.
    story = done.stdout[done.stdout.index("假如") :]
    assert "什么都没有保存" in story
    assert sum(line.startswith("  · ") for line in story.splitlines()) >= 1
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(name in report for name in people)
