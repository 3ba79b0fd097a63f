"""Topics and the catalogue of contents."""

import sqlalchemy as sa

from studio.reading.dialect import Among, Kind
from studio.reading.dialect import word as constant
from studio.reading.entities.conditions import about, contains
from studio.reading.fields import (
    Alias,
    Condition,
    Connection,
    Entity,
    Filter,
    FilterKind,
    Link,
    Principal,
    Sort,
    Texts,
    ToMany,
    Value,
    by,
    day,
    document,
    integer,
    of,
    one,
    text,
    word,
)
from studio.reading.own import of_written_trainee, tables
from studio.store.enums import PhraseKind

CONTENT, CONTENT_TOPIC = tables["content"], tables["content_topic"]


def _about_topic(row: Alias, content: Alias) -> Condition:
    link, topic = CONTENT_TOPIC.alias(), tables["topic"].alias()
    ids = (
        sa.select(link.c.content_id)
        .join(topic, topic.c.id == link.c.topic_id)
        .where(sa.or_(topic.c.id == row.c.id, topic.c.parent_id == row.c.id))
        .correlate_except(link, topic)
    )
    return sa.and_(content.c.active, content.c.id.in_(ids))


def _about(row: Alias, codes: Value) -> Condition:
    return row.c.id.in_(about(CONTENT_TOPIC.alias(), "content_id", codes))


def _says(row: Alias, pattern: Value) -> Condition:
    return sa.or_(contains(row.c.title, pattern), contains(row.c.body, pattern))


def _is_synonym(row: Alias, phrase: Alias) -> Condition:
    return sa.and_(phrase.c.topic_id == row.c.id, phrase.c.kind == constant(PhraseKind.SYNONYM.value))


def _recommended_to_written_trainee(row: Alias, who: Principal) -> Condition:
    item = tables["recommendation"].alias()
    return row.c.id.in_(sa.select(item.c.content_id).where(of_written_trainee(item, who)))


TOPICS = (
    Entity(
        "Topic",
        tables["topic"],
        {
            "code": text("code"),
            "name": text("name"),
            "domain": text("domain"),
            "weakArea": text("weak_area"),
            "threePoint": word("three_point"),
            "parent": one("Topic", "parent_id"),
            "children": ToMany("Topic", of("parent_id"), by("position", "code")),
            "synonyms": Texts(
                tables["topic_phrase"],
                _is_synonym,
                lambda phrase: phrase.c.text,
                lambda phrase: [phrase.c.position, phrase.c.id],
            ),
            "contents": Connection("Content", _about_topic),
            "mentors": ToMany(
                "MentorTopic",
                of("topic_id"),
                lambda row, _link: [row.c.strength.desc(), row.c.id],
                typename="MentorStrengthOfTopic",
            ),
            "cohortNeeds": ToMany("CohortNeed", of("topic_id"), by("created_at")),
        },
        orders={
            "TREE": (
                Sort(lambda row: row.c.position, Kind.INT),
                Sort(lambda row: row.c.code, Kind.TEXT),
            )
        },
        filters={
            "top": Filter(
                FilterKind.FLAG,
                lambda row, wanted: row.c.parent_id.is_(None) if wanted else row.c.parent_id.is_not(None),
            )
        },
    ),
    Entity(
        "Content",
        CONTENT,
        {
            "code": text("code"),
            "kind": word("kind"),
            "title": text("title"),
            "body": text("body"),
            "level": word("level"),
            "minutes": integer("minutes"),
            "threePoint": word("three_point"),
            "origin": word("origin"),
            "source": text("source"),
            "startsOn": day("starts_on"),
            "endsOn": day("ends_on"),
            "topics": ToMany(
                "Topic",
                lambda link, topic: topic.c.id == link.c.topic_id,
                lambda topic, link: [link.c.position, topic.c.id],
                Link(CONTENT_TOPIC, of("content_id")),
            ),
            "prerequisites": ToMany(
                "Content",
                lambda link, content: content.c.id == link.c.requires_id,
                by("code"),
                Link(tables["content_prerequisite"], of("content_id")),
            ),
            "steps": document("steps"),
        },
        written=_recommended_to_written_trainee,
        orders={"CODE": (Sort(lambda row: row.c.code, Kind.TEXT),)},
        filters={
            "kinds": Filter(FilterKind.TEXTS, lambda row, values: Among(row.c.kind, values)),
            "topicCodes": Filter(FilterKind.TEXTS, _about),
            "search": Filter(FilterKind.SEARCH, _says),
        },
    ),
)
