"""Weeks that lists of people say: which ones are meant, and what becomes of those that were said before."""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.imports.weeks import SaidWeeks
from studio.store.cohorts import Cohort
from studio.store.weeks import StoredWeek, bookings_of, mondays_of, stored_weeks


async def offered_weeks(
    session: AsyncSession, studio_id: UUID, cohort_number: int | None = None
) -> list[date]:
    """Return the weeks that a cohort offers, or all cohorts of the studio."""
    asked = select(Cohort.weeks).where(Cohort.studio_id == studio_id).order_by(col(Cohort.number))
    if cohort_number is not None:
        asked = asked.where(Cohort.number == cohort_number)
    found = await session.execute(asked)
    return sorted({monday for weeks in found.scalars() for monday in mondays_of(weeks)})


def free_weeks_said(said: SaidWeeks | None, before: list[StoredWeek] | None) -> list[StoredWeek] | None:
    """Return the free weeks as a row of a list says them; an empty cell says nothing."""
    if said is None:
        return before
    return None if said.mondays is None else stored_weeks(said.mondays)


async def most_in_a_week(session: AsyncSession, studio_id: UUID) -> dict[UUID, int]:
    """Return how many published pairs each mentor has in the fullest week."""
    counts = Counter((one.mentor_id, one.week) for one in await bookings_of(session, studio_id))
    most: dict[UUID, int] = {}
    for (mentor_id, _), count in counts.items():
        most[mentor_id] = max(count, most.get(mentor_id, 0))
    return most
