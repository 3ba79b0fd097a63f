"""Needs: reading pain points' topics, and each trainee's and the cohort's profile that follows."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import AnswerReading, NeedProfile, need_profile, rank_topics
from studio.arrays.needs import AskedRow, NeedTable, PointRow, ResponseRow
from studio.operations.courses import store_course_plan
from studio.operations.heat import needs_by_group, store_heat
from studio.operations.own import own
from studio.operations.responses import NewWords
from studio.operations.topics import TopicTree, read_answers, topic_tree
from studio.operations.trends import store_trends
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.enums import Measure, TagStatus
from studio.store.locks import lock_cohort
from studio.store.needs import PainPoint, PainPointTopic, TraineeNeed
from studio.store.people import Trainee
from studio.store.rows import (
    CHUNK,
    chunks,
    insert_values,
    json_rows,
    new_values,
    replace_rows,
    replace_values,
)
from studio.store.surveys import Answer, Question, Survey, SurveyResponse
from studio.store.tables import metadata

# The highest grade: what somebody calls the thorniest, without having rated it.
TOP_GRADE = 5.0
# Smaller needs are noise of the shrinkage and are not stored.
LEAST_NEED = 0.01
DECIMALS = 6
# Questions that speak of topics without words of one's own.
ASKED = (Measure.SEVERITY, Measure.URGENCY, Measure.DIFFICULTY, Measure.URGENCY_ORDER)
_POINTS = metadata.tables["pain_point"]
_TAGS = metadata.tables["pain_point_topic"]
_NEEDS = metadata.tables["trainee_need"]
_NEED_COLUMNS = ("id", "trainee_id", "topic_id", "severity", "urgency", "need", "pain_point_id")


async def write_pain_points(
    session: AsyncSession,
    tree: TopicTree,
    questions: Sequence[Question],
    words: Sequence[NewWords],
    known: Mapping[str, AnswerReading] = MappingProxyType({}),
) -> None:
    """Store new pain points with their topics; those that are not among the readings `known` are read."""
    by_id = {question.id: question for question in questions}
    texts = [new.values["text"] for new in words]
    unread = [text for text in texts if text not in known]
    fresh = dict(zip(unread, await read_answers(tree, unread), strict=True))
    readings = [known.get(text) or fresh[text] for text in texts]
    for new, reading in zip(words, readings, strict=True):
        severity, urgency = _grades(new, by_id, tree.topics[reading.codes[0]].id if reading.codes else None)
        new.values.update(
            severity=severity,
            urgency=urgency,
            junk=reading.junk,
            resolved=reading.resolved,
            abstained=reading.abstained and not reading.junk,
        )
    await insert_values(session, _POINTS, (new.values for new in words))
    pairs = zip(words, readings, strict=True)
    await insert_values(
        session, _TAGS, (tag for new, reading in pairs for tag in _tags(tree, new.values, reading))
    )


def _tags(tree: TopicTree, point: Mapping[str, Any], reading: AnswerReading) -> Iterator[dict[str, Any]]:
    """Give one tag per topic of the answer, a leaf implying its parent; spans of several points together."""
    confidence: dict[str, float] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for said in reading.points:
        if said.resolved:
            continue
        for topic in said.topics:
            for code, sure in ((topic.code, topic.confidence), (topic.leaf, topic.leaf_confidence)):
                if code is not None:
                    confidence[code] = max(confidence.get(code, 0.0), sure)
                    spans.setdefault(code, []).append((topic.start, topic.end))
    for code, sure in confidence.items():
        yield new_values(
            studio_id=point["studio_id"],
            pain_point_id=point["id"],
            topic_id=tree.topics[code].id,
            confidence=round(min(sure, 1.0), DECIMALS),
            evidence=[{"start": start, "end": end} for start, end in sorted(set(spans[code]))],
            status=TagStatus.PREDICTED,
        )


def _grades(
    new: NewWords, questions: Mapping[UUID, Question], topic_id: UUID | None
) -> tuple[float | None, float | None]:
    """Return severity and urgency: the trainee's own ratings of the topic; the thorniest, unrated, is a 5."""
    ratings = {
        questions[question_id].measures: answer.number
        for question_id, answer in new.submission.answers.items()
        if topic_id is not None and questions[question_id].topic_id == topic_id and answer.number is not None
    }
    severity, urgency = ratings.get(Measure.SEVERITY), ratings.get(Measure.URGENCY)
    if new.values["measures"] is Measure.THORNIEST and severity is None:
        severity = TOP_GRADE
    if new.values["measures"] is Measure.MOST_URGENT and urgency is None:
        urgency = TOP_GRADE
    return severity, urgency


async def compute_needs(session: AsyncSession, actor: Actor, cohort_id: UUID) -> None:
    """Bring the needs of a cohort up to date on request."""
    require(actor, "refresh_needs")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await refresh_needs(session, cohort.id)


async def refresh_needs(session: AsyncSession, cohort_id: UUID) -> None:
    """Compute the needs of a cohort from everything that is current, and store what differs."""
    await lock_cohort(session, cohort_id)
    cohort = await session.get_one(Cohort, cohort_id)
    tree = await topic_tree(session, cohort.studio_id)
    said = await _load(session, cohort, tree)
    profile = need_profile(
        said.point_topics,
        said.point_respondent,
        len(said.owners),
        point_severity=said.point_severity,
        point_urgency=said.point_urgency,
        point_age_days=said.point_age_days,
        ticks=said.ticks,
        ranks=said.ranks,
        severity_ratings=said.severity_ratings,
        urgency_ratings=said.urgency_ratings,
        rating_age_days=said.respondent_age_days,
    )
    await _store_trainee_needs(session, cohort, tree, said, profile)
    await _store_cohort_needs(session, cohort, tree, said, profile)
    by_role, by_county = await needs_by_group(session, cohort, said, profile)
    await store_heat(session, cohort, tree.top, by_role, by_county)
    await store_trends(session, cohort, tree.top, said)
    await store_course_plan(session, cohort, tree.top, profile.need, by_county)


async def _load(session: AsyncSession, cohort: Cohort, tree: TopicTree) -> NeedTable:
    surveys = await session.execute(
        select(Survey.id).where(Survey.cohort_id == cohort.id).order_by(col(Survey.wave))
    )
    given = [getattr(SurveyResponse, name) for name in ResponseRow._fields[:-1]]
    responses = await session.execute(
        sa.select(*given, col(Survey.wave))
        .join(Survey, col(Survey.id) == SurveyResponse.survey_id)
        .where(col(Survey.cohort_id) == cohort.id, col(SurveyResponse.current).is_(True))
        .order_by(col(Survey.wave), col(SurveyResponse.respondent_key))
    )
    rows = [ResponseRow._make(row) for row in responses.all()]
    said = NeedTable(list(tree.topics.values()), rows)
    for survey_id in surveys.scalars():
        await _add_answers(session, survey_id, said)
    await _add_points(session, cohort, said)
    return said


async def _add_answers(session: AsyncSession, survey_id: UUID, said: NeedTable) -> None:
    """Add all answers of a survey that speak of topics, one row of JSON per response: a tenth of the work."""
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
            col(SurveyResponse.current).is_(True),
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


async def _add_points(session: AsyncSession, cohort: Cohort, said: NeedTable) -> None:
    counting: tuple[sa.ColumnElement[bool], ...] = (
        col(PainPoint.cohort_id) == cohort.id,
        col(SurveyResponse.current).is_(True),
        sa.not_(col(PainPoint.junk)),
        sa.not_(col(PainPoint.resolved)),
    )
    points = await session.execute(
        sa.select(*(getattr(PainPoint, name) for name in PointRow._fields))
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(*counting)
        .order_by(col(PainPoint.wave), col(PainPoint.position), col(PainPoint.text), col(PainPoint.id))
    )
    tags = await session.execute(
        select(PainPointTopic.pain_point_id, PainPointTopic.topic_id, PainPointTopic.confidence)
        .join(PainPoint, col(PainPoint.id) == PainPointTopic.pain_point_id)
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .where(*counting)
    )
    said.add_points(
        [PointRow(*row) for row in points.all()],
        ((point_id, topic_id, sure) for point_id, topic_id, sure in tags.all()),
    )


async def _store_trainee_needs(
    session: AsyncSession, cohort: Cohort, tree: TopicTree, said: NeedTable, profile: NeedProfile
) -> None:
    """Store the needs of the cohort's trainees, some trainees at a time."""
    rows = [(row, owner) for row, owner in enumerate(said.owners) if owner is not None]
    for some in chunks(rows):
        found = await session.execute(
            sa.select(*(_NEEDS.c[name] for name in _NEED_COLUMNS)).where(
                _NEEDS.c.trainee_id.in_([owner for _, owner in some])
            )
        )
        existing = {
            (values["trainee_id"], values["topic_id"]): values
            for values in (dict(zip(_NEED_COLUMNS, row, strict=True)) for row in found.all())
        }
        wanted = {
            (owner, topic.id): values
            for row, owner in some
            for column, topic in enumerate(tree.top)
            if (values := _need_values(said, profile, row, column))
        }
        shared = {
            key: {"studio_id": cohort.studio_id, "trainee_id": key[0], "topic_id": key[1]} for key in wanted
        }
        await replace_values(session, _NEEDS, existing, wanted, shared)
    await _forget_silent(session, cohort, {owner for _, owner in rows})


def _need_values(said: NeedTable, profile: NeedProfile, row: int, column: int) -> dict[str, Any] | None:
    need = float(profile.need[row, column])
    if need < LEAST_NEED:
        return None
    point = int(profile.evidence[row, column])
    return {
        "severity": round(float(profile.severity[row, column]), DECIMALS),
        "urgency": round(float(profile.urgency[row, column]), DECIMALS),
        "need": round(need, DECIMALS),
        "pain_point_id": said.point_ids[point] if point >= 0 else None,
    }


async def _forget_silent(session: AsyncSession, cohort: Cohort, owners: set[UUID]) -> None:
    """Delete the needs of trainees of whom no current response is left."""
    found = await session.execute(
        select(TraineeNeed.trainee_id)
        .join(Trainee, col(Trainee.id) == TraineeNeed.trainee_id)
        .where(Trainee.cohort_id == cohort.id)
        .distinct()
    )
    for some in chunks([trainee_id for trainee_id in found.scalars() if trainee_id not in owners]):
        await session.execute(sa.delete(TraineeNeed).where(col(TraineeNeed.trainee_id).in_(some)))


async def _store_cohort_needs(
    session: AsyncSession, cohort: Cohort, tree: TopicTree, said: NeedTable, profile: NeedProfile
) -> None:
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    if len(said.owners):
        ranking = rank_topics(profile.need)
        named_by = said.named.sum(axis=0)
        for place, column in enumerate(ranking.order.tolist(), start=1):
            wanted[(tree.top[column].id,)] = {
                "rank": place,
                "mean": round(float(ranking.mean[column]), DECIMALS),
                "low": round(float(ranking.low[column]), DECIMALS),
                "high": round(float(ranking.high[column]), DECIMALS),
                "borda": round(float(ranking.borda[column]), DECIMALS),
                "respondents": int(named_by[column]),
            }
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["cohort_need"], of, ("topic_id",), wanted)
