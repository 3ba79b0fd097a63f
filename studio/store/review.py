"""The review queue: pain points whose topics a person should look at."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, enum_type
from studio.store.enums import ReviewReason


class ReviewItem(StudioRow, table=True):
    """A pain point that nobody has decided yet and the classifier is unsure of; as last computed.

    Near-copies are looked at once: one of them leads, and a decision about it decides the others.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        sa.UniqueConstraint("pain_point_id"),
        sa.CheckConstraint("copies >= 0", "copies_range"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    pain_point_id: UUID = Field(foreign_key="pain_point.id", ondelete="CASCADE")
    # The pain point that stands for this one; null for those that lead, which are what people see.
    leader_id: UUID | None = Field(default=None, foreign_key="pain_point.id", index=True, ondelete="CASCADE")
    # Place in the cohort's queue, from 1, of its leader.
    position: int
    reason: ReviewReason = Field(sa_type=enum_type(ReviewReason))
    # How many others the decision decides too.
    copies: int = 0
