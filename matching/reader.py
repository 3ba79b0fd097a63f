"""Reading survey answers: from what a trainee typed to points, topics and the words that show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from .answers import Span, is_junk, is_resolved, split_clauses, split_points
from .examples import Topics
from .topics import TopicClassifier

Floats = NDArray[np.float64]

# A clause is short: it may add a topic of its own only when the model is surer than for a whole point.
_CLAUSE_MARGIN = 0.3
_SHORTEST_CLAUSE = 3
# Answers read at a time, so that a wave of any size needs the memory of one block.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class TopicReading:
    """One topic found in a point.

    Attributes
    ----------
    code : str
        Upper topic.
    confidence : float in [0, 1]
        Probability of `code`.
    start, end : int
        Characters of the original answer that show it, end excluded.
    leaf : str or None
        Lower topic under `code`, None where that is too doubtful.
    leaf_confidence : float in [0, 1]
        Probability of the leaf; 0 where there is none.

    """

    code: str
    confidence: float
    start: int
    end: int
    leaf: str | None
    leaf_confidence: float


@dataclass(frozen=True, slots=True)
class PointReading:
    """One point of an answer.

    Attributes
    ----------
    start, end : int
        Characters of the original answer, end excluded.
    resolved : bool
        It reports a solved trouble or content, and adds no need.
    topics : tuple of TopicReading
        Best first; empty where the classifier abstained.
    guess : str
        Best upper topic even where it abstained, for the person who decides.
    guess_confidence : float in [0, 1]
        Its probability.

    """

    start: int
    end: int
    resolved: bool
    topics: tuple[TopicReading, ...]
    guess: str
    guess_confidence: float


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """One answer as the engine understands it.

    Attributes
    ----------
    text : str
        The original, word for word.
    junk : bool
        The whole answer says nothing (无, 同上, …); it has no points then.
    resolved : bool
        Every point reports good news.
    points : tuple of PointReading
        In the order of the text.
    abstained : bool
        Some open point has no topic: a person should look.

    """

    text: str
    junk: bool
    resolved: bool
    points: tuple[PointReading, ...]
    abstained: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """Upper topics of the open points, in order, each once."""
        return tuple(dict.fromkeys(t.code for p in self.points if not p.resolved for t in p.topics))


@dataclass(frozen=True, slots=True)
class _Pieces:
    """All points and clauses of a batch, each text once, with their probabilities."""

    upper: Floats
    doubtful: NDArray[np.bool_]
    lower: Floats
    place: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A topic chosen for a piece of an answer, as columns of the two classifiers; no leaf is −1."""

    span: Span
    column: int
    leaf: int
    confidence: float
    leaf_confidence: float


class AnswerReader:
    """Read answers with an upper and a lower topic classifier.

    Parameters
    ----------
    upper : TopicClassifier
        Fitted on the upper topics.
    lower : TopicClassifier
        Fitted on their leaves, whose codes are `UPPER.LEAF`.

    Notes
    -----
    Everything is done in batches, each distinct piece of text once. About 5 000 short answers a second and
    core.

    Examples
    --------
    >>> tree = [("LIFE.PARKING", ["没有车位", "停车难"]), ("WRITING.NEWS", ["信息写不出来", "稿子被退回来"])]
    >>> reading = AnswerReader.from_topics(tree).read(["停车太难了"])[0]
    >>> reading.codes
    ('LIFE',)

    """

    def __init__(self, upper: TopicClassifier, lower: TopicClassifier) -> None:
        self.upper = upper
        self.lower = lower
        parents = np.array([code.partition(".")[0] for code in lower.classes_.tolist()], dtype=np.str_)
        self._is_child = upper.classes_[:, None] == parents[None, :]

    @classmethod
    def from_topics(
        cls, topics: Topics, texts: Sequence[str] = (), labels: Sequence[str | None] = ()
    ) -> Self:
        """Fit both classifiers from a tree of leaves and from corrected texts.

        Parameters
        ----------
        topics : sequence of (code, phrases)
            Codes are `UPPER` or `UPPER.LEAF`.
        texts, labels : sequences of equal length
            Corrected texts; a label is an upper code, a leaf's code or None.

        """
        leaves = [(code, phrases) for code, phrases in topics if "." in code]
        tops: dict[str, list[str]] = {}
        for code, phrases in topics:
            tops.setdefault(code.partition(".")[0], []).extend(phrases)
        upper_labels = [None if label is None else label.partition(".")[0] for label in labels]
        lower_labels = [label if label is not None and "." in label else None for label in labels]
        upper = TopicClassifier().fit(texts, upper_labels, topics=list(tops.items()))
        lower = TopicClassifier().fit(texts, lower_labels, topics=leaves or list(tops.items()))
        return cls(upper, lower)

    def read(self, texts: Sequence[str]) -> list[AnswerReading]:
        """Read answers; the result is in the order of `texts` and the same for one as for many."""
        blocks = (texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK))
        return [reading for block in blocks for reading in self._read_block(block)]

    def _read_block(self, texts: Sequence[str]) -> list[AnswerReading]:
        junk = is_junk(texts).tolist()
        points = [[] if skip else split_points(text) for text, skip in zip(texts, junk, strict=True)]
        clauses = [[split_clauses(t, p) for p in spans] for t, spans in zip(texts, points, strict=True)]
        pieces = self._classify(list(_pieces(texts, points, clauses)))
        resolved = iter(
            is_resolved([t[a:b] for t, spans in zip(texts, points, strict=True) for a, b in spans])
        )
        found = [
            [self._topics(text, point, parts, pieces) for point, parts in zip(spans, cut, strict=True)]
            for text, spans, cut in zip(texts, points, clauses, strict=True)
        ]
        shown = iter(self._show(texts, found))
        readings = []
        for text, skip, spans, topics in zip(texts, junk, points, found, strict=True):
            read = tuple(
                self._point(text, span, bool(next(resolved)), tuple(next(shown) for _ in hits), pieces)
                for span, hits in zip(spans, topics, strict=True)
            )
            open_points = [point for point in read if not point.resolved]
            abstained = any(not point.topics for point in open_points)
            # Signs without a letter say nothing either.
            readings.append(
                AnswerReading(text, skip or not read, bool(read) and not open_points, read, abstained)
            )
        return readings

    def _classify(self, texts: list[str]) -> _Pieces:
        distinct = list(dict.fromkeys(texts))
        place = {text: row for row, text in enumerate(distinct)}
        return _Pieces(*self.upper.judge(distinct), self.lower.predict_proba(distinct), place)

    def _topics(self, text: str, point: Span, clauses: list[Span], pieces: _Pieces) -> list[_Hit]:
        """Choose the topics of one point, surest first."""
        enough = self.upper.threshold_ + _CLAUSE_MARGIN
        chosen: dict[int, Span] = {}
        for span in clauses if len(clauses) > 1 else []:
            row = pieces.place[text[slice(*span)]]
            column = int(pieces.upper[row].argmax())
            long_enough = span[1] - span[0] >= _SHORTEST_CLAUSE
            if long_enough and not pieces.doubtful[row] and pieces.upper[row, column] >= enough:
                chosen.setdefault(column, span)
        whole = pieces.place[text[slice(*point)]]
        if len(chosen) < 2 and not pieces.doubtful[whole]:
            # One topic: the whole point says it best.
            chosen = {int(pieces.upper[whole].argmax()): point}
        hits = [self._hit(text, span, column, pieces) for column, span in chosen.items()]
        return sorted(hits, key=lambda hit: -hit.confidence)

    def _hit(self, text: str, span: Span, column: int, pieces: _Pieces) -> _Hit:
        row = pieces.place[text[slice(*span)]]
        confidence = float(pieces.upper[row, column])
        below = np.where(self._is_child[column], pieces.lower[row], 0.0)
        total = float(below.sum())
        leaf = int(below.argmax())
        leaf_confidence = confidence * float(below[leaf]) / total if total > 0 else 0.0
        if leaf_confidence < self.lower.threshold_:
            return _Hit(span, column, -1, confidence, 0.0)
        return _Hit(span, column, leaf, confidence, leaf_confidence)

    def _show(self, texts: Sequence[str], found: list[list[list[_Hit]]]) -> Iterator[TopicReading]:
        """Find the evidence of every hit in one batch, in the order of the hits."""
        hits = [
            (text, hit)
            for text, points in zip(texts, found, strict=True)
            for point in points
            for hit in point
        ]
        codes = [str(self.upper.classes_[hit.column]) for _, hit in hits]
        spans = self.upper.evidence([text[slice(*hit.span)] for text, hit in hits], codes) if hits else []
        for (_, hit), code, (start, end) in zip(hits, codes, spans, strict=True):
            shift = hit.span[0]
            leaf = str(self.lower.classes_[hit.leaf]) if hit.leaf >= 0 else None
            yield TopicReading(code, hit.confidence, shift + start, shift + end, leaf, hit.leaf_confidence)

    def _point(
        self, text: str, span: Span, resolved: bool, topics: tuple[TopicReading, ...], pieces: _Pieces
    ) -> PointReading:
        chances = pieces.upper[pieces.place[text[slice(*span)]]]
        best = int(chances.argmax())
        return PointReading(*span, resolved, topics, str(self.upper.classes_[best]), float(chances[best]))


def _pieces(texts: Sequence[str], points: list[list[Span]], clauses: list[list[list[Span]]]) -> Iterator[str]:
    for text, spans, cut in zip(texts, points, clauses, strict=True):
        for span, parts in zip(spans, cut, strict=True):
            yield text[slice(*span)]
            if len(parts) > 1:
                yield from (text[slice(*part)] for part in parts)
