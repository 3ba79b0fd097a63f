"""Choosing mentors by the scores, and for these pairs their weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InfeasibleError, InvalidInputError, ProblemError
from ..problem.assignment_problem import BoolArray, IntArray
from ..problem.solution import Solution, relative_gap
from ..solver.assignment import assign
from .week_problem import WeekProblem


@dataclass(frozen=True, eq=False)
class WeekSolution:
    """Who is with whom in which week.

    Attributes
    ----------
    solution : Solution
        Over the columns of the problem, with the prices that prove it; ``verify(weeks.problem, solution)``
        checks it.
    bookings : int64 array of shape (n_pairs, 3)
        (trainee, mentor, week), sorted by trainee, then mentor.
    lift : float, default 0.0
        What the pairs that must be chosen in whichever week count more in `solution` than their scores.
    total, bound, gap : float
        As those of `solution`, in scores alone.
    """

    solution: Solution
    bookings: IntArray
    lift: float = 0.0

    @property
    def total(self) -> float:
        """Sum of the scores of the pairs."""
        return self.solution.total - self.lift

    @property
    def bound(self) -> float:
        """The proven upper limit of any such sum at the same coverage."""
        return self.solution.bound - self.lift

    @property
    def gap(self) -> float:
        """Share by which the bound lies above the total."""
        return relative_gap(self.bound, self.total) if self.solution.gap else 0.0


def assign_weeks(
    weeks: WeekProblem,
    objective: str = "coverage_then_total",
    wanted: ArrayLike | None = None,
    progress: Callable[[float], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> WeekSolution:
    """Choose mentors by the total score, and for these pairs weeks that are wanted, or else early.

    Parameters
    ----------
    weeks : WeekProblem
        Scores, free weeks and rules.
    objective : str
        As in :func:`assign`; "balanced_load" is refused, since it would balance weeks and not mentors.
    wanted : integer array of shape (n, 3), optional
        (trainee, mentor, week): the week that a pair gets if it is chosen and as many as possible get theirs.
    progress, cancel
        As in :func:`assign`.

    Returns
    -------
    WeekSolution
        As good as the best by its objective. For the mentors chosen, the sum of the weeks, counted from 0,
        is the smallest that there is, beside the weeks that are wanted: between weeks that are as good as one
        another the earliest is taken.

    Raises
    ------
    InvalidInputError
        For an objective that is unknown or balances the load.
    MinimumLoadError, AssignmentCancelledError
        As :func:`assign`.
    InfeasibleError
        If the pairs that must be chosen in whichever week cannot all be.

    Notes
    -----
    Two flows, or integer programmes: one chooses the mentors, the other the weeks for them.

    Examples
    --------
    >>> free = [[True, True], [False, True]]
    >>> weeks = WeekProblem.from_scores([[0.9, 0.1], [0.9, 0.8]], capacity=[1, 1], mentor_weeks=free)
    >>> assign_weeks(weeks).bookings.tolist()
    [[0, 0, 0], [1, 1, 1]]
    """
    if objective == "balanced_load":
        raise InvalidInputError(
            "The 'objective' parameter of assign_weeks must be one that weighs scores. Got 'balanced_load' "
            "instead, which would balance the weeks of a mentor."
        )
    best = assign(weeks.problem, objective, progress=progress, cancel=cancel)
    return settle_weeks(weeks, best, wanted)


def settle_weeks(weeks: WeekProblem, best: Solution, wanted: ArrayLike | None = None) -> WeekSolution:
    """Keep the mentors of a solution and give their trainees the weeks that are wanted, or else early.

    Parameters
    ----------
    weeks, best
        The problem, and a solution of its columns.
    wanted
        As in :func:`assign_weeks`.

    Returns
    -------
    WeekSolution

    Raises
    ------
    InfeasibleError
        If a pair that must be chosen is not.
    """
    left_out = np.setdiff1d(np.flatnonzero(weeks.lifted), best.pairs[:, 0])
    if len(left_out):
        raise InfeasibleError(
            "The pairs of 'pinned_pairs' cannot all be chosen: weeks and places do not suffice for trainees "
            f"{left_out.tolist()}."
        )
    pairs = _settled(weeks, best, _wanted(weeks, wanted))
    return WeekSolution(
        best.with_pairs(weeks.problem, pairs), weeks.bookings(pairs), weeks.lift * int(weeks.lifted.sum())
    )


def _settled(weeks: WeekProblem, best: Solution, wanted: BoolArray) -> IntArray:
    """Return (trainee, column) pairs with the same mentors, most in wanted weeks, the others as early as can be."""
    problem, shape = weeks.problem, weeks.problem.units.shape
    rows, mentors, _ = weeks.bookings(best.pairs).T
    chosen = np.zeros((problem.n_trainees, len(weeks.capacity)), dtype=bool)
    chosen[rows, mentors] = True
    late = np.broadcast_to(np.tile(np.arange(weeks.n_weeks), len(weeks.capacity)), shape)
    # One wanted week more outweighs all that the others can be earlier.
    dear = np.int64(weeks.n_weeks * len(rows) + 1)
    timed = replace(
        problem,
        units=np.array(weeks.n_weeks - late + dear * wanted, dtype=np.int64),
        units_per_score=1,
        open=problem.open & np.repeat(chosen, weeks.n_weeks, axis=1),
        need=np.bincount(rows, minlength=problem.n_trainees),
    )
    return assign(timed).pairs


def _wanted(weeks: WeekProblem, given: ArrayLike | None) -> BoolArray:
    """Return the columns that are wanted, bool of shape (n_trainees, n_columns)."""
    wanted = np.zeros(weeks.problem.units.shape, dtype=bool)
    bookings = booking_rows(weeks, "wanted", given)
    wanted[bookings[:, 0], weeks.column(bookings[:, 1], bookings[:, 2])] = True
    return wanted


def booking_rows(weeks: WeekProblem, name: str, given: ArrayLike | None) -> IntArray:
    """Return checked (trainee, mentor, week) rows, int64 of shape (n, 3)."""
    rows = np.zeros((0, 3), np.int64) if given is None else np.asarray(given)
    if rows.size == 0:
        return np.zeros((0, 3), np.int64)
    limits = np.array([weeks.problem.n_trainees, len(weeks.capacity), weeks.n_weeks])
    if rows.ndim != 2 or rows.shape[1] != 3 or rows.dtype.kind not in "iu":
        came = f"{rows.dtype} of shape {rows.shape}"
    elif ((rows < 0) | (rows >= limits)).any():
        came = f"{rows[((rows < 0) | (rows >= limits)).any(axis=1)][0].tolist()}"
    else:
        return rows.astype(np.int64)
    text = f"an integer array of (trainee, mentor, week) of shape (n, 3), below {limits.tolist()}"
    raise ProblemError(
        f"{name.upper()}_BOOKINGS", name, f"The '{name}' parameter must be {text}. Got {came} instead."
    )
