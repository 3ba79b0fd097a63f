"""Mentoring packages, course plans and jobs."""

from collections.abc import Callable

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.dialect import word as constant
from studio.reading.fields import (
    Alias,
    Column,
    Condition,
    Entity,
    Filter,
    FilterKind,
    Labelled,
    Link,
    ToMany,
    Value,
    by,
    document,
    flag,
    instant,
    integer,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import OWN_PACKAGES, RESPONSE, TRAINEE, both, of_parent, tables
from studio.reading.package_differences import package_differences
from studio.store.enums import Level

PACKAGE, ITEM = tables["mentoring_package"], tables["package_item"]
TAG, TOPIC = tables["pain_point_topic"], tables["topic"]
IN_OWN_PACKAGES = of_parent("package_id", PACKAGE, OWN_PACKAGES)


def _minutes(row: Alias) -> Value:
    item = ITEM.alias()
    total = sa.select(sa.func.coalesce(sa.func.sum(item.c.minutes), 0)).where(item.c.package_id == row.c.id)
    return total.correlate_except(item).scalar_subquery()


def _says(row: Alias, point: Alias) -> Condition:
    """Tell whether a pain point speaks for an event: about its topic, and from its county where it has one."""
    tag, topic, response = TAG.alias(), TOPIC.alias(), RESPONSE.alias()
    about = sa.select(tag.c.pain_point_id).join(topic, topic.c.id == tag.c.topic_id)
    about = about.where(sa.func.coalesce(topic.c.parent_id, topic.c.id) == row.c.topic_id)
    current = sa.select(response.c.id).where(response.c.current).correlate_except(response)
    trainee, person, region = TRAINEE.alias(), tables["person"].alias(), tables["region"].alias()
    there = (
        sa.select(trainee.c.id)
        .join(person, person.c.id == trainee.c.person_id)
        .join(region, region.c.id == person.c.community_id)
        .where(region.c.county == row.c.county)
    )
    return sa.and_(
        point.c.cohort_id == row.c.cohort_id,
        sa.not_(sa.or_(point.c.junk, point.c.resolved)),
        point.c.response_id.in_(current),
        point.c.id.in_(about.correlate_except(tag, topic)),
        sa.or_(
            row.c.county.is_(None), point.c.trainee_id.in_(there.correlate_except(trainee, person, region))
        ),
    )


def _of_same_people(row: Alias, other: Alias) -> Condition:
    return sa.and_(other.c.trainee_id == row.c.trainee_id, other.c.mentor_id == row.c.mentor_id)


def _newest_first(row: Alias, _link: Alias) -> list[Value]:
    return [row.c.number.desc()]


def _aim(row: Alias) -> Value:
    """The level after the one where the trainee stands; the highest stays."""
    return sa.case(
        (row.c.standing == constant(Level.UNDERSTAND.value), constant(Level.ABLE.value)),
        else_=constant(Level.EXCEL.value),
    )


def _aim_code(times: str) -> Callable[[Alias], Value]:
    """Return the code of what a goal aims at in the days or months that train it, NONE where none do."""

    def code(row: Alias) -> Value:
        trained = sa.cast(row.c[times], sa.Text()) != constant("[]")
        return sa.case(
            (trained, row.c.ability.concat(constant("_")).concat(row.c.standing)), else_=constant("NONE")
        )

    return code


def _because(row: Alias) -> Value:
    """The code of what an item or event stands on: words, a decision, grades or ticks alone, a need, or the mentor."""
    package, need = PACKAGE.alias(), tables["trainee_need"].alias()
    needs = (
        sa.select(need.c.id)
        .join(package, package.c.trainee_id == need.c.trainee_id)
        .where(package.c.id == row.c.package_id, need.c.topic_id == row.c.topic_id)
        .correlate_except(package, need)
    )
    decided = [(row.c.edited, constant("DECISION"))] if "edited" in row.c else []
    return sa.case(
        (row.c.pain_point_id.is_not(None), constant("WORDS")),
        *decided,
        (needs.where(need.c.pain_point_id.is_(None)).exists(), constant("GRADES")),
        (needs.exists(), constant("NEED")),
        else_=constant("MENTOR"),
    )


def _figure(name: str) -> Column:
    return Column(lambda row: row.c.figures.op("->")(sa.literal_column(f"'{name}'")), Kind.JSON)


PACKAGES = (
    Entity(
        "MentoringPackage",
        PACKAGE,
        {
            "trainee": one("Trainee", "trainee_id"),
            "mentor": one("Mentor", "mentor_id"),
            "pairing": one("Pairing", "pairing_id"),
            "number": integer("number"),
            "replaces": one("MentoringPackage", "replaces_id"),
            "origin": word("origin"),
            "reason": text("reason"),
            "createdAt": instant("created_at"),
            "goals": ToMany("PackageGoal", of("package_id"), by("position")),
            "events": ToMany("PackageEvent", of("package_id"), by("month")),
            "items": ToMany("PackageItem", of("package_id"), by("position")),
            "totalMinutes": Column(_minutes, Kind.INT),
            "versions": ToMany("MentoringPackage", _of_same_people, _newest_first),
            "differences": ToMany("PackageDifference", of("package_id"), by("position"), arguments=("to",)),
        },
        own=OWN_PACKAGES,
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
            "because": Labelled(_because, "BECAUSE"),
            "minutes": integer("minutes"),
            "edited": flag("edited"),
            "note": text("note"),
        },
        own=IN_OWN_PACKAGES,
    ),
    Entity(
        "PackageDifference",
        package_differences(),
        {
            "kind": word("kind"),
            "before": one("PackageItem", "before_id"),
            "after": one("PackageItem", "after_id"),
        },
        own=both(IN_OWN_PACKAGES, of_parent("other_id", PACKAGE, OWN_PACKAGES)),
        filters={"to": Filter(FilterKind.INT, lambda row, value: row.c.to_number == value)},
    ),
    Entity(
        "PackageGoal",
        tables["package_goal"],
        {
            "ability": word("ability"),
            "need": number("need"),
            "standing": word("standing"),
            "aim": Column(_aim, Kind.WORD),
            "topic": one("Topic", "topic_id"),
            "painPoint": one("PainPoint", "pain_point_id"),
            "days": document("days"),
            "months": document("months"),
            "weekAim": Labelled(_aim_code("days"), "WEEK"),
            "monthsAim": Labelled(_aim_code("months"), "MONTHS"),
        },
        own=IN_OWN_PACKAGES,
    ),
    Entity(
        "PackageEvent",
        tables["package_event"],
        {
            "month": integer("month"),
            "mode": word("mode"),
            "topic": one("Topic", "topic_id"),
            "content": one("Content", "content_id"),
            "painPoint": one("PainPoint", "pain_point_id"),
            "because": Labelled(_because, "BECAUSE"),
            "speaker": one("Mentor", "speaker_id"),
        },
        own=IN_OWN_PACKAGES,
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
            # The newest words first; few are enough to show what an event answers.
            "painPoints": ToMany(
                "PainPoint",
                _says,
                lambda point, _link: [point.c.wave.desc(), point.c.position, point.c.id],
                first=3,
            ),
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
