"""Taking in the export file of a survey."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import AnswerReading
from studio.errors import StudioError
from studio.imports.respondents import KnownPerson, resolve_people
from studio.imports.survey import AnswerState, QuestionSpec, SurveyRow, SurveySheet
from studio.imports.tables import Limits
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.import_report import ImportReport, all_or_nothing
from studio.operations.jobs import Progress
from studio.operations.needs.needs import refresh_needs
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own
from studio.operations.people.cohorts import find_cohort
from studio.operations.surveys.anonymous_keys import AnonymousKeys
from studio.operations.surveys.pain_points import write_pain_points
from studio.operations.surveys.responses import GivenAnswer, Recorder, Submission, content_hash, response_key
from studio.operations.surveys.survey_reading import SurveyReading, Vocabulary, read_survey, vocabulary
from studio.operations.topics.topics import TopicTree
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import JobKind
from studio.store.jobs import enqueue
from studio.store.locks import lock_cohort
from studio.store.people import Person, Region, Trainee
from studio.store.rows import changed, insert_rows
from studio.store.surveys import Question, Survey, SurveyImport, Upload
from studio.store.topics import Topic

# Responses stored at a time.
BLOCK = 500


async def prepare_import(session: AsyncSession, actor: Actor, cohort_number: int) -> Vocabulary:
    """Return what a file for that cohort is read with by `read_survey`; NOT_FOUND when there is no such cohort."""
    require(actor, "import_survey")
    await find_cohort(session, actor.studio_id, cohort_number)
    return await vocabulary(session, actor.studio_id)


async def import_survey(
    session: AsyncSession,
    actor: Actor,
    content: bytes,
    file_name: str,
    cohort_number: int,
    wave: int,
    *,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    anonymous: bool = False,
    overrides: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> ImportReport:
    """Read a survey's export and take it in, all in one transaction: for files that are small.

    Raises as `prepare_import`, `read_survey` and `store_survey` do.
    """
    require(actor, "import_survey")
    known = await prepare_import(session, actor, cohort_number)
    survey = await read_survey(
        known, content, file_name, anonymous=anonymous, overrides=overrides, limits=limits
    )
    return await store_survey(
        session, actor, survey, cohort_number, wave, dry_run=dry_run, skip_bad_rows=skip_bad_rows
    )


async def store_survey(
    session: AsyncSession,
    actor: Actor,
    read: SurveyReading,
    cohort_number: int,
    wave: int,
    *,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    needs_later: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in a survey's export: questions, answers word for word, pain points with topics, needs.

    The survey and its questions are made from the header, respondents are found among the people of now. Nothing is
    written unless every row is good or skipping bad rows was asked for. With `needs_later` the
    needs wait for a job, or for whoever computes them before. Raises TOPICS_CHANGED when the file would be understood
    otherwise today.
    """
    require(actor, "import_survey")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    await lock_cohort(session, cohort.id)
    tree = await read.require_current(session, actor.studio_id)
    sheet = read.sheet
    report = ImportReport(
        rows=sheet.n_rows, mapping=sheet.mapping, rejected=list(sheet.issues), anonymous=sheet.anonymous
    )
    trainees = await _find_respondents(session, cohort, sheet, report)
    async with all_or_nothing(session, report, dry_run=dry_run, skip_bad_rows=skip_bad_rows):
        survey = await _ensure_survey(session, cohort, wave)
        questions = await _ensure_questions(session, survey, sheet.questions)
        refused = report.rejected_rows
        good = [row for row in sheet.rows if row.row not in refused]
        recorder = await Recorder.open(session, survey, list(questions.values()))
        submissions = _told(_submissions(recorder, good, questions, trainees), len(good), progress)
        await _record(recorder, tree, list(questions.values()), submissions, read.readings_for(tree), report)
    if report.written and report.new + report.updated:
        await (refresh_soon if needs_later else refresh_needs)(session, cohort.id)
        await audit(
            session, actor, "import_survey", "Cohort", cohort.id, wave=wave, rows=report.rows, new=report.new
        )
    return report


async def _record(
    recorder: Recorder,
    tree: TopicTree,
    questions: Sequence[Question],
    submissions: AsyncIterator[Sequence[Submission]],
    readings: Mapping[str, AnswerReading],
    report: ImportReport,
) -> None:
    """Store submissions with their pain points, some at a time so that the memory stays bounded."""
    respondents: set[UUID | str] = set()
    async for some in submissions:
        words = await recorder.take(some)
        await write_pain_points(recorder.session, tree, questions, words, readings)
        respondents.update(submission.trainee_id or submission.key for submission in some)
    await recorder.finish()
    report.new, report.updated, report.unchanged = recorder.new, recorder.updated, recorder.unchanged
    report.pain_points = recorder.pain_points
    report.respondents = len(respondents)


async def _told(
    submissions: Iterator[Submission], total: int, progress: Progress | None
) -> AsyncIterator[Sequence[Submission]]:
    """Yield submissions some at a time, and tell how many are stored."""
    done = 0
    while some := list(islice(submissions, BLOCK)):
        yield some
        done += len(some)
        if progress is not None:
            await progress(done, total)


async def _find_respondents(
    session: AsyncSession, cohort: Cohort, sheet: SurveySheet, report: ImportReport
) -> dict[int, UUID]:
    """Return the trainee of each row, by name and community; nobody is guessed."""
    if sheet.anonymous:
        return {}
    # Values only: objects of 10 000 people would stay in memory until the end.
    known = await session.execute(
        sa.select(
            col(Trainee.id),
            col(Person.name),
            col(Region.name),
            col(Region.county),
            col(Person.phone),
            col(Region.town),
        )
        .join(Person, col(Person.id) == Trainee.person_id)
        .join(Region, col(Region.id) == Person.community_id, isouter=True)
        .where(col(Trainee.cohort_id) == cohort.id)
        .order_by(col(Trainee.roster_row), col(Trainee.id))
    )
    people = [KnownPerson(key, *(text or "" for text in texts)) for key, *texts in known.all()]
    # A thread of its own, so that the server goes on answering: there may be 10 000 rows.
    found, issues = await asyncio.to_thread(resolve_people, sheet.rows, people, name_column=sheet.name_column)
    report.rejected.extend(issues)
    return {row: key for row, key in found.items() if isinstance(key, UUID)}


async def _ensure_survey(session: AsyncSession, cohort: Cohort, wave: int) -> Survey:
    found = await session.execute(select(Survey).where(Survey.cohort_id == cohort.id, Survey.wave == wave))
    survey = found.scalar_one_or_none()
    if survey is None:
        survey = Survey(
            studio_id=cohort.studio_id, cohort_id=cohort.id, wave=wave, title=f"{cohort.name}·第{wave}次调研"
        )
        await insert_rows(session, [survey])
    return survey


async def _ensure_questions(
    session: AsyncSession, survey: Survey, specs: Sequence[QuestionSpec]
) -> dict[int, Question]:
    """Return the survey's questions by their position in the sheet; those that are missing are made."""
    found = await session.execute(select(Question).where(Question.survey_id == survey.id))
    existing = {question.text: question for question in found.scalars()}
    codes = await session.execute(select(Topic.code, Topic.id).where(Topic.studio_id == survey.studio_id))
    topic_ids = dict(codes.all())
    questions: dict[int, Question] = {}
    new = []
    for spec in specs:
        values: dict[str, Any] = {
            "position": spec.position,
            "kind": spec.kind,
            "measures": spec.measures,
            "topic_id": topic_ids.get(spec.topic_code) if spec.topic_code else None,
            "options": [option.text for option in spec.options],
        }
        question = existing.get(spec.text)
        if question is None:
            question = Question(studio_id=survey.studio_id, survey_id=survey.id, text=spec.text, **values)
            new.append(question)
        else:
            changed(question, **values)
        questions[spec.position] = question
    await insert_rows(session, new)
    return questions


def _submissions(
    recorder: Recorder,
    rows: Sequence[SurveyRow],
    questions: Mapping[int, Question],
    trainees: Mapping[int, UUID],
) -> Iterator[Submission]:
    stored = recorder.known.values()
    keys = AnonymousKeys(((r.respondent_key, r.content_hash) for r in stored if r.trainee_id is None), rows)
    for row in rows:
        submission = _submission(row, questions, trainees.get(row.row))
        if submission.trainee_id is None:
            submission = replace(submission, key=keys.key(row, content_hash(submission)))
        yield submission


def _submission(row: SurveyRow, questions: Mapping[int, Question], trainee_id: UUID | None) -> Submission:
    answers = {
        questions[position].id: GivenAnswer(answer.text or None, answer.number, answer.options or None)
        for position, answer in row.answers.items()
        if answer.state is AnswerState.ANSWERED
    }
    return Submission(
        key=response_key(trainee_id, row.submitted_at) if trainee_id is not None else "",
        trainee_id=trainee_id,
        answers=answers,
        submitted_at=row.submitted_at,
        duration_seconds=row.duration_seconds,
    )


async def start_survey_import(
    session: AsyncSession,
    actor: Actor,
    upload_id: UUID,
    cohort_id: UUID,
    wave: int,
    *,
    dry_run: bool = True,
    skip_bad_rows: bool = False,
    anonymous: bool = False,
    mapping: Mapping[str, str] | None = None,
    language: str = "zh",
    idempotency_key: str | None = None,
) -> SurveyImport:
    """Queue the import of an uploaded file and return its record at once; a worker fills it."""
    require(actor, "import_survey")
    given: dict[str, Any] = {
        "upload_id": upload_id.hex,
        "cohort_id": cohort_id.hex,
        "wave": wave,
        "dry_run": dry_run,
        "skip_bad_rows": skip_bad_rows,
        "anonymous": anonymous,
        "mapping": dict(mapping or {}),
    }
    done = await once(session, actor, idempotency_key, "import_survey", given)
    if done is not None:
        return await session.get_one(SurveyImport, done)
    upload = await own(session, actor, Upload, upload_id, "uploadId")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    if wave < 1:
        raise StudioError("WAVE_FROM_ONE", field="wave")
    # An upload that is asked for is kept for another day.
    upload.updated_at = now()
    payload = {**given, "cohort_number": cohort.number, "language": language}
    job = await enqueue(
        session, actor.studio_id, JobKind.SURVEY_IMPORT, payload, author_token_id=actor.token_id
    )
    record_row = SurveyImport(
        studio_id=actor.studio_id,
        cohort_id=cohort.id,
        job_id=job.id,
        wave=wave,
        file_name=upload.file_name,
        dry_run=dry_run,
    )
    session.add(record_row)
    await session.flush()
    await remember(session, actor, idempotency_key, "import_survey", given, record_row.id)
    await audit(session, actor, "start_survey_import", "SurveyImport", record_row.id, wave=wave)
    return record_row
