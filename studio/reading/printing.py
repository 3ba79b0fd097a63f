"""Objects and lists as JSON text, put together from texts that are JSON already."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from studio.reading.dialect import Listed, joined

Text = sa.ColumnElement[str]
Part = str | Text


def print_list(rows: sa.Select[Any]) -> Text:
    """Return the texts `j` of these rows as a JSON array."""
    # The aggregate takes the rows in the order of the subquery; SQLite 3.40 knows no order of its own there.
    page = rows.correlate_except().subquery()
    return sa.select(joined(["[", Listed(page.c.j), "]"])).select_from(page).scalar_subquery()


def print_members(members: Sequence[tuple[str, Part]]) -> Text:
    """Return a JSON object of members that are printed already."""
    parts: list[Part] = ["{"]
    for number, (key, value) in enumerate(members):
        parts += [f"{',' if number else ''}{quoted(key)}:", value]
    return joined([*parts, "}"])


def quoted(text: str) -> str:
    """Return a constant text as JSON."""
    return orjson.dumps(text).decode()


def unless_null(row_id: sa.ColumnElement[Any], printed: Text) -> Text:
    """Return what is printed, or null where no row was joined."""
    return sa.case((row_id.is_(None), sa.literal_column("'null'")), else_=printed)
