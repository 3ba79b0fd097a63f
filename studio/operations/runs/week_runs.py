"""What a run with weeks stores: the week of each pair, and in weeks why somebody has no mentor."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from matching import Repair, UnmatchedWeeks
from matching import WeekRepair as Repaired
from matching.reasons.unmatched import best_of_each
from matching.solver.network import Cell
from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.week_matches import WeekMatch, weeks_by_seat, weeks_of
from studio.arrays.weeks import CohortWeeks
from studio.errors import Conflict
from studio.operations.runs.repairs import CAP_REACHED, full_limit_rows, repair_rows
from studio.store.columns import Row
from studio.store.pairings import Pairing, Seat
from studio.store.runs import MatchRun, Unmatched
from studio.store.week_reasons import WeekReason, WeekRepair
from studio.store.weeks import stored_weeks

DECIMALS = 6
# The engine's words for why somebody has no mentor, where the run's own ones say something else.
_CODES = {"ALL_FULL": "ALL_WEEKS_FULL"}
# Reasons that a cap may be behind: the mentor has no place left in all weeks together, or none at all.
_FULL_IN_ALL = frozenset({"MENTOR_FULL", "NO_CAPACITY"})
# What is not told of a mentor: that nothing can be said.
_UNTOLD = frozenset({"CHOSEN", "NO_CAPACITY"})


def book_weeks(rows: MatchRows, arrays: MatchArrays, found: WeekMatch, pairings: Sequence[Pairing]) -> None:
    """Give each pairing of a run its week, and a place in that week of the mentor that nobody else has."""
    assert found.found is not None  # noqa: S101  always given
    give_weeks(rows, pairings, weeks_by_seat(arrays, found.found))


def give_weeks(rows: MatchRows, pairings: Sequence[Pairing], week_of: dict[Seat, date]) -> None:
    """Give pairings the weeks of their seats; raises WEEK_TAKEN where a mentor's week is full."""
    assert rows.weeks is not None  # noqa: S101  the caller has looked
    used: dict[tuple[UUID, date], set[int]] = defaultdict(set)
    for pairing in pairings:
        week = week_of[pairing.seat]
        pairing.week = week
        pairing.week_place = week_place(rows.weeks, pairing.mentor_id, week, used[pairing.mentor_id, week])
        used[pairing.mentor_id, week].add(pairing.week_place)


def week_place(weeks: CohortWeeks, mentor_id: UUID, week: date, used: set[int]) -> int:
    """Return the first free place in a mentor's week; pairs that stay may find it smaller than they are.

    Raises WEEK_TAKEN when it is full.
    """
    number = weeks.free_number(mentor_id, week, used)
    if number is None:
        raise Conflict("WEEK_TAKEN", field="week", week=week.isoformat())
    return number


def unmatched_by_weeks(run: MatchRun, rows: MatchRows, arrays: MatchArrays, found: WeekMatch) -> list[Row]:
    """Return the rows that tell who has no mentor and why, with the reasons of each mentor and what would help."""
    assert found.weeks is not None  # noqa: S101  always given
    stored: list[Row] = []
    for reason in found.unmatched_weeks:
        capped = _capped(rows, arrays, reason)
        told = [(_CODES.get(reason.code, reason.code), []), *([(CAP_REACHED, capped)] if capped else [])]
        unmatched = Unmatched(
            studio_id=run.studio_id,
            run_id=run.id,
            **arrays.seats[reason.trainee]._asdict(),
            reasons=[{"code": code, "mentors": [each.hex for each in whom]} for code, whom in told],
        )
        stored += [
            unmatched,
            *full_limit_rows(unmatched, rows, arrays, found.weeks.pairs, reason.limits, capped),
            *_reasons(unmatched, arrays, reason, capped),
            *_repairs(unmatched, rows, arrays, found, reason),
        ]
    return stored


def _capped(rows: MatchRows, arrays: MatchArrays, reason: UnmatchedWeeks) -> list[UUID]:
    """Return the mentors who could take one more in a week, but for a cap on all weeks together."""
    held = (one.mentor for one in reason.mentors if one.code in _FULL_IN_ALL and one.weeks)
    mentors = (arrays.mentor_ids[column] for column in held)
    return [mentor_id for mentor_id in mentors if rows.caps_holding(mentor_id)]


def _reasons(
    unmatched: Unmatched, arrays: MatchArrays, reason: UnmatchedWeeks, capped: Collection[UUID]
) -> list[WeekReason]:
    codes = {
        arrays.mentor_ids[one.mentor]: CAP_REACHED if arrays.mentor_ids[one.mentor] in capped else one.code
        for one in reason.mentors
    }
    told = [one for one in reason.mentors if codes[arrays.mentor_ids[one.mentor]] not in _UNTOLD]
    return [
        WeekReason(
            studio_id=unmatched.studio_id,
            unmatched_id=unmatched.id,
            mentor_id=arrays.mentor_ids[one.mentor],
            position=position,
            code=codes[arrays.mentor_ids[one.mentor]],
            weeks=stored_weeks(_mondays(arrays, one.weeks)),
            full_weeks=stored_weeks(_mondays(arrays, one.full_weeks)),
        )
        for position, one in enumerate(told)
    ]


def _repairs(
    unmatched: Unmatched, rows: MatchRows, arrays: MatchArrays, found: WeekMatch, reason: UnmatchedWeeks
) -> list[Row]:
    """Return what would help: a limit is no matter of weeks and is told as it is without them."""
    assert found.weeks is not None  # noqa: S101  always given
    of_limits, told = [], []
    for one in reason.repairs:
        if one.code == "RAISE_QUOTA":
            of_limits.append(Repair("RAISE_QUOTA", one.mentor, one.change, one.limit))
        elif one.code == "LOWER_MINIMUM":
            limit = one.limit or Cell("minimum_load", -1, 0, one.mentor)
            of_limits.append(Repair("LOWER_MINIMUM", one.mentor, one.change, limit))
        elif one.code == "ADD_PLACE" and rows.caps_holding(arrays.mentor_ids[one.mentor]):
            of_limits.append(Repair("ADD_PLACE", one.mentor, one.change))
        else:
            told.append(one)
    return [
        *repair_rows(unmatched, rows, arrays, found.weeks.pairs, best_of_each(of_limits)),
        *_week_repairs(unmatched, arrays, told),
    ]


def _week_repairs(unmatched: Unmatched, arrays: MatchArrays, repairs: Sequence[Repaired]) -> list[WeekRepair]:
    return [
        WeekRepair(
            studio_id=unmatched.studio_id,
            unmatched_id=unmatched.id,
            mentor_id=arrays.mentor_ids[one.mentor],
            position=position,
            code=one.code,
            week=None if one.week is None else weeks_of(arrays).mondays[one.week],
            change=round(one.change, DECIMALS),
        )
        for position, one in enumerate(repairs)
    ]


def _mondays(arrays: MatchArrays, weeks: Sequence[int]) -> list[date]:
    mondays = weeks_of(arrays).mondays
    return [mondays[week] for week in weeks]
