"""What stands outside the topic tree, what only seems to, and new matters that no topic covers yet."""

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.needs_answers import LabelledAnswer, Read, blind_answers, demo_answers
from matching import AnswerReader, AnswerReading, emerging_points
from seed.topics import load_topics

# A new matter is told among so many ordinary answers; false groups are counted among as many.
N_AMONG = 120
N_DRAWS = 20
_HALVES = ("looked at", "only measured")


def print_strangers(file: Path, answers: Path, reader: AnswerReader) -> None:
    """Print how many off-topic answers are left open, how hard ones fare, and which new matters come up."""
    with file.open("rb") as content:
        told = tomllib.load(content)
    hard = [
        LabelledAnswer(text, frozenset({code}), "hard")
        for code, texts in told["hard"].items()
        for text in texts
    ]
    off_topic = [text for texts in told["off_topic"].values() for text in texts]
    print(f"{'':<46}" + "".join(f"{half:>16}" for half in _HALVES))
    _print_row("off topic left open", [(text, not each.codes) for text, each in _read(reader, off_topic)])
    read = [
        Read(answer, reading) for answer, (_, reading) in zip(hard, _read(reader, _texts(hard)), strict=True)
    ]
    _print_row("hard troubles that get a topic", [(e.answer.text, bool(e.reading.codes)) for e in read])
    _print_row(
        "the right one among them", [(e.answer.text, e.answer.topics <= set(e.reading.codes)) for e in read]
    )
    ordinary = [answer.text for answer in (*blind_answers(answers), *demo_answers(), *hard) if answer.topics]
    _print_new_matters(told["new_matters"], ordinary, reader)


def was_only_measured(text: str) -> bool:
    """Tell of which half a text or a new matter is."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def _texts(answers: Sequence[LabelledAnswer]) -> list[str]:
    return [answer.text for answer in answers]


def _read(reader: AnswerReader, texts: Sequence[str]) -> list[tuple[str, AnswerReading]]:
    return list(zip(texts, reader.read(texts), strict=True))


def _print_row(name: str, outcomes: Sequence[tuple[str, bool]]) -> None:
    cells = []
    for half in (False, True):
        kept = [good for text, good in outcomes if was_only_measured(text) is half]
        cells.append(f"{sum(kept)} of {len(kept)}")
    print(f"{name:<46}" + "".join(f"{cell:>16}" for cell in cells))


def _print_new_matters(matters: dict[str, list[str]], ordinary: Sequence[str], reader: AnswerReader) -> None:
    known = [
        text
        for top in load_topics()
        for node in (top, *top.leaves)
        for text in (*node.synonyms, *node.troubles)
    ]
    shuffle = np.random.default_rng(0)

    def groups(texts: Sequence[str]) -> list[tuple[str, ...]]:
        sure = [_confidence(reading) for reading in reader.read(texts)]
        found = emerging_points(texts, range(len(texts)), background=known, confidence=sure)
        return [point.words for point in found]

    def among() -> list[str]:
        return [ordinary[place] for place in shuffle.choice(len(ordinary), N_AMONG, replace=False)]

    found = {
        name: any(sum(words[0] in text for text in told) >= 3 for words in groups([*among(), *told]))
        for name, told in matters.items()
    }
    _print_row("new matters that come up", list(found.items()))
    false = [len(groups(among())) for _ in range(N_DRAWS)]
    print(f"{f'groups in {N_DRAWS} draws of {N_AMONG} ordinary answers':<46}{sum(false):>16}")
    print(f"{f'groups in all {len(ordinary)} ordinary answers':<46}{len(groups(ordinary)):>16}")


def _confidence(reading: AnswerReading) -> float:
    """Return what the studio stores of it: the surest topic of what is open, 0 where a part was left open."""
    if reading.abstained:
        return 0.0
    return max((t.confidence for p in reading.points if not p.resolved for t in p.topics), default=0.0)
