"""What stands between a trainee and a mentor while everybody else stays, where rules are no flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..problem.assignment_problem import BoolArray, IntArray
from ..solver.network import Cell, cells_of
from .week_problem import WeekProblem
from .week_repairs import WeekRepair, WeekRepairCode
from .week_solution import WeekSolution


@dataclass(frozen=True, eq=False)
class Obstacles:
    """What keeps a trainee, who has no mentor in this row, from one mentor.

    Attributes
    ----------
    is_other : bool
        The mentor is the trainee's other one.
    away : bool array of shape (n_weeks,)
        Weeks in which the trainee is with the other mentor or teaches, or the mentor learns.
    full : bool array of shape (n_weeks,)
        Weeks in which the mentor has no place left.
    is_full : bool
        The mentor has as many trainees as possible in all.
    limits : tuple of Cell
        Full limits on groups of trainees or mentors, by their place in `weeks.pairs.quotas`.
    """

    is_other: bool
    away: BoolArray
    full: BoolArray
    is_full: bool
    limits: tuple[Cell, ...]


def obstacles(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> Obstacles:
    """Return what keeps a trainee from a mentor beside bans and free weeks."""
    rows, mentors, weeks_of = found.bookings.T
    own = weeks.trainee_of[rows] == weeks.trainee_of[trainee]
    away = np.zeros(weeks.n_weeks, dtype=bool)
    away[weeks_of[own]] = True
    for week in range(weeks.n_weeks):
        pair = np.array([[trainee, weeks.column(mentor, week)]])
        beside = np.concatenate([found.solution.pairs, pair])
        away[week] |= any(
            rule.weights(pair).any() and rule.exceeded(beside) for rule in weeks.problem.exclusions
        )
    held = weeks_of[mentors == mentor]
    load = np.bincount(held, minlength=weeks.n_weeks) + weeks.booked[mentor]
    pairs = found.bookings[:, :2]
    limits = tuple(
        cell
        for cell in cells_of(weeks.pairs, trainee, mentor)
        if weeks.pairs.quotas[cell.place].counts(pairs)[cell.row, cell.column]
        >= weeks.pairs.quotas[cell.place].limit[cell.row, cell.column]
    )
    return Obstacles(
        bool((mentors[own] == mentor).any()),
        away,
        load >= weeks.weekly_capacity[mentor],
        len(held) >= weeks.capacity[mentor],
        limits,
    )


def direct_repairs(weeks: WeekProblem, found: WeekSolution, trainee: int) -> tuple[WeekRepair, ...]:
    """Return the changes that would each be enough although everybody else stays, the best score first."""
    repairs = [
        repair
        for mentor in range(len(weeks.capacity))
        if weeks.capacity[mentor] and weeks.weekly_capacity[mentor]
        for repair in _of_mentor(weeks, found, trainee, mentor)
    ]
    return tuple(sorted(repairs, key=lambda one: (-one.change, one.code, one.mentor, one.week or 0)))


def _of_mentor(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> list[WeekRepair]:
    against = obstacles(weeks, found, trainee, mentor)
    if against.is_other or (weeks.lifted[trainee] and not weeks.fixed[trainee, mentor]):
        return []
    score = float(weeks.pairs.units[trainee, mentor] / weeks.pairs.units_per_score)
    whatever: list[tuple[WeekRepairCode, Cell | None]] = [("RAISE_QUOTA", cell) for cell in against.limits]
    if against.is_full:
        whatever.append(("ADD_PLACE", None))
    if weeks.forbidden[trainee, mentor]:
        whatever.append(("ALLOW_PAIR", None))
    if len(whatever) > 1:
        return []
    here, there = weeks.trainee_weeks[trainee], weeks.mentor_weeks[mentor]
    # A mentor who is away has no place that could be full.
    missing = (~here).astype(np.int64) + ~there + (there & against.full)
    missing[against.away] = 3
    if whatever:
        week = _first(missing == 0)
        code, limit = whatever[0]
        of_week = week if code == "ALLOW_PAIR" else None
        return [] if week is None else [WeekRepair(code, mentor, of_week, score, limit)]
    kinds: list[tuple[WeekRepairCode, BoolArray]] = [
        ("FREE_TRAINEE_WEEK", ~here),
        ("FREE_MENTOR_WEEK", ~there),
        ("ADD_WEEK_PLACE", there & against.full),
    ]
    return [
        WeekRepair(code, mentor, week, score)
        for code, lacks in kinds
        for week in np.flatnonzero((missing == 1) & lacks).tolist()
    ]


def _first(possible: BoolArray) -> int | None:
    weeks: IntArray = np.flatnonzero(possible)
    return int(weeks[0]) if len(weeks) else None
