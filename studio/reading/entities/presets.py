"""Presets of rules, and the rules of whole cohorts that came of them."""

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.fields import (
    Element,
    Elements,
    Entity,
    Filter,
    FilterKind,
    Labelled,
    Sort,
    day,
    flag,
    integer,
    lasting,
    lasts,
    one,
    text,
    word,
)
from studio.reading.own import tables


def _parameters() -> Elements:
    return Elements(
        "PresetParameter",
        lambda row: row.c.parameters,
        {
            "name": Element(lambda parameter, _row: sa.func.upper(parameter.c.key), Kind.TEXT),
            "label": Element(
                lambda parameter, _row: sa.func.upper(parameter.c.key), Kind.TEXT, labels="PARAMETER"
            ),
            "value": Element(lambda parameter, _row: parameter.c.value, Kind.JSON),
        },
        keyed=True,
    )


def _effect() -> Labelled:
    return Labelled(lambda row: row.c.kind, "EFFECT")


PRESETS = (
    Entity(
        "RulePreset",
        tables["rule_preset"],
        {
            "code": text("code"),
            "name": text("name"),
            "kind": word("kind"),
            "effect": _effect(),
            "parameters": _parameters(),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
            "inForce": lasts(),
            "archived": flag("archived"),
            "version": integer("version"),
        },
        orders={"POSITION": (Sort(lambda row: row.c.position, Kind.INT),)},
    ),
    Entity(
        "CohortRule",
        tables["cohort_rule"],
        {
            "cohort": one("Cohort", "cohort_id"),
            "preset": one("RulePreset", "preset_id"),
            "name": text("name"),
            "kind": word("kind"),
            "effect": _effect(),
            "parameters": _parameters(),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
            "inForce": lasts(),
            "version": integer("version"),
        },
        filters={"inForce": Filter(FilterKind.FLAG, lasting)},
    ),
)
