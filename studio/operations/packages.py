"""Mentoring packages (带教套餐): a tailor-made week for every pair of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import PackagePlanner
from studio.errors import NotFound
from studio.operations.audit import audit
from studio.operations.runs import own_run
from studio.permissions import Actor, require
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic
from studio.store.enums import DaySlot, ShadowStep
from studio.store.needs import TraineeNeed
from studio.store.packages import MentoringPackage, PackageItem
from studio.store.pairings import Pairing
from studio.store.people import MentorTopic
from studio.store.recommendations import Recommendation, RecommendationCause
from studio.store.rows import insert_rows
from studio.store.topics import Topic, topics_of

_STEPS = [step.value for step in ShadowStep]


@dataclass(frozen=True)
class _Library:
    """The studio's contents and topics as the planner's columns."""

    topics: Sequence[Topic]
    column: dict[UUID, int]
    contents: Sequence[Content]
    row: dict[UUID, int]
    about: NDArray[np.float64]
    minutes: NDArray[np.int64]
    steps: NDArray[np.int64]
    prerequisites: NDArray[np.int64]


async def write_packages(
    session: AsyncSession, actor: Actor, run_id: UUID, *, pairing_ids: Sequence[UUID] | None = None
) -> int:
    """Plan the week of every pair of a run (or of some) that has no package yet; return how many were made."""
    require(actor, "refresh_packages")
    run = await own_run(session, actor, run_id)
    planned = select(MentoringPackage.pairing_id).where(MentoringPackage.studio_id == run.studio_id)
    query = select(Pairing).where(Pairing.run_id == run.id, col(Pairing.id).not_in(planned))
    if pairing_ids is not None:
        query = query.where(col(Pairing.id).in_(pairing_ids))
    pairings = list((await session.execute(query.order_by(col(Pairing.id)))).scalars())
    if not pairings:
        return 0
    library = await _library(session, run.studio_id)
    if not library.topics:
        raise NotFound("Topic")
    rows: list[MentoringPackage | PackageItem] = []
    for pairing in pairings:
        rows.extend(await _package(session, library, pairing))
    await insert_rows(session, rows)
    await audit(session, actor, "write_packages", "MatchRun", run.id, packages=len(pairings))
    return len(pairings)


async def _library(session: AsyncSession, studio_id: UUID) -> _Library:
    topics = await topics_of(session, studio_id)
    top = [topic for topic in topics if topic.parent_id is None]
    place = {topic.id: column for column, topic in enumerate(top)}
    column = {topic.id: place[topic.parent_id or topic.id] for topic in topics}
    found = await session.execute(
        select(Content).where(Content.studio_id == studio_id).order_by(col(Content.code))
    )
    contents = list(found.scalars())
    row = {content.id: index for index, content in enumerate(contents)}
    about = np.zeros((len(contents), len(top)))
    links = await session.execute(
        select(ContentTopic.content_id, ContentTopic.topic_id).where(ContentTopic.studio_id == studio_id)
    )
    for content_id, topic_id in links.all():
        about[row[content_id], column[topic_id]] = 1.0
    before = await session.execute(
        select(ContentPrerequisite.content_id, ContentPrerequisite.requires_id).where(
            ContentPrerequisite.studio_id == studio_id
        )
    )
    pairs = sorted((row[one], row[other]) for one, other in before.all())
    return _Library(
        topics=top,
        column=column,
        contents=contents,
        row=row,
        about=about,
        minutes=np.array([content.minutes for content in contents], dtype=np.int64),
        steps=np.array([_step(content) for content in contents], dtype=np.int64),
        prerequisites=np.array(pairs, dtype=np.int64).reshape(-1, 2),
    )


def _step(content: Content) -> int:
    """Return the step of the day where a content belongs best: its first one, or learning."""
    step = content.steps[0] if content.steps else ShadowStep.LEARN.value
    return _STEPS.index(step)


async def _package(
    session: AsyncSession, library: _Library, pairing: Pairing
) -> list[MentoringPackage | PackageItem]:
    need = np.zeros(len(library.topics))
    evidence: list[UUID | None] = [None] * len(library.topics)
    needs = await session.execute(select(TraineeNeed).where(TraineeNeed.trainee_id == pairing.trainee_id))
    for row in needs.scalars():
        need[library.column[row.topic_id]] = row.need
        evidence[library.column[row.topic_id]] = row.pain_point_id
    strength = np.zeros(len(library.topics))
    strengths = await session.execute(select(MentorTopic).where(MentorTopic.mentor_id == pairing.mentor_id))
    for topic in strengths.scalars():
        column = library.column[topic.topic_id]
        strength[column] = max(strength[column], topic.strength)
    recommended = await _recommended(session, pairing.trainee_id)
    points = [point for point in dict.fromkeys([*evidence, *(point for _, point in recommended)]) if point]
    place = {point: index for index, point in enumerate(points)}
    plan = PackagePlanner().plan(
        need,
        evidence=np.array([place[point] if point else -1 for point in evidence]),
        contents=np.array([library.row[content_id] for content_id, _ in recommended], dtype=np.int64),
        content_topics=library.about,
        content_minutes=library.minutes,
        content_steps=library.steps,
        content_points=np.array([place[point] if point else -1 for _, point in recommended], dtype=np.int64),
        prerequisites=library.prerequisites,
        mentor_strength=strength,
    )
    package = MentoringPackage(
        studio_id=pairing.studio_id, trainee_id=pairing.trainee_id, pairing_id=pairing.id
    )
    items = [
        PackageItem(
            studio_id=pairing.studio_id,
            package_id=package.id,
            position=position,
            day=item.day,
            slot=DaySlot(item.slot),
            step=ShadowStep(item.step) if item.step else None,
            topic_id=library.topics[item.topic].id,
            content_id=library.contents[item.content].id if item.content is not None else None,
            pain_point_id=points[item.point] if item.point is not None else None,
            minutes=item.minutes,
        )
        for position, item in enumerate(plan.items)
    ]
    return [package, *items]


async def _recommended(session: AsyncSession, trainee_id: UUID) -> list[tuple[UUID, UUID | None]]:
    """Return the recommended contents with the pain point that each answers, best first."""
    found = await session.execute(
        select(Recommendation.content_id, RecommendationCause.pain_point_id)
        .join(
            RecommendationCause, col(RecommendationCause.recommendation_id) == Recommendation.id, isouter=True
        )
        .where(Recommendation.trainee_id == trainee_id)
        .order_by(col(Recommendation.rank), col(RecommendationCause.position))
    )
    first: dict[UUID, UUID | None] = {}
    for content_id, point_id in found.all():
        first.setdefault(content_id, point_id)
    return list(first.items())
