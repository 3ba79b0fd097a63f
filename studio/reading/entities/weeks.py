"""Fields that tell of weeks: those that a cohort offers, those in which people are free, and the week of a pair."""

from studio.reading.dialect import Kind
from studio.reading.fields import (
    Column,
    Element,
    Elements,
    Entity,
    Field,
    Labelled,
    ToMany,
    by,
    day,
    integer,
    member,
    number,
    of,
    one,
    text,
)
from studio.reading.own import tables


def _weeks(column: str) -> Elements:
    return Elements(
        "ShadowingWeek",
        lambda row: row.c[column],
        {name: Element(member(name), Kind.JSON) for name in ("monday", "year", "number")},
    )


COHORT_WEEKS: dict[str, Field] = {"weeks": _weeks("weeks")}
FREE_WEEKS: dict[str, Field] = {
    "freeWeeks": _weeks("free_weeks"),
    "freeAlways": Column(lambda row: row.c.free_weeks.is_(None), Kind.BOOL),
}
MENTOR_WEEKS: dict[str, Field] = {**FREE_WEEKS, "weeklyCapacity": integer("weekly_capacity")}
MOVE_WEEKS: dict[str, Field] = {"fromWeek": day("from_week"), "toWeek": day("to_week")}
PAIRING_WEEK: dict[str, Field] = {"week": day("week")}
UNMATCHED_WEEKS: dict[str, Field] = {
    "weekReasons": ToMany("WeekReason", of("unmatched_id"), by("position")),
    "weekRepairs": ToMany("WeekRepair", of("unmatched_id"), by("position")),
}

WEEKS = (
    Entity(
        "WeekReason",
        tables["week_reason"],
        {
            "mentor": one("Mentor", "mentor_id"),
            "code": text("code"),
            "label": Labelled(lambda row: row.c.code, "WEEKWHY"),
            "weeks": _weeks("weeks"),
            "fullWeeks": _weeks("full_weeks"),
        },
    ),
    Entity(
        "WeekRepair",
        tables["week_repair"],
        {
            "mentor": one("Mentor", "mentor_id"),
            "code": text("code"),
            "label": Labelled(lambda row: row.c.code, "WEEKHELP"),
            "week": day("week"),
            "change": number("change"),
        },
    ),
)
