"""Connections: one page of related rows, with its cursors, page info and total.

A page is found in two steps: the keys of its rows (ordered, limited, one more than asked for), then the rows
themselves. SQLite would otherwise print every row before it sorts them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from studio.reading import arguments
from studio.reading.arguments import PAGE, Given, refuse
from studio.reading.catalogue import ENTITIES
from studio.reading.cursors import CLOSE, OPEN
from studio.reading.dialect import Kind, Listed, Printed, joined, word
from studio.reading.fields import Alias, Condition, Connection, Entity, Sort, Value
from studio.reading.printing import Part, Text, print_members, quoted
from studio.reading.scope import Scope
from studio.reading.selection import Selection
from studio.reading.sources import Sources

PrintObject = Callable[[Entity, Alias, Sources, Sequence[Selection], str], Text]
Related = Callable[[Alias], Condition]

_TYPES = {Kind.TEXT: sa.Text(), Kind.INT: sa.Integer(), Kind.INSTANT: None}


def print_connection(
    scope: Scope,
    print_object: PrintObject,
    relation: Connection,
    row: Alias,
    selection: Selection,
    path: str,
) -> Text:
    """Return the related rows as a connection object."""
    page = Page(scope, print_object, ENTITIES[relation.entity], selection, path)
    return page.printed(lambda child: relation.on(row, child))


@dataclass(frozen=True)
class Key:
    """One value that the page is ordered by."""

    value: Value
    kind: Kind
    descending: bool
    type: Any


class Page:
    """One connection in a statement."""

    def __init__(
        self, scope: Scope, print_object: PrintObject, entity: Entity, selection: Selection, path: str
    ) -> None:
        self.scope, self.entity, self.selection, self.path = scope, entity, selection, path
        self._print_object = print_object
        self.given: Given = scope.given(selection, path)
        if self.given.has("first") and self.given.has("last"):
            raise refuse(self.given.field("last"))
        self.backward = self.given.has("last")
        self.order, self.reversed = self._chosen_order()
        self.kinds = [sort.kind for sort in entity.orders[self.order]]
        self._check_arguments()

    def _check_arguments(self) -> None:
        """Have every argument checked, also when no row is asked for: a wrong one is a mistake all the same."""
        for name in ("first", "last"):
            if self.given.has(name):
                self.scope.binds.checked.append(self.given.getter(name, arguments.page_size))
        for name in ("after", "before"):
            if self.given.has(name):
                self.scope.binds.checked.append(self.given.getter(name, self._cursor_value(0)))
        self.scope.check_filters(self.entity, self.given, "filter.", tuple(self.entity.filters))

    def _chosen_order(self) -> tuple[str, bool]:
        asked = self.given.values.get("orderBy") or {}
        name = asked.get("field") or next(iter(self.entity.orders))
        direction = asked.get("direction") or "ASC"
        if name not in self.entity.orders or direction not in {"ASC", "DESC"}:
            raise refuse(self.given.field("orderBy"))
        for sort in self.entity.orders[name]:
            self.scope.require_fields(self.entity, sort.tells, self.given.field("orderBy.field"))
        return name, direction == "DESC"

    def printed(self, related: Related) -> Text:
        """Return the connection as a JSON object; rows and total only where they are asked for."""
        selections = self.selection.children
        # Without any aggregate the statement would give one text per row.
        if not any(self._is_aggregate(child) for child in selections):
            return print_members(
                [(child.key, self._print_member(child, None, related)) for child in selections]
            )
        rows = self._rows(related).correlate_except().subquery()
        members = [(child.key, self._print_member(child, rows, related)) for child in selections]
        return sa.select(print_members(members)).select_from(rows).scalar_subquery()

    def _is_aggregate(self, child: Selection) -> bool:
        if child.name == "pageInfo":
            return any(info.name not in {"__typename", self._entered} for info in child.children)
        return child.name in {"nodes", "edges"}

    def _print_member(self, child: Selection, rows: Alias | None, related: Related) -> Part:
        if child.name == "__typename":
            return quoted(f"{self.entity.typename or self.entity.name}Connection")
        if child.name == "totalCount":
            return Printed(self._total(related), Kind.INT)
        if child.name == "pageInfo":
            return print_members([(info.key, self._print_info(info.name, rows)) for info in child.children])
        assert rows is not None  # noqa: S101  nodes and edges are aggregates
        return joined(["[", Listed(rows.c[f"j{self.selection.children.index(child)}"]), "]"])

    @property
    def _entered(self) -> str:
        """The side that the page was entered from."""
        return "hasNextPage" if self.backward else "hasPreviousPage"

    def _print_info(self, name: str, rows: Alias | None) -> Part:
        if name == "__typename":
            return quoted("PageInfo")
        if name == self._entered or rows is None:
            # There is at least the row of the cursor.
            return "true" if self.given.has("before" if self.backward else "after") else "false"
        if name in {"startCursor", "endCursor"}:
            is_first = rows.c.n == sa.literal_column("1")
            is_last = sa.or_(rows.c.n == rows.c.m, rows.c.n == rows.c.size)
            wanted = is_first if (name == "startCursor") is not self.backward else is_last
            cursor = sa.func.max(sa.case((wanted, rows.c.c)))
            return sa.func.coalesce(cursor, sa.literal_column("'null'"))
        more = sa.func.coalesce(sa.func.max(rows.c.m - rows.c.size), sa.literal_column("0"))
        return sa.case((more > sa.literal_column("0"), word("true")), else_=word("false"))

    def _total(self, related: Related) -> Value:
        child = self.entity.table.alias()
        count = sa.select(sa.func.count()).select_from(child).where(*self._conditions(child, related))
        return count.correlate_except(child).scalar_subquery()

    def _conditions(self, child: Alias, related: Related) -> list[Condition]:
        filters = self.scope.filters(self.entity, child, self.given, "filter.", tuple(self.entity.filters))
        return [related(child), self.scope.policy(self.entity, child), *filters]

    def _keys(self, related: Related) -> tuple[sa.Subquery, list[Key]]:
        """Return the ids and sort values of the page's rows and one more, and how they are ordered."""
        child = self.entity.table.alias()
        sources = Sources(child)
        flip = self.reversed is not self.backward
        sorts = self.entity.orders[self.order]
        keys = [
            Key(
                sources.sort_value(child, sort),
                sort.kind,
                sort.descending is not flip,
                self._type(child, sort),
            )
            for sort in sorts
        ]
        keys.append(Key(child.c.id, Kind.ID, flip, sa.Uuid()))
        conditions = self._conditions(child, related)
        for name, onward in (("after", not self.backward), ("before", self.backward)):
            if self.given.has(name):
                conditions.append(self._beyond(name, keys, onward))
        columns = [key.value.label(f"k{number}") for number, key in enumerate(keys)]
        found = sa.select(*columns).select_from(sources.tree).where(*conditions)
        found = found.order_by(*(_directed(key.value, key) for key in keys)).limit(self._size(more=1))
        return found.correlate_except().subquery(), keys

    def _type(self, child: Alias, sort: Sort) -> Any:
        return _TYPES[sort.kind] or sort.expr(child).type

    def _size(self, more: int = 0) -> sa.BindParameter[Any]:
        return self.scope.page_limit(self.given, "last" if self.backward else "first", PAGE, more)

    def _beyond(self, name: str, keys: Sequence[Key], onward: bool) -> Condition:
        """Return the condition of rows that come strictly after the cursor (before it unless `onward`)."""
        values = [
            self.scope.binds.bind(self.given.getter(name, self._cursor_value(number)), key.type)
            for number, key in enumerate(keys)
        ]
        choices: list[Condition] = []
        for number, key in enumerate(keys):
            same = [keys[i].value == values[i] for i in range(number)]
            falls = key.descending is onward
            beyond = key.value < values[number] if falls else key.value > values[number]
            choices.append(sa.and_(*same, beyond))
        return sa.or_(*choices)

    def _cursor_value(self, position: int) -> Callable[[Any, str], Any]:
        return arguments.cursor(self._cursor_order, self.kinds, position)

    @property
    def _cursor_order(self) -> str:
        return f"{self.entity.name}.{self.order}"

    def _rows(self, related: Related) -> sa.Select[Any]:
        """Return the page's rows printed: j… per selected nodes or edges, cursor c, number n, fetched m, size."""
        keys, declared = self._keys(related)
        order = [_directed(keys.c[f"k{number}"], key) for number, key in enumerate(declared)]
        numbered = sa.select(
            *keys.c,
            sa.func.row_number().over(order_by=order).label("n"),
            sa.func.count().over().label("m"),
        ).subquery()
        child = self.entity.table.alias()
        sources = Sources(child)
        sources.tree = numbered.join(child, child.c.id == numbered.c[f"k{len(declared) - 1}"])
        cursor = self._print_cursor(numbered, declared)
        printed = [
            self._print_row(selection, child, sources, cursor).label(f"j{number}")
            for number, selection in enumerate(self.selection.children)
            if selection.name in {"nodes", "edges"}
        ]
        size = self._size()
        more = [numbered.c.n, numbered.c.m, size.label("size"), cursor.label("c")]
        columns: list[sa.ColumnElement[Any]] = [*printed, *more]
        rows = sa.select(*columns).select_from(sources.tree).where(numbered.c.n <= size)
        return rows.order_by(numbered.c.n.desc() if self.backward else numbered.c.n)

    def _print_row(self, selection: Selection, child: Alias, sources: Sources, cursor: Text) -> Text:
        path = f"{self.path}.{selection.key}"
        if selection.name == "nodes":
            return self._print_object(self.entity, child, sources, selection.children, path)
        members: list[tuple[str, Part]] = []
        for part in selection.children:
            if part.name == "node":
                shown: Part = self._print_object(
                    self.entity, child, sources, part.children, f"{path}.{part.key}"
                )
            elif part.name == "cursor":
                shown = cursor
            else:
                shown = quoted(f"{self.entity.typename or self.entity.name}Edge")
            members.append((part.key, shown))
        return print_members(members)

    def _print_cursor(self, numbered: Alias, keys: Sequence[Key]) -> Text:
        parts: list[Part] = ['"' + OPEN + "[" + quoted(self._cursor_order)]
        for number, key in enumerate(keys):
            parts += [",", Printed(numbered.c[f"k{number}"], key.kind)]
        return joined([*parts, "]" + CLOSE + '"'])


def _directed(value: Value, key: Key) -> Any:
    return value.desc() if key.descending else value.asc()
