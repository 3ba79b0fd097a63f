"""Presets of rules, and the rules of whole cohorts that came of them."""

from studio.reading.dialect import Kind
from studio.reading.fields import Element, Elements, Entity, Sort, day, flag, integer, one, text, word
from studio.reading.own import tables


def _parameters() -> Elements:
    return Elements(
        "PresetParameter",
        lambda row: row.c.parameters,
        {
            "name": Element(lambda parameter, _row: parameter.c.key, Kind.TEXT),
            "value": Element(lambda parameter, _row: parameter.c.value, Kind.JSON),
        },
        keyed=True,
    )


PRESETS = (
    Entity(
        "RulePreset",
        tables["rule_preset"],
        {
            "code": text("code"),
            "name": text("name"),
            "kind": word("kind"),
            "parameters": _parameters(),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
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
            "parameters": _parameters(),
            "reason": text("reason"),
            "author": text("author"),
            "expiresOn": day("expires_on"),
            "version": integer("version"),
        },
    ),
)
