"""Needs: reading pain points' topics, and each trainee's and the cohort's profile that follows."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import AnswerReading, need_profile, rank_topics
from studio.arrays.needs import NeedArrays, RatingRow, ResponseRow, need_arrays
from studio.operations.courses import store_course_plan
from studio.operations.responses import Submission
from studio.operations.topics import TopicTree, read_answers, topic_tree
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import Measure
from studio.store.needs import CohortNeed, PainPoint, PainPointTopic, TraineeNeed
from studio.store.people import Trainee
from studio.store.rows import changed, chunks, insert_rows
from studio.store.surveys import Answer, Question, Survey, SurveyResponse

# The highest grade: what somebody calls the thorniest, without having rated it.
TOP_GRADE = 5.0
# Smaller needs are noise of the shrinkage and are not stored.
LEAST_NEED = 0.01
DECIMALS = 6


async def write_pain_points(
    session: AsyncSession,
    tree: TopicTree,
    questions: Sequence[Question],
    to_read: Sequence[tuple[PainPoint, Submission]],
) -> None:
    """Read the topics of new pain points and store both."""
    by_id = {question.id: question for question in questions}
    readings = await read_answers(tree, [point.text for point, _ in to_read])
    tags: list[PainPointTopic] = []
    for (point, submission), reading in zip(to_read, readings, strict=True):
        point.junk = reading.junk
        point.resolved = reading.resolved
        point.abstained = reading.abstained and not reading.junk
        found = list(_tags(tree, point, reading))
        _grade(point, submission, by_id, tree.topics[reading.codes[0]].id if reading.codes else None)
        tags.extend(found)
    await insert_rows(session, [*(point for point, _ in to_read), *tags])


def _tags(tree: TopicTree, point: PainPoint, reading: AnswerReading) -> Sequence[PainPointTopic]:
    """Return one tag per topic of the answer, a leaf implying its parent; spans of several points together."""
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
    return [
        PainPointTopic(
            studio_id=point.studio_id,
            pain_point_id=point.id,
            topic_id=tree.topics[code].id,
            confidence=round(min(sure, 1.0), DECIMALS),
            evidence=[{"start": start, "end": end} for start, end in sorted(set(spans[code]))],
        )
        for code, sure in confidence.items()
    ]


def _grade(
    point: PainPoint, submission: Submission, questions: Mapping[UUID, Question], topic_id: UUID | None
) -> None:
    """Give the point the trainee's own ratings of its topic; the thorniest and most urgent are 5 unrated."""
    ratings = {
        questions[question_id].measures: answer.number
        for question_id, answer in submission.answers.items()
        if topic_id is not None and questions[question_id].topic_id == topic_id and answer.number is not None
    }
    point.severity = ratings.get(Measure.SEVERITY)
    point.urgency = ratings.get(Measure.URGENCY)
    if point.measures is Measure.THORNIEST and point.severity is None:
        point.severity = TOP_GRADE
    if point.measures is Measure.MOST_URGENT and point.urgency is None:
        point.urgency = TOP_GRADE


async def compute_needs(session: AsyncSession, actor: Actor, cohort_id: UUID) -> None:
    """Bring the needs of a cohort up to date on request."""
    require(actor, "refresh_needs")
    await refresh_needs(session, cohort_id)


async def refresh_needs(session: AsyncSession, cohort_id: UUID) -> None:
    """Compute the needs of a cohort from everything that is current, and store what differs."""
    cohort = await session.get_one(Cohort, cohort_id)
    tree = await topic_tree(session, cohort.studio_id)
    arrays = await _load(session, cohort, tree)
    profile = need_profile(
        arrays.point_topics,
        arrays.point_respondent,
        len(arrays.respondents),
        point_severity=arrays.point_severity,
        point_urgency=arrays.point_urgency,
        point_age_days=arrays.point_age_days,
        ticks=arrays.ticks,
        ranks=arrays.ranks,
        severity_ratings=arrays.severity_ratings,
        urgency_ratings=arrays.urgency_ratings,
        rating_age_days=arrays.respondent_age_days,
    )
    wanted: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for row, respondent in enumerate(arrays.respondents):
        if respondent.trainee_id is None:
            continue
        for column, topic in enumerate(tree.top):
            need = float(profile.need[row, column])
            if need < LEAST_NEED:
                continue
            point = int(profile.evidence[row, column])
            wanted[respondent.trainee_id, topic.id] = {
                "severity": round(float(profile.severity[row, column]), DECIMALS),
                "urgency": round(float(profile.urgency[row, column]), DECIMALS),
                "need": round(need, DECIMALS),
                "pain_point_id": arrays.point_ids[point] if point >= 0 else None,
            }
    await _store_trainee_needs(session, cohort, wanted)
    await _store_cohort_needs(session, cohort, tree, arrays, profile.need)
    owners = [respondent.trainee_id for respondent in arrays.respondents]
    await store_course_plan(session, cohort, tree.top, profile.need, owners)


async def _load(session: AsyncSession, cohort: Cohort, tree: TopicTree) -> NeedArrays:
    current = (
        select(SurveyResponse.id)
        .join(Survey, col(Survey.id) == SurveyResponse.survey_id)
        .where(Survey.cohort_id == cohort.id, SurveyResponse.current)
    )
    responses = await session.execute(
        select(
            SurveyResponse.id,
            SurveyResponse.trainee_id,
            SurveyResponse.submitted_at,
            SurveyResponse.created_at,
        )
        .join(Survey, col(Survey.id) == SurveyResponse.survey_id)
        .where(Survey.cohort_id == cohort.id, SurveyResponse.current)
        .order_by(col(Survey.wave), col(SurveyResponse.respondent_key))
    )
    ratings = await session.execute(
        sa.select(
            col(Answer.response_id),
            col(Question.measures),
            col(Question.topic_id),
            col(Answer.number),
            col(Answer.options),
        )
        .join(Question, col(Question.id) == Answer.question_id)
        .where(
            col(Answer.response_id).in_(current),
            col(Question.measures).in_(
                [Measure.SEVERITY, Measure.URGENCY, Measure.DIFFICULTY, Measure.URGENCY_ORDER]
            ),
        )
    )
    points = await session.execute(
        select(PainPoint)
        .where(
            col(PainPoint.response_id).in_(current),
            sa.not_(col(PainPoint.junk)),
            sa.not_(col(PainPoint.resolved)),
        )
        .order_by(col(PainPoint.wave), col(PainPoint.position), col(PainPoint.text), col(PainPoint.id))
    )
    tags = await session.execute(
        select(PainPointTopic.pain_point_id, PainPointTopic.topic_id, PainPointTopic.confidence)
        .join(PainPoint, col(PainPoint.id) == PainPointTopic.pain_point_id)
        .where(PainPoint.cohort_id == cohort.id)
    )
    return need_arrays(
        topics=list(tree.topics.values()),
        responses=[ResponseRow(*row) for row in responses.all()],
        ratings=[RatingRow(*row) for row in ratings.all()],
        points=list(points.scalars()),
        tags=[(point_id, topic_id, sure) for point_id, topic_id, sure in tags.all()],
        moment=now(),
    )


async def _store_trainee_needs(
    session: AsyncSession, cohort: Cohort, wanted: Mapping[tuple[UUID, UUID], dict[str, Any]]
) -> None:
    found = await session.execute(
        select(TraineeNeed)
        .join(Trainee, col(Trainee.id) == TraineeNeed.trainee_id)
        .where(Trainee.cohort_id == cohort.id)
    )
    existing = {(need.trainee_id, need.topic_id): need for need in found.scalars()}
    for key in existing.keys() & wanted.keys():
        changed(existing[key], **wanted[key])
    await session.flush()
    for some in chunks([existing[key].id for key in existing.keys() - wanted.keys()]):
        await session.execute(sa.delete(TraineeNeed).where(col(TraineeNeed.id).in_(some)))
    await insert_rows(
        session,
        [
            TraineeNeed(studio_id=cohort.studio_id, trainee_id=trainee_id, topic_id=topic_id, **values)
            for (trainee_id, topic_id), values in wanted.items()
            if (trainee_id, topic_id) not in existing
        ],
    )


async def _store_cohort_needs(
    session: AsyncSession, cohort: Cohort, tree: TopicTree, arrays: NeedArrays, need: Any
) -> None:
    found = await session.execute(select(CohortNeed).where(CohortNeed.cohort_id == cohort.id))
    existing = {row.topic_id: row for row in found.scalars()}
    if not len(arrays.respondents):
        for row in existing.values():
            await session.delete(row)
        return
    ranking = rank_topics(need)
    new = []
    for place, column in enumerate(ranking.order.tolist(), start=1):
        topic = tree.top[column]
        values: dict[str, Any] = {
            "rank": place,
            "mean": round(float(ranking.mean[column]), DECIMALS),
            "low": round(float(ranking.low[column]), DECIMALS),
            "high": round(float(ranking.high[column]), DECIMALS),
            "borda": round(float(ranking.borda[column]), DECIMALS),
            "respondents": int(arrays.named_by[column]),
        }
        if topic.id in existing:
            changed(existing[topic.id], **values)
        else:
            new.append(
                CohortNeed(studio_id=cohort.studio_id, cohort_id=cohort.id, topic_id=topic.id, **values)
            )
    await session.flush()
    await insert_rows(session, new)
