from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.needs.needs import compute_needs
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.tables import CohortNeed, PainPoint, Topic, Trainee, TraineeNeed
from tests.studio.operations.conftest import csv_file, ids


async def need_of(engine: AsyncEngine, trainee_id: UUID, code: str) -> tuple[float, str | None]:
    """A trainee's need in a topic, and the words that show it."""
    async with reading(engine) as session:
        found = await session.execute(
            select(TraineeNeed.need, PainPoint.text)
            .join(Topic, Topic.id == TraineeNeed.topic_id)
            .join(PainPoint, PainPoint.id == TraineeNeed.pain_point_id, isouter=True)
            .where(TraineeNeed.trainee_id == trainee_id, Topic.code == code)
        )
        return tuple(found.one_or_none() or (0.0, None))


async def named_by(engine: AsyncEngine, code: str) -> int:
    async with reading(engine) as session:
        found = await session.execute(
            select(CohortNeed.respondents)
            .join(Topic, Topic.id == CohortNeed.topic_id)
            .where(Topic.code == code)
        )
        return found.scalar_one()


@pytest.mark.parametrize("what", ["resolved", "junk"])
async def test_words_that_tell_of_no_trouble_add_no_need(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, what: str
) -> None:
    words = csv_file(
        ("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("赵强", "茶园社区", "独居老人没人照看", "")
    )
    async with writing(engine) as session:
        await import_survey(session, organizer, words, "words.csv", 3, 2)
    trainee = await ids(engine, Trainee, "赵强")
    need, said = await need_of(engine, trainee, "LIVELIHOOD")
    assert need > 0.1
    assert said == "独居老人没人照看"
    before = await named_by(engine, "LIVELIHOOD")
    async with writing(engine) as session:
        await session.execute(
            sa.update(PainPoint).where(PainPoint.text == "独居老人没人照看").values({what: True})
        )
        await compute_needs(session, organizer, cohort_id)
    later, shown_by = await need_of(engine, trainee, "LIVELIHOOD")
    assert later < need
    assert shown_by is None
    assert await named_by(engine, "LIVELIHOOD") == before - 1
