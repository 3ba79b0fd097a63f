"""The weeks that a cohort offers for shadowing, and the weeks in which mentors and trainees are free."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import Conflict, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.own import own, require_version
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.columns import StudioRow
from studio.store.enums import Role
from studio.store.locks import lock_cohort, lock_studio
from studio.store.people import Mentor, Trainee
from studio.store.weeks import bookings_of, monday_of, stored_weeks

# More weeks than any cohort or calendar of a year and a half needs; longer lists are slips.
MOST_WEEKS = 80
# More trainees in one week than any mentor takes.
MOST_IN_A_WEEK = 50
_SUNDAY = timedelta(days=6)


async def set_cohort_weeks(
    session: AsyncSession, actor: Actor, cohort_id: UUID, weeks: Sequence[date], *, expected_version: int
) -> Cohort:
    """Say which weeks a cohort offers, by their Mondays, in the place of those of before; none at all is no weeks.

    The next match then decides mentor and week. Pairs that there are keep their weeks. Raises NOT_FOUND,
    CONFLICT_VERSION, WEEK_NOT_MONDAY, WEEK_OUTSIDE_COHORT and TOO_MANY_WEEKS.
    """
    require(actor, "set_weeks")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await lock_cohort(session, cohort.id)
    await session.refresh(cohort)
    require_version(cohort, expected_version)
    _check(weeks, "weeks")
    outside = [day for day in weeks if not _within(cohort, day)]
    if outside:
        span = {"starts": _shown(cohort.starts_on), "ends": _shown(cohort.ends_on)}
        raise StudioError("WEEK_OUTSIDE_COHORT", field="weeks", weeks=_days(outside), **span)
    cohort.weeks = stored_weeks(weeks)
    cohort.version += 1
    await session.flush()
    await audit(session, actor, "set_weeks", "Cohort", cohort.id, weeks=len(cohort.weeks))
    return cohort


async def set_mentor_weeks(
    session: AsyncSession,
    actor: Actor,
    mentor_id: UUID,
    weeks: Sequence[date] | None,
    *,
    expected_version: int,
    weekly_capacity: int | None = None,
) -> Mentor:
    """Say in which weeks a mentor is free, in the place of what was said before; None is every week, none at all never.

    A mentor says so of oneself, an organizer of anybody. `weekly_capacity` is how many trainees may come in one week;
    None leaves it as it is. Raises NOT_FOUND, CONFLICT_VERSION, WEEK_NOT_MONDAY, TOO_MANY_WEEKS,
    WEEKLY_CAPACITY_OUT_OF_RANGE, and WEEKLY_CAPACITY_BELOW_LOAD when more trainees are booked in some week.
    """
    require(actor, "set_free_weeks")
    mentor = await own(session, actor, Mentor, mentor_id, "mentorId")
    _require_speaks_for(actor, mentor, Role.MENTOR, "mentorId")
    await _lock(session, mentor)
    require_version(mentor, expected_version)
    if weekly_capacity is not None:
        await _check_weekly_capacity(session, mentor, weekly_capacity)
        mentor.weekly_capacity = weekly_capacity
    await _set(session, actor, mentor, weeks)
    return mentor


async def set_trainee_weeks(
    session: AsyncSession,
    actor: Actor,
    trainee_id: UUID,
    weeks: Sequence[date] | None,
    *,
    expected_version: int,
) -> Trainee:
    """Say in which weeks a trainee is free, instead of what was said before; None is every week, none at all never.

    A trainee says so of oneself, an organizer of anybody. Raises NOT_FOUND, CONFLICT_VERSION, WEEK_NOT_MONDAY and
    TOO_MANY_WEEKS.
    """
    require(actor, "set_free_weeks")
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    _require_speaks_for(actor, trainee, Role.TRAINEE, "traineeId")
    await _lock(session, trainee)
    require_version(trainee, expected_version)
    await _set(session, actor, trainee, weeks)
    return trainee


def _require_speaks_for(actor: Actor, row: Mentor | Trainee, role: Role, field: str) -> None:
    """Refuse with NOT_FOUND, unless an organizer speaks, or the person in that role."""
    is_oneself = actor.role is role and row.person_id == actor.person_id
    if actor.role is not Role.ORGANIZER and not is_oneself:
        raise NotFound(type(row).__name__, field=field)


async def _lock(session: AsyncSession, row: StudioRow) -> None:
    await lock_studio(session, row.studio_id)
    await session.refresh(row)


async def _set(
    session: AsyncSession, actor: Actor, row: Mentor | Trainee, weeks: Sequence[date] | None
) -> None:
    if weeks is not None:
        _check(weeks, "freeWeeks")
    row.free_weeks = None if weeks is None else stored_weeks(weeks)
    row.version += 1
    await session.flush()
    told = len(row.free_weeks) if row.free_weeks is not None else None
    await audit(session, actor, "set_free_weeks", type(row).__name__, row.id, weeks=told)


def _check(weeks: Sequence[date], field: str) -> None:
    if len(set(weeks)) > MOST_WEEKS:
        raise StudioError("TOO_MANY_WEEKS", field=field, given=len(set(weeks)), most=MOST_WEEKS)
    wrong = [day for day in weeks if day != monday_of(day)]
    if wrong:
        meant = _days([monday_of(day) for day in wrong])
        raise StudioError("WEEK_NOT_MONDAY", field=field, weeks=_days(wrong), meant=meant)


async def _check_weekly_capacity(session: AsyncSession, mentor: Mentor, wanted: int) -> None:
    if not 1 <= wanted <= MOST_IN_A_WEEK:
        values = {"given": wanted, "most": MOST_IN_A_WEEK}
        raise StudioError("WEEKLY_CAPACITY_OUT_OF_RANGE", field="weeklyCapacity", **values)
    held = Counter(
        one.week for one in await bookings_of(session, mentor.studio_id) if one.mentor_id == mentor.id
    )
    full = sorted(week for week, count in held.items() if count > wanted)
    if full:
        raise Conflict(
            "WEEKLY_CAPACITY_BELOW_LOAD",
            field="weeklyCapacity",
            given=wanted,
            held=held[full[0]],
            week=full[0].isoformat(),
        )


def _within(cohort: Cohort, monday: date) -> bool:
    begins = cohort.starts_on is None or monday + _SUNDAY >= cohort.starts_on
    return begins and (cohort.ends_on is None or monday <= cohort.ends_on)


def _days(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in dict.fromkeys(days)]


def _shown(day: date | None) -> str:
    return day.isoformat() if day else "…"
