"""Time and memory of taking in a large anonymous wave: `python -m benchmarks.wave [--answers N N …]`.

Answers are made of what the blind set and the demo say, cut into clauses and put together anew; a tenth repeats
another answer with a letter changed. Every size is imported by a process of its own into a database of its own, as an
organizer does; beside it stands what the same import does with nothing but the program's start.
"""

import argparse
import csv
import re
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.imports import Measured, yanzhen
from benchmarks.needs_answers import blind_answers, demo_answers
from seed.generator import generate, write_studio

SIZES = (25_000, 100_000, 200_000)
BLIND = Path(__file__).with_name("data") / "answers.toml"
QUESTIONS = ("您当前工作中最棘手的问题是什么？", "您当前最急迫需要解决的问题是什么？")
N_TRAINEES = 10
COPIED = 0.1
MOST_CLAUSES = 3
_BREAK = re.compile(r"[，,；;。！!？?、\s]+")


def clauses() -> list[str]:
    """Return the distinct clauses of the blind set and of the demo's answers, in a fixed order."""
    texts = [answer.text for answer in (*blind_answers(BLIND), *demo_answers())]
    return sorted({clause for text in texts for clause in _BREAK.split(text) if clause})


def made_answers(seed: int) -> Iterator[str]:
    """Yield answers without end, the same for the same seed."""
    draw = Random(f"wave-{seed}")
    known = clauses()
    before: list[str] = []
    while True:
        if before and draw.random() < COPIED:
            text = draw.choice(before)
            at = draw.randrange(len(text))
            yield text[:at] + draw.choice(known)[0] + text[at + 1 :]
            continue
        text = "，".join(draw.sample(known, draw.randint(1, MOST_CLAUSES)))
        # As many to be copied as a chat group holds: what is copied was said a short while ago.
        before = [*before[-499:], text]
        yield text


def write_wave(path: Path, n_answers: int) -> None:
    """Write an export of `n_answers` answers, two a respondent."""
    answers = made_answers(n_answers)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("序号", *QUESTIONS))
        for number in range(1, n_answers // len(QUESTIONS) + 1):
            writer.writerow((number, *islice(answers, len(QUESTIONS))))


def measure(n_answers: int, folder: Path) -> tuple[Measured, Measured]:
    """Return the start (`init` on a new database, then a command that does nothing) and the import of a wave."""
    database = folder / f"{n_answers}.db"
    survey = folder / f"{n_answers}.csv"
    write_wave(survey, n_answers)
    line = folder / "line.txt"
    line.write_text("停车难", encoding="utf-8")
    people = write_studio(generate(N_TRAINEES, 1), folder, suffix=".csv")
    yanzhen("init", "init", database=database)
    yanzhen("roster", "import", "roster", str(people.roster), "--cohort", "1", database=database)
    idle = yanzhen("start", "classify", str(line), database=database)
    took = yanzhen(
        f"{n_answers} answers",
        *("import", "survey", str(survey), "--cohort", "1", "--wave", "1", "--anonymous"),
        database=database,
    )
    return idle, took


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--answers", type=int, nargs="+", default=SIZES, help="answers in a wave, two a respondent"
    )
    asked = parser.parse_args()
    print(f"{'':24}{'CPU s':>8}{'wall s':>8}{'answers/s':>11}{'peak MB':>9}{'start MB':>10}{'above it':>10}")
    for n_answers in asked.answers:
        with tempfile.TemporaryDirectory() as name:
            idle, took = measure(n_answers, Path(name))
        print(
            f"{took.name:24}{took.cpu:8.1f}{took.wall:8.1f}{n_answers / took.wall:11.0f}"
            f"{took.peak:9.0f}{idle.peak:10.0f}{took.peak - idle.peak:10.0f}"
        )


if __name__ == "__main__":
    main()
