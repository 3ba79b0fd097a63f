"""Match policies, rules, match runs and pairings."""

import sqlalchemy as sa

from studio.reading.dialect import Among, Kind
from studio.reading.dialect import word as constant
from studio.reading.entities.consents import BY_KIND, PAIRING_FIELDS, RUN_FIELDS
from studio.reading.entities.people import TO_TRAINEE, natural_order
from studio.reading.entities.weeks import PAIRING_WEEK, UNMATCHED_WEEKS
from studio.reading.fields import (
    Alias,
    Column,
    Condition,
    Connection,
    Element,
    Elements,
    Entity,
    Filter,
    FilterKind,
    Group,
    Labelled,
    Sort,
    ToMany,
    ToOne,
    Value,
    by,
    day,
    flag,
    instant,
    integer,
    lasting,
    lasts,
    member,
    member_text,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import APART, OWN_PAIRINGS, PAIRING, of_parent, tables
from studio.store.mentor_enums import PairingKind

PACKAGE = tables["mentoring_package"]


def _leading(row: Alias) -> Value:
    """Return the pairing with whose mentor the package is: of the one of theory that of practice, if there is one."""
    other = PAIRING.alias()
    practice = sa.select(other.c.id).where(
        row.c.kind == constant(PairingKind.THEORY.value),
        other.c.run_id == row.c.run_id,
        other.c.trainee_id == row.c.trainee_id,
        other.c.kind == constant(PairingKind.PRACTICE.value),
        other.c.state.not_in([constant(state) for state in APART]),
    )
    return sa.func.coalesce(practice.correlate_except(other).scalar_subquery(), row.c.id)


def _latest_package(row: Alias, package: Alias) -> Condition:
    later, lead = PACKAGE.alias(), PAIRING.alias()
    # Of a draft whose pair somebody changed, the earlier mentor's package stays behind.
    number = (
        sa.select(sa.func.max(later.c.number))
        .join(lead, sa.and_(lead.c.id == later.c.pairing_id, lead.c.mentor_id == later.c.mentor_id))
        .where(later.c.pairing_id == _leading(row), later.c.mentor_id == package.c.mentor_id)
    )
    return sa.and_(
        package.c.pairing_id == _leading(row),
        package.c.number == number.correlate_except(later, lead).scalar_subquery(),
    )


def _of_this_pair(row: Alias, trust: Alias) -> Condition:
    """Join what is known of a pair while it has the mentor that was examined."""
    return sa.and_(trust.c.pairing_id == row.c.id, trust.c.mentor_id == row.c.mentor_id)


def _needs_changed(row: Alias) -> Value:
    """Tell whether a need of the run's cohort was written after the run was computed."""
    need, trainee = tables["trainee_need"].alias(), tables["trainee"].alias()
    later = (
        sa.select(need.c.id)
        .join(trainee, trainee.c.id == need.c.trainee_id)
        .where(trainee.c.cohort_id == row.c.cohort_id, need.c.updated_at > row.c.finished_at)
    )
    return later.correlate_except(need, trainee).exists()


def _partly_matched(row: Alias) -> Value:
    """Count the trainees of a run who have a mentor in it and miss another."""
    missing, pairing = tables["unmatched"].alias(), PAIRING.alias()
    has_one = sa.select(pairing.c.trainee_id).where(pairing.c.run_id == row.c.id)
    return (
        sa.select(sa.func.count(sa.distinct(missing.c.trainee_id)))
        .where(missing.c.run_id == row.c.id, missing.c.trainee_id.in_(has_one.correlate_except(pairing)))
        .correlate_except(missing)
        .scalar_subquery()
    )


MATCHES = (
    Entity(
        "MatchPolicy",
        tables["match_policy"],
        {
            "name": text("name"),
            "number": integer("number"),
            "weights": Elements(
                "PolicyWeight",
                lambda row: row.c.weights,
                {
                    "code": Element(lambda weight, _row: sa.func.upper(weight.c.key), Kind.TEXT),
                    "weight": Element(lambda weight, _row: weight.c.value, Kind.JSON),
                },
                keyed=True,
            ),
            "objective": word("objective"),
            "objectiveLabel": Labelled(lambda row: row.c.objective, "AIM"),
        },
        orders={"NEWEST": (Sort(lambda row: row.c.number, Kind.INT, descending=True),)},
    ),
    Entity(
        "Rule",
        tables["rule"],
        {
            "kind": word("kind"),
            "trainee": one("Trainee", "trainee_id"),
            "mentor": one("Mentor", "mentor_id"),
            "cohort": one("Cohort", "cohort_id"),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
            "inForce": lasts(),
            "version": integer("version"),
        },
        orders={"CREATED": (Sort(lambda row: row.c.created_at, Kind.INSTANT),)},
        filters={
            "cohortId": Filter("Cohort", lambda row, value: row.c.cohort_id == value),
            "inForce": Filter(FilterKind.FLAG, lasting),
        },
    ),
    Entity(
        "MatchRun",
        tables["match_run"],
        {
            "number": integer("number"),
            "cohort": one("Cohort", "cohort_id"),
            "policy": one("MatchPolicy", "policy_id"),
            "state": word("state"),
            "publishState": word("publish_state"),
            "inputHash": text("input_hash"),
            "objective": word("aim"),
            "objectiveLabel": Labelled(lambda row: row.c.aim, "AIM"),
            "startedAt": instant("started_at"),
            "finishedAt": instant("finished_at"),
            "reopensConfirmed": flag("reopens_confirmed"),
            "needsChanged": Column(_needs_changed, Kind.BOOL),
            "total": integer("total"),
            "matched": integer("matched"),
            "mentorsEach": integer("mentors_each"),
            "partlyMatched": Column(_partly_matched, Kind.INT),
            "certificate": Group(
                "Certificate",
                {
                    "objective": number("objective"),
                    "bound": number("bound"),
                    "gap": number("gap"),
                    "verified": flag("verified"),
                },
                lambda row: row.c.objective.is_not(None),
            ),
            "sensitivity": ToOne("RunSensitivity", lambda row, other: other.c.run_id == row.c.id),
            "fairness": ToOne("RunFairness", lambda row, other: other.c.run_id == row.c.id),
            "failure": text("failure"),
            "version": integer("version"),
            "pairings": Connection("Pairing", of("run_id")),
            "unmatched": ToMany("Unmatched", of("run_id"), (*natural_order(TO_TRAINEE), BY_KIND)),
            "ruleConflicts": ToMany("RuleConflict", of("run_id"), by("position")),
            "job": one("Job", "job_id"),
            **RUN_FIELDS,
        },
        orders={
            "NEWEST": (
                Sort(lambda row: row.c.created_at, Kind.INSTANT, descending=True),
                Sort(lambda row: row.c.number, Kind.INT, descending=True),
            )
        },
    ),
    Entity(
        "Unmatched",
        tables["unmatched"],
        {
            **UNMATCHED_WEEKS,
            "trainee": one("Trainee", "trainee_id"),
            "kind": word("kind"),
            "reasons": Elements(
                "UnmatchedReason",
                lambda row: row.c.reasons,
                {
                    "code": Element(member("code"), Kind.JSON),
                    "label": Element(member_text("code"), Kind.TEXT, labels="UNMATCHED"),
                },
            ),
            "limits": ToMany("UnmatchedLimit", of("unmatched_id"), by("position")),
            "repairs": ToMany("UnmatchedRepair", of("unmatched_id"), by("position")),
        },
    ),
    Entity(
        "RuleConflict",
        tables["rule_conflict"],
        {
            "code": text("code"),
            "label": Labelled(lambda row: row.c.code, "CONFLICT"),
            "trainee": one("Trainee", "trainee_id"),
            "mentor": one("Mentor", "mentor_id"),
            "limitRule": one("LimitRule", "limit_rule_id"),
            "fixed": integer("fixed"),
            "allowed": integer("allowed"),
        },
    ),
    Entity(
        "Pairing",
        PAIRING,
        {
            "run": one("MatchRun", "run_id"),
            "trainee": one("Trainee", "trainee_id"),
            "mentor": one("Mentor", "mentor_id"),
            "kind": word("kind"),
            "state": word("state"),
            "score": number("score"),
            "locked": flag("locked"),
            "propensity": number("propensity"),
            "origin": word("origin"),
            "reason": text("reason"),
            "version": integer("version"),
            "parts": ToMany("ScorePart", of("pairing_id"), by("position")),
            "sensitivity": ToOne("PairSensitivity", _of_this_pair),
            "package": ToOne("MentoringPackage", _latest_package),
            "answerBy": day("answer_by"),
            **PAIRING_WEEK,
            **PAIRING_FIELDS,
        },
        own=OWN_PAIRINGS,
        orders={"COMMUNITY": (*natural_order(TO_TRAINEE), BY_KIND)},
        filters={
            "runId": Filter("MatchRun", lambda row, value: row.c.run_id == value),
            "states": Filter(FilterKind.TEXTS, lambda row, values: Among(row.c.state, values)),
        },
    ),
    Entity(
        "ScorePart",
        tables["score_part"],
        {
            "code": text("code"),
            "label": Labelled(lambda row: row.c.code, "PART"),
            "value": number("value"),
            "weight": number("weight"),
            "contribution": number("contribution"),
            "painPoint": one("PainPoint", "pain_point_id"),
            "case": one("MentorCase", "case_id"),
        },
        own=of_parent("pairing_id", PAIRING, OWN_PAIRINGS),
    ),
)
