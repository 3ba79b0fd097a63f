"""Answers of a batch cut into points and clauses, and what each piece speaks for in the light of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from ..texts.answers import Span, split_clauses, split_points

Floats = NDArray[np.float64]

# What stands around is a hint: a point is read with this much of its answer's open points, a clause of its point.
_CONTEXT = 0.3


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of a batch in the order of the text.

    Attributes
    ----------
    owners : list of int
        Of a point the number of its answer, of a clause the number of its point.
    spans : list of (start, end)
        Characters of the original answer, end excluded.
    rows : list of int
        The piece's place among the distinct texts of the batch.

    """

    owners: list[int]
    spans: list[Span]
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Cut:
    """A batch of answers in pieces; a point of one clause has no clauses."""

    distinct: list[str]
    points: Pieces
    clauses: Pieces


def cut_answers(texts: Sequence[str], skip: Sequence[bool]) -> Cut:
    """Cut answers into points and clauses; those to skip have none."""
    places: dict[str, int] = {}
    points, clauses = Pieces([], [], []), Pieces([], [], [])

    def add(pieces: Pieces, owner: int, text: str, span: Span) -> None:
        pieces.owners.append(owner)
        pieces.spans.append(span)
        pieces.rows.append(places.setdefault(text[slice(*span)], len(places)))

    for number, (text, skipped) in enumerate(zip(texts, skip, strict=True)):
        for span in [] if skipped else split_points(text):
            add(points, number, text, span)
            parts = split_clauses(text, span)
            for part in parts if len(parts) > 1 else []:
                add(clauses, len(points.owners) - 1, text, part)
    return Cut(list(places), points, clauses)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What pieces speak for.

    Attributes
    ----------
    logs : float array of shape (n_pieces, n_topics)
        Decision values.
    best : list of int
        Column of the best topic of each piece.
    confidence : list of float
        Its probability.
    margin : list of float
        How far that lies above the second best's; 1 where there is one topic only.

    """

    logs: Floats
    best: list[int]
    confidence: list[float]
    margin: list[float]


def opinions_of_points(cut: Cut, logs: Floats, is_open: NDArray[np.bool_], n_answers: int) -> Opinions:
    """Read every point together with the open points of its answer.

    Parameters
    ----------
    cut : Cut
    logs : float array of shape (n_distinct, n_topics)
        Decision values of the distinct texts alone.
    is_open : bool array of shape (n_points,)
        Not solved; a solved point lends nothing to the others.
    n_answers : int

    """
    owners = np.array(cut.points.owners, dtype=np.int64)
    own = logs[np.array(cut.points.rows, dtype=np.int64)]
    sizes = np.array([end - start for start, end in cut.points.spans]) * is_open
    sums, total = np.zeros((n_answers, logs.shape[1])), np.zeros(n_answers)
    np.add.at(sums, owners, own * sizes[:, None])
    np.add.at(total, owners, sizes)
    around = sums[owners] / np.maximum(total[owners], 1)[:, None]
    return _opinions(np.where(is_open[:, None], _blend(own, around), own))


def opinions_of_clauses(cut: Cut, logs: Floats, points: Opinions) -> Opinions:
    """Read every clause together with its point."""
    own = logs[np.array(cut.clauses.rows, dtype=np.int64)]
    return _opinions(_blend(own, points.logs[np.array(cut.clauses.owners, dtype=np.int64)]))


def _blend(own: Floats, around: Floats) -> Floats:
    return (own + _CONTEXT * around) / (1 + _CONTEXT)


def _opinions(logs: Floats) -> Opinions:
    chances = softmax(logs, axis=1)
    best = chances.max(axis=1, initial=0.0)
    second = np.sort(chances, axis=1)[:, -2] if chances.shape[1] > 1 else np.zeros(len(chances))
    return Opinions(logs, chances.argmax(axis=1).tolist(), best.tolist(), (best - second).tolist())
