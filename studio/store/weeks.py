"""Weeks by their Mondays: those that a cohort offers for shadowing, and those in which people are free."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.store.enums import PairingState, PublishState
from studio.store.pairings import CONFIRMED_STATES, Pairing
from studio.store.people import Mentor, Trainee
from studio.store.runs import MatchRun

# A week as it is stored: {"monday": "2026-04-06", "year": 2026, "number": 15}, with year and number by ISO 8601.
StoredWeek = dict[str, Any]
# States in which a pairing books its week; the database's own index names the same.
BOOKING = (PairingState.AWAITING_CONSENT, PairingState.CONFIRMED, PairingState.ACTIVE, PairingState.PAUSED)


class Booking(NamedTuple):
    """A week in which somebody is with somebody: the mentor's place in it, and the persons of both."""

    cohort_id: UUID
    week: date
    number: int
    mentor_id: UUID
    mentor_person_id: UUID
    trainee_person_id: UUID


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def stored_weeks(mondays: Iterable[date]) -> list[StoredWeek]:
    """Return weeks as they are stored, ascending and each once."""
    return [
        {"monday": day.isoformat(), "year": day.isocalendar().year, "number": day.isocalendar().week}
        for day in sorted(set(mondays))
    ]


def mondays_of(weeks: Sequence[StoredWeek]) -> tuple[date, ...]:
    """Return the Mondays of stored weeks."""
    return tuple(date.fromisoformat(week["monday"]) for week in weeks)


async def bookings_of(session: AsyncSession, studio_id: UUID) -> list[Booking]:
    """Return every week that a published pair of the studio holds."""
    columns: Sequence[Any] = (
        col(MatchRun.cohort_id),
        col(Pairing.week),
        col(Pairing.week_place),
        col(Pairing.mentor_id),
        col(Mentor.person_id),
        col(Trainee.person_id),
    )
    found = await session.execute(
        sa.select(*columns)
        .select_from(Pairing)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .join(Trainee, col(Trainee.id) == Pairing.trainee_id)
        .join(Mentor, col(Mentor.id) == Pairing.mentor_id)
        .where(
            col(Pairing.studio_id) == studio_id,
            col(Pairing.week).is_not(None),
            col(Pairing.state).in_(BOOKING),
        )
        .order_by(col(Pairing.week), col(Pairing.week_place))
    )
    return [Booking(*row) for row in found.all()]


async def weeks_of_locks(session: AsyncSession, cohort_id: UUID) -> dict[tuple[UUID, UUID], date]:
    """Return the weeks that locked pairs of a cohort had in the run in which they were decided last."""
    found = await session.execute(
        select(Pairing)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(MatchRun.cohort_id == cohort_id, col(Pairing.decided_at).is_not(None))
        # Of the runs that keep a decision the first one comes last.
        .order_by(col(Pairing.decided_at), col(MatchRun.number).desc())
    )
    latest = {pairing.seat: pairing for pairing in found.scalars()}
    return {
        (pairing.trainee_id, pairing.mentor_id): pairing.week
        for pairing in latest.values()
        if pairing.locked and pairing.week is not None
    }


async def weeks_of_confirmed(session: AsyncSession, cohort_id: UUID) -> dict[tuple[UUID, UUID], date]:
    """Return the weeks of the pairs of a cohort's published run that both sides have confirmed and that go on."""
    found = await session.execute(
        select(Pairing)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(
            MatchRun.cohort_id == cohort_id,
            MatchRun.publish_state == PublishState.PUBLISHED,
            col(Pairing.state).in_(CONFIRMED_STATES),
        )
    )
    return {
        (pairing.trainee_id, pairing.mentor_id): pairing.week
        for pairing in found.scalars()
        if pairing.week is not None
    }
