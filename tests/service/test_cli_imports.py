"""What a command imports: nobody waits for what it does not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import sys
sys.argv[0] = "yanzhen"
from service.cli import main
try:
    main()
finally:
    print(" ".join(sys.modules), file=sys.stderr)
"""
# Learning and statistics; all that a command needs which asks the storage; and that itself.
LEARNING = {"sklearn", "scipy.stats", "pandas"}
SCHEMA, STORAGE = {"graph", "strawberry"}, {"sqlalchemy", "matching", "numpy"}


def imported(code: str, *arguments: str, folder: Path | None = None) -> set[str]:
    env = {**os.environ, "YANZHEN_DATABASE_URL": f"sqlite:///{folder}/own.db"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("group", [(), ("run",), ("rules",)])
def test_lists_of_commands_import_no_storage(group: tuple[str, ...]) -> None:
    found = imported(_RUN, *group, "--help")
    assert "service.cli.usage" in found
    assert not found & (LEARNING | SCHEMA | STORAGE)


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (("token", "create", "--role", "organizer"), LEARNING | SCHEMA),
        (("run", "list", "--cohort", "3"), LEARNING),
        (("rules", "limits", "--cohort", "3"), LEARNING),
        (("weeks", "show", "--cohort", "3"), LEARNING),
    ],
)
def test_commands_that_match_nobody_import_nothing_that_learns(
    folder: Path, command: tuple[str, ...], without: set[str]
) -> None:
    found = imported(_RUN, *command, folder=folder)
    assert "sqlalchemy" in found
    assert not found & without


def test_engine_loads_what_learns_only_when_it_is_asked_for() -> None:
    asked = "import sys, matching; {}; print(' '.join(sys.modules), file=sys.stderr)"
    assert not imported(asked.format("matching.assign")) & LEARNING
    assert "sklearn" in imported(asked.format("matching.MentorAffinity"))
    with pytest.raises(subprocess.CalledProcessError):
        imported(asked.format("matching.MentorAffection"))
