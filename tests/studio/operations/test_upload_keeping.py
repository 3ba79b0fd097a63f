"""How long a raw file is kept: it holds columns that identify people, which the import drops."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import start_survey_import
from studio.operations.surveys.uploads import KEPT_UNUSED, remove_expired_uploads, store_upload
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import JobState
from studio.store.tables import Cohort, Job, SurveyImport, SurveyResponse, Upload
from tests.studio.operations.conftest import ROSTER, SURVEY, SURVEY_HEADER, SURVEY_ROWS, csv_file

ADDRESS = "203.0.113.7"
WITH_A_BAD_ROW = csv_file(
    SURVEY_HEADER, *SURVEY_ROWS, (9, "", "", ADDRESS, "孙无", "无名", 3, 3, 3, "没人", "")
)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def cohort(engine: AsyncEngine, organizer: Actor) -> Cohort:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        return (await session.execute(select(Cohort))).scalar_one()


async def sent(engine: AsyncEngine, organizer: Actor, content: bytes) -> UUID:
    async with writing(engine) as session:
        return (await store_upload(session, organizer, "survey.csv", content)).id


async def imported(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort, upload: UUID, **options: bool
) -> tuple[Job, SurveyImport]:
    async with writing(engine) as session:
        started = await start_survey_import(session, organizer, upload, cohort.id, 1, **options)
    await Worker(engine, HANDLERS).run_once()
    async with reading(engine) as session:
        assert started.job_id is not None
        return await session.get_one(Job, started.job_id), await session.get_one(SurveyImport, started.id)


async def kept(engine: AsyncEngine) -> int:
    async with reading(engine) as session:
        return await session.scalar(select(sa.func.count()).select_from(Upload)) or 0


async def test_upload_goes_with_the_import_that_stores_its_rows(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort
) -> None:
    upload = await sent(engine, organizer, SURVEY)
    _, dry = await imported(engine, organizer, cohort, upload, dry_run=True)
    assert (dry.accepted, await kept(engine)) == (3, 1)
    _, real = await imported(engine, organizer, cohort, upload, dry_run=False)
    assert (real.accepted, await kept(engine)) == (3, 0)


async def test_upload_with_bad_rows_is_kept_to_skip_them(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort
) -> None:
    upload = await sent(engine, organizer, WITH_A_BAD_ROW)
    await imported(engine, organizer, cohort, upload, dry_run=False)
    assert await kept(engine) == 1
    await imported(engine, organizer, cohort, upload, dry_run=False, skip_bad_rows=True)
    assert await kept(engine) == 0
    async with reading(engine) as session:
        assert len((await session.execute(select(SurveyResponse.id))).all()) == 3


async def test_nothing_of_dropped_columns_is_left_in_the_files_of_the_database(
    engine: AsyncEngine, empty_database: str, organizer: Actor, cohort: Cohort
) -> None:
    upload = await sent(engine, organizer, SURVEY)
    if engine.dialect.name == "sqlite":
        assert any(ADDRESS.encode() in path.read_bytes() for path in files_of(empty_database))
    await imported(engine, organizer, cohort, upload, dry_run=False)
    if engine.dialect.name == "sqlite":
        assert not any(ADDRESS.encode() in path.read_bytes() for path in files_of(empty_database))
    async with reading(engine) as session:
        assert not (await session.execute(select(Upload.id))).all()


def files_of(url: str) -> list[Path]:
    path = Path(sa.make_url(url).database or "")
    return sorted(path.parent.glob(path.name + "*"))


async def test_unused_upload_expires_and_one_that_is_asked_for_lives_on(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort
) -> None:
    with held_at(NOON):
        forgotten = await sent(engine, organizer, SURVEY)
        asked_for = await sent(engine, organizer, WITH_A_BAD_ROW)
    with held_at(NOON + KEPT_UNUSED):
        assert await remove_expired_uploads(engine) == 0
        await imported(engine, organizer, cohort, asked_for, dry_run=True)
    with held_at(NOON + KEPT_UNUSED + timedelta(seconds=1)):
        assert await remove_expired_uploads(engine) == 1
    async with reading(engine) as session:
        assert (await session.execute(select(Upload.id))).scalars().all() == [asked_for]
        assert await session.get(Upload, forgotten) is None


async def test_second_import_of_a_used_upload_ends_with_a_code(
    engine: AsyncEngine, organizer: Actor, cohort: Cohort
) -> None:
    upload = await sent(engine, organizer, SURVEY)
    async with writing(engine) as session:
        rival = await start_survey_import(session, organizer, upload, cohort.id, 1, dry_run=False)
    async with writing(engine) as session:
        late = await start_survey_import(session, organizer, upload, cohort.id, 1, dry_run=False)
    worker = Worker(engine, HANDLERS)
    assert await worker.run_once()
    assert await worker.run_once()
    async with reading(engine) as session:
        states = [(await session.get_one(Job, one.job_id)) for one in (rival, late)]
    assert sorted((job.state, job.failure) for job in states) == [
        (JobState.DONE, None),
        (JobState.FAILED, "NOT_FOUND"),
    ]
