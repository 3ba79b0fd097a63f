"""What people decided about the topics of a pain point: their word stands against any classifier."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.clock import now
from studio.store.columns import StudioRow, UTCDateTime, enum_type
from studio.store.enums import Role


class TopicCorrection(StudioRow, table=True):
    """Somebody confirmed or corrected the topics of a pain point; the topics are its tags, none for none of ours.

    It goes with its pain point: nobody's words are kept for learning once they are erased.
    """

    __tablename__ = "topic_correction"
    __table_args__ = (
        sa.UniqueConstraint("pain_point_id"),
        sa.Index("ix_topic_correction_words", "studio_id", "sha256"),
    )

    pain_point_id: UUID = Field(foreign_key="pain_point.id", ondelete="CASCADE")
    # Of the words in one spelling: who says the same later is understood the same.
    sha256: str = Field(max_length=64)
    # The decision that was taken over, where nobody looked at this very pain point.
    source_id: UUID | None = Field(
        default=None, foreign_key="topic_correction.id", index=True, ondelete="SET NULL"
    )
    actor_role: Role = Field(sa_type=enum_type(Role))
    actor_person_id: UUID | None = Field(
        default=None, foreign_key="person.id", index=True, ondelete="SET NULL"
    )
    token_id: UUID | None = None
    decided_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
