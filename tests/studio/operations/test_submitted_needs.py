"""What a single response changes at once, and what a job computes behind it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.needs.needs import refresh_needs
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState, Measure
from studio.store.tables import (
    CohortNeed,
    CohortRating,
    CountyNeed,
    Job,
    Question,
    RoleNeed,
    Survey,
    Trainee,
    TraineeNeed,
    metadata,
)
from tests.studio.operations.conftest import ids

PICTURES = (TraineeNeed, CohortNeed, RoleNeed, CountyNeed, CohortRating)
STAMPS = {"id", "created_at", "updated_at", "version"}


async def submit(engine: AsyncEngine, organizer: Actor, name: str, **given: Any) -> UUID:
    """Let a trainee answer: `text` to what is thorniest, `grade` to each severity."""
    trainee_id = await ids(engine, Trainee, name)
    async with reading(engine) as session:
        survey_id = (await session.execute(select(Survey.id))).scalar_one()
        questions = list((await session.execute(select(Question).order_by(Question.position))).scalars())
    answers = []
    for place, question in enumerate(questions):
        if question.measures is Measure.THORNIEST and "text" in given:
            answers.append(AnswerInput(question.id, text=given["text"]))
        elif question.measures is Measure.SEVERITY and "grades" in given:
            answers.append(AnswerInput(question.id, number=given["grades"][place % 3]))
    async with writing(engine) as session:
        await submit_survey_response(session, organizer, survey_id, trainee_id, answers)
    return trainee_id


async def stored(engine: AsyncEngine, whose: UUID | None = None) -> dict[str, list[Mapping[str, Any]]]:
    """Return what is stored of needs, without ids and stamps; of one trainee only, if asked."""
    pictures = {}
    async with reading(engine) as session:
        for row in PICTURES if whose is None else (TraineeNeed,):
            table = metadata.tables[str(row.__tablename__)]
            query = sa.select(*(column for column in table.c if column.name not in STAMPS))
            if whose is not None:
                query = query.where(table.c.trainee_id == whose)
            found = await session.execute(query)
            pictures[table.name] = sorted((dict(it) for it in found.mappings()), key=repr)
    return pictures


async def jobs_done(engine: AsyncEngine) -> None:
    with held_at(datetime.now(UTC) + timedelta(hours=1)):
        while await Worker(engine, HANDLERS).run_once():
            pass


async def waiting(engine: AsyncEngine) -> int:
    async with reading(engine) as session:
        found = await session.execute(
            select(Job.id).where(Job.kind == JobKind.NEEDS, Job.state == JobState.QUEUED)
        )
        return len(found.all())


async def recomputed(engine: AsyncEngine, cohort_id: UUID) -> None:
    async with writing(engine) as session:
        await refresh_needs(session, cohort_id)


async def test_job_behind_answers_leaves_what_computing_everything_gives(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    before = await stored(engine)
    await submit(engine, organizer, "赵强", text="网格员跑不过来", grades=(5, 4, 1))
    await submit(engine, organizer, "王芳", grades=(1, 5, 5))
    await submit(engine, organizer, "赵强", text="材料写到半夜还被退回来", grades=(2, 1, 1))
    # The cohort's pictures are as they were until the job has run, once for all three.
    assert {**await stored(engine), "trainee_need": []} == {**before, "trainee_need": []}
    assert await waiting(engine) == 1
    await jobs_done(engine)
    by_job = await stored(engine)
    assert by_job["cohort_need"] != before["cohort_need"]
    await recomputed(engine, cohort_id)
    assert by_job == await stored(engine)
    assert await waiting(engine) == 0


async def test_own_needs_are_exact_at_once_where_the_view_of_the_cohort_is_as_it_was(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    # Words are no ratings. Those that the trainee had given before count against the cohort's view.
    whose = await submit(engine, organizer, "王芳", text="网格员跑不过来")
    at_once = await stored(engine, whose)
    assert at_once["trainee_need"]
    await recomputed(engine, cohort_id)
    assert await stored(engine, whose) == at_once


async def test_own_needs_follow_own_ratings_at_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    whose = await submit(engine, organizer, "赵强", grades=(5, 2, 1))
    at_once = await stored(engine, whose)
    await jobs_done(engine)
    exact = await stored(engine, whose)
    assert [row["topic_id"] for row in at_once["trainee_need"]] == [
        row["topic_id"] for row in exact["trainee_need"]
    ]
    # What the own grades move in the cohort's view comes with the job: a few hundredths among four people.
    for early, late in zip(at_once["trainee_need"], exact["trainee_need"], strict=True):
        assert early["need"] == pytest.approx(late["need"], abs=0.05)


async def test_answers_wait_for_one_job_and_a_later_one_for_the_next(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    for text in ("网格员跑不过来", "材料写到半夜", "停车天天吵"):
        await submit(engine, organizer, "赵强", text=text)
    assert await waiting(engine) == 1
    await jobs_done(engine)
    await submit(engine, organizer, "王芳", text="停车天天吵")
    assert await waiting(engine) == 1
