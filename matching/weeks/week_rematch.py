"""Match again when weeks, people or rules have changed, and keep mentors first and weeks second."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import Solution
from ..reasons.rematch import rematch
from ..watch import Watch
from .week_assignment import booking_rows, choose, is_one_flow, settle_weeks
from .week_problem import WeekProblem
from .week_solution import WeekSolution
from .week_statements import Booking, WeekMove


class WeekRematch(NamedTuple):
    """A new solution and how it differs from the bookings of before.

    Attributes
    ----------
    found : WeekSolution
        Who is with whom in which week now.
    moves : tuple of WeekMove
        Trainees whose mentor or week changes, by trainee; None stands for nobody.
    """

    found: WeekSolution
    moves: tuple[WeekMove, ...]


def rematch_weeks(
    weeks: WeekProblem,
    previous: ArrayLike,
    stability: float = 0.05,
    objective: str = "coverage_then_total",
) -> WeekRematch:
    """Choose mentors and weeks anew, give up few mentors, and of those who keep theirs move few to another week.

    Parameters
    ----------
    weeks : WeekProblem
        The problem as it stands now; each row needs one mentor.
    previous : integer array of shape (n_previous, 3)
        (trainee, mentor, week) of before, in positions of `weeks`; without the pairs of people or weeks that are
        gone.
    stability : float, default 0.05
        What keeping one mentor is worth, in whichever week, as in :func:`rematch`: a share of the spread of the
        scores. Infinity asks for as few changes of mentors as possible.
    objective : {"coverage_then_total", "total", "worst_off_then_total", "balanced_load"}
        As in :func:`assign`.

    Returns
    -------
    WeekRematch

    Raises
    ------
    ProblemError, InvalidInputError, MinimumLoadError
        As :func:`rematch`.
    InfeasibleError
        As :func:`assign_weeks`.

    Notes
    -----
    Three flows: the bound, the mentors, and their weeks; of rules that are no flow as :func:`assign_weeks`.

    Examples
    --------
    >>> free = [[True, True], [True, True]]
    >>> weeks = WeekProblem.from_scores([[0.9, 0.8], [0.9, 0.1]], capacity=[2, 1], mentor_weeks=free)
    >>> rematch_weeks(weeks, [[0, 0, 1], [1, 0, 0]]).moves
    ()
    """
    before = booking_rows(weeks, "previous", previous)
    every = np.arange(weeks.n_weeks)
    columns = weeks.column(before[:, 1][:, None], every[None, :])
    pairs = np.stack([np.repeat(before[:, 0], weeks.n_weeks), columns.ravel()], axis=1)
    in_weeks = stability * _share(weeks)
    if is_one_flow(weeks, objective):
        found = settle_weeks(weeks, rematch(weeks.problem, pairs, in_weeks, objective).solution, before)
        return WeekRematch(found, _moves(before, found.bookings))

    def solve(problem: AssignmentProblem) -> Solution:
        alone = problem.n_mentors == len(weeks.capacity)
        kept = (before[:, :2], stability) if alone else (pairs, in_weeks)
        return rematch(problem, *kept, objective).solution

    found = choose(weeks, solve, objective, before, Watch())
    return WeekRematch(found, _moves(before, found.bookings))


def _share(weeks: WeekProblem) -> float:
    """Return the spread of the scores as a share of that of the problem, where some pairs are lifted."""
    problem = weeks.problem
    if not weeks.lifted.any():
        return 1.0
    plain = problem.units - weeks.lifted[:, None] * np.int64(round(weeks.lift * problem.units_per_score))
    spreads = [np.ptp(units[problem.open]) if problem.open.any() else 0 for units in (plain, problem.units)]
    return float(spreads[0] / spreads[1]) if spreads[1] else 1.0


def _moves(before: IntArray, after: IntArray) -> tuple[WeekMove, ...]:
    old: dict[int, Booking] = {row: (mentor, week) for row, mentor, week in before.tolist()}
    new: dict[int, Booking] = {row: (mentor, week) for row, mentor, week in after.tolist()}
    return tuple(
        WeekMove(row, old.get(row), new.get(row))
        for row in sorted({*old, *new})
        if old.get(row) != new.get(row)
    )
