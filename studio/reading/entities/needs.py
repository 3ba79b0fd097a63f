"""Pain points with their topics and cases, and trainees' needs."""

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.dialect import word as word_constant
from studio.reading.entities.conditions import about
from studio.reading.fields import (
    Alias,
    Column,
    Condition,
    Element,
    Elements,
    Entity,
    Filter,
    FilterKind,
    Hop,
    Principal,
    Sort,
    ToMany,
    Value,
    flag,
    integer,
    member,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import of_parent, of_trainee, of_written_response, tables

PAIN_POINT, TAG = tables["pain_point"], tables["pain_point_topic"]
TO_PAIN_POINT = Hop("pain_point", PAIN_POINT, lambda tag, point: point.c.id == tag.c.pain_point_id)


def _about(row: Alias, codes: Value) -> Condition:
    return row.c.id.in_(about(TAG.alias(), "pain_point_id", codes))


def _in_current(point: Alias, wanted: Value) -> Condition:
    response = tables["survey_response"].alias()
    current = (
        sa.select(response.c.id).where(response.c.id == point.c.response_id, response.c.current).exists()
    )
    return current if wanted else sa.not_(current)


def _voices(row: Alias) -> Value:
    """Return how many handed in this text: whoever was first, and those whose text is a copy of it."""
    alike = PAIN_POINT.alias()
    first = sa.func.coalesce(row.c.copy_of_id, row.c.id)
    people = sa.func.count(sa.distinct(sa.func.coalesce(alike.c.trainee_id, alike.c.response_id)))
    return (
        sa.select(people)
        .where(sa.or_(alike.c.id == first, alike.c.copy_of_id == first))
        .correlate_except(alike)
        .scalar_subquery()
    )


def _offset(element: Alias, key: str) -> Value:
    return sa.cast(element.c.value.op("->>")(sa.literal_column(f"'{key}'")), sa.Integer)


def _span(element: Alias, point: Alias) -> Value:
    start, end = _offset(element, "start"), _offset(element, "end")
    words = sa.func.substr(point.c.text, start + 1, end - start)
    # A length below zero is an error on PostgreSQL.
    return sa.case((end > start, words), else_=word_constant(""))


def _of_written_point(row: Alias, who: Principal) -> Condition:
    point = PAIN_POINT.alias()
    return row.c.pain_point_id.in_(sa.select(point.c.id).where(of_written_response(point, who)))


NEEDS = (
    Entity(
        "PainPoint",
        PAIN_POINT,
        {
            "version": integer("version"),
            "text": text("text"),
            "severity": number("severity"),
            "urgency": number("urgency"),
            "wave": integer("wave"),
            "measures": word("measures"),
            "abstained": flag("abstained"),
            "resolved": flag("resolved"),
            "junk": flag("junk"),
            "copyOf": one("PainPoint", "copy_of_id"),
            "voices": Column(_voices, Kind.INT),
            "trainee": one("Trainee", "trainee_id"),
            "cohort": one("Cohort", "cohort_id"),
            "question": one("Question", "question_id"),
            "topics": ToMany(
                "TopicTag", of("pain_point_id"), lambda row, _link: [row.c.confidence.desc(), row.c.id]
            ),
            "cases": ToMany(
                "SimilarCase", of("pain_point_id"), lambda row, _link: [row.c.position, row.c.id]
            ),
        },
        own=of_trainee("trainee_id"),
        written=of_written_response,
        orders={
            "SAID": (
                Sort(lambda row: row.c.wave, Kind.INT),
                Sort(lambda row: row.c.created_at, Kind.INSTANT),
                Sort(lambda row: row.c.position, Kind.INT),
            )
        },
        filters={
            "cohortId": Filter("Cohort", lambda row, value: row.c.cohort_id == value),
            "topicCodes": Filter(FilterKind.TEXTS, _about),
            "abstained": Filter(
                FilterKind.FLAG, lambda row, wanted: row.c.abstained if wanted else sa.not_(row.c.abstained)
            ),
            "wave": Filter(FilterKind.INT, lambda row, value: row.c.wave == value),
            "current": Filter(FilterKind.FLAG, _in_current),
        },
    ),
    Entity(
        "TopicTag",
        TAG,
        {
            "topic": one("Topic", "topic_id"),
            "confidence": number("confidence"),
            "status": word("status"),
            "evidence": Elements(
                "TextSpan",
                lambda row: row.c.evidence,
                {
                    "start": Element(member("start"), Kind.JSON),
                    "end": Element(member("end"), Kind.JSON),
                    "text": Element(_span, Kind.TEXT),
                },
                hops=(TO_PAIN_POINT,),
            ),
        },
        own=of_parent("pain_point_id", PAIN_POINT, of_trainee("trainee_id")),
        written=_of_written_point,
    ),
    Entity(
        "SimilarCase",
        tables["similar_case"],
        {"content": one("Content", "content_id"), "score": number("score")},
        own=of_parent("pain_point_id", PAIN_POINT, of_trainee("trainee_id")),
        written=_of_written_point,
    ),
    Entity(
        "TraineeNeed",
        tables["trainee_need"],
        {
            "topic": one("Topic", "topic_id"),
            "severity": number("severity"),
            "urgency": number("urgency"),
            "need": number("need"),
            "painPoint": one("PainPoint", "pain_point_id"),
        },
        own=of_trainee("trainee_id"),
    ),
)
