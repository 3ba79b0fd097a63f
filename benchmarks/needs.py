"""Texts to topics, beside plain ways to do it: `python -m benchmarks.needs --help`.

Labelled titles are given as a file and stay outside this repository: a csv with the columns title and label, and a
taxonomy with label, group and phrase. Without them the product's own answers are measured all the same.
"""

import argparse
import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from benchmarks.needs_answers import print_answers, shipped_reader
from benchmarks.needs_baselines import Namer, Topics, baselines
from benchmarks.needs_speed import print_speed
from benchmarks.needs_strangers import print_strangers
from matching import SentenceEmbedder, TopicClassifier, expected_calibration_error

DATA = Path(__file__).parent / "data"
SHOTS = (0, 5, 10, 20, 50)
SEEDS = 5
# A class keeps at least so many texts to be examined on.
HELD_BACK = 10
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Titles:
    """Labelled texts and the taxonomy that goes with them."""

    texts: NDArray[np.str_]
    labels: NDArray[np.str_]
    topics: Topics


def read_titles(data: Path, taxonomy: Path | None) -> Titles:
    """Read both csv files; without a taxonomy there are no phrases."""
    with data.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    phrases: dict[str, dict[str, None]] = {}
    if taxonomy is not None:
        with taxonomy.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                phrases.setdefault(row["label"], {}).update({row["group"]: None, row["phrase"]: None})
    topics = [(label, list(found)) for label, found in phrases.items()]
    return Titles(np.array([row["title"] for row in rows]), np.array([row["label"] for row in rows]), topics)


def few_shot(titles: Titles, per_class: int, seed: int) -> Mask:
    """Choose which texts are labelled: so many of each class, fewer where too few would be left."""
    shuffle = np.random.default_rng(seed)
    chosen = np.zeros(len(titles.texts), dtype=bool)
    for label in np.unique(titles.labels):
        own = shuffle.permutation(np.flatnonzero(titles.labels == label))
        chosen[own[: min(per_class, max(len(own) - HELD_BACK, 0))]] = True
    return chosen


def splits(titles: Titles) -> dict[str, list[Mask]]:
    """Return for every column of the table the sets of labelled texts; the rest is examined."""
    found = {
        f"{shots}": [few_shot(titles, shots, seed) for seed in range(SEEDS if shots else 1)]
        for shots in SHOTS
    }
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(titles.texts, titles.labels)
    found["5-fold"] = [~np.isin(np.arange(len(titles.texts)), held) for _, held in folds]
    return found


class Product:
    """The product's classifier in the shape of the baselines; the last fit can be asked for probabilities."""

    def __init__(self, make: Callable[[], TopicClassifier]) -> None:
        self.make = make

    def fit(self, texts: Sequence[str], labels: Sequence[str], topics: Topics) -> "Product":
        """Learn from labelled texts and phrases."""
        self.classifier = self.make().fit(texts, labels, topics=topics)
        return self

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """Name the topics."""
        return self.classifier.predict(texts)

    def calibration_error(self, texts: Sequence[str], labels: NDArray[np.str_]) -> float:
        """Return the expected calibration error on texts that were not learned from."""
        truth = np.searchsorted(self.classifier.classes_, labels)
        return expected_calibration_error(self.classifier.predict_proba(texts), truth)


def measure(titles: Titles, labelled: list[Mask], namer: Namer) -> tuple[list[float], list[float]]:
    """Return macro-F1 and, for the product, calibration error of each set of labelled texts."""
    scores, errors = [], []
    for mask in labelled:
        namer.fit(titles.texts[mask].tolist(), titles.labels[mask].tolist(), titles.topics)
        examined, truth = titles.texts[~mask].tolist(), titles.labels[~mask]
        scores.append(float(f1_score(truth, namer.predict(examined), average="macro", zero_division=0)))
        if isinstance(namer, Product):
            errors.append(namer.calibration_error(examined, truth))
    return scores, errors


def shown(values: list[float]) -> str:
    """Return mean and half the 95 % interval over repeats."""
    if not values:
        return "–"
    mean = f"{np.mean(values):.3f}"
    if len(values) == 1:
        return mean
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{mean} ± {half:.3f}"


def print_titles(titles: Titles, semantic: bool) -> None:
    """Print macro-F1 by number of labels per class for all ways, and the product's calibration error."""
    columns = splits(titles)
    ways: dict[str, tuple[Namer, bool]] = dict(baselines())
    ways["Yanzhen"] = (Product(TopicClassifier), bool(titles.topics))
    if semantic:
        embedder = SentenceEmbedder()
        ways["Yanzhen, semantic"] = (
            Product(lambda: TopicClassifier(semantic=True, embedder=embedder)),
            bool(titles.topics),
        )
    print(
        f"{len(titles.texts)} titles, {len(np.unique(titles.labels))} classes; macro-F1 by labels per class"
    )
    print(f"{'':<34}" + "".join(f"{name:>16}" for name in columns))
    for name, (namer, without_labels) in ways.items():
        measured = [
            measure(titles, masks, namer) if without_labels or masks[0].any() else ([], [])
            for masks in columns.values()
        ]
        print(f"{name:<34}" + "".join(f"{shown(scores):>16}" for scores, _ in measured))
        if any(errors for _, errors in measured):
            print(f"{'  calibration error':<34}" + "".join(f"{shown(errors):>16}" for _, errors in measured))


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="csv: title, label")
    parser.add_argument("--taxonomy", type=Path, help="csv: label, group, phrase")
    parser.add_argument("--answers", type=Path, default=DATA / "answers.toml")
    parser.add_argument("--strangers", type=Path, default=DATA / "strangers.toml")
    parser.add_argument(
        "--semantic", action="store_true", help="also with sentence vectors (the extra semantic)"
    )
    parser.add_argument("--no-speed", action="store_true", help="leave out speed and memory")
    chosen = parser.parse_args()
    if chosen.data is None or not chosen.data.is_file():
        print(
            f"No titles: {chosen.data or '--data'} is no file. They are not part of this repository; name a csv."
        )
    else:
        print_titles(read_titles(chosen.data, chosen.taxonomy), chosen.semantic)
    print()
    for with_meaning in (False, True) if chosen.semantic else (False,):
        reader = shipped_reader(with_meaning)
        print(f"— Answers on the shipped tree, no labels{', semantic' if with_meaning else ''} —")
        print_answers(chosen.answers, reader)
        if chosen.strangers.is_file() and chosen.answers.is_file():
            print_strangers(chosen.strangers, chosen.answers, reader)
    if not chosen.no_speed:
        print()
        print_speed()


if __name__ == "__main__":
    main()
