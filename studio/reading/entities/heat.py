"""The heat map of a cohort: needs by role and by county."""

from studio.reading.fields import Entity, Field, integer, number, one, text, word
from studio.reading.own import tables

_CELL: dict[str, Field] = {
    "topic": one("Topic", "topic_id"),
    "mean": number("mean"),
    "respondents": integer("respondents"),
    "answered": integer("answered"),
}

HEAT = (
    Entity("RoleNeed", tables["role_need"], {"role": word("role"), **_CELL}),
    Entity("CountyNeed", tables["county_need"], {"county": text("county"), **_CELL}),
)
