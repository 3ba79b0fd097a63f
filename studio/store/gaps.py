"""Demand against supply by topic: what a cohort needs, and what mentors and contents can give."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow


class TopicGap(StudioRow, table=True):
    """What a cohort's trainees need of a top topic beside the free places of those who are strong in it."""

    __tablename__ = "topic_gap"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "topic_id"),
        sa.CheckConstraint("demand >= 0 AND supply >= 0", "places_range"),
        sa.CheckConstraint("places_short >= 0 AND mentors >= 0 AND content_minutes >= 0", "counts_range"),
        sa.CheckConstraint("respondents >= 0", "respondents_range"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    # Place in the list: the greatest gap first.
    position: int
    # In places: the sum of the trainees' needs, and free places weighed by their mentors' strength.
    demand: float
    supply: float
    # Whole places missing, and mentors strong in the topic who have a free one.
    places_short: int
    mentors: int
    content_minutes: int
    # Distinct trainees who named the topic.
    respondents: int
