"""The two-level topic tree and its phrases."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import PhraseKind, ThreePoint


class Topic(StudioRow, table=True):
    """A topic; one without parent is a top topic, on which needs and strengths are counted."""

    __table_args__ = (sa.UniqueConstraint("studio_id", "code"),)

    code: str = Field(max_length=60)
    name: str = Field(sa_type=UserText(100, "name"))
    parent_id: UUID | None = Field(default=None, foreign_key="topic.id", index=True)
    position: int = 0
    domain: str = Field(default="", sa_type=UserText(100, "domain"))
    weak_area: str = Field(default="", sa_type=UserText(100, "weakArea"))
    three_point: ThreePoint | None = Field(default=None, sa_type=enum_type(ThreePoint))
    # How much of each ability a top topic calls for, 0–1 by the ability's code; without any it is about acting.
    abilities: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)


class TopicPhrase(StudioRow, table=True):
    """Another name of a topic, or a trouble as trainees tell it; the classifier learns from both."""

    __tablename__ = "topic_phrase"
    __table_args__ = (sa.UniqueConstraint("topic_id", "kind", "text"),)

    topic_id: UUID = Field(foreign_key="topic.id", ondelete="CASCADE")
    kind: PhraseKind = Field(sa_type=enum_type(PhraseKind))
    position: int = 0
    text: str = Field(sa_type=UserText(500, "text"))


async def topic_names(session: AsyncSession, studio_id: UUID) -> Sequence[tuple[str, str, tuple[str, ...]]]:
    """Return (code, name, synonyms) of every topic of a studio, parents before their leaves."""
    synonyms: dict[UUID, list[str]] = defaultdict(list)
    phrases = await session.execute(
        select(TopicPhrase.topic_id, TopicPhrase.text)
        .where(TopicPhrase.studio_id == studio_id, TopicPhrase.kind == PhraseKind.SYNONYM)
        .order_by(col(TopicPhrase.position))
    )
    for topic_id, text in phrases.all():
        synonyms[topic_id].append(text)
    topics = await topics_of(session, studio_id)
    return [(topic.code, topic.name, tuple(synonyms[topic.id])) for topic in topics]


async def topics_of(session: AsyncSession, studio_id: UUID) -> Sequence[Topic]:
    """Return the topics of a studio, parents before their leaves, in the order of the tree."""
    found = await session.execute(
        select(Topic).where(Topic.studio_id == studio_id).order_by(col(Topic.position), col(Topic.code))
    )
    return sorted(found.scalars(), key=lambda topic: topic.parent_id is not None)


async def phrases_of(session: AsyncSession, studio_id: UUID) -> dict[UUID, list[str]]:
    """Return all phrases of each topic, synonyms before troubles."""
    phrases: dict[UUID, list[str]] = defaultdict(list)
    found = await session.execute(
        select(TopicPhrase.topic_id, TopicPhrase.text)
        .where(TopicPhrase.studio_id == studio_id)
        .order_by(col(TopicPhrase.kind), col(TopicPhrase.position), col(TopicPhrase.text))
    )
    for topic_id, text in found.all():
        phrases[topic_id].append(text)
    return phrases
