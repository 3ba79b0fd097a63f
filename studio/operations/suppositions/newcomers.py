"""What somebody needs who has not joined yet: read out of the words that are given, or what the cohort needs."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from matching import AnswerReading, need_profile
from studio.errors import StudioError
from studio.operations.suppositions.suppositions import Newcomer
from studio.operations.topics.topics import TopicTree, read_answers, topic_tree
from studio.store.cohorts import Cohort
from studio.store.needs import CohortNeed

DECIMALS = 6
# Characters of one text, as in a survey's answer.
LONGEST_TEXT = 2000


async def needs_of_newcomers(
    session: AsyncSession, cohort: Cohort, newcomers: Sequence[Newcomer]
) -> list[Mapping[UUID, float]]:
    """Return the needs of each newcomer by top topic, 0–1: of the given words, or the cohort's mean without any.

    Raises NEWCOMER_NAMELESS and TEXT_TOO_LONG.
    """
    if not newcomers:
        return []
    for newcomer in newcomers:
        if not newcomer.name.strip():
            raise StudioError("NEWCOMER_NAMELESS", field="input.newTrainees")
        if any(len(text) > LONGEST_TEXT for text in newcomer.pain_points):
            raise StudioError("TEXT_TOO_LONG", field="input.newTrainees", longest=LONGEST_TEXT)
    found = await session.execute(
        select(CohortNeed.topic_id, CohortNeed.mean).where(CohortNeed.cohort_id == cohort.id)
    )
    mean: dict[UUID, float] = dict(found.all())
    if not any(newcomer.pain_points for newcomer in newcomers):
        return [mean for _ in newcomers]
    tree = await topic_tree(session, cohort.studio_id)
    return [
        _needs(tree, await read_answers(tree, newcomer.pain_points)) if newcomer.pain_points else mean
        for newcomer in newcomers
    ]


def _needs(tree: TopicTree, answers: Sequence[AnswerReading]) -> dict[UUID, float]:
    column = {topic.code: place for place, topic in enumerate(tree.top)}
    points: list[list[float]] = []
    for answer in answers:
        for point in answer.points:
            if not point.resolved and not answer.junk:
                sure = [0.0] * len(column)
                for topic in point.topics:
                    sure[column[topic.code]] = topic.confidence
                points.append(sure)
    if not points:
        return {}
    (needs,) = need_profile(points, [0] * len(points), 1).need.tolist()
    return {topic.id: round(need, DECIMALS) for topic, need in zip(tree.top, needs, strict=True)}
