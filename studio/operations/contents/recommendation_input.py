"""What recommendations are computed from: the catalogue, trainees' needs and words, and what they did with contents."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.contents import (
    CatalogueArrays,
    Point,
    TraineeArrays,
    by_owner,
    catalogue_arrays,
    trainee_arrays,
)
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic, on_offer
from studio.store.clock import today
from studio.store.content_events import content_ratings, settled_contents
from studio.store.needs import PainPoint, PainPointTopic, TraineeNeed
from studio.store.people import Trainee
from studio.store.rows import chunks
from studio.store.surveys import SurveyResponse
from studio.store.topics import Topic


async def recommendable(session: AsyncSession, studio_id: UUID, topics: Sequence[Topic]) -> CatalogueArrays:
    """Return the contents offered today with what they are about, need before them, and how they are rated."""
    contents = await session.execute(
        select(Content).where(Content.studio_id == studio_id, on_offer(today())).order_by(col(Content.code))
    )
    about = await session.execute(
        select(ContentTopic.content_id, ContentTopic.topic_id, ContentTopic.position).where(
            ContentTopic.studio_id == studio_id
        )
    )
    before = await session.execute(
        select(ContentPrerequisite.content_id, ContentPrerequisite.requires_id).where(
            ContentPrerequisite.studio_id == studio_id
        )
    )
    return catalogue_arrays(
        topics,
        list(contents.scalars()),
        [(content_id, topic_id, position) for content_id, topic_id, position in about.all()],
        [(content_id, requires_id) for content_id, requires_id in before.all()],
        await content_ratings(session, studio_id),
    )


async def trainees_in(
    session: AsyncSession, cohort_id: UUID, trainee_ids: Sequence[UUID] | None = None
) -> Sequence[Trainee]:
    """Return the trainees of a cohort, or some of them, in the order of the roster."""
    query = select(Trainee).where(Trainee.cohort_id == cohort_id)
    if trainee_ids is not None:
        query = query.where(col(Trainee.id).in_(trainee_ids))
    found = await session.execute(query.order_by(col(Trainee.roster_row), col(Trainee.id)))
    return list(found.scalars())


async def needs_and_words(
    session: AsyncSession, catalogue: CatalogueArrays, topics: Sequence[Topic], trainees: Sequence[Trainee]
) -> TraineeArrays:
    """Return what these trainees need, said and did with contents."""
    ids = [trainee.id for trainee in trainees]
    needs = await session.execute(
        select(TraineeNeed.trainee_id, TraineeNeed.topic_id, TraineeNeed.need).where(
            col(TraineeNeed.trainee_id).in_(ids)
        )
    )
    spoken = (
        select(PainPoint.id, PainPoint.trainee_id, PainPoint.text)
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(
            col(PainPoint.trainee_id).in_(ids),
            SurveyResponse.current,
            sa.not_(col(PainPoint.junk)),
            sa.not_(col(PainPoint.resolved)),
        )
        .order_by(col(PainPoint.wave), col(PainPoint.position), col(PainPoint.text), col(PainPoint.id))
    )
    points = [Point(*row) for row in (await session.execute(spoken)).all()]
    tags: list[tuple[UUID, UUID, float]] = []
    for some in chunks([point.id for point in points]):
        found = await session.execute(
            select(PainPointTopic.pain_point_id, PainPointTopic.topic_id, PainPointTopic.confidence).where(
                col(PainPointTopic.pain_point_id).in_(some)
            )
        )
        tags.extend((point_id, topic_id, sure) for point_id, topic_id, sure in found.all())
    return trainee_arrays(
        catalogue,
        topics,
        trainees,
        by_owner([(owner, topic_id, need) for owner, topic_id, need in needs.all()]),
        points,
        by_owner(tags),
        await settled_contents(session, ids),
        today(),
    )
