"""How well topics are named, with intervals: counts by group of answers, and a bootstrap over the groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from .calibration import calibration_gap

Floats = NDArray[np.float64]

# Enough draws for the second decimal of an interval's ends.
_DRAWS = 2000
# Ends of a 90 % interval; its lower end alone is a 95 % bound.
_ENDS = (0.05, 0.95)


class Metric(StrEnum):
    """What is measured on answers that were not learned from."""

    MACRO_F1 = "MACRO_F1"
    MICRO_F1 = "MICRO_F1"
    CALIBRATION_ERROR = "CALIBRATION_ERROR"
    COVERAGE = "COVERAGE"
    SAID_RIGHT = "SAID_RIGHT"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 90 % interval.

    Attributes
    ----------
    value, low, high : float
        As measured, and the 5th and 95th percentile over draws of whole groups.

    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Floats) -> "Estimate":
        """Return the value as it is, which comes first in `values`, and the ends over the draws that follow."""
        value, (low, high) = float(values[0]), np.quantile(values[1:], _ENDS)
        return cls(value, min(float(low), value), max(float(high), value))


@dataclass(frozen=True, slots=True)
class Named:
    """What one way of naming topics said of answers that it had not learned from.

    Attributes
    ----------
    topics : tuple of frozenset of str, n_answers of them
        Upper topics named, the best guess where it would have kept silent.
    confidence : float array of shape (n_answers,), in [0, 1], or None
        How sure it was of its best topic; None for a way that cannot tell.
    is_said : bool array of shape (n_answers,), or None
        Where it was sure enough to name a topic; None for a way that always speaks.
    best : tuple of str, n_answers of them
        Its best upper topic.

    """

    topics: tuple[frozenset[str], ...]
    best: tuple[str, ...]
    confidence: Floats | None = None
    is_said: NDArray[np.bool_] | None = None


class Examination:
    """Answers with their right topics and groups, on which ways of naming topics are measured.

    Parameters
    ----------
    truth : sequence of frozenset of str, n_answers of them
        Upper topics; answers without a topic count in no measure.
    groups : int array of shape (n_answers,)
        Answers of one group are drawn together.

    Notes
    -----
    Intervals are percentiles over 2 000 draws of whole groups with replacement, the same draws for every way, so the
    difference of two ways is paired. F1 counts pairs of answer and topic; macro-F1 is the mean over the topics that a
    draw holds. A calibration error grows with every draw, since it measures noise too: where its interval would leave
    out the value itself it is widened to hold it.

    References
    ----------
    Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 13.
    Field and Welsh (2007), Bootstrapping clustered data.
    Berg-Kirkpatrick, Burkett and Klein (2012), An empirical investigation of statistical significance in NLP.
    Roelofs, Cain, Shlens and Mozer (2022), Mitigating bias in calibration error estimation.

    Examples
    --------
    >>> truth = [frozenset({"A"})] * 6 + [frozenset({"B"})] * 4
    >>> always = Named((frozenset({"A"}),) * 10, ("A",) * 10)
    >>> Examination(truth, np.arange(10)).measure(always)[Metric.MICRO_F1].value
    0.6

    """

    def __init__(self, truth: Sequence[frozenset[str]], groups: NDArray[np.int64]) -> None:
        self.rows = np.array([row for row, codes in enumerate(truth) if codes], dtype=np.int64)
        self.truth = [truth[row] for row in self.rows]
        self.classes = sorted(frozenset().union(*self.truth))
        _, self.groups = np.unique(groups[self.rows], return_inverse=True)
        self.n_groups = int(self.groups.max(initial=-1)) + 1
        draws = np.random.default_rng(0).integers(self.n_groups or 1, size=(_DRAWS, self.n_groups))
        self._weights = np.ones((1 + _DRAWS, self.n_groups))
        for number, draw in enumerate(draws, start=1):
            self._weights[number] = np.bincount(draw, minlength=self.n_groups)

    def measure(self, named: Named) -> dict[Metric, Estimate]:
        """Return every metric that a way can be measured by."""
        found = {Metric.MACRO_F1: self._macro(named), Metric.MICRO_F1: self._micro(named)}
        hits = np.array([named.best[row] in codes for row, codes in zip(self.rows, self.truth, strict=True)])
        if named.confidence is not None:
            found[Metric.CALIBRATION_ERROR] = self._gaps(named.confidence[self.rows], hits)
        if named.is_said is not None:
            said = named.is_said[self.rows].astype(float)
            found[Metric.COVERAGE] = self._share(said, np.ones(len(said)))
            found[Metric.SAID_RIGHT] = self._share(said * hits, said)
        return {metric: Estimate.of(values) for metric, values in found.items()}

    def difference(self, better: Named, than: Named) -> Estimate:
        """Return how much the macro-F1 of one way lies above that of another, paired draw by draw."""
        return Estimate.of(self._macro(better) - self._macro(than))

    def _counts(self, named: Named) -> tuple[Floats, Floats]:
        """Return pairs found rightly, and found plus right, by draw and topic."""
        column = {code: place for place, code in enumerate(self.classes)}
        shape = (self.n_groups, len(self.classes) + 1)
        common, total = np.zeros(shape), np.zeros(shape)
        for row, group, codes in zip(self.rows.tolist(), self.groups.tolist(), self.truth, strict=True):
            for code in named.topics[row]:
                # A topic that no answer has is wrong wherever it is named; it has no column of its own.
                place = column.get(code, -1)
                total[group, place] += 1
                common[group, place] += code in codes
            for code in codes:
                total[group, column[code]] += 1
        return self._weights @ common, self._weights @ total

    def _macro(self, named: Named) -> Floats:
        common, total = self._counts(named)
        held = np.zeros((self.n_groups, len(self.classes)))
        for group, codes in zip(self.groups.tolist(), self.truth, strict=True):
            held[group] += [code in codes for code in self.classes]
        is_held = (self._weights @ held) > 0
        scores = 2 * common[:, :-1] / np.maximum(total[:, :-1], 1)
        return np.asarray((scores * is_held).sum(axis=1) / np.maximum(is_held.sum(axis=1), 1))

    def _micro(self, named: Named) -> Floats:
        common, total = self._counts(named)
        return np.asarray(2 * common.sum(axis=1) / np.maximum(total.sum(axis=1), 1))

    def _share(self, part: Floats, whole: Floats) -> Floats:
        parts, wholes = (np.bincount(self.groups, v, minlength=self.n_groups) for v in (part, whole))
        return np.asarray((self._weights @ parts) / np.maximum(self._weights @ wholes, 1e-9))

    def _gaps(self, confidence: Floats, hits: NDArray[np.bool_]) -> Floats:
        return np.array(
            [calibration_gap(confidence, hits, weights[self.groups]) for weights in self._weights]
        )
