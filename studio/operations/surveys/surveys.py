"""Taking a single response to a survey."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import Forbidden, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.contents.recommendations import refresh_recommendations
from studio.operations.idempotency import once, remember
from studio.operations.needs.needs import refresh_trainee_needs
from studio.operations.own import own
from studio.operations.surveys.pain_points import write_pain_points
from studio.operations.surveys.responses import GivenAnswer, Recorder, Submission, response_key
from studio.operations.topics.topics import topic_tree
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.enums import QuestionKind, Role
from studio.store.locks import lock_cohort
from studio.store.needs import PainPoint
from studio.store.people import Trainee
from studio.store.recommendations import Recommendation
from studio.store.surveys import Question, Survey


@dataclass(frozen=True)
class AnswerInput:
    """An answer that a client gives to one question."""

    question_id: UUID
    text: str | None = None
    number: float | None = None
    options: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SubmittedResponse:
    """Rows that came of a response: the payload reads them in the same transaction."""

    response_id: UUID
    pain_point_ids: Sequence[UUID]
    recommendation_ids: Sequence[UUID]


async def submit_survey_response(
    session: AsyncSession,
    actor: Actor,
    survey_id: UUID,
    trainee_id: UUID,
    answers: Sequence[AnswerInput],
    *,
    idempotency_key: str | None = None,
) -> SubmittedResponse:
    """Take one trainee's answers, read their topics and recommend contents, all in one transaction.

    The needs of the whole cohort follow in a job. A second response in the same wave counts instead of the first;
    both are kept.
    """
    require(actor, "submit_survey_response")
    given = {
        "survey_id": survey_id.hex,
        "trainee_id": trainee_id.hex,
        "answers": [asdict(answer) for answer in answers],
    }
    done = await once(session, actor, idempotency_key, "submit_survey_response", given)
    if done is not None:
        return await _submitted(session, done, trainee_id)
    survey = await own(session, actor, Survey, survey_id, "surveyId")
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    if trainee.cohort_id != survey.cohort_id:
        raise NotFound("Trainee", field="traineeId")
    if actor.role is Role.TRAINEE and trainee.person_id != actor.person_id:
        raise Forbidden("submit_survey_response")
    await lock_cohort(session, survey.cohort_id)
    found = await session.execute(select(Question).where(Question.survey_id == survey.id))
    questions = {question.id: question for question in found.scalars()}
    moment = now()
    submission = Submission(
        key=response_key(trainee.id, moment),
        trainee_id=trainee.id,
        answers=_checked(questions, answers),
        submitted_at=moment,
    )
    recorder = await Recorder.open(session, survey, list(questions.values()), trainee.id)
    words = await recorder.take([submission])
    await recorder.finish()
    await write_pain_points(
        session, await topic_tree(session, actor.studio_id), list(questions.values()), words
    )
    await refresh_trainee_needs(session, survey.cohort_id, trainee.id)
    await refresh_recommendations(session, survey.cohort_id, [trainee.id])
    response_id = recorder.response_id(submission)
    await remember(session, actor, idempotency_key, "submit_survey_response", given, response_id)
    await audit(session, actor, "submit_survey_response", "SurveyResponse", response_id)
    return await _submitted(session, response_id, trainee.id)


async def _submitted(session: AsyncSession, response_id: UUID, trainee_id: UUID) -> SubmittedResponse:
    """Find what came of a response: its pain points, and what is now recommended to its trainee."""
    points = await session.execute(
        select(PainPoint.id).where(PainPoint.response_id == response_id).order_by(col(PainPoint.position))
    )
    recommendations = await session.execute(
        select(Recommendation.id)
        .where(Recommendation.trainee_id == trainee_id)
        .order_by(col(Recommendation.rank))
    )
    return SubmittedResponse(response_id, list(points.scalars()), list(recommendations.scalars()))


def _checked(questions: Mapping[UUID, Question], answers: Sequence[AnswerInput]) -> dict[UUID, GivenAnswer]:
    """Check answers against their questions: known, once each, within the scale, among the options."""
    checked: dict[UUID, GivenAnswer] = {}
    for position, answer in enumerate(answers):
        where = f"answers.{position}"
        question = questions.get(answer.question_id)
        if question is None:
            raise NotFound("Question", field=f"{where}.questionId")
        if answer.question_id in checked:
            raise StudioError("ANSWERED_TWICE", field=f"{where}.questionId")
        if answer.number is not None and not 1 <= answer.number <= 5:
            raise StudioError("OUT_OF_SCALE_ANSWER", field=f"{where}.number", number=answer.number)
        unknown = [option for option in answer.options or () if option not in question.options]
        if unknown:
            raise StudioError("UNKNOWN_OPTION_ANSWER", field=f"{where}.options", options=list(unknown))
        _check_kind(question, answer, where)
        # PostgreSQL cannot store a NUL character.
        text = answer.text.replace("\0", "") if answer.text else None
        checked[answer.question_id] = GivenAnswer(text, answer.number, answer.options or None)
    if all(answer.empty for answer in checked.values()):
        raise StudioError("EMPTY_RESPONSE", field="answers")
    return checked


def _check_kind(question: Question, answer: AnswerInput, where: str) -> None:
    """Refuse an answer of another kind than its question asks for, blank words and an option chosen twice."""
    if answer.text is not None and not answer.text.strip(" \t\r\n\0\u3000"):
        raise StudioError("ANSWER_BLANK", field=f"{where}.text")
    options = answer.options or ()
    twice = sorted({option for option in options if options.count(option) > 1})
    if twice:
        raise StudioError("OPTION_TWICE", field=f"{where}.options", options=twice)
    if question.kind is QuestionKind.TEXT:
        other = "number" if answer.number is not None else "options" if options else None
        if other:
            raise StudioError("TEXT_WANTED", field=f"{where}.{other}")
    elif question.kind is QuestionKind.SCALE:
        if options or (answer.text and answer.number is None):
            raise StudioError("NUMBER_WANTED", field=f"{where}.{'options' if options else 'number'}")
    elif answer.number is not None:
        raise StudioError("OPTIONS_WANTED", field=f"{where}.number", options=list(question.options))
    elif question.kind is QuestionKind.SINGLE and len(options) > 1:
        raise StudioError("ONE_OPTION_WANTED", field=f"{where}.options")
