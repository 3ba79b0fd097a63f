"""The catalogue: courses, cases, templates and policies."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, col

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import ContentKind, Level, Origin, ThreePoint


class Content(StudioRow, table=True):
    """Something to learn from or work with."""

    __table_args__ = (
        sa.UniqueConstraint("studio_id", "code"),
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
        sa.CheckConstraint("starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on", "days_in_order"),
    )

    code: str = Field(max_length=80)
    kind: ContentKind = Field(sa_type=enum_type(ContentKind))
    title: str = Field(sa_type=UserText(200, "title"))
    body: str = Field(sa_type=UserText(field="body"))
    level: Level = Field(sa_type=enum_type(Level))
    minutes: int
    three_point: ThreePoint | None = Field(default=None, sa_type=enum_type(ThreePoint))
    origin: Origin = Field(sa_type=enum_type(Origin))
    source: str = Field(default="", sa_type=UserText(500, "source"))
    # Which of the four shadowing steps it suits.
    steps: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    active: bool = True
    # First and last day on which it is offered; without them always.
    starts_on: date | None = None
    ends_on: date | None = None


class ContentTopic(StudioRow, table=True):
    """A topic that a content is about; position 0 is its main one."""

    __tablename__ = "content_topic"
    __table_args__ = (sa.UniqueConstraint("content_id", "topic_id"),)

    content_id: UUID = Field(foreign_key="content.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    position: int = 0


class ContentPrerequisite(StudioRow, table=True):
    """A content that should come before another."""

    __tablename__ = "content_prerequisite"
    __table_args__ = (sa.UniqueConstraint("content_id", "requires_id"),)

    content_id: UUID = Field(foreign_key="content.id", ondelete="CASCADE")
    requires_id: UUID = Field(foreign_key="content.id", index=True, ondelete="CASCADE")


def on_offer(day: date) -> sa.ColumnElement[bool]:
    """Tell whether a content is in use and offered on a day."""
    begun = sa.or_(col(Content.starts_on).is_(None), col(Content.starts_on) <= day)
    not_over = sa.or_(col(Content.ends_on).is_(None), col(Content.ends_on) >= day)
    return sa.and_(col(Content.active), begun, not_over)
