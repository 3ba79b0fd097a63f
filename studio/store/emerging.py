"""Emerging points: what several people say that no topic covers yet, for an organizer to name or dismiss."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import EmergingState


class EmergingPoint(StudioRow, table=True):
    """A group of pain points of at least three people; its words and its sentence are the trainees' own."""

    __tablename__ = "emerging_point"
    __table_args__ = (
        sa.CheckConstraint("people >= 1", "people_range"),
        sa.CheckConstraint("state <> 'DISMISSED' OR reason <> ''", "dismissed_with_reason"),
        sa.CheckConstraint("state <> 'NAMED' OR topic_id IS NOT NULL", "named_has_topic"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    # Place in the list: most people first.
    position: int
    label: str = Field(sa_type=UserText(100, "label"))
    # Distinct voices.
    people: int
    # The most central sentence.
    pain_point_id: UUID | None = Field(default=None, foreign_key="pain_point.id", ondelete="SET NULL")
    state: EmergingState = Field(default=EmergingState.OPEN, sa_type=enum_type(EmergingState))
    reason: str = Field(default="", sa_type=UserText(500, "reason"))
    topic_id: UUID | None = Field(default=None, foreign_key="topic.id")


class EmergingMember(StudioRow, table=True):
    """A pain point of a group; it stands in one at most."""

    __tablename__ = "emerging_member"
    __table_args__ = (sa.UniqueConstraint("pain_point_id"),)

    emerging_point_id: UUID = Field(foreign_key="emerging_point.id", index=True, ondelete="CASCADE")
    pain_point_id: UUID = Field(foreign_key="pain_point.id", ondelete="CASCADE")
    position: int
