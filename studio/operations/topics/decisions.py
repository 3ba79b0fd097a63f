"""What people decided about words: it is written once here, and stands against any classifier."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import bare_spellings
from studio.operations.topics.grades import grades
from studio.operations.topics.topics import TopicTree
from studio.store.corrections import TopicCorrection
from studio.store.enums import Measure, Role, TagStatus
from studio.store.needs import PainPointTopic
from studio.store.review import ReviewItem
from studio.store.rows import chunks, insert_values, new_values, replace_values, update_values
from studio.store.surveys import Answer, Question
from studio.store.tables import metadata
from studio.store.topics import Topic

_POINTS = metadata.tables["pain_point"]
_TAGS = metadata.tables["pain_point_topic"]
_CORRECTIONS = metadata.tables["topic_correction"]


class Words(NamedTuple):
    """A pain point to decide."""

    id: UUID
    response_id: UUID
    measures: Measure
    text: str


class Author(NamedTuple):
    """Who decided, and when."""

    actor_role: Role
    actor_person_id: UUID | None
    token_id: UUID | None
    decided_at: datetime


class Decision(NamedTuple):
    """A stored decision that others may take over: its correction, its author, and its topics."""

    correction_id: UUID
    author: Author
    topic_ids: frozenset[UUID]


def digests(texts: Sequence[str]) -> list[str]:
    """Return a digest of each text in one spelling, equal for words that say the same."""
    return [hashlib.sha256(bare.encode()).hexdigest() for bare in bare_spellings(texts)]


async def decisions_about(
    session: AsyncSession, studio_id: UUID, texts: Sequence[str]
) -> Mapping[str, Decision]:
    """Return by text what organizers have decided about the same words; the latest decision counts."""
    of_organizers = (
        col(TopicCorrection.studio_id) == studio_id,
        col(TopicCorrection.source_id).is_(None),
        col(TopicCorrection.actor_role) == Role.ORGANIZER,
    )
    if not texts or not await session.scalar(select(sa.exists().where(*of_organizers))):
        return {}
    digest_of = dict(zip(texts, digests(texts), strict=True))
    latest: dict[str, TopicCorrection] = {}
    for some in chunks(sorted(set(digest_of.values()))):
        found = await session.execute(
            select(TopicCorrection)
            .where(*of_organizers, col(TopicCorrection.sha256).in_(some))
            .order_by(col(TopicCorrection.decided_at), col(TopicCorrection.id))
        )
        latest.update({row.sha256: row for row in found.scalars()})
    topics = await _tagged(session, [row.pain_point_id for row in latest.values()])
    decided = {digest: _decision(row, topics) for digest, row in latest.items()}
    return {text: decided[digest] for text, digest in digest_of.items() if digest in decided}


async def _tagged(session: AsyncSession, point_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    topics: dict[UUID, set[UUID]] = {}
    for some in chunks(point_ids):
        found = await session.execute(
            select(PainPointTopic.pain_point_id, PainPointTopic.topic_id).where(
                col(PainPointTopic.pain_point_id).in_(some)
            )
        )
        for point_id, topic_id in found.all():
            topics.setdefault(point_id, set()).add(topic_id)
    return topics


def _decision(row: TopicCorrection, topics: Mapping[UUID, set[UUID]]) -> Decision:
    author = Author(row.actor_role, row.actor_person_id, row.token_id, row.decided_at)
    return Decision(row.id, author, frozenset(topics.get(row.pain_point_id, ())))


async def write_decision(
    session: AsyncSession,
    tree: TopicTree,
    studio_id: UUID,
    points: Sequence[Words],
    topics: Sequence[Topic],
    author: Author,
    source_id: UUID | None = None,
) -> None:
    """Give pain points their right topics, none where no topic of ours fits; leaves come with their parents.

    `source_id` is the decision that is taken over, null where somebody looked at these very pain points.
    """
    await _write_tags(session, tree, studio_id, points, topics)
    await _write_points(session, tree, points, topics)
    await _write_corrections(session, studio_id, points, author, source_id)
    for some in chunks([point.id for point in points]):
        await session.execute(sa.delete(ReviewItem).where(col(ReviewItem.pain_point_id).in_(some)))


async def stored_tags(
    session: AsyncSession, point_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], dict[str, Any]]:
    """Return the tags of pain points as they are stored, by pain point and topic."""
    columns = ("id", "pain_point_id", "topic_id", "confidence", "evidence", "status")
    tags: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for some in chunks(point_ids):
        found = await session.execute(
            sa.select(*(_TAGS.c[name] for name in columns)).where(_TAGS.c.pain_point_id.in_(some))
        )
        for row in found.all():
            tag = dict(zip(columns, row, strict=True))
            tags[tag["pain_point_id"], tag["topic_id"]] = tag
    return tags


async def _write_tags(
    session: AsyncSession, tree: TopicTree, studio_id: UUID, points: Sequence[Words], topics: Sequence[Topic]
) -> None:
    existing = await stored_tags(session, [point.id for point in points])
    wanted: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for point in points:
        for topic in topics:
            wanted[point.id, topic.id] = _tag(tree, point.text, topic, existing.get((point.id, topic.id)))
    shared = {key: {"studio_id": studio_id, "pain_point_id": key[0], "topic_id": key[1]} for key in wanted}
    await replace_values(session, _TAGS, existing, wanted, shared)


def _tag(tree: TopicTree, text: str, topic: Topic, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a tag that a person stands for: confirmed where it was read too, with the words that show it."""
    if before is None:
        spans = [{"start": start, "end": end} for start, end in tree.evidence(text, topic.code)]
        return {"confidence": 1.0, "evidence": spans, "status": TagStatus.CORRECTED}
    status = TagStatus.CONFIRMED if before["status"] is TagStatus.PREDICTED else before["status"]
    return {"confidence": 1.0, "evidence": before["evidence"], "status": status}


async def _write_points(
    session: AsyncSession, tree: TopicTree, points: Sequence[Words], topics: Sequence[Topic]
) -> None:
    top = next((topic.id for topic in topics if topic.parent_id is None), None)
    ratings = await _ratings(session, [point.response_id for point in points], top)
    values = []
    for point in points:
        severity, urgency = grades(point.measures, ratings.get(point.response_id, {}))
        row = {"id": point.id, "severity": severity, "urgency": urgency, "abstained": False}
        # Good news and nothing to report stay what they are unless a person sees a trouble in them.
        values.append({**row, "junk": False, "resolved": False} if topics else row)
    await update_values(session, _POINTS, values)


async def _ratings(
    session: AsyncSession, response_ids: Sequence[UUID], topic_id: UUID | None
) -> dict[UUID, dict[Measure, float]]:
    """Return how those who answered rated a topic themselves."""
    ratings: dict[UUID, dict[Measure, float]] = {}
    for some in chunks(response_ids) if topic_id is not None else ():
        found = await session.execute(
            select(Answer.response_id, Question.measures, Answer.number)
            .join(Question, col(Question.id) == Answer.question_id)
            .where(
                col(Answer.response_id).in_(some),
                Question.topic_id == topic_id,
                col(Answer.number).is_not(None),
            )
        )
        for response_id, measures, number in found.all():
            ratings.setdefault(response_id, {})[measures] = number
    return ratings


async def _write_corrections(
    session: AsyncSession, studio_id: UUID, points: Sequence[Words], author: Author, source_id: UUID | None
) -> None:
    stored: dict[UUID, UUID] = {}
    for some in chunks([point.id for point in points]):
        found = await session.execute(
            select(TopicCorrection.pain_point_id, TopicCorrection.id).where(
                col(TopicCorrection.pain_point_id).in_(some)
            )
        )
        stored.update(dict(found.all()))
    said = {**author._asdict(), "source_id": source_id}
    again = [{"id": stored[point.id], **said} for point in points if point.id in stored]
    await update_values(session, _CORRECTIONS, again)
    new = [
        new_values(studio_id=studio_id, pain_point_id=point.id, sha256=digest, **said)
        for point, digest in zip(points, digests([point.text for point in points]), strict=True)
        if point.id not in stored
    ]
    await insert_values(session, _CORRECTIONS, new)
