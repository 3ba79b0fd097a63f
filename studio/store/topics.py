"""The two-level topic tree and its phrases."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, enum_type
from studio.store.enums import PhraseKind, ThreePoint


class Topic(StudioRow, table=True):
    """A topic; one without parent is a top topic, on which needs and strengths are counted."""

    __table_args__ = (sa.UniqueConstraint("studio_id", "code"),)

    code: str = Field(max_length=60)
    name: str = Field(max_length=100)
    parent_id: UUID | None = Field(default=None, foreign_key="topic.id", index=True)
    position: int = 0
    domain: str = Field(default="", max_length=100)
    weak_area: str = Field(default="", max_length=100)
    three_point: ThreePoint | None = Field(default=None, sa_type=enum_type(ThreePoint))


class TopicPhrase(StudioRow, table=True):
    """Another name of a topic, or a trouble as trainees tell it; the classifier learns from both."""

    __tablename__ = "topic_phrase"
    __table_args__ = (sa.UniqueConstraint("topic_id", "kind", "text"),)

    topic_id: UUID = Field(foreign_key="topic.id", ondelete="CASCADE")
    kind: PhraseKind = Field(sa_type=enum_type(PhraseKind))
    position: int = 0
    text: str = Field(max_length=500)
