"""What an explanation says in weeks: moves, and reasons of pairs and of people without a mentor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..solver.network import Cell
from .week_repairs import WeekRepair

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
    limits : tuple of Cell
        For QUOTA_FULL the limits that are full, by their place in `weeks.pairs.quotas`.
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
    limits: tuple[Cell, ...] = ()


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

    @property
    def limits(self) -> tuple[Cell, ...]:
        """The limits on groups that keep the trainee from a mentor who has a place, each once."""
        return tuple(dict.fromkeys(cell for reason in self.mentors for cell in reason.limits))
