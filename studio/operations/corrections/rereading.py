"""Reading stored pain points again, once another model is in force; what people decided is left alone."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from matching import AnswerReading
from studio.operations.needs.needs import refresh_needs
from studio.operations.surveys.pain_points import as_read, tags_read
from studio.operations.topics.decisions import Words, stored_tags
from studio.operations.topics.grades import grades
from studio.operations.topics.topics import TopicTree, read_answers, topic_tree
from studio.store.corrections import TopicCorrection
from studio.store.database import reading
from studio.store.enums import Measure
from studio.store.locks import lock_cohort
from studio.store.needs import PainPoint
from studio.store.rows import chunks, replace_values, update_values
from studio.store.surveys import Answer, Question
from studio.store.tables import metadata

_POINTS = metadata.tables["pain_point"]
_TAGS = metadata.tables["pain_point_topic"]
Ratings = Mapping[UUID, Mapping[UUID, Mapping[Measure, float]]]


class CohortReading(NamedTuple):
    """What was read of a cohort's words before the transaction that stores it, and with which reader."""

    tree: TopicTree
    readings: Mapping[str, AnswerReading]
    # Read with sentence vectors, and therefore not by the model that the database names.
    by_meaning: bool = False


async def read_cohort(engine: AsyncEngine, studio_id: UUID, cohort_id: UUID) -> CohortReading:
    """Read the words of a cohort that nobody has decided with the model in force."""
    async with reading(engine) as session:
        tree = await topic_tree(session, studio_id)
        points = await undecided(session, cohort_id)
    return CohortReading(tree, await _readings(tree, [point.text for point in points]))


async def store_cohort(session: AsyncSession, studio_id: UUID, cohort_id: UUID, read: CohortReading) -> int:
    """Store what was found in a cohort's words, and the needs that follow; return how many pain points were read.

    Words read by a model that is no longer in force are read again by the one that is, and so are words read by
    their meaning where the topics are others by now.
    """
    await lock_cohort(session, cohort_id)
    tree = await topic_tree(session, studio_id)
    if read.by_meaning and tree.topics.keys() == read.tree.topics.keys():
        tree = TopicTree(tree.topics, read.tree.reader)
    known = read.readings if tree.reader is read.tree.reader else {}
    points = await undecided(session, cohort_id)
    missing = [point.text for point in points if point.text not in known]
    readings = {**known, **await _readings(tree, missing)}
    for some in chunks(points):
        await _store(session, tree, some, readings)
    await refresh_needs(session, cohort_id)
    return len(points)


async def undecided(session: AsyncSession, cohort_id: UUID) -> list[Words]:
    """Return the pain points of a cohort that nobody has decided, in a fixed order."""
    found = await session.execute(
        sa.select(*(getattr(PainPoint, name) for name in Words._fields))
        .join(TopicCorrection, col(TopicCorrection.pain_point_id) == PainPoint.id, isouter=True)
        .where(col(PainPoint.cohort_id) == cohort_id, col(TopicCorrection.id).is_(None))
        .order_by(col(PainPoint.id))
    )
    return [Words(*row) for row in found.all()]


async def _readings(tree: TopicTree, texts: Sequence[str]) -> dict[str, AnswerReading]:
    distinct = sorted(set(texts))
    return dict(zip(distinct, await read_answers(tree, distinct), strict=True))


async def _store(
    session: AsyncSession, tree: TopicTree, points: Sequence[Words], readings: Mapping[str, AnswerReading]
) -> None:
    ratings = await _ratings(session, [point.response_id for point in points])
    studio_id = next(iter(tree.topics.values())).studio_id
    rows: list[dict[str, Any]] = []
    wanted: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for point in points:
        found = readings[point.text]
        first = tree.topics[found.codes[0]].id if found.codes else None
        rated = ratings.get(point.response_id, {}).get(first, {}) if first else {}
        severity, urgency = grades(point.measures, rated)
        rows.append({"id": point.id, "severity": severity, "urgency": urgency, **as_read(tree, found)})
        for tag in tags_read(tree, {"id": point.id, "studio_id": studio_id}, found):
            values = {name: tag[name] for name in ("confidence", "evidence", "status")}
            wanted[point.id, tag["topic_id"]] = values
    await _update_differing(session, rows)
    existing = await stored_tags(session, [point.id for point in points])
    shared = {key: {"studio_id": studio_id, "pain_point_id": key[0], "topic_id": key[1]} for key in wanted}
    await replace_values(session, _TAGS, existing, wanted, shared)


async def _update_differing(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update the pain points that are read otherwise; whoever is looking at one of the others keeps its version."""
    columns = list(rows[0])
    found = await session.execute(
        sa.select(*(_POINTS.c[name] for name in columns)).where(_POINTS.c.id.in_([row["id"] for row in rows]))
    )
    stored = {row[0]: dict(zip(columns, row, strict=True)) for row in found.all()}
    await update_values(session, _POINTS, [row for row in rows if stored[row["id"]] != row])


async def _ratings(session: AsyncSession, response_ids: Sequence[UUID]) -> Ratings:
    """Return how those who answered rated topics, by response and topic."""
    found = await session.execute(
        select(Answer.response_id, Question.topic_id, Question.measures, Answer.number)
        .join(Question, col(Question.id) == Answer.question_id)
        .where(
            col(Answer.response_id).in_(response_ids),
            col(Question.topic_id).is_not(None),
            col(Answer.number).is_not(None),
        )
    )
    ratings: dict[UUID, dict[UUID, dict[Measure, float]]] = {}
    for response_id, topic_id, measures, number in found.all():
        ratings.setdefault(response_id, {}).setdefault(topic_id, {})[measures] = number
    return ratings
