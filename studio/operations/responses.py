"""Recording answered questionnaires: what is new, what changed, what is the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.store.clock import now
from studio.store.enums import Measure, QuestionKind
from studio.store.identity import new_id
from studio.store.needs import PainPoint
from studio.store.rows import chunks, insert_rows, insert_values
from studio.store.surveys import Answer, Question, Survey, SurveyResponse
from studio.store.tables import metadata

# Questions whose words are pain points; a wish for help or a remark is not one.
PAINFUL = frozenset({Measure.THORNIEST, Measure.MOST_URGENT, Measure.DIFFICULTY})


@dataclass(frozen=True)
class GivenAnswer:
    """An answer as given: words, a number (ratings: 1–5) or chosen options in their order."""

    text: str | None = None
    number: float | None = None
    options: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return not self.text and self.number is None and not self.options


@dataclass(frozen=True)
class Submission:
    """One answered questionnaire; without a trainee it is anonymous.

    `key` tells the same submission again when a file is imported twice.
    """

    key: str
    trainee_id: UUID | None
    answers: Mapping[UUID, GivenAnswer]
    submitted_at: datetime | None = None
    duration_seconds: int | None = None


@dataclass
class Recorded:
    """What recording did: counts, and the responses whose words must be read."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    # Pain points behind the accepted rows, unchanged ones included.
    pain_points: int = 0
    # New words, not yet stored: first their topics are read.
    to_read: list[tuple[PainPoint, Submission]] = field(default_factory=list)
    response_ids: list[UUID] = field(default_factory=list)


def response_key(trainee_id: UUID, submitted_at: datetime | None) -> str:
    """Return the key of a named submission: who, and when if the file says so."""
    return f"{trainee_id.hex}@{submitted_at.isoformat() if submitted_at else ''}"


async def record(
    session: AsyncSession, survey: Survey, questions: Sequence[Question], submissions: Sequence[Submission]
) -> Recorded:
    """Write submissions: new ones are added, changed ones updated, the same ones left alone.

    Words that did not change keep their pain point, with the topics that people may have confirmed.
    """
    recorded = Recorded()
    existing = await _existing(session, survey.id)
    new, changed_responses = _compare(survey, submissions, existing, recorded)
    painful = [question for question in questions if _is_painful(question)]
    await _clear_changed(session, [response for response, _ in changed_responses])
    kept = await _kept_pain_points(session, [response.id for response, _ in changed_responses])
    written = [*new, *changed_responses]
    await _make_current(session, existing, [response for response, _ in new])
    await insert_rows(session, [response for response, _ in new])
    await insert_values(session, metadata.tables["answer"], _answer_values(survey, written))
    points = [
        (point, submission)
        for response, submission in written
        for point in _pain_points(survey, painful, response, submission)
    ]
    recorded.to_read = await _replace_pain_points(session, points, kept)
    recorded.pain_points = sum(
        1
        for submission in submissions
        for question in painful
        if (answer := submission.answers.get(question.id)) and answer.text and answer.text.strip()
    )
    return recorded


def _is_painful(question: Question) -> bool:
    # The words beside "other" in a multiple choice of difficulties are pain points too.
    return question.measures in PAINFUL and question.kind in (QuestionKind.TEXT, QuestionKind.MULTI)


async def _existing(session: AsyncSession, survey_id: UUID) -> dict[str, SurveyResponse]:
    found = await session.execute(select(SurveyResponse).where(SurveyResponse.survey_id == survey_id))
    return {response.respondent_key: response for response in found.scalars()}


Written = list[tuple[SurveyResponse, Submission]]


def _compare(
    survey: Survey,
    submissions: Sequence[Submission],
    existing: Mapping[str, SurveyResponse],
    recorded: Recorded,
) -> tuple[Written, Written]:
    new: Written = []
    differing: Written = []
    for submission in submissions:
        digest = content_hash(submission)
        response = existing.get(submission.key)
        if response is None:
            response = _new_response(survey, submission, digest)
            new.append((response, submission))
            recorded.new += 1
        elif response.content_hash != digest:
            response.content_hash = digest
            response.duration_seconds = submission.duration_seconds
            response.version += 1
            differing.append((response, submission))
            recorded.updated += 1
        else:
            recorded.unchanged += 1
        recorded.response_ids.append(response.id)
    return new, differing


def content_hash(submission: Submission) -> str:
    """Return a digest of what was answered, independent of the order of the questions."""
    answers = sorted(
        (question_id.hex, answer.text, answer.number, answer.options)
        for question_id, answer in submission.answers.items()
        if not answer.empty
    )
    return hashlib.sha256(orjson.dumps([answers, submission.duration_seconds])).hexdigest()


def _new_response(survey: Survey, submission: Submission, digest: str) -> SurveyResponse:
    return SurveyResponse(
        studio_id=survey.studio_id,
        survey_id=survey.id,
        trainee_id=submission.trainee_id,
        respondent_key=submission.key,
        submitted_at=submission.submitted_at,
        duration_seconds=submission.duration_seconds,
        content_hash=digest,
    )


async def _make_current(
    session: AsyncSession, existing: Mapping[str, SurveyResponse], new: Sequence[SurveyResponse]
) -> None:
    """Let the latest response of each trainee count; earlier ones are kept but no longer current."""
    latest: dict[UUID, SurveyResponse] = {}
    for response in sorted([*existing.values(), *new], key=_when):
        if response.trainee_id is None:
            continue
        earlier = latest.get(response.trainee_id)
        if earlier is not None and earlier.current:
            earlier.current = False
        latest[response.trainee_id] = response
    # Those that stop counting are written before those that begin: only one may be current.
    await session.flush()
    for response in latest.values():
        response.current = True
    await session.flush()


def _when(response: SurveyResponse) -> tuple[datetime, datetime]:
    return (response.submitted_at or response.created_at, response.created_at)


async def _clear_changed(session: AsyncSession, responses: Sequence[SurveyResponse]) -> None:
    for some in chunks([response.id for response in responses]):
        await session.execute(sa.delete(Answer).where(col(Answer.response_id).in_(some)))


async def _kept_pain_points(
    session: AsyncSession, response_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], PainPoint]:
    kept: dict[tuple[UUID, UUID], PainPoint] = {}
    for some in chunks(response_ids):
        found = await session.execute(select(PainPoint).where(col(PainPoint.response_id).in_(some)))
        kept.update({(point.response_id, point.question_id): point for point in found.scalars()})
    return kept


def _answer_values(survey: Survey, written: Written) -> Iterator[dict[str, Any]]:
    moment = now()
    for response, submission in written:
        for question_id, answer in submission.answers.items():
            if not answer.empty:
                yield {
                    "id": new_id(),
                    "created_at": moment,
                    "updated_at": moment,
                    "version": 1,
                    "studio_id": survey.studio_id,
                    "response_id": response.id,
                    "question_id": question_id,
                    "text": answer.text or None,
                    "number": answer.number,
                    "options": list(answer.options) if answer.options else None,
                }


def _pain_points(
    survey: Survey, painful: Sequence[Question], response: SurveyResponse, submission: Submission
) -> Iterator[PainPoint]:
    for question in painful:
        answer = submission.answers.get(question.id)
        if answer is None or not answer.text or not answer.text.strip():
            continue
        yield PainPoint(
            studio_id=survey.studio_id,
            cohort_id=survey.cohort_id,
            response_id=response.id,
            question_id=question.id,
            trainee_id=response.trainee_id,
            wave=survey.wave,
            position=question.position,
            text=answer.text,
            measures=question.measures,
        )


async def _replace_pain_points(
    session: AsyncSession,
    points: Sequence[tuple[PainPoint, Submission]],
    kept: dict[tuple[UUID, UUID], PainPoint],
) -> list[tuple[PainPoint, Submission]]:
    """Delete the pain points whose words changed or went, and return those to add."""
    remaining = dict(kept)
    fresh = []
    for point, submission in points:
        place = (point.response_id, point.question_id)
        if place in remaining and remaining[place].text == point.text:
            del remaining[place]
        else:
            fresh.append((point, submission))
    for some in chunks([point.id for point in remaining.values()]):
        await session.execute(sa.delete(PainPoint).where(col(PainPoint.id).in_(some)))
    return fresh
