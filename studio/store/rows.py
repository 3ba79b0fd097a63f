"""Writing many rows at once, parents before children."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from studio.store.clock import now
from studio.store.columns import Row
from studio.store.identity import new_id
from studio.store.tables import metadata

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)

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


async def insert_values(session: AsyncSession, table: sa.Table, values: Iterable[Mapping[str, Any]]) -> None:
    """Insert plain values into one table, chunk by chunk; every row gives every column.

    Only the stamps (times and version) may be missing: a chunk is stamped as one. The statement and each
    column's conversion are prepared once and rows go to the driver as tuples: three times as fast as
    `session.execute` with dictionaries, and an import writes hundreds of thousands.
    """
    connection = await session.connection()
    compiled = sa.insert(table).compile(
        dialect=connection.dialect, column_keys=[c.key for c in table.columns]
    )
    columns = [table.c[name] for name in compiled.positiontup or ()]
    remaining = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        moment = now()
        stamps = {"created_at": moment, "updated_at": moment, "version": 1}
        converters = [_Converter(column, connection.dialect, stamps) for column in columns]
        rows = [tuple([convert(row) for convert in converters]) for row in chunk]
        await connection.exec_driver_sql(compiled.string, rows)


class _Converter:
    """Takes a column's value out of a row, as the driver wants it."""

    def __init__(self, column: sa.Column[Any], dialect: sa.Dialect, stamps: Mapping[str, Any]) -> None:
        self._key = column.key
        self._stamp = stamps.get(column.key)
        self._process = column.type.dialect_impl(dialect).bind_processor(dialect)
        self._last: Any = None
        self._converted: Any = None

    def __call__(self, row: Mapping[str, Any]) -> Any:
        value = row[self._key] if self._stamp is None else row.get(self._key, self._stamp)
        if self._process is None or value is None:
            return value
        # Studio, time and question repeat row after row: the same object is converted once.
        if value is not self._last:
            self._last, self._converted = value, self._process(value)
        return self._converted


def new_values(**values: Any) -> dict[str, Any]:
    """Return a new row as plain values: building model objects by the hundred thousand takes minutes."""
    return {"id": new_id(), **values}


async def update_values(session: AsyncSession, table: sa.Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Update rows by their `id`, raising their versions; every row gives the same columns."""
    for some in chunks(values, CHUNK):
        given = [{f"new_{key}": value for key, value in row.items()} for row in some]
        columns = {key: sa.bindparam(f"new_{key}", type_=table.c[key].type) for key in some[0] if key != "id"}
        statement = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("new_id", type_=table.c.id.type))
            .values(**columns, version=table.c.version + 1, updated_at=now())
        )
        await (await session.connection()).execute(statement, given)


async def delete_ids(session: AsyncSession, table: sa.Table, ids: Sequence[UUID]) -> None:
    """Delete rows by their ids."""
    for some in chunks(ids):
        await session.execute(sa.delete(table).where(table.c.id.in_(some)))


async def replace_values(
    session: AsyncSession,
    table: sa.Table,
    existing: Mapping[Key, Mapping[str, Any]],
    wanted: Mapping[Key, Mapping[str, Any]],
    shared: Mapping[Key, Mapping[str, Any]],
) -> None:
    """Make the stored rows say what is wanted: add, update what differs, delete what is no longer there.

    `existing` values hold `id` beside the columns compared; `shared` gives a new row's further columns.
    """
    stale = [row["id"] for key, row in existing.items() if key not in wanted]
    differing = [
        {"id": existing[key]["id"], **values}
        for key, values in wanted.items()
        if key in existing and any(existing[key][column] != value for column, value in values.items())
    ]
    await delete_ids(session, table, stale)
    await update_values(session, table, differing)
    new = (new_values(**shared[key], **values) for key, values in wanted.items() if key not in existing)
    await insert_values(session, table, new)


async def replace_rows(
    session: AsyncSession,
    table: sa.Table,
    of: Mapping[str, Any],
    keys: Sequence[str],
    wanted: Mapping[tuple[Any, ...], Mapping[str, Any]],
) -> None:
    """Make those rows of `table` that have the values `of` say what is wanted; `keys` tell them apart."""
    compared = list(next(iter(wanted.values()), {}))
    columns = [table.c[name] for name in ("id", *keys, *compared)]
    found = await session.execute(
        sa.select(*columns).where(*(table.c[name] == value for name, value in of.items()))
    )
    existing = {
        tuple(key): {"id": row_id, **dict(zip(compared, values, strict=True))}
        for row_id, key, values in ((row[0], row[1 : 1 + len(keys)], row[1 + len(keys) :]) for row in found)
    }
    shared = {key: {**of, **dict(zip(keys, key, strict=True))} for key in wanted}
    await replace_values(session, table, existing, wanted, shared)


def json_rows(session: AsyncSession, *columns: Any) -> sa.ColumnElement[str]:
    """Return the group's rows as the text of one JSON array of arrays, in no particular order."""
    if session.get_bind().dialect.name == "sqlite":
        values = [sa.func.json(column) if isinstance(column.type, sa.JSON) else column for column in columns]
        return sa.func.json_group_array(sa.func.json_array(*values))
    return sa.cast(sa.func.json_agg(sa.func.json_build_array(*columns)), sa.Text)


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
