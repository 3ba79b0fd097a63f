"""Checks of whether what trainees did has earned the collaborative part of the score."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.clock import now
from studio.store.columns import StudioRow, UTCDateTime


class CollaborativeCheck(StudioRow, table=True):
    """One check on the studio's own events; the latest decides, the earlier ones stay."""

    __tablename__ = "collaborative_check"
    __table_args__ = (
        sa.CheckConstraint("interactions >= 0 AND trainees >= 0", "counts_range"),
        sa.CheckConstraint("ndcg >= 0 AND ndcg <= 1 AND baseline >= 0 AND baseline <= 1", "ndcg_range"),
        sa.CheckConstraint("low >= -1 AND low <= high AND high <= 1", "interval"),
    )

    used: bool
    interactions: int
    # Who took up something new after the moment that divides them.
    trainees: int
    ndcg: float
    baseline: float
    low: float
    high: float
    checked_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


async def latest_check(session: AsyncSession, studio_id: UUID) -> CollaborativeCheck | None:
    """Return the check that decides; None before the first."""
    found = await session.execute(
        select(CollaborativeCheck)
        .where(CollaborativeCheck.studio_id == studio_id)
        .order_by(col(CollaborativeCheck.checked_at).desc(), col(CollaborativeCheck.id).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()
