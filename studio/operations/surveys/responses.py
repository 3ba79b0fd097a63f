"""Recording answered questionnaires: what is new, what changed, what is the same."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.store.clock import now
from studio.store.enums import Measure, QuestionKind
from studio.store.needs import PainPoint
from studio.store.rows import chunks, delete_ids, insert_values, new_values, update_values
from studio.store.surveys import Answer, Question, Survey
from studio.store.tables import metadata

# Questions whose words are pain points; a wish for help or a remark is not one.
PAINFUL = frozenset({Measure.THORNIEST, Measure.MOST_URGENT, Measure.DIFFICULTY})
_RESPONSES = metadata.tables["survey_response"]
_POINTS = metadata.tables["pain_point"]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as given: words, a number (ratings: 1–5) or chosen options in their order."""

    text: str | None = None
    number: float | None = None
    options: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was answered."""
        return not self.text and self.number is None and not self.options


@dataclass(frozen=True, slots=True)
class Submission:
    """One answered questionnaire; without a trainee it is anonymous.

    `key` tells the same submission again when a file is imported twice.
    """

    key: str
    trainee_id: UUID | None
    answers: Mapping[UUID, GivenAnswer]
    submitted_at: datetime | None = None
    duration_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class NewWords:
    """A pain point that is not stored yet: its column values, and the submission that it stands in."""

    values: dict[str, Any]
    submission: Submission


class _Known(NamedTuple):
    """What is known of a stored response."""

    id: UUID
    respondent_key: str
    content_hash: str
    trainee_id: UUID | None
    current: bool
    submitted_at: datetime | None
    created_at: datetime


def response_key(trainee_id: UUID, submitted_at: datetime | None) -> str:
    """Return the key of a named submission: who, and when if the file says so."""
    return f"{trainee_id.hex}@{submitted_at.isoformat() if submitted_at else ''}"


def content_hash(submission: Submission) -> str:
    """Return a digest of what was answered, independent of the order of the questions."""
    answers = sorted(
        (question_id.hex, answer.text, answer.number, answer.options)
        for question_id, answer in submission.answers.items()
        if not answer.empty
    )
    return hashlib.sha256(orjson.dumps([answers, submission.duration_seconds])).hexdigest()


@dataclass
class Recorder:
    """Writes the submissions of one survey, some at a time: new ones are added, changed ones updated.

    Words that did not change keep their pain point, with the topics that people may have confirmed.
    """

    session: AsyncSession
    survey: Survey
    painful: Sequence[Question]
    known: dict[str, _Known]
    # Responses by trainee: when somebody answers twice, the later answer is the current one.
    by_trainee: dict[UUID, list[_Known]]
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    # Pain points behind the accepted rows, unchanged ones included.
    pain_points: int = 0
    answered_twice: set[UUID] = field(default_factory=set)

    @classmethod
    async def open(
        cls,
        session: AsyncSession,
        survey: Survey,
        questions: Sequence[Question],
        trainee_id: UUID | None = None,
    ) -> "Recorder":
        """Load what the survey holds already, or what it holds of one trainee, if only that one answers."""
        query = sa.select(*(_RESPONSES.c[name] for name in _Known._fields)).where(
            _RESPONSES.c.survey_id == survey.id
        )
        if trainee_id is not None:
            query = query.where(_RESPONSES.c.trainee_id == trainee_id)
        found = await session.execute(query)
        known = [_Known(*row) for row in found.all()]
        by_trainee: dict[UUID, list[_Known]] = {}
        for response in known:
            if response.trainee_id is not None:
                by_trainee.setdefault(response.trainee_id, []).append(response)
        painful = [question for question in questions if is_painful(question)]
        return cls(session, survey, painful, {row.respondent_key: row for row in known}, by_trainee)

    async def take(self, submissions: Sequence[Submission]) -> list[NewWords]:
        """Write some submissions; return the pain points that must be read and stored."""
        written: list[tuple[UUID, Submission]] = []
        responses: list[dict[str, Any]] = []
        differing: list[dict[str, Any]] = []
        for submission in submissions:
            digest = content_hash(submission)
            known = self.known.get(submission.key)
            if known is None:
                responses.append(self._new_response(submission, digest))
                written.append((responses[-1]["id"], submission))
            elif known.content_hash != digest:
                duration = submission.duration_seconds
                differing.append({"id": known.id, "content_hash": digest, "duration_seconds": duration})
                written.append((known.id, submission))
            self.pain_points += sum(1 for _ in self._painful_answers(submission))
        self.new += len(responses)
        self.updated += len(differing)
        self.unchanged += len(submissions) - len(written)
        changed_ids = [row["id"] for row in differing]
        await insert_values(self.session, _RESPONSES, responses)
        await update_values(self.session, _RESPONSES, differing)
        for some in chunks(changed_ids):
            await self.session.execute(sa.delete(Answer).where(col(Answer.response_id).in_(some)))
        await insert_values(self.session, metadata.tables["answer"], self._answers(written))
        return await self._new_words(written, await self._stored_words(changed_ids))

    async def finish(self) -> None:
        """Let the latest response of those who answered twice count; the earlier ones are kept."""
        losers: list[dict[str, Any]] = []
        winners: list[dict[str, Any]] = []
        for trainee_id in sorted(self.answered_twice):
            *earlier, latest = sorted(self.by_trainee[trainee_id], key=_when)
            losers.extend({"id": response.id, "current": False} for response in earlier if response.current)
            if not latest.current:
                winners.append({"id": latest.id, "current": True})
        # Those that stop counting are written first: only one may be current.
        await update_values(self.session, _RESPONSES, losers)
        await update_values(self.session, _RESPONSES, winners)

    def response_id(self, submission: Submission) -> UUID:
        """Return the stored response of a submission that was taken."""
        return self.known[submission.key].id

    def _new_response(self, submission: Submission, digest: str) -> dict[str, Any]:
        others = self.by_trainee.setdefault(submission.trainee_id, []) if submission.trainee_id else []
        values = new_values(
            created_at=now(),
            studio_id=self.survey.studio_id,
            survey_id=self.survey.id,
            trainee_id=submission.trainee_id,
            respondent_key=submission.key,
            submitted_at=submission.submitted_at,
            duration_seconds=submission.duration_seconds,
            content_hash=digest,
            current=not others,
            flags=[],
        )
        response = _Known(*(values[name] for name in _Known._fields))
        self.known[submission.key] = response
        if submission.trainee_id is not None:
            others.append(response)
            if len(others) > 1:
                self.answered_twice.add(submission.trainee_id)
        return values

    def _painful_answers(self, submission: Submission) -> Iterator[tuple[Question, str]]:
        for question in self.painful:
            answer = submission.answers.get(question.id)
            if answer is not None and answer.text and answer.text.strip():
                yield question, answer.text

    def _answers(self, written: Sequence[tuple[UUID, Submission]]) -> Iterator[dict[str, Any]]:
        for response_id, submission in written:
            for question_id, answer in submission.answers.items():
                if not answer.empty:
                    yield new_values(
                        studio_id=self.survey.studio_id,
                        response_id=response_id,
                        question_id=question_id,
                        text=answer.text or None,
                        number=answer.number,
                        options=list(answer.options) if answer.options else None,
                    )

    async def _stored_words(self, response_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], tuple[UUID, str]]:
        stored = {}
        for some in chunks(response_ids):
            found = await self.session.execute(
                select(PainPoint.response_id, PainPoint.question_id, PainPoint.id, PainPoint.text).where(
                    col(PainPoint.response_id).in_(some)
                )
            )
            stored.update(
                {(response, question): (point, text) for response, question, point, text in found.all()}
            )
        return stored

    async def _new_words(
        self,
        written: Sequence[tuple[UUID, Submission]],
        stored: dict[tuple[UUID, UUID], tuple[UUID, str]],
    ) -> list[NewWords]:
        """Return the words to read; pain points whose words changed or went are deleted."""
        new = []
        for response_id, submission in written:
            for question, text in self._painful_answers(submission):
                place = (response_id, question.id)
                if place in stored and stored[place][1] == text:
                    del stored[place]
                else:
                    new.append(NewWords(self._point(response_id, question, text, submission), submission))
        await delete_ids(self.session, _POINTS, [point_id for point_id, _ in stored.values()])
        return new

    def _point(
        self, response_id: UUID, question: Question, text: str, submission: Submission
    ) -> dict[str, Any]:
        return new_values(
            studio_id=self.survey.studio_id,
            cohort_id=self.survey.cohort_id,
            response_id=response_id,
            question_id=question.id,
            trainee_id=submission.trainee_id,
            wave=self.survey.wave,
            position=question.position,
            text=text,
            measures=question.measures,
        )


class Asked(Protocol):
    """A question, stored or of a sheet."""

    @property
    def kind(self) -> QuestionKind:
        """How it is answered."""

    @property
    def measures(self) -> Measure:
        """What its answer tells."""


def is_painful(question: Asked) -> bool:
    """Tell whether the words of a question's answers are pain points."""
    # The words beside "other" in a multiple choice of difficulties are pain points too.
    return question.measures in PAINFUL and question.kind in (QuestionKind.TEXT, QuestionKind.MULTI)


def _when(response: _Known) -> tuple[datetime, datetime]:
    return (response.submitted_at or response.created_at, response.created_at)
