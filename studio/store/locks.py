"""Locks by which writers wait for one another instead of meeting crosswise.

PostgreSQL lets many transactions write at once. Two that write the same rows in different orders would each wait for
the other, and two that look before they write would both see the old state. So whoever writes takes first, in this
order: its idempotency key, the studio's lock when places, pairs or people are written, the cohort's lock when its
answers, needs, rules or runs are. The job's own row comes last. SQLite has one writer at a time, and the locks are
plain reads there.

They are FOR NO KEY UPDATE: a row that refers to the studio or the cohort can still be added by others, whose check of
the foreign key takes FOR KEY SHARE (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS).
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.store.cohorts import Cohort
from studio.store.people import Studio


async def lock_studio(session: AsyncSession, studio_id: UUID) -> None:
    """Wait until nobody else writes places, pairs or people of a studio, and keep others waiting."""
    await session.execute(select(Studio.id).where(Studio.id == studio_id).with_for_update(key_share=True))


async def lock_cohort(session: AsyncSession, cohort_id: UUID) -> None:
    """Wait until nobody else writes answers, needs, rules or runs of a cohort, and keep others waiting."""
    await session.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True))
