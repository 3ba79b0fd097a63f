"""Cohorts: finding the one that a person names."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import StudioError
from studio.store.cohorts import Cohort


async def find_cohort(session: AsyncSession, studio_id: UUID, number: int) -> Cohort:
    """Return the cohort of that number, or refuse with NO_COHORT."""
    found = await session.execute(
        select(Cohort).where(Cohort.studio_id == studio_id, Cohort.number == number)
    )
    cohort = found.scalar_one_or_none()
    if cohort is None:
        raise StudioError("NO_COHORT", field="cohort", number=number)
    return cohort
