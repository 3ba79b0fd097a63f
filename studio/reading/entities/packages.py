"""Mentoring packages, course plans and jobs."""

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.fields import (
    Alias,
    Column,
    Entity,
    Link,
    ToMany,
    Value,
    by,
    flag,
    integer,
    of,
    one,
    text,
    word,
)
from studio.reading.own import OWN_PAIRINGS, PAIRING, of_parent, tables

PACKAGE, ITEM = tables["mentoring_package"], tables["package_item"]
PACKAGE_POLICY = of_parent("pairing_id", PAIRING, OWN_PAIRINGS)


def _minutes(row: Alias) -> Value:
    item = ITEM.alias()
    total = sa.select(sa.func.coalesce(sa.func.sum(item.c.minutes), 0)).where(item.c.package_id == row.c.id)
    return total.correlate_except(item).scalar_subquery()


def _figure(name: str) -> Column:
    return Column(lambda row: row.c.figures.op("->")(sa.literal_column(f"'{name}'")), Kind.JSON)


PACKAGES = (
    Entity(
        "MentoringPackage",
        PACKAGE,
        {
            "trainee": one("Trainee", "trainee_id"),
            "pairing": one("Pairing", "pairing_id"),
            "number": integer("number"),
            "items": ToMany("PackageItem", of("package_id"), by("position")),
            "totalMinutes": Column(_minutes, Kind.INT),
        },
        own=PACKAGE_POLICY,
    ),
    Entity(
        "PackageItem",
        ITEM,
        {
            "position": integer("position"),
            "day": integer("day"),
            "slot": word("slot"),
            "step": word("step"),
            "topic": one("Topic", "topic_id"),
            "content": one("Content", "content_id"),
            "painPoint": one("PainPoint", "pain_point_id"),
            "minutes": integer("minutes"),
        },
        own=of_parent("package_id", PACKAGE, PACKAGE_POLICY),
    ),
    Entity(
        "CoursePlanItem",
        tables["course_plan_item"],
        {
            "position": integer("position"),
            "event": word("event"),
            "topic": one("Topic", "topic_id"),
            "county": text("county"),
            **{name: _figure(name) for name in ("demand", "supply", "gap", "coverage", "need")},
            "speakers": ToMany(
                "Mentor",
                lambda link, mentor: mentor.c.id == link.c.mentor_id,
                lambda mentor, link: [link.c.position, mentor.c.id],
                Link(tables["course_plan_speaker"], of("item_id")),
            ),
            "contents": ToMany(
                "Content",
                lambda link, content: content.c.id == link.c.content_id,
                lambda content, link: [link.c.position, content.c.id],
                Link(tables["course_plan_content"], of("item_id")),
            ),
        },
    ),
    Entity(
        "Job",
        tables["job"],
        {
            "kind": word("kind"),
            "state": word("state"),
            "done": integer("done"),
            "total": integer("total"),
            "failure": text("failure"),
            "cancelRequested": flag("cancel_requested"),
        },
    ),
)
