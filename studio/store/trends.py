"""What changed in a cohort's needs since the wave before."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow


class TopicTrend(StudioRow, table=True):
    """How the share of respondents who named a top topic changed from the last wave but one to the last."""

    __tablename__ = "topic_trend"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "topic_id"),
        sa.CheckConstraint("wave_before < wave", "wave_order"),
        sa.CheckConstraint("named_before >= 0 AND named_after >= 0", "named_range"),
        sa.CheckConstraint(
            "share_before >= 0 AND share_before <= 1 AND share_after >= 0 AND share_after <= 1", "share_range"
        ),
        sa.CheckConstraint("rise_probability >= 0 AND rise_probability <= 1", "probability_range"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    # Place in the list: the most certain rise first.
    position: int
    wave: int
    wave_before: int
    # Distinct respondents who named it, and their share of the wave's respondents.
    named_before: int
    named_after: int
    share_before: float
    share_after: float
    rise_probability: float
    rising: bool
