"""Who with whom in which week: an assignment whose columns are a mentor in a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import ProblemError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import pair_list
from ..problem.quotas import ColumnGroups, KindLimit

_Place = TypeVar("_Place", int, IntArray)


@dataclass(frozen=True, eq=False)
class WeekProblem:
    """Trainees, mentors and the weeks in which each is free.

    Build it with :meth:`from_scores`. Its `problem` is an ordinary one whose column ``mentor * n_weeks + week``
    is that mentor in that week, so :func:`assign`, :func:`verify`, :func:`prices` and :func:`rematch` work on
    it as on any other; :func:`assign_weeks` also takes the earliest weeks.

    Attributes
    ----------
    problem : AssignmentProblem
        Over the columns mentor × week.
    mentor_weeks : bool array of shape (n_mentors, n_weeks)
        Weeks in which each mentor is free.
    trainee_weeks : bool array of shape (n_trainees, n_weeks)
        Weeks in which each trainee is free.
    capacity, weekly_capacity : int64 arrays of shape (n_mentors,)
        Most trainees of each mentor in all weeks together, and in one week.
    booked : int64 array of shape (n_mentors, n_weeks)
        Trainees from elsewhere whom each mentor already has in each week; they take places of that week only.
    forbidden : bool array of shape (n_trainees, n_mentors)
        Pairs that are forbidden in every week.
    lifted : bool array of shape (n_trainees,)
        Trainees of `pinned_pairs`.
    lift : float
        What a pair of such a trainee counts more in `problem` than its score.

    Notes
    -----
    Nobody is booked twice: a mentor has at most the weekly capacity in a week, and a trainee one week for each
    mentor needed. With one mentor per trainee this is one flow; two mentors or more per trainee must also
    differ in their weeks; that is a flow where every mentor has a single week, and else an integer programme.
    Memory: 10 bytes for every trainee, mentor and week.

    A pair that must be chosen in whichever week is no pin of a column. Its trainee may have no other mentor, and
    counts `lift` more than all other pairs together could win by leaving the trainee out: of the sets of trainees
    that can be matched, which form a matroid, one of the largest with the highest sum holds them all.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> weeks = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=[[True, False, True]])
    >>> sorted(assign_weeks(weeks).bookings[:, 2].tolist())
    [0, 2]
    """

    problem: AssignmentProblem
    mentor_weeks: BoolArray
    trainee_weeks: BoolArray
    capacity: IntArray
    weekly_capacity: IntArray
    booked: IntArray
    forbidden: BoolArray
    lifted: BoolArray
    lift: float

    @classmethod
    def from_scores(
        cls,
        scores: ArrayLike,
        capacity: ArrayLike,
        mentor_weeks: ArrayLike,
        trainee_weeks: ArrayLike | None = None,
        weekly_capacity: int | ArrayLike = 1,
        minimum_load: ArrayLike | None = None,
        need: int | ArrayLike = 1,
        forbidden: ArrayLike | None = None,
        pinned: ArrayLike | None = None,
        pinned_pairs: ArrayLike | None = None,
        booked: ArrayLike | None = None,
    ) -> WeekProblem:
        """Build a problem from a score for every pair, the same in every week.

        Parameters
        ----------
        scores : array of shape (n_trainees, n_mentors)
            As in :meth:`AssignmentProblem.from_scores`.
        capacity : integer array of shape (n_mentors,)
            Most trainees of each mentor in all weeks together.
        mentor_weeks : bool array of shape (n_mentors, n_weeks)
            Weeks in which each mentor is free, in the order of time.
        trainee_weeks : bool array of shape (n_trainees, n_weeks), optional
            Weeks in which each trainee is free; all when left out.
        weekly_capacity : int or integer array of shape (n_mentors,), default 1
            Most trainees of each mentor in one week.
        minimum_load : integer array of shape (n_mentors,), optional
            Fewest trainees of each mentor in all weeks together.
        need : int or integer array of shape (n_trainees,), default 1
            Different mentors per trainee, each in a week of its own.
        forbidden : optional
            Boolean array of shape (n_trainees, n_mentors), or integer pairs of shape (n, 2).
        pinned : integer array of shape (n, 3), optional
            (trainee, mentor, week) that must be chosen; both must be free in that week.
        pinned_pairs : integer array of shape (n, 2), optional
            (trainee, mentor) that must be chosen, in whichever week; the trainee needs one mentor only.
        booked : integer array of shape (n_mentors, n_weeks), optional
            Trainees from elsewhere whom a mentor already has in a week; none when left out.

        Raises
        ------
        ProblemError
            With a `code` of its own for every kind of mistake.
        """
        pairs = AssignmentProblem.from_scores(scores, capacity, minimum_load, need, forbidden)
        free_mentors = _weeks("mentor_weeks", mentor_weeks, pairs.n_mentors, None)
        n_weeks = free_mentors.shape[1]
        everybody = np.ones((pairs.n_trainees, n_weeks), dtype=bool)
        free_trainees = everybody
        if trainee_weeks is not None:
            free_trainees = _weeks("trainee_weeks", trainee_weeks, pairs.n_trainees, n_weeks)
        weekly = _weekly(weekly_capacity, pairs.n_mentors)
        taken = _booked(booked, free_mentors.shape)
        closed = pairs.forbidden[:, :, None] | ~free_trainees[:, None, :]
        places = np.where(free_mentors, np.maximum(weekly[:, None] - taken, 0), 0)
        fixed = _fixed_pairs(pinned_pairs, pairs)
        lifted: BoolArray = np.asarray(fixed.any(axis=1))
        closed = closed | (lifted[:, None] & ~fixed)[:, :, None]
        # Above what any choice of all other pairs can win.
        lift = pairs.n_trainees * int(np.abs(pairs.units).max(initial=0)) + 1 if lifted.any() else 0
        mentor_of, week_of = np.divmod(np.arange(places.size), max(n_weeks, 1))
        kinds = None
        if pairs.need.max(initial=0) > 1:
            # Weeks without the mentor, which have no place anyway, would make the two limits cross.
            closed = closed | ~free_mentors
            kinds = [KindLimit(mentor_of, 1), KindLimit(week_of, 1)]
        problem = AssignmentProblem.from_scores(
            np.repeat(pairs.units + lifted[:, None] * np.int64(lift), n_weeks, axis=1),
            places.ravel(),
            need=pairs.need,
            forbidden=closed.reshape(pairs.n_trainees, places.size),
            pinned=_pins(pinned, closed, places),
            kinds=kinds,
            column_groups=ColumnGroups(mentor_of, *_totals(pairs, n_weeks)),
        )
        problem = replace(problem, units_per_score=pairs.units_per_score)
        for array in (free_mentors, free_trainees, weekly, taken, lifted):
            array.setflags(write=False)
        capacity_of, lift_of = pairs.capacity, lift / pairs.units_per_score
        return cls(
            problem,
            free_mentors,
            free_trainees,
            capacity_of,
            weekly,
            taken,
            pairs.forbidden,
            lifted,
            lift_of,
        )

    @property
    def n_weeks(self) -> int:
        """Number of weeks."""
        return int(self.mentor_weeks.shape[1])

    def column(self, mentor: _Place, week: _Place) -> _Place:
        """Return the column of a mentor in a week, or those of many."""
        return mentor * self.n_weeks + week

    def bookings(self, pairs: IntArray) -> IntArray:
        """Return (trainee, mentor, week) of (trainee, column) pairs, int64 of shape (n_pairs, 3)."""
        mentor, week = np.divmod(pairs[:, 1], max(self.n_weeks, 1))
        return np.stack([pairs[:, 0], mentor, week], axis=1)

    def common_weeks(self, trainee: int, mentor: int) -> IntArray:
        """Return the weeks in which both are free, ascending."""
        return np.flatnonzero(self.mentor_weeks[mentor] & self.trainee_weeks[trainee])


def _totals(pairs: AssignmentProblem, n_weeks: int) -> tuple[IntArray, IntArray]:
    """Return capacity and minimum of every mentor; none where there is no week and so no column."""
    return (pairs.capacity, pairs.minimum_load) if n_weeks else (pairs.capacity[:0], pairs.minimum_load[:0])


def _weeks(name: str, given: ArrayLike, n_people: int, n_weeks: int | None) -> BoolArray:
    array = np.asarray(given)
    size = "n_weeks" if n_weeks is None else n_weeks
    if array.ndim != 2 or len(array) != n_people or (n_weeks is not None and array.shape[1] != n_weeks):
        expected = f"a boolean array of shape ({n_people}, {size})"
        raise _refuse(f"{name.upper()}_SHAPE", name, expected, f"shape {array.shape}")
    if array.dtype != np.bool_:
        expected = "boolean: True where the week is free"
        raise _refuse(f"{name.upper()}_NOT_BOOLEAN", name, expected, f"dtype {array.dtype}")
    return array.copy()


def _weekly(given: ArrayLike, n_mentors: int) -> IntArray:
    array = np.asarray(given)
    if array.ndim == 0:
        array = np.full(n_mentors, array)
    if array.shape != (n_mentors,):
        expected = f"a whole number or an integer array of shape ({n_mentors},)"
        raise _refuse("WEEKLY_CAPACITY_SHAPE", "weekly_capacity", expected, f"shape {array.shape}")
    if array.size and (array.dtype.kind not in "iu" or (array < 0).any()):
        came = f"{array.dtype} with {array.min()} as the smallest"
        raise _refuse("WEEKLY_CAPACITY_NOT_WHOLE", "weekly_capacity", "whole numbers of zero or more", came)
    return array.astype(np.int64)


def _booked(given: ArrayLike | None, shape: tuple[int, ...]) -> IntArray:
    array = np.zeros(shape, np.int64) if given is None else np.asarray(given)
    if array.shape != shape or array.dtype.kind not in "iu" or (array < 0).any():
        expected = f"whole numbers of zero or more of shape {shape}"
        raise _refuse("BOOKED_NOT_WHOLE", "booked", expected, f"{array.dtype} of shape {array.shape}")
    return array.astype(np.int64)


def _fixed_pairs(given: ArrayLike | None, pairs: AssignmentProblem) -> BoolArray:
    """Return the pairs that must be chosen in whichever week, bool of shape (n_trainees, n_mentors)."""
    shape = pairs.n_trainees, pairs.n_mentors
    fixed = np.zeros(shape, dtype=bool)
    rows, columns = pair_list("pinned_pairs", given, shape).T
    fixed[rows, columns] = True
    if (fixed.sum(axis=1) > 1).any() or (pairs.need[rows] != 1).any():
        expected = "one pair at most of trainees who need one mentor"
        raise _refuse("PINNED_PAIRS_OVER_NEED", "pinned_pairs", expected, "two of a trainee, or another need")
    if (fixed & pairs.forbidden).any():
        came = f"{np.argwhere(fixed & pairs.forbidden)[0].tolist()}"
        raise _refuse("PINNED_PAIRS_FORBIDDEN", "pinned_pairs", "allowed pairs", came)
    return fixed


def _pins(given: ArrayLike | None, closed: BoolArray, places: IntArray) -> IntArray | None:
    """Return the pins as (trainee, column) pairs."""
    pins = np.zeros((0, 3), np.int64) if given is None else np.asarray(given)
    if pins.size == 0:
        return None
    if pins.ndim != 2 or pins.shape[1] != 3 or pins.dtype.kind not in "iu":
        expected = "an integer array of (trainee, mentor, week) of shape (n, 3)"
        raise _refuse("PINNED_WEEKS_SHAPE", "pinned", expected, f"{pins.dtype} of shape {pins.shape}")
    outside = ((pins < 0) | (pins >= np.array(closed.shape))).any(axis=1)
    if outside.any():
        expected = f"within {closed.shape[0]} trainees, {closed.shape[1]} mentors and {closed.shape[2]} weeks"
        raise _refuse("PINNED_WEEKS_OUT_OF_RANGE", "pinned", expected, f"{pins[outside][0].tolist()}")
    trainees, mentors, weeks = pins.T
    away = closed[trainees, mentors, weeks] | (places[mentors, weeks] == 0)
    if away.any():
        expected = "allowed pairs in weeks in which both are free"
        raise _refuse("PINNED_WEEKS_NOT_FREE", "pinned", expected, f"{pins[away][0].tolist()}")
    return np.stack([trainees, mentors * closed.shape[2] + weeks], axis=1)


def _refuse(code: str, parameter: str, expected: str, came: str) -> ProblemError:
    text = f"The '{parameter}' parameter of WeekProblem must be {expected}. Got {came} instead."
    return ProblemError(code, parameter, text)
