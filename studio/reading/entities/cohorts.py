"""Cohorts and their needs."""

from collections.abc import Callable

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.entities.weeks import COHORT_WEEKS
from studio.reading.fields import (
    Alias,
    Condition,
    Connection,
    Count,
    Entity,
    Sort,
    ToMany,
    ToOne,
    by,
    day,
    integer,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import MATCH_RUN, PUBLISHED, of_own_cohort, tables


def _latest(row: Alias, run: Alias) -> Condition:
    later = MATCH_RUN.alias()
    number = sa.select(sa.func.max(later.c.number)).where(later.c.cohort_id == row.c.id)
    return sa.and_(
        run.c.cohort_id == row.c.id, run.c.number == number.correlate_except(later).scalar_subquery()
    )


def _published(row: Alias, run: Alias) -> Condition:
    return sa.and_(run.c.cohort_id == row.c.id, run.c.publish_state == PUBLISHED)


_in_cohort: Callable[[Alias, Alias], Condition] = of("cohort_id")

COHORTS = (
    Entity(
        "Cohort",
        tables["cohort"],
        {
            "number": integer("number"),
            "name": text("name"),
            "state": word("state"),
            "startsOn": day("starts_on"),
            "endsOn": day("ends_on"),
            "version": integer("version"),
            **COHORT_WEEKS,
            "traineeCount": Count("Trainee", of("cohort_id")),
            "trainees": Connection("Trainee", _in_cohort),
            "surveys": ToMany("Survey", _in_cohort, by("wave")),
            "needs": ToMany("CohortNeed", _in_cohort, by("rank")),
            "needsByRole": ToMany("RoleNeed", _in_cohort, by("position")),
            "needsByCounty": ToMany("CountyNeed", _in_cohort, by("position")),
            "trends": ToMany("TopicTrend", _in_cohort, by("position")),
            "gaps": ToMany("TopicGap", _in_cohort, by("position")),
            "emergingPoints": ToMany("EmergingPoint", _in_cohort, by("position", "created_at")),
            "matchRuns": Connection("MatchRun", _in_cohort),
            "latestRun": ToOne("MatchRun", _latest),
            "publishedRun": ToOne("MatchRun", _published),
            "coursePlan": ToMany("CoursePlanItem", _in_cohort, by("position")),
            "painPoints": Connection("PainPoint", _in_cohort),
            "rules": ToMany("Rule", _in_cohort, by("created_at"), arguments=("inForce",)),
            "cohortRules": ToMany("CohortRule", _in_cohort, by("created_at"), arguments=("inForce",)),
            "limitRules": ToMany("LimitRule", _in_cohort, by("created_at")),
        },
        own=of_own_cohort("id"),
        orders={"NUMBER": (Sort(lambda row: row.c.number, Kind.INT),)},
    ),
    Entity(
        "CohortNeed",
        tables["cohort_need"],
        {
            "rank": integer("rank"),
            "topic": one("Topic", "topic_id"),
            "mean": number("mean"),
            "low": number("low"),
            "high": number("high"),
            "borda": number("borda"),
            "respondents": integer("respondents"),
        },
    ),
)
