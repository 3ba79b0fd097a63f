"""An import as a job: what others see and may do while its file is read."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import AnswerReading
from studio.errors import Conflict
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.jobs import cancel_job
from studio.operations.people.roster import import_roster
from studio.operations.surveys import survey_reading
from studio.operations.surveys.survey_imports import prepare_import, start_survey_import, store_survey
from studio.operations.surveys.uploads import store_upload
from studio.operations.topics.topics import TopicTree
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobState
from studio.store.tables import (
    Cohort,
    Job,
    PainPoint,
    Studio,
    SurveyImport,
    SurveyResponse,
    Topic,
    Trainee,
    Upload,
)
from tests.studio.operations.conftest import ROSTER, SURVEY, ids

Hook = Callable[[UUID], Awaitable[None]]


@pytest.fixture
async def cohort(engine: AsyncEngine, organizer: Actor) -> Cohort:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        return (await session.execute(select(Cohort))).scalar_one()


async def imported(
    engine: AsyncEngine,
    organizer: Actor,
    cohort: Cohort,
    monkeypatch: pytest.MonkeyPatch,
    after_two_rows: Hook,
) -> tuple[Job, SurveyImport]:
    """Run an import of three rows, read one by one; call the hook when two are done."""
    calls: list[Sequence[str]] = []

    async def read_and_look(tree: TopicTree, texts: Sequence[str]) -> list[AnswerReading]:
        calls.append(texts)
        if len(calls) == 3:
            assert started.job_id is not None
            await after_two_rows(started.job_id)
        return await read(tree, texts)

    read = survey_reading.read_answers
    monkeypatch.setattr(survey_reading, "read_answers", read_and_look)
    monkeypatch.setattr(survey_reading, "BLOCK", 1)
    monkeypatch.setattr("studio.operations.jobs.PROGRESS_INTERVAL", 0.0)
    async with writing(engine) as session:
        upload = await store_upload(session, organizer, "survey.csv", SURVEY)
        started = await start_survey_import(session, organizer, upload.id, cohort.id, 1, dry_run=False)
    await Worker(engine, HANDLERS).run_once()
    assert len(calls) == 3
    async with reading(engine) as session:
        assert started.job_id is not None
        return await session.get_one(Job, started.job_id), await session.get_one(SurveyImport, started.id)


async def count(engine: AsyncEngine, table: type[SurveyResponse | Upload | PainPoint]) -> int:
    async with reading(engine) as session:
        return await session.scalar(select(sa.func.count()).select_from(table)) or 0


async def test_progress_is_told_by_rows_and_others_write_meanwhile(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def look_and_write(job_id: UUID) -> None:
        async with reading(engine) as session:
            job = await session.get_one(Job, job_id)
            seen.append((job.state, job.done, job.total))
        async with writing(engine) as session:
            (await session.get_one(Studio, organizer.studio_id)).name = "改名"

    job, row = await imported(engine, organizer, cohort, monkeypatch, look_and_write)
    assert seen == [(JobState.RUNNING, 2, 3)]
    assert (job.state, job.done, job.total, row.accepted) == (JobState.DONE, 3, 3, 3)
    async with reading(engine) as session:
        assert (await session.get_one(Studio, organizer.studio_id)).name == "改名"


async def test_import_is_cancelled_while_its_file_is_read(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    async def cancel(job_id: UUID) -> None:
        async with writing(engine) as session:
            asked = await cancel_job(session, organizer, job_id)
            told.append((asked.state, asked.cancel_requested))

    job, row = await imported(engine, organizer, cohort, monkeypatch, cancel)
    assert told == [(JobState.RUNNING, True)]
    assert (job.state, row.accepted) == (JobState.CANCELLED, 0)
    assert [await count(engine, table) for table in (SurveyResponse, Upload)] == [0, 1]


async def test_respondents_are_found_among_the_people_of_the_moment_of_writing(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forget_somebody(_job_id: UUID) -> None:
        trainee_id = await ids(engine, Trainee, "王芳")
        async with writing(engine) as session:
            await session.execute(sa.delete(Trainee).where(Trainee.id == trainee_id))

    job, row = await imported(engine, organizer, cohort, monkeypatch, forget_somebody)
    assert job.state is JobState.DONE
    assert [(issue["row"], issue["code"]) for issue in row.rejected] == [(4, "UNKNOWN_PERSON")]
    assert await count(engine, SurveyResponse) == 0


async def test_file_read_with_other_topics_is_not_stored(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort
) -> None:
    async with reading(engine) as session:
        known = await prepare_import(session, organizer, 3)
    survey = await survey_reading.read_survey(known, SURVEY, "survey.csv")
    async with writing(engine) as session:
        topic = (await session.execute(select(Topic).where(Topic.code == "GRID"))).scalar_one()
        topic.name = "网格"
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await store_survey(session, organizer, survey, 3, 1)
    assert refusal.value.code == "TOPICS_CHANGED"


async def test_words_read_before_are_stored_as_if_read_in_the_transaction(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with reading(engine) as session:
        known = await prepare_import(session, organizer, 3)
    survey = await survey_reading.read_survey(known, SURVEY, "survey.csv")
    texts = {"材料写到半夜还被退", "信息没人采用", "网格员跑不过来", "无", "加装电梯一楼不同意", "停车天天吵"}
    assert set(survey.readings) == texts
    again: list[str] = []

    async def read(_tree: TopicTree, given: Sequence[str]) -> list[AnswerReading]:
        again.extend(given)
        return []

    monkeypatch.setattr("studio.operations.surveys.pain_points.read_answers", read)
    async with writing(engine) as session:
        await store_survey(session, organizer, survey, 3, 1)
    assert again == []
    assert await count(engine, PainPoint) == 6
