"""Why a trainee is not with a mentor, said in weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, overload

import numpy as np

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import IntArray
from ..reasons.prices import PRICED, prices
from ..reasons.questions import check_fits, checked_position
from ..reasons.rematch import rematch
from .week_assignment import is_one_flow
from .week_forcing import forced_weeks
from .week_obstacles import direct_repairs, obstacles
from .week_problem import WeekProblem
from .week_repairs import WeekRepair, week_repairs
from .week_solution import WeekSolution

WeekCode = Literal[
    "CHOSEN",
    "FORBIDDEN",
    "NO_CAPACITY",
    "OTHER_MENTOR",
    "NO_COMMON_WEEK",
    "WEEKS_TAKEN",
    "WEEK_FULL",
    "MENTOR_FULL",
    "QUOTA_FULL",
    "RULED_OUT",
    "LOWERS_COVERAGE",
    "LOWERS_TOTAL",
    "TIE",
]
UnmatchedWeekCode = Literal["NO_MENTORS", "ALL_FORBIDDEN", "NO_COMMON_WEEK", "ALL_FULL", "NOT_WORTH_IT"]
# What keeps a pair that could meet from a place.
_FULL: Final = ("WEEKS_TAKEN", "WEEK_FULL", "MENTOR_FULL", "QUOTA_FULL")
# (mentor, week)
Booking = tuple[int, int]


@dataclass(frozen=True)
class WeekMove:
    """A trainee whose mentor or week would change.

    Attributes
    ----------
    trainee : int
        Row of the scores.
    before, after : (mentor, week) or None
        None stands for no mentor.
    """

    trainee: int
    before: Booking | None
    after: Booking | None


@dataclass(frozen=True)
class WeekReason:
    """Why a trainee is or is not with a mentor.

    Attributes
    ----------
    trainee, mentor : int
        Row and column of the scores.
    code : str
        CHOSEN; FORBIDDEN; NO_CAPACITY (the mentor takes nobody); OTHER_MENTOR (the mentor has the trainee's
        other seat); NO_COMMON_WEEK (there is no week in which both are free); WEEKS_TAKEN (in each of these one
        of them is with somebody else on the other side, or the trainee with the other mentor); WEEK_FULL (there
        are such weeks, and the mentor has no place left in any of them); MENTOR_FULL (there would be a week, but
        the mentor has as many trainees as possible in all); QUOTA_FULL (a limit on a group is full); otherwise
        a place is free, and RULED_OUT (pins or minimum loads leave no room), LOWERS_COVERAGE, LOWERS_TOTAL or
        TIE say why it was not taken.
    weeks : tuple of int
        Weeks in which both are free.
    full_weeks : tuple of int
        Those of them in which the mentor has no place left.
    rivals : tuple of int
        Trainees who hold the mentor's places: in the full weeks, or for MENTOR_FULL in all weeks. None where
        people from elsewhere hold them.
    week : int or None
        The week of the pair, or the one in which forcing it costs least; None where it cannot be forced.
    price : float
        Change of the total if the pair were forced in that week: 0 for a chosen pair, -inf where somebody
        would be left out, NaN where it cannot be forced.
    moves : tuple of WeekMove
        Who would change mentor or week if it were forced, the trainee's own move included.
    """

    trainee: int
    mentor: int
    code: WeekCode
    weeks: tuple[int, ...]
    full_weeks: tuple[int, ...]
    rivals: tuple[int, ...]
    week: int | None
    price: float
    moves: tuple[WeekMove, ...]


@dataclass(frozen=True)
class UnmatchedWeeks:
    """Why a trainee has fewer mentors than needed.

    Attributes
    ----------
    trainee : int
        Row of the scores.
    code : str
        NO_MENTORS (nobody takes anybody); ALL_FORBIDDEN; NO_COMMON_WEEK (no allowed mentor is free when the
        trainee is); ALL_FULL (those who are have no place left); NOT_WORTH_IT (a place is free, and no pair
        would add to the total, or pins and minimum loads keep it).
    mentors : tuple of WeekReason
        The same for every mentor, in the order of the columns, without prices and moves.
    repairs : tuple of WeekRepair
        Changes that would each be enough, best total first.
    """

    trainee: int
    code: UnmatchedWeekCode
    mentors: tuple[WeekReason, ...]
    repairs: tuple[WeekRepair, ...]


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
    total, the repairs of an unmatched trainee are those after which everybody else can stay.

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
        return _unmatched(weeks, found, trainee)
    mentor = checked_position("explain_weeks", "mentor", mentor, len(weeks.capacity))
    return _pair(weeks, found, trainee, mentor)


def _pair(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> WeekReason:
    plain = _standing(weeks, found, trainee, mentor)
    if plain is not None and plain.code not in ("WEEKS_TAKEN", "WEEK_FULL", "MENTOR_FULL", "QUOTA_FULL"):
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
    full = _full_weeks(weeks, found, mentor, common)
    rivals = plain.rivals if plain else _holders(found, trainee, mentor, full)
    return WeekReason(trainee, mentor, code, _ints(common), _ints(full), rivals, week, price, moves)


def _is_told_by_prices(weeks: WeekProblem, found: WeekSolution) -> bool:
    """Tell whether prices of mentors in weeks say what changes cost; where limits bind, one change may need two."""
    objective = found.solution.objective
    return objective in PRICED and not weeks.pairs.quotas and is_one_flow(weeks, objective)


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


def _standing(weeks: WeekProblem, found: WeekSolution, trainee: int, mentor: int) -> WeekReason | None:
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
    against = obstacles(weeks, found, trainee, mentor)
    if against.is_other:
        return WeekReason(trainee, mentor, "OTHER_MENTOR", shown, (), (), None, nan, ())
    full = _full_weeks(weeks, found, mentor, common)
    free = common[~against.away[common]]
    if not len(free):
        return WeekReason(trainee, mentor, "WEEKS_TAKEN", shown, _ints(full), (), None, nan, ())
    if np.isin(free, full).all():
        rivals = _holders(found, trainee, mentor, full)
        return WeekReason(trainee, mentor, "WEEK_FULL", shown, _ints(full), rivals, None, nan, ())
    taken = np.unique(found.bookings[found.bookings[:, 1] == mentor, 2])
    if (found.bookings[:, 1] == mentor).sum() >= weeks.capacity[mentor]:
        rivals = _holders(found, trainee, mentor, taken)
        return WeekReason(trainee, mentor, "MENTOR_FULL", shown, _ints(full), rivals, None, nan, ())
    if against.limits:
        return WeekReason(trainee, mentor, "QUOTA_FULL", shown, _ints(full), (), None, nan, ())
    return None


def _unmatched(weeks: WeekProblem, found: WeekSolution, trainee: int) -> UnmatchedWeeks:
    if trainee not in found.solution.unmatched:
        raise InvalidInputError(
            "The 'trainee' parameter of explain_weeks must be an unmatched trainee when no mentor is given. "
            f"Got {trainee} instead, who has every mentor needed; give a mentor to ask about."
        )
    nan = float("nan")
    reasons = []
    for mentor in range(len(weeks.capacity)):
        common = weeks.common_weeks(trainee, mentor)
        full = _ints(_full_weeks(weeks, found, mentor, common))
        free = WeekReason(trainee, mentor, "RULED_OUT", _ints(common), full, (), None, nan, ())
        reasons.append(_standing(weeks, found, trainee, mentor) or free)
    told = week_repairs if _is_told_by_prices(weeks, found) else direct_repairs
    return UnmatchedWeeks(trainee, _unmatched_code(reasons), tuple(reasons), told(weeks, found, trainee))


def _unmatched_code(reasons: list[WeekReason]) -> UnmatchedWeekCode:
    left = [reason.code for reason in reasons if reason.code != "CHOSEN"]
    taking = [code for code in left if code != "NO_CAPACITY"]
    if not taking:
        return "NO_MENTORS"
    allowed = [code for code in taking if code not in ("FORBIDDEN", "OTHER_MENTOR")]
    if not allowed:
        return "ALL_FORBIDDEN"
    meeting = [code for code in allowed if code != "NO_COMMON_WEEK"]
    if not meeting:
        return "NO_COMMON_WEEK"
    return "ALL_FULL" if all(code in _FULL for code in meeting) else "NOT_WORTH_IT"


def _full_weeks(weeks: WeekProblem, found: WeekSolution, mentor: int, asked: IntArray) -> IntArray:
    booked = found.bookings[found.bookings[:, 1] == mentor, 2]
    load = np.bincount(booked, minlength=weeks.n_weeks) + weeks.booked[mentor]
    full: IntArray = asked[load[asked] >= weeks.weekly_capacity[mentor]]
    return full


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
