"""Limits of a cohort's match, and the repairs of unmatched trainees that may name one."""

from studio.reading.fields import Entity, Labelled, day, integer, number, one, text, word
from studio.reading.own import tables

LIMITS = (
    Entity(
        "LimitRule",
        tables["limit_rule"],
        {
            "cohort": one("Cohort", "cohort_id"),
            "kind": word("kind"),
            "number": integer("number"),
            "mentor": one("Mentor", "mentor_id"),
            "groupedBy": word("grouped_by"),
            "value": text("value"),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
            "preset": one("CohortRule", "cohort_rule_id"),
            "version": integer("version"),
        },
    ),
    Entity(
        "UnmatchedLimit",
        tables["unmatched_limit"],
        {"limitRule": one("LimitRule", "limit_rule_id")},
    ),
    Entity(
        "UnmatchedRepair",
        tables["unmatched_repair"],
        {
            "code": text("code"),
            "label": Labelled(lambda row: row.c.code, "REPAIR"),
            "mentor": one("Mentor", "mentor_id"),
            "limitRule": one("LimitRule", "limit_rule_id"),
            "change": number("change"),
        },
    ),
)
