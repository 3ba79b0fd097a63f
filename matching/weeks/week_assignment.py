"""Choosing mentors by the scores, and for these pairs their weeks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..exceptions import InfeasibleError, MinimumLoadError, ProblemError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.solution import LevelPrices, Solution
from ..solver.assignment import assign
from ..watch import Watch
from .week_problem import WeekProblem
from .week_solution import WeekSolution

BY_TOTAL: Final = ("coverage_then_total", "total")


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
        As in :func:`assign`. Weeks have no say in it: scores are compared whatever the week, and the load that is
        balanced is that of each mentor over all weeks, with as many places as the weeks have for it.
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
    InvalidInputError, AssignmentCancelledError
        As :func:`assign`.
    InfeasibleError
        If the pairs that must be chosen in whichever week, or minimum loads, cannot all be; as MinimumLoadError
        with the smallest relaxation.

    Notes
    -----
    Without further rules two flows: one chooses the mentors, the other the weeks for them. Limits on groups, two
    seats of one trainee and persons on both sides are no flow beside weeks, and most other objectives none over
    them. Then mentors alone are chosen first, by a flow; where weeks have room for these mentors within every rule
    (a small integer programme), that is the best there is. Otherwise all is one integer programme, aim after
    aim, with the gap of its linear programme: 0.3 to 9 s at 64 trainees with two mentors each, 20 mentors and 6
    weeks, 3 to 42 s at 300 trainees and 90 mentors.

    Examples
    --------
    >>> free = [[True, True], [False, True]]
    >>> weeks = WeekProblem.from_scores([[0.9, 0.1], [0.9, 0.8]], capacity=[1, 1], mentor_weeks=free)
    >>> assign_weeks(weeks).bookings.tolist()
    [[0, 0, 0], [1, 1, 1]]
    """
    report = Watch(progress, cancel)
    if is_one_flow(weeks, objective):
        best = assign(weeks.problem, objective, progress=report.progress, cancel=cancel)
        return settle_weeks(weeks, best, wanted)
    return choose(weeks, lambda problem: assign(problem, objective, cancel=cancel), objective, wanted, report)


def is_one_flow(weeks: WeekProblem, objective: str) -> bool:
    """Tell whether one flow over mentors and weeks finds the best choice."""
    return weeks.is_flow and _is_told_by_columns(weeks, objective)


def _is_told_by_columns(weeks: WeekProblem, objective: str) -> bool:
    """Tell whether what a flow over mentors and weeks compares is what the objective means."""
    # Which trainees can be matched is decided before the total, where those who are lifted would be worth most.
    misled = objective not in BY_TOTAL and bool(weeks.lifted.any())
    return objective != "balanced_load" and not misled


def choose(
    weeks: WeekProblem,
    solve: Callable[[AssignmentProblem], Solution],
    objective: str,
    wanted: ArrayLike | None,
    report: Watch,
) -> WeekSolution:
    """Solve what is easier, and the whole only where that answer breaks one of the rules left out.

    First mentors alone, then mentors and weeks without what is no flow: an answer that can be given weeks so that
    it breaks no rule is the best of all, since it is the best where less was forbidden, and the same prices prove
    it. Else an integer programme of all rules.

    Parameters
    ----------
    weeks : WeekProblem
        All rules.
    solve : callable
        Returns the best choice of a problem.
    objective, wanted
        As in :func:`assign_weeks`.
    report : Watch
        Told after each step.
    """
    report(0.0)
    with suppress(ProblemError, MinimumLoadError):
        apart, best = np.zeros((0, 2), np.int64), solve(weeks.by_mentors)
        while len(twice := _twice(weeks, best.pairs)):
            apart = np.concatenate([apart, twice])
            best = solve(weeks.apart(apart))
        report(0.3)
        found = _with_weeks(weeks, best, wanted, apart)
        if found is not None:
            report(1.0)
            return found
    if not weeks.is_flow and _is_told_by_columns(weeks, objective):
        with suppress(MinimumLoadError, InfeasibleError):
            best = solve(weeks.loose)
            report(0.5)
            found = _settled_in(weeks, best, wanted)
            if found is not None:
                report(1.0)
                return found
    found = settle_weeks(weeks, solve(weeks.whole), wanted)
    report(1.0)
    return found


def _twice(weeks: WeekProblem, pairs: IntArray) -> IntArray:
    """Return (trainee, mentor) who have one another in two seats, int64 of shape (n, 2)."""
    held = np.stack([weeks.trainee_of[pairs[:, 0]], pairs[:, 1]], axis=1)
    found, times = np.unique(held, axis=0, return_counts=True)
    return found[times > 1]


def _with_weeks(
    weeks: WeekProblem, best: Solution, wanted: ArrayLike | None, apart: IntArray
) -> WeekSolution | None:
    """Return a choice of mentors with weeks for them, or None where the weeks have no room for all."""
    chosen = np.zeros(weeks.fixed.shape, dtype=bool)
    chosen[best.pairs[:, 0], best.pairs[:, 1]] = True
    pairs = _timed(weeks, chosen, booking_table(weeks, wanted))
    if pairs is None:
        return None
    lift = weeks.lift * int(weeks.lifted.sum())
    columns = unproven(weeks, best, pairs, lift)
    return WeekSolution(columns, weeks.bookings(columns.pairs), lift, best, apart if len(apart) else None)


def unproven(weeks: WeekProblem, best: Solution, pairs: IntArray, lift: float) -> Solution:
    """Return (trainee, column) pairs with the figures of a choice of mentors, which proves them, and no prices."""
    problem = weeks.whole
    none = LevelPrices(
        np.zeros(problem.n_mentors, np.int64),
        np.zeros(problem.n_trainees, np.int64),
        tuple(np.zeros_like(quota.limit) for quota in problem.quotas),
    )
    bound = round((best.bound + lift) * problem.units_per_score)
    return replace(Solution.proven(problem, best.objective, pairs, bound, none, none), gap=best.gap)


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
    found = _settled_in(weeks, best, wanted)
    if found is None:
        raise InfeasibleError("The weeks of the pairs chosen have no room for them.")
    return found


def _settled_in(weeks: WeekProblem, best: Solution, wanted: ArrayLike | None) -> WeekSolution | None:
    """Return a solution in wanted or early weeks, or None where it breaks a rule in whichever weeks."""
    left_out = np.setdiff1d(np.flatnonzero(weeks.lifted), best.pairs[:, 0])
    if len(left_out):
        raise MinimumLoadError(
            "The pairs of 'pinned_pairs' cannot all be chosen: weeks and places do not suffice for trainees "
            f"{left_out.tolist()}.",
            (),
            left_out=tuple(left_out.tolist()),
        )
    rows, mentors, _ = weeks.bookings(best.pairs).T
    chosen = np.zeros(weeks.fixed.shape, dtype=bool)
    chosen[rows, mentors] = True
    pairs = _timed(weeks, chosen, booking_table(weeks, wanted))
    if pairs is None:
        return None
    solution = best.with_pairs(weeks.problem, pairs)
    return WeekSolution(solution, weeks.bookings(pairs), weeks.lift * int(weeks.lifted.sum()))


def _timed(weeks: WeekProblem, chosen: BoolArray, wanted: BoolArray) -> IntArray | None:
    """Return (trainee, column) pairs of the chosen mentors, most in wanted weeks, the others as early as can be.

    `chosen` is of shape (n_trainees, n_mentors). None where the weeks have no room for all of them.
    """
    problem, shape = weeks.problem, weeks.problem.units.shape
    late = np.broadcast_to(np.tile(np.arange(weeks.n_weeks), len(weeks.capacity)), shape)
    # One wanted week more outweighs all that the others can be earlier.
    dear = np.int64(weeks.n_weeks * int(chosen.sum()) + 1)
    timed = replace(
        problem,
        units=np.array(weeks.n_weeks - late + dear * wanted, dtype=np.int64),
        units_per_score=1,
        open=problem.open & np.repeat(chosen, weeks.n_weeks, axis=1),
        need=chosen.sum(axis=1),
        # What is asked of mentors alone depends on no week and is looked at afterwards.
        quotas=(*(quota for quota in problem.quotas if quota.parameter == "kinds"), *weeks.one_week_each),
    )
    try:
        pairs = assign(timed).pairs
    except MinimumLoadError:
        return None
    held = all(
        (quota.counts(pairs) <= quota.limit).all() and (quota.counts(pairs) >= quota.minimum).all()
        for quota in problem.quotas
    )
    return pairs if held and len(pairs) == int(chosen.sum()) else None


def booking_table(weeks: WeekProblem, given: ArrayLike | None) -> BoolArray:
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
