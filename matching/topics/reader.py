"""Reading survey answers: from what a trainee typed to points, topics and the words that show them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, logsumexp

from ..exceptions import InvalidInputError
from ..texts.answers import Span
from ..texts.normalise import NormalisedText, normalise
from ..texts.semantic import SentenceEmbedder
from ..texts.untroubled import is_junk, sounds_resolved
from .committee import FEATURE_ARRAYS, State
from .examples import NO_TOPIC, Topics
from .pieces import Cut, Opinions, cut_answers, opinions_of_clauses, opinions_of_points
from .readings import AnswerReading, PointReading, TopicReading

if TYPE_CHECKING:
    from .classifier import TopicClassifier

Floats = NDArray[np.float64]

# An upper topic's chance is the product of what both classifiers say, each to this power: below a half each keeps
# its say, and together they are as sure as they are right.
_TOGETHER = 0.6
# A clause is short: it may add a topic of its own only when the model is surer than for a whole point.
_CLAUSE_MARGIN = 0.4
_SURE_CLAUSE = 0.95
_SHORTEST_CLAUSE = 3
# Answers read at a time, so that a wave of any size needs the memory of one block.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class _Hit:
    """A topic chosen for a piece of an answer: its column, and the row of the distinct text that shows it."""

    column: int
    row: int
    span: Span
    confidence: float


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
    Both classifiers decide about the upper topic: the lower one knows its sides apart. Points of one answer are
    read in each other's light, and clauses in that of their point. Everything is done in batches, each distinct
    piece of text once: about 6 000 short answers a second and core.

    Examples
    --------
    >>> tree = [("LIFE.PARKING", ["没有车位", "停车难"]), ("WRITING.NEWS", ["信息写不出来", "稿子被退回来"])]
    >>> reading = AnswerReader.from_topics(tree).read(["停车太难了"])[0]
    >>> reading.codes
    ('LIFE',)

    """

    def __init__(self, upper: "TopicClassifier", lower: "TopicClassifier") -> None:
        self.upper = upper
        self.lower = lower
        # One string per code: a wave's readings name them hundreds of thousands of times.
        self._codes: list[str] = upper.classes_.tolist()
        self._leaves: list[str] = lower.classes_.tolist()
        parents = np.array([code.partition(".")[0] for code in lower.classes_.tolist()], dtype=np.str_)
        self._is_child = upper.classes_[:, None] == parents[None, :]

    @classmethod
    def from_topics(
        cls,
        topics: Topics,
        texts: Sequence[str] = (),
        labels: Sequence[str | None] = (),
        semantic: bool = False,
        embedder: SentenceEmbedder | None = None,
    ) -> Self:
        """Fit both classifiers from a tree of leaves and from corrected texts.

        Parameters
        ----------
        topics : sequence of (code, phrases)
            Codes are `UPPER` or `UPPER.LEAF`.
        texts, labels : sequences of equal length
            Corrected texts; a label is an upper code, a leaf's code or None.
        semantic, embedder
            As of `TopicClassifier`.

        """
        from .classifier import TopicClassifier

        leaves = [(code, phrases) for code, phrases in topics if "." in code]
        tops: dict[str, list[str]] = {}
        for code, phrases in topics:
            tops.setdefault(code.partition(".")[0], []).extend(phrases)
        upper_labels = [None if label is None else label.partition(".")[0] for label in labels]
        lower_labels = [label if label == NO_TOPIC or "." in (label or "") else None for label in labels]
        upper = TopicClassifier(semantic, embedder).fit(texts, upper_labels, topics=list(tops.items()))
        lower = TopicClassifier(semantic, embedder).fit(
            texts, lower_labels, topics=leaves or list(tops.items()), features=upper.committee_.features
        )
        return cls(upper, lower)

    def state(self) -> State:
        """Return both fitted classifiers as plain arrays; the features that they share stand once."""
        upper = {f"upper_{name}": array for name, array in self.upper.state().items()}
        lower = {f"lower_{name}": array for name, array in self.lower.state().items()}
        if self._share_features():
            lower = {name: array for name, array in lower.items() if name[6:] not in FEATURE_ARRAYS}
        return upper | lower

    @classmethod
    def from_state(cls, state: State, embedder: SentenceEmbedder | None = None) -> Self:
        """Rebuild a fitted reader from `state`.

        Raises
        ------
        InvalidInputError
            When arrays are missing or do not fit together.

        """
        from .classifier import TopicClassifier

        upper = {name[6:]: array for name, array in state.items() if name.startswith("upper_")}
        lower = {name[6:]: array for name, array in state.items() if name.startswith("lower_")}
        # All or none: where some of the lower classifier's own are missing, they are not those of the upper one.
        missing = lower.keys().isdisjoint(FEATURE_ARRAYS)
        shared = {name: upper[name] for name in FEATURE_ARRAYS if missing and name in upper}
        reader = cls(
            TopicClassifier.from_state(upper, embedder), TopicClassifier.from_state(lower | shared, embedder)
        )
        if not reader._is_child.any(axis=0).all():
            raise InvalidInputError(
                "The 'lower_classes' of the state must be leaves of its 'upper_classes'. "
                f"Got {reader.lower.classes_[~reader._is_child.any(axis=0)].tolist()[:5]} instead."
            )
        if shared:
            reader.lower.committee_.features = reader.upper.committee_.features
        return reader

    def _share_features(self) -> bool:
        return self.lower.committee_.features is self.upper.committee_.features

    def read(self, texts: Sequence[str]) -> list[AnswerReading]:
        """Read answers; the result is in the order of `texts` and the same for one as for many."""
        return list(self.read_iter(texts))

    def read_iter(self, texts: Iterable[str]) -> Iterator[AnswerReading]:
        """Read answers as they come, in blocks: a wave of any size needs the memory of one block."""
        stream = iter(texts)
        while block := list(islice(stream, _BLOCK)):
            yield from self._read_block(block)

    def _read_block(self, texts: list[str]) -> Iterator[AnswerReading]:
        junk = is_junk(texts).tolist()
        cut = cut_answers(texts, junk)
        lines = normalise(cut.distinct)
        faint, upper, lower = self._decide(lines)
        resolved = [sounds_resolved(lines[row].text) for row in cut.points.rows]
        points = opinions_of_points(cut, upper, ~np.array(resolved, dtype=bool), len(texts))
        clauses = opinions_of_clauses(cut, upper, points)
        hits = self._hits(cut, points, clauses, faint)
        topics = self._topics(hits, lines, lower)
        read: list[list[PointReading]] = [[] for _ in texts]
        for number, (owner, span) in enumerate(zip(cut.points.owners, cut.points.spans, strict=True)):
            guess = self._codes[points.best[number]]
            found = tuple(next(topics) for _ in hits[number])
            sure = points.confidence[number], points.margin[number]
            read[owner].append(PointReading(*span, resolved[number], found, guess, *sure))
        for text, skip, found_points in zip(texts, junk, read, strict=True):
            yield _reading(text, skip, tuple(found_points))

    def _decide(self, lines: Sequence[NormalisedText]) -> tuple[NDArray[np.bool_], Floats, Floats]:
        """Return of distinct texts which are faint, the values of upper topics by both levels, and the leaves'."""
        texts = [line.text for line in lines]
        rows = self.upper.committee_.features.transform(texts)
        upper = self.upper.committee_.decide(texts, rows)
        if not self._share_features():
            rows = self.lower.committee_.features.transform(texts)
        lower = self.lower.committee_.decide(texts, rows)
        faint = self.upper.is_faint(upper)
        foreign = self.upper.foreignness(upper) + self.lower.foreignness(lower) > 0
        upper, lower = upper[:, :-1], log_softmax(lower[:, :-1], axis=1)
        return faint | foreign, self._join(log_softmax(upper, axis=1), lower), lower

    def _join(self, upper: Floats, lower: Floats) -> Floats:
        """Add to each upper topic's log chance that of its leaves; one without a leaf keeps its own twice."""
        summed = upper.copy()
        for column, is_child in enumerate(self._is_child):
            if is_child.any():
                summed[:, column] = logsumexp(lower[:, is_child], axis=1)
        return _TOGETHER * (upper + summed)

    def _hits(
        self, cut: Cut, points: Opinions, clauses: Opinions, faint: NDArray[np.bool_]
    ) -> list[list[_Hit]]:
        """Choose the topics of every point: of the whole, and of clauses that speak clearly for another."""
        hits: list[dict[int, _Hit]] = [{} for _ in cut.points.rows]
        for number, row in enumerate(cut.points.rows):
            column, sure = points.best[number], points.confidence[number]
            if sure >= self.upper.threshold_ and not faint[row]:
                hits[number][column] = _Hit(column, row, cut.points.spans[number], sure)
        enough = min(self.upper.threshold_ + _CLAUSE_MARGIN, _SURE_CLAUSE)
        for number, row in enumerate(cut.clauses.rows):
            span, point = cut.clauses.spans[number], cut.clauses.owners[number]
            column, sure = clauses.best[number], clauses.confidence[number]
            if sure >= enough and not faint[row] and span[1] - span[0] >= _SHORTEST_CLAUSE:
                hits[point].setdefault(column, _Hit(column, row, span, sure))
        return [sorted(found.values(), key=lambda hit: -hit.confidence) for found in hits]

    def _topics(
        self, hits: list[list[_Hit]], lines: Sequence[NormalisedText], lower: Floats
    ) -> Iterator[TopicReading]:
        """Find leaf and evidence of every hit in one batch, in the order of the hits."""
        flat = [hit for found in hits for hit in found]
        columns = np.array([hit.column for hit in flat], dtype=np.int64)
        spans = self.upper.evidence_in([lines[hit.row] for hit in flat], columns)
        below = np.where(self._is_child[columns], np.exp(lower[[hit.row for hit in flat]]), 0.0)
        shares = below / np.maximum(below.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        best, share = shares.argmax(axis=1).tolist(), shares.max(axis=1, initial=0.0).tolist()
        for hit, (start, end), leaf, part in zip(flat, spans, best, share, strict=True):
            sure = hit.confidence * part
            named = sure >= self.lower.threshold_
            yield TopicReading(
                self._codes[hit.column],
                hit.confidence,
                hit.span[0] + start,
                hit.span[0] + end,
                self._leaves[leaf] if named else None,
                sure if named else 0.0,
            )


def _reading(text: str, junk: bool, points: tuple[PointReading, ...]) -> AnswerReading:
    open_points = [point for point in points if not point.resolved]
    abstained = any(not point.topics for point in open_points)
    # Signs without a letter say nothing either.
    return AnswerReading(text, junk or not points, bool(points) and not open_points, points, abstained)
