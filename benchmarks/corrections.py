"""What corrections add to the shipped topic tree: `python -m benchmarks.corrections --help`.

The blind answers are split by group, so that near-copies never stand on both sides: a quarter is held out, of the
rest so many are given to the reader as corrections, in random order or as the review queue would ask for them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.needs_answers import LabelledAnswer, blind_answers
from matching import (
    AnswerReader,
    CorrectedAnswers,
    Examination,
    Metric,
    Named,
    RetrainingTrial,
    independent_groups,
    lessons,
    review_queue,
)
from seed.topics import load_topics

COUNTS = (0, 50, 100, 200)
WEIGHTS = (1, 3, 6)
HELD_OUT = 0.25
Phrases = list[tuple[str, tuple[str, ...]]]


def shipped_phrases() -> Phrases:
    """Return the shipped tree as a studio learns it."""
    nodes = [node for top in load_topics() for node in (top, *top.leaves)]
    return [(node.code, (node.name, *node.synonyms, *node.troubles)) for node in nodes]


def as_corrections(answers: Sequence[LabelledAnswer]) -> CorrectedAnswers:
    """Return labelled answers as people's decisions; answers of one group are taken for one person's."""
    owners = (answer.group or f"answer {number}" for number, answer in enumerate(answers))
    return CorrectedAnswers(
        tuple(answer.text for answer in answers), tuple(answer.topics for answer in answers), tuple(owners)
    )


def in_queue_order(reader: AnswerReader, answers: CorrectedAnswers) -> NDArray[np.int64]:
    """Return the answers as the review queue shows them; junk, which it never shows, comes last."""
    points = [reading.doubtful_point for reading in reader.read(answers.texts)]
    margins = [1.0 if point is None else point.margin for point in points]
    order = review_queue(answers.texts, margins).order
    return np.concatenate([order, np.setdiff1d(np.arange(len(answers)), order)])


def named(reader: AnswerReader, answers: CorrectedAnswers) -> Named:
    """Let a reader name the topics of answers, its best guess where it would keep silent."""
    readings = reader.read(answers.texts)
    points = [max(each.points, key=lambda p: p.guess_confidence, default=None) for each in readings]
    best = tuple(point.guess if point else "" for point in points)
    topics = tuple(
        frozenset(each.codes) or frozenset({guess}) for each, guess in zip(readings, best, strict=True)
    )
    said = np.array([bool(each.codes) for each in readings])
    return Named(topics, best, np.array([p.guess_confidence if p else 0.0 for p in points]), said)


def taught(phrases: Phrases, base: AnswerReader, answers: CorrectedAnswers, weight: int) -> AnswerReader:
    """Return a reader that has learned corrections, each as if it had been given `weight` times."""
    if not len(answers):
        return base
    texts, labels = lessons(answers, base)
    return AnswerReader.from_topics(phrases, texts * weight, labels * weight)


def split(answers: CorrectedAnswers, seed: int) -> tuple[CorrectedAnswers, CorrectedAnswers]:
    """Return the answers to correct, in random order, and those that are held out, by whole groups."""
    groups = independent_groups(answers)
    shuffle = np.random.default_rng(seed)
    distinct = shuffle.permutation(np.unique(groups))
    held = np.isin(groups, distinct[: int(HELD_OUT * len(distinct))])
    rest = shuffle.permutation(np.flatnonzero(~held))
    return _rows(answers, rest), answers.take(held)


def _rows(answers: CorrectedAnswers, rows: NDArray[np.int64]) -> CorrectedAnswers:
    return CorrectedAnswers(
        *(tuple(values[row] for row in rows) for values in (answers.texts, answers.topics, answers.owners))
    )


def print_curve(phrases: Phrases, answers: CorrectedAnswers, n_splits: int) -> None:
    """Print the medians over splits by number of corrections, order and weight."""
    base = AnswerReader.from_topics(phrases)
    print(
        f"{'order, weight of a correction':<32}{'corrections':>12}"
        + "".join(f"{m.value:>19}" for m in Metric)
    )
    for order, weight in (("random", 1), ("queue", 1), *(("queue", weight) for weight in WEIGHTS[1:])):
        for count in COUNTS if weight == 1 else COUNTS[1:]:
            found: list[list[float]] = []
            for seed in range(n_splits):
                rest, held = split(answers, seed)
                if order == "queue":
                    rest = _rows(rest, in_queue_order(base, rest))
                reader = taught(phrases, base, _rows(rest, np.arange(min(count, len(rest)))), weight)
                measured = Examination(held.upper, independent_groups(held)).measure(named(reader, held))
                found.append([measured[metric].value for metric in Metric])
            medians = "".join(f"{value:>19.3f}" for value in np.median(found, axis=0))
            print(f"{f'{order}, {weight}':<32}{count:>12}{medians}", flush=True)


def print_trial(phrases: Phrases, answers: CorrectedAnswers) -> None:
    """Print what a retraining with all the answers as corrections would decide, and its card."""
    trial = RetrainingTrial(phrases, answers, [False] * len(answers))
    verdict = trial.verdict([trial.examine(fold) for fold in range(trial.n_folds)])
    gain = verdict.difference
    print(f"{verdict.n_answers} answers in {verdict.n_groups} groups, five folds; value (90 % interval)")
    for way, measured in verdict.measures.items():
        shown = (f"{m.value} {e.value:.3f} ({e.low:.3f}–{e.high:.3f})" for m, e in measured.items())
        print(f"{way.value:<16}" + "  ".join(shown))
    print(f"gain of the candidate in macro-F1: {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    print("the candidate would be put in force" if verdict.is_better else "the old model would stay")


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--answers", type=Path, default=Path(__file__).parent / "data" / "answers.toml")
    parser.add_argument(
        "--splits", type=int, default=9, help="how many splits; medians over them are printed"
    )
    chosen = parser.parse_args()
    phrases, answers = shipped_phrases(), as_corrections(blind_answers(chosen.answers))
    print_curve(phrases, answers, chosen.splits)
    print()
    print_trial(phrases, answers)


if __name__ == "__main__":
    main()
