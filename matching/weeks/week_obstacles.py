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


@dataclass(frozen=True, eq=False)
class Counted:
    """What a solution takes of mentors, weeks and limits, counted once for all questions about it.

    Attributes
    ----------
    load : int64 array of shape (n_mentors,)
        Trainees of each mentor in all weeks together.
    full_weeks : bool array of shape (n_mentors, n_weeks)
        Weeks in which the mentor has no place left.
    full_limits : tuple of bool arrays
        Which cells of each of `weeks.pairs.quotas` are full.
    teaches : bool array of shape (n_trainees, n_weeks)
        Weeks in which the trainee, who is a mentor too, teaches.
    learns : bool array of shape (n_mentors, n_weeks)
        Weeks in which the mentor, who is a trainee too, learns.
    same : bool array of shape (n_trainees, n_mentors)
        Who is one person.
    """

    load: IntArray
    full_weeks: BoolArray
    full_limits: tuple[BoolArray, ...]
    teaches: BoolArray
    learns: BoolArray
    same: BoolArray

    @classmethod
    def of(cls, weeks: WeekProblem, found: WeekSolution) -> Counted:
        """Count what the pairs of a solution take."""
        rows, mentors, weeks_of = found.bookings.T
        held = np.zeros(weeks.mentor_weeks.shape, np.int64)
        np.add.at(held, (mentors, weeks_of), 1)
        limits = (quota.counts(found.bookings[:, :2]) >= quota.limit for quota in weeks.pairs.quotas)
        teaches, learns = np.zeros_like(weeks.trainee_weeks), np.zeros_like(weeks.mentor_weeks)
        same = np.zeros_like(weeks.forbidden)
        for row, mentor in weeks.same_person.tolist():
            own = weeks.trainee_of == weeks.trainee_of[row]
            taught, learnt = held[mentor] > 0, np.zeros(weeks.n_weeks, dtype=bool)
            learnt[weeks_of[own[rows]]] = True
            # Where pins have somebody on both sides, nothing is asked.
            teaches[own] |= taught & ~learnt
            learns[mentor] |= learnt & ~taught
            same[own, mentor] = True
        full = held + weeks.booked >= weeks.weekly_capacity[:, None]
        return cls(held.sum(axis=1), full, tuple(limits), teaches, learns, same)


def obstacles(
    weeks: WeekProblem, found: WeekSolution, counted: Counted, trainee: int, mentor: int
) -> Obstacles:
    """Return what keeps a trainee from a mentor beside bans and free weeks; `counted` is of the solution."""
    rows, mentors, weeks_of = found.bookings.T
    own = weeks.trainee_of[rows] == weeks.trainee_of[trainee]
    away = counted.teaches[trainee] | counted.learns[mentor] | counted.same[trainee, mentor]
    away[weeks_of[own]] = True
    limits = tuple(
        cell
        for cell in cells_of(weeks.pairs, trainee, mentor)
        if counted.full_limits[cell.place][cell.row, cell.column]
    )
    return Obstacles(
        bool((mentors[own] == mentor).any()),
        away,
        counted.full_weeks[mentor],
        bool(counted.load[mentor] >= weeks.capacity[mentor]),
        limits,
    )


def direct_repairs(
    weeks: WeekProblem, found: WeekSolution, counted: Counted, trainee: int
) -> tuple[WeekRepair, ...]:
    """Return all changes that would each be enough although everybody else stays, the best score first.

    `counted` is of the solution. Where only the total counts, a pair that would not add to it is no repair.
    """
    repairs = [
        repair
        for mentor in np.flatnonzero(weeks.weekly_capacity).tolist()
        for repair in _of_mentor(weeks, found, counted, trainee, mentor)
        if repair.change > 0 or found.solution.objective != "total"
    ]
    return tuple(sorted(repairs, key=lambda one: (-one.change, one.code, one.mentor, one.week or 0)))


def _of_mentor(
    weeks: WeekProblem, found: WeekSolution, counted: Counted, trainee: int, mentor: int
) -> list[WeekRepair]:
    against = obstacles(weeks, found, counted, trainee, mentor)
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
