"""Conditions that several entities are filtered by."""

from typing import Any

import sqlalchemy as sa

from studio.reading.dialect import Among
from studio.reading.fields import Alias, Condition, Value
from studio.reading.own import tables


def contains(value: Value, pattern: Value) -> Condition:
    """Tell whether a text contains what is searched for, whatever the case of ASCII letters."""
    return sa.func.lower(value).like(pattern, escape="\\")


def about(table: Alias, owner: str, codes: Value) -> sa.Select[Any]:
    """Select the column `owner` of the rows of `table` whose topic has one of the codes, or lies below one that has.

    `table`, an alias, is one that gives topics to things: to contents, mentors or pain points.
    """
    topic, above = tables["topic"].alias(), tables["topic"].alias()
    return (
        sa.select(table.c[owner])
        .join(topic, topic.c.id == table.c.topic_id)
        .join(above, above.c.id == topic.c.parent_id, isouter=True)
        .where(sa.or_(Among(topic.c.code, codes), Among(above.c.code, codes)))
    )
