"""Writing many rows at once, parents before children."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from studio.store.columns import Row
from studio.store.tables import metadata

T = TypeVar("T")

# Rows to a statement: large enough to be quick, small enough to bound the memory of an import.
CHUNK = 2000


async def insert_rows(session: AsyncSession, rows: Iterable[Row]) -> None:
    """Insert rows of any tables, in the order in which tables depend on one another."""
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    columns: dict[str, list[str]] = {}
    for row in rows:
        name = str(row.__tablename__)
        if name not in columns:
            columns[name] = [column.key for column in metadata.tables[name].columns]
        values = row.__dict__
        by_table[name].append({key: values[key] for key in columns[name]})
    for table in metadata.sorted_tables:
        if table.name in by_table:
            await insert_values(session, table, by_table[table.name])


async def insert_values(session: AsyncSession, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
    """Insert plain values into one table, chunk by chunk."""
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        await session.execute(sa.insert(table), chunk)


def chunks(values: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """Split `values` into runs of at most `size`: SQLite limits the parameters of one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def changed(row: Row, **values: object) -> bool:
    """Set the values that differ and raise the row's version once; tell whether anything differed."""
    differing = {key: value for key, value in values.items() if getattr(row, key) != value}
    for key, value in differing.items():
        setattr(row, key, value)
    if differing:
        row.version += 1
    return bool(differing)
