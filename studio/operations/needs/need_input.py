"""What needs are computed from: the current responses of a cohort, their ratings, ticks, orders and pain points."""

from collections.abc import Sequence
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.needs import AskedRow, NeedTable, PointRow, ResponseRow
from studio.store.enums import Measure
from studio.store.needs import PainPoint, PainPointTopic
from studio.store.rows import CHUNK, json_rows
from studio.store.surveys import Answer, Question, Survey, SurveyResponse
from studio.store.topics import Topic

# Questions that speak of topics without words of one's own.
ASKED = (Measure.SEVERITY, Measure.URGENCY, Measure.DIFFICULTY, Measure.URGENCY_ORDER)


async def need_input(
    session: AsyncSession, cohort_id: UUID, topics: Sequence[Topic], trainee_id: UUID | None = None
) -> NeedTable:
    """Return all that a cohort said, or that one trainee of it said, as the arrays of the engine."""
    whose: tuple[sa.ColumnElement[bool], ...] = (col(SurveyResponse.current).is_(True),)
    if trainee_id is not None:
        whose = (*whose, col(SurveyResponse.trainee_id) == trainee_id)
    surveys = await session.execute(
        select(Survey.id).where(Survey.cohort_id == cohort_id).order_by(col(Survey.wave))
    )
    given = [getattr(SurveyResponse, name) for name in ResponseRow._fields[:-1]]
    responses = await session.execute(
        sa.select(*given, col(Survey.wave))
        .join(Survey, col(Survey.id) == SurveyResponse.survey_id)
        .where(col(Survey.cohort_id) == cohort_id, *whose)
        .order_by(col(Survey.wave), col(SurveyResponse.respondent_key))
    )
    rows = [ResponseRow._make(row) for row in responses.all()]
    said = NeedTable(topics, rows)
    for survey_id in surveys.scalars():
        await _add_answers(session, survey_id, whose, said)
    await _add_points(session, cohort_id, whose, said)
    return said


async def _add_answers(
    session: AsyncSession, survey_id: UUID, whose: Sequence[sa.ColumnElement[bool]], said: NeedTable
) -> None:
    """Add the answers of a survey that speak of topics, one row of JSON per response: a tenth of the work."""
    questions = await session.execute(
        select(Question.id, Question.position, Question.measures, Question.topic_id).where(
            Question.survey_id == survey_id, col(Question.measures).in_(ASKED)
        )
    )
    asked = {
        question_id: (place, measures, topic_id) for question_id, place, measures, topic_id in questions.all()
    }
    if not asked:
        return
    answers = await session.stream(
        sa.select(
            col(Answer.response_id), json_rows(session, Question.position, Answer.number, Answer.options)
        )
        .join(SurveyResponse, col(SurveyResponse.id) == Answer.response_id)
        .join(Question, col(Question.id) == Answer.question_id)
        .where(
            col(SurveyResponse.survey_id) == survey_id,
            *whose,
            col(Answer.question_id).in_(asked),
        )
        .group_by(col(Answer.response_id))
    )
    by_position = {place: (measures, topic_id) for place, measures, topic_id in asked.values()}
    async for some in answers.partitions(CHUNK):
        said.add_answers(
            (AskedRow(response_id, *answer) for response_id, text in some for answer in orjson.loads(text)),
            by_position,
        )


async def _add_points(
    session: AsyncSession, cohort_id: UUID, whose: Sequence[sa.ColumnElement[bool]], said: NeedTable
) -> None:
    counting = (
        col(PainPoint.cohort_id) == cohort_id,
        *whose,
        sa.not_(col(PainPoint.junk)),
        sa.not_(col(PainPoint.resolved)),
    )
    points = await session.stream(
        sa.select(*(getattr(PainPoint, name) for name in PointRow._fields))
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(*counting)
        .order_by(col(PainPoint.wave), col(PainPoint.position), col(PainPoint.text), col(PainPoint.id))
    )
    async for some in points.partitions(CHUNK):
        said.add_points([PointRow(*row) for row in some])
    tags = await session.stream(
        sa.select(
            col(PainPointTopic.pain_point_id), col(PainPointTopic.topic_id), col(PainPointTopic.confidence)
        )
        .join(PainPoint, col(PainPoint.id) == PainPointTopic.pain_point_id)
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(*counting)
    )
    async for found in tags.partitions(CHUNK):
        said.add_tags((point_id, topic_id, sure) for point_id, topic_id, sure in found)
