"""What would give a trainee a mentor and a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ..reasons.statements import Repair, UnmatchedReason
from ..solver.network import Cell
from .week_problem import WeekProblem

WeekRepairCode = Literal[
    "ADD_WEEK_PLACE",
    "FREE_MENTOR_WEEK",
    "FREE_TRAINEE_WEEK",
    "ADD_PLACE",
    "ALLOW_PAIR",
    "LOWER_MINIMUM",
    "RAISE_QUOTA",
]


@dataclass(frozen=True)
class WeekRepair:
    """One change that would give the trainee a mentor.

    Attributes
    ----------
    code : str
        ADD_WEEK_PLACE (one more place at the mentor in that week); FREE_MENTOR_WEEK (the mentor is free in that
        week, for one trainee); FREE_TRAINEE_WEEK (the trainee is free in that week, for this mentor);
        ADD_PLACE (one trainee more for the mentor in all weeks together); ALLOW_PAIR (lift the ban on the
        pair, in that week); LOWER_MINIMUM (one trainee less that the mentor must get); RAISE_QUOTA (one more
        within a limit on groups of trainees or mentors).
    mentor : int
        The mentor concerned.
    week : int or None
        The week concerned; None where it is all weeks together.
    change : float
        Change of the total after it, with the trainee matched and nobody else left out; where rules are no flow,
        or the objective has an aim before the total, with everybody else where they are: a new match may gain more.
    limit : Cell or None
        For RAISE_QUOTA, and LOWER_MINIMUM of several mentors together, the limit, by its place in
        `weeks.pairs.quotas`.
    """

    code: WeekRepairCode
    mentor: int
    week: int | None
    change: float
    limit: Cell | None = None


def week_repairs(weeks: WeekProblem, told: UnmatchedReason) -> tuple[WeekRepair, ...]:
    """Return the repairs of the columns, said of mentors and weeks."""
    repairs = []
    for repair in told.repairs:
        mentor, week = divmod(repair.mentor, weeks.n_weeks)
        code, limit = _repair_code(weeks, repair, told.trainee, mentor, week)
        if code is not None:
            of_week = code not in ("ADD_PLACE", "LOWER_MINIMUM", "RAISE_QUOTA")
            repairs.append(WeekRepair(code, mentor, week if of_week else None, repair.change, limit))
    return tuple(repairs)


def _repair_code(
    weeks: WeekProblem, repair: Repair, trainee: int, mentor: int, week: int
) -> tuple[WeekRepairCode | None, Cell | None]:
    """Return what a repair of a column means and the limit on groups that it changes.

    The code is None where one change is not enough, or it would book somebody twice.
    """
    if repair.code == "ADD_PLACE":
        return ("ADD_WEEK_PLACE" if weeks.mentor_weeks[mentor, week] else "FREE_MENTOR_WEEK"), None
    if repair.code == "ALLOW_PAIR":
        here = bool(weeks.trainee_weeks[trainee, week])
        if weeks.forbidden[trainee, mentor]:
            return ("ALLOW_PAIR" if here else None), None
        return (None if here else "FREE_TRAINEE_WEEK"), None
    if repair.limit is None or repair.limit.parameter != "column_groups":
        return None, None
    limit = _limit_of_mentors(weeks, repair.limit)
    if repair.code == "LOWER_MINIMUM":
        return "LOWER_MINIMUM", limit
    return ("ADD_PLACE" if limit is None else "RAISE_QUOTA"), limit


def _limit_of_mentors(weeks: WeekProblem, limit: Cell) -> Cell | None:
    """Return a limit on columns by its place in `weeks.pairs.quotas`; None for that of a mentor over the weeks."""
    totals = next(p for p, quota in enumerate(weeks.problem.quotas) if quota.parameter == "column_groups")
    given = [p for p, quota in enumerate(weeks.pairs.quotas) if quota.parameter == "column_groups"]
    return None if limit.place == totals else replace(limit, place=given[limit.place - totals - 1])
