"""Why a trainee is not with a mentor, said in weeks."""

from __future__ import annotations

from typing import Final, overload

import numpy as np

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import BoolArray, IntArray
from ..reasons.explain import explain, explain_unmatched
from ..reasons.prices import PRICED, prices
from ..reasons.questions import check_fits, checked_position
from ..reasons.rematch import rematch
from .week_assignment import is_one_flow
from .week_forcing import forced_weeks
from .week_obstacles import Counted, direct_repairs, obstacles
from .week_problem import WeekProblem
from .week_repairs import WeekRepair, week_repairs
from .week_solution import WeekSolution
from .week_statements import Booking, UnmatchedWeekCode, UnmatchedWeeks, WeekCode, WeekMove, WeekReason

# What keeps a pair that could meet from a place.
_FULL: Final = ("WEEKS_TAKEN", "WEEK_FULL", "MENTOR_FULL", "QUOTA_FULL")


@overload
def explain_weeks(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> WeekReason: ...
@overload
def explain_weeks(weeks: WeekProblem, found: WeekSolution, trainee: int) -> UnmatchedWeeks: ...
def explain_weeks(
    weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int | None = None
) -> WeekReason | UnmatchedWeeks:
    """Explain in weeks why a trainee is not with a mentor, or, without one, why with nobody.

    Parameters
    ----------
    weeks, found
        The problem and its solution.
    trainee : int
        Row of the trainee.
    mentor : int, optional
        Column of the mentor in the scores; when left out the trainee must be unmatched.

    Returns
    -------
    WeekReason or UnmatchedWeeks

    Raises
    ------
    InvalidInputError
        If a position is out of range, no mentor is given and the trainee has all the mentors needed, or, for a
        pair that has a price, the objective has none (see :func:`prices`).

    Notes
    -----
    A pair: one table of exchange chains ((n_mentors · n_weeks)³ additions) and two more solutions; where rules are
    no flow, one solution for each week in which both are free. There, and for objectives with an aim before the
    total, the repairs of an unmatched trainee are all those after which everybody else can stay, and `change` is the
    score of the pair: a new match after one of them, aiming at the total, gains that or more. Repairs for which
    others would have to move are not looked for.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> free = [[False, True]]
    >>> weeks = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=free)
    >>> reason = explain_weeks(weeks, assign_weeks(weeks), 1, 0)
    >>> reason.code, reason.weeks, reason.rivals
    ('WEEK_FULL', (1,), (0,))
    """
    check_fits("explain_weeks", weeks.problem, found.solution)
    trainee = checked_position("explain_weeks", "trainee", trainee, weeks.problem.n_trainees)
    if mentor is None:
        return _explain_unmatched(weeks, found, trainee)
    mentor = checked_position("explain_weeks", "mentor", mentor, len(weeks.capacity))
    return _pair(weeks, found, trainee, mentor)


def _pair(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> WeekReason:
    counted = Counted.of(weeks, found)
    plain = _standing(weeks, found, counted, trainee, mentor)
    if plain is not None and plain.code not in _FULL:
        return plain
    common = weeks.common_weeks(trainee, mentor)
    if _is_told_by_prices(weeks, found):
        first = weeks.column(mentor, 0)
        table = prices(weeks.problem, found.solution, [trainee])[0, first : first + weeks.n_weeks]
        code, week, price = _forced(table)
        moves = () if week is None else _moves(weeks, found, trainee, mentor, week)
    else:
        table, moves_in = forced_weeks(weeks, found, trainee, mentor)
        code, week, price = _forced(table)
        moves = () if week is None else tuple(WeekMove(*move) for move in moves_in[week])
    if plain is not None:
        code = plain.code
    full = common[counted.full_weeks[mentor][common]]
    rivals = plain.rivals if plain else _holders(found, trainee, mentor, full)
    limits = plain.limits if plain else ()
    return WeekReason(trainee, mentor, code, _ints(common), _ints(full), rivals, week, price, moves, limits)


def _is_told_by_prices(weeks: WeekProblem, found: WeekSolution) -> bool:
    """Tell whether prices of mentors in weeks say what changes cost."""
    objective = found.solution.objective
    # Whoever is on both sides could not teach in each week that would be freed.
    return objective in PRICED and is_one_flow(weeks, objective) and not len(weeks.same_person)


def _forced(table: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[WeekCode, int | None, float]:
    """Return why no week of a pair was chosen, the week that costs least, and what it costs."""
    possible = np.flatnonzero(~np.isnan(table))
    if not len(possible):
        return "RULED_OUT", None, float("nan")
    week = int(possible[np.argmax(table[possible])])
    price = float(table[week])
    if np.isneginf(price):
        return "LOWERS_COVERAGE", week, price
    return ("LOWERS_TOTAL" if price < 0 else "TIE"), week, price


def _standing(
    weeks: WeekProblem, found: WeekSolution, counted: Counted, trainee: int, mentor: int
) -> WeekReason | None:
    """Return what free weeks, bans and full places alone say of a pair; None where a place is free."""
    nan = float("nan")
    booked = found.bookings[(found.bookings[:, 0] == trainee) & (found.bookings[:, 1] == mentor), 2]
    common = weeks.common_weeks(trainee, mentor)
    shown = _ints(common)
    if len(booked):
        return WeekReason(trainee, mentor, "CHOSEN", shown, (), (), int(booked[0]), 0.0, ())
    code: WeekCode | None = None
    if weeks.forbidden[trainee, mentor]:
        code = "FORBIDDEN"
    elif not (weeks.capacity[mentor] and weeks.weekly_capacity[mentor]):
        code = "NO_CAPACITY"
    elif not len(common):
        code = "NO_COMMON_WEEK"
    if code is not None:
        return WeekReason(trainee, mentor, code, shown, (), (), None, nan, ())
    against = obstacles(weeks, found, counted, trainee, mentor)
    if against.is_other:
        return WeekReason(trainee, mentor, "OTHER_MENTOR", shown, (), (), None, nan, ())
    full = common[against.full[common]]
    free = common[~against.away[common]]
    rivals: tuple[int, ...] = ()
    if not len(free):
        code = "WEEKS_TAKEN"
    elif against.full[free].all():
        code, rivals = "WEEK_FULL", _holders(found, trainee, mentor, full)
    elif against.is_full:
        code, rivals = "MENTOR_FULL", _holders(found, trainee, mentor, np.arange(weeks.n_weeks))
    elif against.limits:
        code = "QUOTA_FULL"
    if code is None:
        return None
    limits = against.limits if code == "QUOTA_FULL" else ()
    return WeekReason(trainee, mentor, code, shown, _ints(full), rivals, None, nan, (), limits)


def explain_unmatched_weeks(weeks: WeekProblem, found: WeekSolution) -> tuple[UnmatchedWeeks, ...]:
    """Explain in weeks everybody with too few mentors, in the order of `found.solution.unmatched`.

    Parameters
    ----------
    weeks, found
        The problem and its solution.

    Returns
    -------
    tuple of UnmatchedWeeks
        Each as :func:`explain_weeks` gives it; places and limits are counted once for all.

    Examples
    --------
    >>> from matching import assign_weeks
    >>> weeks = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=[[False, True]])
    >>> [reason.code for reason in explain_unmatched_weeks(weeks, assign_weeks(weeks))]
    ['ALL_FULL']
    """
    check_fits("explain_unmatched_weeks", weeks.problem, found.solution)
    counted = Counted.of(weeks, found)
    if not _is_told_by_prices(weeks, found):
        return tuple(
            _unmatched(weeks, found, counted, row, direct_repairs(weeks, found, counted, row))
            for row in found.solution.unmatched.tolist()
        )
    return tuple(
        _unmatched(weeks, found, counted, told.trainee, week_repairs(weeks, told))
        for told in explain_unmatched(weeks.problem, found.solution)
    )


def _explain_unmatched(weeks: WeekProblem, found: WeekSolution, trainee: int) -> UnmatchedWeeks:
    if trainee not in found.solution.unmatched:
        raise InvalidInputError(
            "The 'trainee' parameter of explain_weeks must be an unmatched trainee when no mentor is given. "
            f"Got {trainee} instead, who has every mentor needed; give a mentor to ask about."
        )
    counted = Counted.of(weeks, found)
    if _is_told_by_prices(weeks, found):
        repairs = week_repairs(weeks, explain(weeks.problem, found.solution, trainee))
    else:
        repairs = direct_repairs(weeks, found, counted, trainee)
    return _unmatched(weeks, found, counted, trainee, repairs)


def _unmatched(
    weeks: WeekProblem,
    found: WeekSolution,
    counted: Counted,
    trainee: int,
    repairs: tuple[WeekRepair, ...],
) -> UnmatchedWeeks:
    nan, reasons = float("nan"), []
    for mentor in range(len(weeks.capacity)):
        common = weeks.common_weeks(trainee, mentor)
        full = _ints(common[counted.full_weeks[mentor][common]])
        free = WeekReason(trainee, mentor, "RULED_OUT", _ints(common), full, (), None, nan, ())
        reasons.append(_standing(weeks, found, counted, trainee, mentor) or free)
    takes = (weeks.capacity > 0) & (weeks.weekly_capacity > 0)
    return UnmatchedWeeks(trainee, _unmatched_code(reasons, takes), tuple(reasons), repairs)


def _unmatched_code(reasons: list[WeekReason], takes: BoolArray) -> UnmatchedWeekCode:
    left = (reason for reason in reasons if reason.code != "CHOSEN")
    taking = [reason.code for reason in left if takes[reason.mentor]]
    if not taking:
        return "NO_MENTORS"
    allowed = [code for code in taking if code not in ("FORBIDDEN", "OTHER_MENTOR")]
    if not allowed:
        return "ALL_FORBIDDEN"
    meeting = [code for code in allowed if code != "NO_COMMON_WEEK"]
    if not meeting:
        return "NO_COMMON_WEEK"
    return "ALL_FULL" if all(code in _FULL for code in meeting) else "NOT_WORTH_IT"


def _holders(found: WeekSolution, trainee: int, mentor: int, asked: IntArray) -> tuple[int, ...]:
    holding = (found.bookings[:, 1] == mentor) & np.isin(found.bookings[:, 2], asked)
    return _ints(np.setdiff1d(found.bookings[holding, 0], [trainee]))


def _moves(
    weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int, week: int
) -> tuple[WeekMove, ...]:
    forced = weeks.problem.with_pin(trainee, weeks.column(mentor, week))
    # At stability 0 the best total is kept, and among its choices the one with the fewest changes.
    moves = rematch(forced, found.solution.pairs, 0.0, found.solution.objective).moves
    return tuple(
        WeekMove(move.trainee, _booking(weeks, move.before), _booking(weeks, move.after)) for move in moves
    )


def _booking(weeks: WeekProblem, column: int | None) -> Booking | None:
    return None if column is None else divmod(column, weeks.n_weeks)


def _ints(array: IntArray) -> tuple[int, ...]:
    return tuple(int(value) for value in array)
