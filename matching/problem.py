"""The assignment problem: who may be matched with whom, how often, and what each pair is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .exceptions import ProblemError

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

MICRO = 1_000_000
# Room for sums along an exchange path and for the solver's own scaling by the number of nodes.
_LARGEST = 2**61


def _refuse(code: str, parameter: str, expected: str, came: str) -> ProblemError:
    where = f"The '{parameter}' parameter of AssignmentProblem.from_scores"
    text = f"{where} must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)


@dataclass(frozen=True, eq=False)
class AssignmentProblem:
    """Scores, capacities and rules of one joint match, validated and frozen.

    Build it with :meth:`from_scores`. Scores are held as integers so that an optimum can be proven without
    rounding: a float score counts in millionths (six decimals are kept), an integer score counts as it is.

    Attributes
    ----------
    units : int64 array of shape (n_trainees, n_mentors)
        Scores in whole units.
    units_per_score : int
        1 000 000 for float scores, 1 for integer scores.
    open : bool array of shape (n_trainees, n_mentors)
        True where the pair may be chosen freely: neither forbidden nor pinned.
    forbidden : bool array of shape (n_trainees, n_mentors)
        Pairs that must not be chosen.
    pinned : int64 array of shape (n_pins, 2)
        (trainee, mentor) pairs that must be chosen, in row order. A pin uses a place like any other pair.
    capacity, minimum_load : int64 arrays of shape (n_mentors,)
        Most and fewest trainees per mentor.
    need : int64 array of shape (n_trainees,)
        How many different mentors each trainee is to have.

    Notes
    -----
    Memory: 10 bytes a pair. The caller's arrays are copied, never changed. Rows and columns are named by
    position; among equally good assignments the order of rows and columns decides, so sort them by a natural
    key (community, name) to get the same pairs for the same people whatever the order of the source file.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.2], [0.8, 0.7]], capacity=[1, 1])
    >>> problem.n_trainees, problem.n_mentors
    (2, 2)
    """

    units: IntArray
    units_per_score: int
    open: BoolArray
    forbidden: BoolArray
    pinned: IntArray
    capacity: IntArray
    minimum_load: IntArray
    need: IntArray

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike,
        capacity: ArrayLike,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        groups: object | None = None,
    ) -> AssignmentProblem:
        """Build a problem from a score for every pair.

        Parameters
        ----------
        scores : array of shape (n_trainees, n_mentors)
            Worth of each pair, float (rounded to six decimals) or integer; higher is better, may be negative.
        capacity : integer array of shape (n_mentors,)
            Most trainees each mentor takes, zero or more.
        minimum_load : integer array of shape (n_mentors,), optional
            Fewest trainees each mentor must get; 0 when left out.
        need : int or integer array of shape (n_trainees,), default 1
            Different mentors per trainee.
        forbidden, pinned : optional
            Boolean array of shape (n_trainees, n_mentors), or integer (trainee, mentor) pairs of shape (n,
            2).
        groups : optional
            Quotas by group; not supported yet and refused.

        Raises
        ------
        ProblemError
            With a `code` of its own for every kind of mistake.
        """
        if groups is not None:
            raise _refuse(
                "GROUPS_NOT_SUPPORTED", "groups", "left out: group quotas are not supported yet", "a value"
            )
        units, units_per_score = _score_units(scores)
        n_trainees, n_mentors = units.shape
        limits = _counts("capacity", capacity, n_mentors)
        minimum = _counts("minimum_load", 0 if minimum_load is None else minimum_load, n_mentors)
        needs = _counts("need", need, n_trainees)
        closed = _mask("forbidden", forbidden, units.shape)
        fixed = _mask("pinned", pinned, units.shape)
        _check_pins(fixed, closed, limits, needs)
        _check_minimum(minimum, limits, needs)
        pairs = np.argwhere(fixed).astype(np.int64)
        arrays = (units, ~(closed | fixed), closed, pairs, limits, minimum, needs)
        for array in arrays:
            array.setflags(write=False)
        return cls(units, units_per_score, *arrays[1:])

    @property
    def n_trainees(self) -> int:
        """Number of rows."""
        return int(self.units.shape[0])

    @property
    def n_mentors(self) -> int:
        """Number of columns."""
        return int(self.units.shape[1])

    @property
    def free_need(self) -> IntArray:
        """Mentors each trainee still needs once the pins hold, shape (n_trainees,)."""
        return self.need - np.bincount(self.pinned[:, 0], minlength=self.n_trainees)

    @property
    def free_capacity(self) -> IntArray:
        """Places each mentor still has once the pins hold, shape (n_mentors,)."""
        return self.capacity - np.bincount(self.pinned[:, 1], minlength=self.n_mentors)

    @property
    def free_minimum(self) -> IntArray:
        """Trainees each mentor must still get once the pins hold, shape (n_mentors,)."""
        pins = np.bincount(self.pinned[:, 1], minlength=self.n_mentors)
        rest: IntArray = np.maximum(self.minimum_load - pins, 0)
        return rest

    @property
    def step(self) -> int:
        """More units than any chain of exchanges can win or lose; one matched place is worth this much."""
        return _step(self.units)

    def with_pin(self, trainee: int, mentor: int) -> AssignmentProblem:
        """Return the same problem with one more pinned pair.

        Raises
        ------
        ProblemError
            If the pair is forbidden or the pin exceeds the mentor's capacity or the trainee's need.
        """
        fixed = np.zeros(self.units.shape, dtype=bool)
        fixed[self.pinned[:, 0], self.pinned[:, 1]] = True
        fixed[trainee, mentor] = True
        _check_pins(fixed, self.forbidden, self.capacity, self.need)
        pairs = np.argwhere(fixed).astype(np.int64)
        free = ~(self.forbidden | fixed)
        for array in (pairs, free):
            array.setflags(write=False)
        return AssignmentProblem(
            self.units,
            self.units_per_score,
            free,
            self.forbidden,
            pairs,
            self.capacity,
            self.minimum_load,
            self.need,
        )


def _step(units: IntArray) -> int:
    largest = max(int(units.max()), -int(units.min())) if units.size else 0
    return 8 * (largest + 1) * (int(units.shape[1]) + 3)


def _score_units(scores: ArrayLike) -> tuple[IntArray, int]:
    given = np.asarray(scores)
    if given.ndim != 2:
        raise _refuse(
            "SCORES_SHAPE", "scores", "an array of shape (n_trainees, n_mentors)", f"shape {given.shape}"
        )
    if given.dtype.kind not in "biuf":
        raise _refuse("SCORES_NOT_NUMERIC", "scores", "real numbers", f"dtype {given.dtype}")
    if given.dtype.kind == "f":
        _check_finite(given)
    per_score = MICRO if given.dtype.kind == "f" else 1
    largest = float(np.abs(given.astype(np.float64)).max()) if given.size else 0.0
    if 16 * (largest * per_score + 1) * (given.shape[1] + 3) * (sum(given.shape) + 3) > _LARGEST:
        expected = (
            f"small enough for exact arithmetic at {given.shape[0]} × {given.shape[1]}; scale the scores down"
        )
        raise _refuse("SCORES_TOO_LARGE", "scores", expected, f"a score of size {largest:g}")
    if per_score == 1:
        return np.array(given, dtype=np.int64), 1
    return np.rint(given.astype(np.float64) * MICRO).astype(np.int64), MICRO


def _check_finite(scores: NDArray[Any]) -> None:
    for code, found, word in (("SCORES_NAN", np.isnan, "NaN"), ("SCORES_INFINITE", np.isinf, "infinity")):
        where = np.argwhere(found(scores))
        if len(where):
            row, column = where[0]
            expected = "finite; mark a pair that must not be chosen in 'forbidden'"
            raise _refuse(code, "scores", expected, f"{word} for trainee {row}, mentor {column}")


def _counts(name: str, given: ArrayLike, length: int) -> IntArray:
    upper = name.upper()
    array = np.asarray(given)
    if array.ndim == 0 and name != "capacity":
        array = np.full(length, array)
    if array.shape != (length,):
        raise _refuse(
            f"{upper}_SHAPE", name, f"an integer array of shape ({length},)", f"shape {array.shape}"
        )
    if array.size and (array.dtype.kind not in "iuf" or not np.array_equal(array, np.rint(array))):
        raise _refuse(f"{upper}_NOT_WHOLE", name, "whole numbers", f"{array.tolist()[:5]}")
    if (array < 0).any():
        place = int(np.argmax(array < 0))
        raise _refuse(f"{upper}_NEGATIVE", name, "zero or more", f"{array[place]} at position {place}")
    if (array > 2**31).any():
        raise _refuse(f"{upper}_TOO_LARGE", name, "at most 2147483648", f"{array.max()}")
    return array.astype(np.int64)


def _mask(name: str, given: ArrayLike | None, shape: tuple[int, ...]) -> BoolArray:
    mask = np.zeros(shape, dtype=bool)
    if given is None:
        return mask
    array = np.asarray(given)
    if array.dtype == np.bool_ and array.shape == shape:
        return array.copy()
    if array.size == 0:
        return mask
    if array.dtype.kind not in "iu" or array.ndim != 2 or array.shape[1] != 2:
        expected = f"a boolean array of shape {shape} or integer (trainee, mentor) pairs of shape (n, 2)"
        raise _refuse(f"{name.upper()}_SHAPE", name, expected, f"{array.dtype} of shape {array.shape}")
    outside = ((array < 0) | (array >= np.array(shape))).any(axis=1)
    if outside.any():
        expected = f"pairs within {shape[0]} trainees and {shape[1]} mentors, counted from 0"
        raise _refuse(f"{name.upper()}_OUT_OF_RANGE", name, expected, f"{array[outside][0].tolist()}")
    mask[array[:, 0], array[:, 1]] = True
    return mask


def _check_pins(fixed: BoolArray, closed: BoolArray, capacity: IntArray, need: IntArray) -> None:
    both = np.argwhere(fixed & closed)
    if len(both):
        came = f"trainee {both[0][0]}, mentor {both[0][1]} in both 'pinned' and 'forbidden'"
        raise _refuse("PIN_FORBIDDEN", "pinned", "free of forbidden pairs", came)
    per_mentor, per_trainee = fixed.sum(axis=0), fixed.sum(axis=1)
    for code, counts, limit, who, word in (
        ("PINS_OVER_CAPACITY", per_mentor, capacity, "mentor", "capacity"),
        ("PINS_OVER_NEED", per_trainee, need, "trainee", "need"),
    ):
        over = np.flatnonzero(counts > limit)
        if len(over):
            came = f"{counts[over[0]]} pins for {who} {over[0]} with {word} {limit[over[0]]}"
            raise _refuse(code, "pinned", f"within each {who}'s {word}", came)


def _check_minimum(minimum: IntArray, capacity: IntArray, need: IntArray) -> None:
    over = np.flatnonzero(minimum > capacity)
    if len(over):
        came = f"minimum {minimum[over[0]]} and capacity {capacity[over[0]]} for mentor {over[0]}"
        raise _refuse("MINIMUM_OVER_CAPACITY", "minimum_load", "at most the mentor's capacity", came)
    if minimum.sum() > need.sum():
        came = f"{minimum.sum()} places against {need.sum()}"
        raise _refuse(
            "MINIMUM_OVER_NEED", "minimum_load", "at most the places that trainees need in all", came
        )
