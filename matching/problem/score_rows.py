"""Scores that come by rows of trainees and are never held whole, in whole units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..exceptions import ProblemError

IntArray = NDArray[np.int64]
ScoreRows = Callable[[int, int], ArrayLike]
_Scalar = TypeVar("_Scalar", bound=np.generic)

MICRO: Final = 1_000_000
# Scores that are all smaller than this are counted more finely.
_SMALL: Final = 1e-3
# Rows are always asked for in the same groups, since a product of matrices may differ in its last bits with
# the number of rows: as many rows as hold about this many pairs, which still fit a processor's cache.
_PAIRS_AT_A_TIME: Final = 2**18
_MOST_ROWS: Final = 256
# Room for sums along an exchange path and for the solver's own scaling by the number of nodes.
LARGEST_SUM: Final = 2**61
# Exchanges on a path that large problems are sure to have room for; whether it was enough, the prices prove.
LONGEST_CHAIN: Final = 1000


@runtime_checkable
class PairScores(Protocol):
    """Scores that come by rows, and by single pairs as well: no two ways differ by more than `rounding`."""

    @property
    def rounding(self) -> float:
        """Most that two ways of reckoning a score differ by."""

    def pairs(self, rows: IntArray, columns: IntArray) -> NDArray[np.float64]:
        """Return the scores of single pairs."""

    def in_columns(self, start: int, stop: int, columns: IntArray) -> NDArray[np.float64]:
        """Return the scores of some rows and columns."""


class RowsInParts(Protocol):
    """Scores by rows, of which some can be had alone, as a machine needs them that works on no others."""

    def __call__(self, start: int, stop: int) -> ArrayLike:
        """Return the scores of the trainees from `start` up to, not including, `stop`."""

    def between(self, start: int, stop: int) -> RowsInParts:
        """Return some rows, counted from 0 again."""


@dataclass(frozen=True, eq=False)
class WholeRows:
    """A function of rows that nobody but its author can divide: a part of it is the same function, asked further on."""

    function: ScoreRows
    first: int = 0

    def __call__(self, start: int, stop: int) -> ArrayLike:
        """Return the scores of some rows."""
        return self.function(self.first + start, self.first + stop)

    def between(self, start: int, stop: int) -> WholeRows:
        """Return some rows, counted from 0 again."""
        return WholeRows(self.function, self.first + start)


def read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """Return a view that nobody can write to: what was sent of it to another machine stays true."""
    view = array.view()
    view.setflags(write=False)
    return view


def refuse(code: str, parameter: str, expected: str, came: str) -> ProblemError:
    """Return the error of a wrong argument of an assignment problem."""
    text = f"The '{parameter}' parameter of AssignmentProblem must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)


def units_of_one(largest: float | None) -> int:
    """Return how many units a float score of 1 has: a million, or as many as give the largest score six digits.

    `largest` is the size of the largest score, None where it is not known. Below 1e-12 it gets fewer digits.
    """
    if largest is None or not 0 < largest < _SMALL:
        return MICRO
    return int(MICRO * 10 ** min(int(np.ceil(-np.log10(largest))), 12))


def whole_units(scores: NDArray[Any], per_score: int = MICRO) -> NDArray[Any]:
    """Return float scores in units, millionths as a rule, rounded, still as floats.

    First to three decimals more: a score on the edge between two units must not fall either way with the last
    bits of the sum of products that it came from.
    """
    units: NDArray[np.float64] = np.multiply(scores, 1e3 * per_score, dtype=np.float64)
    np.rint(units, out=units)
    np.divide(units, 1e3, out=units)
    np.rint(units, out=units)
    return units


def check_finite(scores: NDArray[Any], parameter: str, first_row: int = 0) -> None:
    """Raise a ProblemError that names the first pair whose score is NaN or infinite."""
    for code, found, word in (("SCORES_NAN", np.isnan, "NaN"), ("SCORES_INFINITE", np.isinf, "infinity")):
        where = np.argwhere(found(scores))
        if len(where):
            row, column = where[0]
            expected = "finite; mark a pair that must not be chosen in 'forbidden'"
            raise refuse(code, parameter, expected, f"{word} for trainee {first_row + row}, mentor {column}")


def score_units(scores: ArrayLike) -> tuple[IntArray, int]:
    """Return a table of scores in whole units, and how many units a score of 1 has."""
    expected = "an array of shape (n_trainees, n_mentors)"
    if np.ma.is_masked(scores):
        came = "masked scores"
        raise refuse("SCORES_MASKED", "scores", f"{expected}, with masked pairs in 'forbidden' as well", came)
    try:
        given = np.asarray(scores)
    except ValueError:
        raise refuse("SCORES_SHAPE", "scores", expected, "rows of different lengths") from None
    if given.ndim != 2:
        raise refuse("SCORES_SHAPE", "scores", expected, f"shape {given.shape}")
    if given.dtype.kind not in "biuf":
        raise refuse("SCORES_NOT_NUMERIC", "scores", "real numbers", f"dtype {given.dtype}")
    high, low = (float(given.max()), float(given.min())) if given.size else (0.0, 0.0)
    if not np.isfinite(high - low):
        check_finite(given, "scores")
    per_score = units_of_one(max(high, -low)) if given.dtype.kind == "f" else 1
    check_size(max(high, -low) * per_score, (given.shape[0], given.shape[1]), "scores", per_score)
    if per_score == 1:
        return np.array(given, dtype=np.int64), 1
    units = np.empty(given.shape, dtype=np.int64)
    # Some rows at a time: what they go through stays in a processor's cache.
    step = max(_PAIRS_AT_A_TIME // 4 // max(given.shape[1], 1), 1)
    for start in range(0, len(given), step):
        units[start : start + step] = whole_units(given[start : start + step], per_score)
    return units, per_score


def check_size(
    largest: float, shape: tuple[int, int], parameter: str, per_score: int = MICRO, chain: int | None = None
) -> None:
    """Refuse scores, in units, whose sums along a path of `chain` exchanges might not fit into 64 bits.

    A path can be as long as there are columns.
    """
    length = shape[1] if chain is None else min(chain, shape[1])
    if 16 * (largest + 1) * (length + 3) * (sum(shape) + 3) > LARGEST_SUM:
        expected = f"small enough for exact arithmetic at {shape[0]} × {shape[1]}; scale the scores down"
        raise refuse("SCORES_TOO_LARGE", parameter, expected, f"a score of size {largest / per_score:g}")


@dataclass(frozen=True, eq=False)
class ScoreBlocks:
    """Scores by groups of rows.

    Attributes
    ----------
    score_rows : callable (start, stop) -> array of shape (stop - start, n_mentors)
        Scores of the trainees from `start` up to, not including, `stop`; has parts.
    n_trainees, n_mentors : int
        Shape of the whole.
    given_largest : float or None
        No score is larger than this in size; None where it is not known beforehand.
    parameter : str
        What the caller calls these scores, for errors.
    first : int
        Which of the caller's rows is the first.
    """

    score_rows: RowsInParts
    n_trainees: int
    n_mentors: int
    given_largest: float | None = None
    parameter: str = "score_rows"
    first: int = 0

    @classmethod
    def of(cls, score_rows: ScoreRows, n_trainees: int, n_mentors: int, largest: float | None) -> ScoreBlocks:
        """Return the scores of a caller's function of rows."""
        return cls(WholeRows(score_rows), n_trainees, n_mentors, largest)

    @property
    def rounding(self) -> int:
        """Scores are rounded to so many units."""
        return 1

    @property
    def apart(self) -> IntArray:
        """Pairs worth more than their score, sorted, shape (n, 2): none."""
        return np.zeros((0, 2), dtype=np.int64)

    @cached_property
    def step_rows(self) -> int:
        """Rows in a group: a power of two."""
        rows = _MOST_ROWS
        while rows > 16 and rows * self.n_mentors > _PAIRS_AT_A_TIME:
            rows //= 2
        return rows

    @cached_property
    def units_per_score(self) -> int:
        """As `units_of_one` says where the scores are floats, 1 where they are integers; the first row decides."""
        is_float = not self.n_trainees or self._given(0, 1).dtype.kind == "f"
        return units_of_one(self.given_largest) if is_float else 1

    @cached_property
    def largest(self) -> int:
        """Size of the largest score in units, rounded up; one pass over the scores where it was not given."""
        if self.given_largest is not None:
            return int(np.ceil(self.given_largest * self.units_per_score)) + 1
        sizes = [0.0]
        for start in range(0, self.n_trainees, self.step_rows):
            block = self.units(start, min(start + self.step_rows, self.n_trainees))
            sizes += [float(block.max(initial=0)), -float(block.min(initial=0))]
        return int(max(sizes))

    def units(self, start: int, stop: int) -> NDArray[Any]:
        """Return whole units of some rows, as floats or integers; the same whatever rows are asked for."""
        step = self.step_rows
        first = start - start % step
        groups = [
            self._group(each, min(each + step, self.n_trainees)) for each in range(first, max(stop, 1), step)
        ]
        rows = groups[0] if len(groups) == 1 else np.concatenate(groups)
        return rows[start - first : stop - first]

    def units_in(self, start: int, stop: int, columns: IntArray) -> NDArray[Any]:
        """Return units of some rows and columns; of products the last bit may differ from `units`."""
        if isinstance(self.score_rows, PairScores):
            return whole_units(self.score_rows.in_columns(start, stop, columns), self.units_per_score)
        return self.units(start, stop)[:, columns]

    def between(self, start: int, stop: int) -> ScoreBlocks:
        """Return some rows, counted from 0 again, from a multiple of `step_rows` on: the same units."""
        rows = self.score_rows.between(start, stop)
        part = replace(self, score_rows=rows, n_trainees=stop - start, first=self.first + start)
        # What all rows together decide.
        vars(part).update(largest=self.largest, units_per_score=self.units_per_score)
        return part

    def units_of_pairs(self, pairs: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """Return units of single pairs of shape (n_pairs, 2), and which of them are sure to be those of `units`."""
        rows = self.score_rows
        if not isinstance(rows, PairScores):
            return np.zeros(len(pairs), dtype=np.int64), np.zeros(len(pairs), dtype=bool)
        scores = rows.pairs(pairs[:, 0], pairs[:, 1])
        # A sum taken in another order falls on either side of the edge between two units.
        per_score = self.units_per_score
        low, high = (whole_units(scores + by, per_score) for by in (-rows.rounding, rows.rounding))
        return high.astype(np.int64), low == high

    def _group(self, start: int, stop: int) -> NDArray[Any]:
        given = self._given(start, stop)
        if given.size:
            high, low = given.max(), given.min()
            limit = np.inf if self.given_largest is None else self.given_largest * (1 + 1e-9)
            # Not a number compares as false.
            if not (high <= limit and -low <= limit) or not np.isfinite(high - low):
                check_finite(given, self.parameter, self.first + start)
                expected = f"at most 'largest' = {self.given_largest} in size"
                raise refuse("SCORES_ABOVE_LARGEST", self.parameter, expected, f"{max(high, -low):g}")
        per_score = self.units_per_score
        return given.astype(np.int64) if per_score == 1 else whole_units(given, per_score)

    def _given(self, start: int, stop: int) -> NDArray[Any]:
        given = np.asarray(self.score_rows(start, stop))
        expected_shape = (stop - start, self.n_mentors)
        if given.shape != expected_shape:
            rows = f"{self.first + start} to {self.first + stop}"
            expected = f"a function that gives shape {expected_shape} for rows {rows}"
            raise refuse("SCORES_SHAPE", self.parameter, expected, f"shape {given.shape}")
        if given.dtype.kind not in "biuf":
            raise refuse("SCORES_NOT_NUMERIC", self.parameter, "real numbers", f"dtype {given.dtype}")
        if self.first + start and self.units_per_score == 1 and given.dtype.kind == "f":
            expected, came = "of one kind in all rows: integers or floats", "integers first, floats from row"
            raise refuse("SCORES_MIXED", self.parameter, expected, f"{came} {self.first + start}")
        return given
