"""Time and memory of importing a large survey from the command line: `python -m benchmarks.imports [--rows N]`.

Every command is a process of its own, as an organizer runs it. Beside it, as the floor: Python's csv reader putting
the bare cells of the same file into a SQLite table, without names, topics or needs.
"""

import argparse
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from seed.generator import generate, write_studio

N_MENTORS = 500
COHORT = "1"


@dataclass(frozen=True)
class Measured:
    """One process: CPU and wall seconds, peak memory in MB, and its standard output."""

    name: str
    cpu: float
    wall: float
    peak: float
    output: bytes


def run(name: str, arguments: list[str], database: Path) -> Measured:
    """Run a command in a new process and measure it."""
    environment = os.environ | {"YANZHEN_DATABASE_URL": f"sqlite:///{database}"}
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"{name} failed with exit code {process.returncode}: {output.decode()[-2000:]}")
    return Measured(name, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)


def yanzhen(name: str, *arguments: str, database: Path) -> Measured:
    """Run a `yanzhen` command."""
    return run(
        name, ["-c", "from service.cli.app import main; main()", *arguments, "--format", "json"], database
    )


def store_cells(survey: Path, database: Path) -> None:
    """Put the bare cells of a csv file into a table."""
    with survey.open(encoding="utf-8-sig", newline="") as file, sqlite3.connect(database) as connection:
        header, *rows = csv.reader(file)
        connection.execute(f"CREATE TABLE cells ({', '.join(f'c{number}' for number in range(len(header)))})")
        connection.executemany(f"INSERT INTO cells VALUES ({', '.join('?' * len(header))})", rows)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="respondents in the survey")
    parser.add_argument("--cells", nargs=2, type=Path, metavar=("CSV", "DATABASE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cells:
        store_cells(*asked.cells)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_studio(generate(asked.rows, N_MENTORS, seed=1), folder, suffix=".csv")
        database = folder / "yanzhen.db"
        survey = ("import", "survey", str(files.survey), "--cohort", COHORT, "--wave", "1")
        yanzhen("init", "init", database=database)
        start_up = yanzhen("init again (start-up, learning nothing)", "init", database=database)
        yanzhen("roster", "import", "roster", str(files.roster), "--cohort", COHORT, database=database)
        measured = [
            run(
                "floor: csv and sqlite3, bare cells",
                ["-m", "benchmarks.imports", "--cells", str(files.survey), str(folder / "cells.db")],
                database,
            ),
            start_up,
            yanzhen("import survey --dry-run", *survey, "--dry-run", database=database),
            yanzhen("import survey", *survey, database=database),
            yanzhen("import survey, the same file again", *survey, database=database),
        ]
        with files.survey.open(encoding="utf-8-sig", newline="") as file:
            n_columns = len(next(csv.reader(file)))
    told = json.loads(measured[3].output)
    print(f"{told['rows']} rows × {n_columns} columns, {told['painPoints']} pain points")
    print(f"{'':38}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}{'above start-up':>16}")
    for each in measured:
        above = "" if each.peak < start_up.peak else f"{each.peak - start_up.peak:.0f} MB"
        print(f"{each.name:38}{each.cpu:8.1f}{each.wall:8.1f}{each.peak:9.0f}{above:>16}")


if __name__ == "__main__":
    main()
