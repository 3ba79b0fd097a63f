"""The answer to a problem with weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.solution import Solution, relative_gap
from .week_problem import WeekProblem


@dataclass(frozen=True, eq=False)
class WeekSolution:
    """Who is with whom in which week.

    Attributes
    ----------
    solution : Solution
        Over the columns of the problem, with the prices that prove it where `by_mentors` does not;
        :func:`verify_weeks` checks it.
    bookings : int64 array of shape (n_pairs, 3)
        (trainee, mentor, week), sorted by trainee, then mentor.
    lift : float, default 0.0
        What the pairs that must be chosen in whichever week count more in `solution` than their scores.
    by_mentors : Solution, optional
        The same pairs as a choice of mentors alone, whose prices prove what no choice of mentors and weeks exceeds;
        None where those of `solution` do, or a linear programme.
    apart : int64 array of shape (n, 2), optional
        (trainee, mentor) of which `by_mentors` also has prices that nobody has one mentor twice.
    total, bound, gap : float
        As those of `solution`, in scores alone.
    """

    solution: Solution
    bookings: IntArray
    lift: float = 0.0
    by_mentors: Solution | None = None
    apart: IntArray | None = None

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


def with_bookings(weeks: WeekProblem, best: WeekSolution, bookings: IntArray) -> WeekSolution:
    """Return other bookings with their honest figures beside what proves the best, for `verify_weeks` to judge.

    `bookings` are (trainee, mentor, week), int64 of shape (n_pairs, 3), in any order.
    """
    chosen = bookings[np.lexsort((bookings[:, 1], bookings[:, 0]))]
    columns = np.stack([chosen[:, 0], weeks.column(chosen[:, 1], chosen[:, 2])], axis=1)
    alone = best.by_mentors
    return WeekSolution(
        best.solution.with_pairs(weeks.whole, columns),
        chosen,
        weeks.lift * float(weeks.lifted[chosen[:, 0]].sum()),
        None if alone is None else alone.with_pairs(weeks.by_mentors, chosen[:, :2]),
        best.apart,
    )
