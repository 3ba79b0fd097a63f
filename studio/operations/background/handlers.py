"""What a worker does for each kind of job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.imports.issues import ImportRefused
from studio.operations.background.match_jobs import compute_run, give_up_run
from studio.operations.contents.collaborative import check_collaborative
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.corrections.meaning import read_by_meaning
from studio.operations.corrections.models import cohorts_of
from studio.operations.corrections.rereading import read_cohort, store_cohort
from studio.operations.corrections.training import read_lessons, store_training, train
from studio.operations.import_report import ImportReport, mapping_json, rejected_json
from studio.operations.jobs import Handler, JobContext
from studio.operations.needs.found_needs import needs_ahead
from studio.operations.needs.needs import refresh_needs
from studio.operations.own import own
from studio.operations.packages.package_planning import plan_packages
from studio.operations.pairings.consents import expire_consents
from studio.operations.runs.affinity_model import learn_weights
from studio.operations.surveys.survey_imports import prepare_import, store_survey
from studio.operations.surveys.survey_reading import SurveyReading, read_survey
from studio.operations.topics.topics import learn_topics
from studio.permissions import Actor
from studio.store.database import empty_write_ahead_log, reading
from studio.store.enums import JobKind, Role
from studio.store.jobs import enqueue
from studio.store.locks import lock_cohort, lock_studio
from studio.store.rows import changed
from studio.store.surveys import Survey, SurveyImport, Upload


async def refresh_cohort(job: JobContext) -> None:
    """Compute the needs of a cohort in which somebody has answered, or whose words a new model reads."""
    cohort_id = UUID(job.payload["cohort_id"])
    if "model" not in job.payload:
        ahead = await needs_ahead(job.engine, cohort_id)
        async with job.effects() as session:
            await refresh_needs(session, cohort_id, ahead)
        return
    read = await read_cohort(job.engine, job.studio_id, cohort_id)
    async with job.effects() as session:
        await store_cohort(session, job.studio_id, cohort_id, read)


async def retrain(job: JobContext) -> None:
    """Train the topic classifier again; where the new model is better, put it in force and read all words again.

    A cohort is read in a job of its own (NEEDS), so that none waits for the others.
    """
    async with reading(job.engine) as session:
        lessons = await read_lessons(session, job.studio_id)
    trained = await train(lessons, job.progress)
    async with job.effects() as session:
        await lock_studio(session, job.studio_id)
        row = await store_training(session, job.studio_id, trained, job.id)
        for cohort_id in await cohorts_of(session, job.studio_id) if row.in_force else ():
            payload = {"cohort_id": cohort_id.hex, "model": row.number}
            await enqueue(session, job.studio_id, JobKind.NEEDS, payload)


async def read_words_by_meaning(job: JobContext) -> None:
    """Read the words of a cohort with sentence vectors."""
    cohort_id = UUID(job.payload["cohort_id"])
    read = await read_by_meaning(job.engine, job.studio_id, cohort_id, job.progress)
    async with job.effects() as session:
        await store_cohort(session, job.studio_id, cohort_id, read)


async def run_survey_import(job: JobContext) -> None:
    """Import an uploaded survey file, then compute needs and recommend contents to those who answered.

    The file is read outside of the transaction that writes, row by row as progress tells, and so are the needs
    computed. The upload goes in the transaction that stores its rows; after any other outcome it can be imported
    again.
    """
    if not job.checkpoint:
        await _take_upload(job)
    if job.checkpoint.get("written"):
        cohort_id = UUID(job.payload["cohort_id"])
        ahead = await needs_ahead(job.engine, cohort_id)
        async with job.effects() as session:
            await refresh_needs(session, cohort_id, ahead)
            await refresh_recommendations(session, cohort_id)
    await empty_write_ahead_log(job.engine)


async def _take_upload(job: JobContext) -> None:
    """Read the upload and store its rows; the checkpoint tells whether anything was written."""
    payload = job.payload
    actor = Actor(role=Role.ORGANIZER, studio_id=job.studio_id, token_id=job.author_token_id)
    try:
        survey = await _read_upload(job, actor)
    except ImportRefused as refusal:
        # The whole file is at fault: told like a rejected row, of no row in particular.
        async with job.effects() as session:
            changed(await _import_of(session, job), rejected=[_refused(refusal, payload["language"])])
        return
    checkpoint: dict[str, bool] = {}
    async with job.effects(checkpoint) as session:
        upload = await own(session, actor, Upload, UUID(payload["upload_id"]), "uploadId")
        report = await store_survey(
            session,
            actor,
            survey,
            payload["cohort_number"],
            payload["wave"],
            dry_run=payload["dry_run"],
            skip_bad_rows=payload["skip_bad_rows"],
            needs_later=True,
        )
        row = await _import_of(session, job)
        _fill(row, report, payload["language"])
        if report.written:
            row.survey_id = await session.scalar(
                select(Survey.id).where(Survey.cohort_id == row.cohort_id, Survey.wave == row.wave)
            )
            await session.delete(upload)
        checkpoint["written"] = report.written


async def _read_upload(job: JobContext, actor: Actor) -> SurveyReading:
    payload = job.payload
    await learn_topics(job.engine, job.studio_id)
    async with reading(job.engine) as session:
        known = await prepare_import(session, actor, payload["cohort_number"])
        upload = await own(session, actor, Upload, UUID(payload["upload_id"]), "uploadId")
    return await read_survey(
        known,
        upload.content,
        upload.file_name,
        anonymous=payload["anonymous"],
        overrides=payload["mapping"],
        progress=job.progress,
    )


async def _import_of(session: AsyncSession, job: JobContext) -> SurveyImport:
    return (await session.execute(select(SurveyImport).where(SurveyImport.job_id == job.id))).scalar_one()


def _refused(refusal: ImportRefused, language: str) -> dict[str, Any]:
    return {
        "row": 0,
        "column": "",
        "code": refusal.code,
        "message": refusal.message(language),
        "suggestion": refusal.suggestion(language),
    }


def _fill(row: SurveyImport, report: ImportReport, language: str) -> None:
    changed(
        row,
        rows=report.rows,
        accepted=report.accepted,
        updated=report.updated,
        unchanged=report.unchanged,
        respondents=report.respondents,
        pain_points=report.pain_points,
        rejected=[rejected_json(issue, language) for issue in report.rejected],
        mapping=[mapping_json(column) for column in report.mapping],
    )


async def let_consents_expire(job: JobContext) -> None:
    """End the pairs of a cohort that were not answered in time."""
    cohort_id = UUID(job.payload["cohort_id"])
    async with job.effects() as session:
        await lock_studio(session, job.studio_id)
        await lock_cohort(session, cohort_id)
        await expire_consents(session, cohort_id)


HANDLERS: Mapping[JobKind, Handler] = {
    JobKind.MATCH_RUN: Handler(run=compute_run, given_up=give_up_run),
    JobKind.SURVEY_IMPORT: Handler(run=run_survey_import),
    JobKind.NEEDS: Handler(run=refresh_cohort),
    JobKind.RETRAIN: Handler(run=retrain),
    JobKind.READ_BY_MEANING: Handler(run=read_words_by_meaning),
    JobKind.COLLABORATIVE_CHECK: Handler(run=check_collaborative),
    JobKind.CONSENT_EXPIRY: Handler(run=let_consents_expire),
    JobKind.PACKAGES: Handler(run=plan_packages),
    JobKind.LEARN_WEIGHTS: Handler(run=learn_weights),
}
