"""Needs that a job computes again soon, once for all that is written within some seconds."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import JobKind
from studio.store.jobs import enqueue, waiting

# How long the cohort's needs wait for further answers before they are computed again.
GATHER = timedelta(seconds=5)


async def refresh_soon(session: AsyncSession, cohort_id: UUID) -> None:
    """Queue the computation of a cohort's needs and gaps, unless one waits already.

    One that a worker takes at this very moment waits for the cohort's lock, and so sees what we write.
    """
    cohort = await session.get_one(Cohort, cohort_id)
    payload = {"cohort_id": cohort.id.hex}
    if payload not in await waiting(session, cohort.studio_id, JobKind.NEEDS):
        await enqueue(session, cohort.studio_id, JobKind.NEEDS, payload, not_before=now() + GATHER)
