"""The FROM of one SELECT, to which joins are added as fields ask for them; and values bound when it runs."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from studio.reading.arguments import Getter
from studio.reading.dialect import Bytewise, Kind
from studio.reading.fields import Alias, Condition, Hop, Sort, Value


class Sources:
    """One table and what is joined to it; the same join is made once."""

    def __init__(self, row: Alias) -> None:
        self.tree: sa.FromClause = row
        self._joined: dict[tuple[Alias, str], Alias] = {}

    def joined(self, row: Alias, name: str) -> Alias | None:
        """Return what is already joined to `row` under this name."""
        return self._joined.get((row, name))

    def join(self, row: Alias, name: str, other: Alias, on: Condition) -> Alias:
        """Join a row, or nothing."""
        self.tree = self.tree.outerjoin(other, on)
        self._joined[row, name] = other
        return other

    def along(self, row: Alias, hops: Sequence[Hop]) -> Alias:
        """Return the row at the end of the way."""
        for hop in hops:
            found = self.joined(row, hop.name)
            if found is None:
                other = hop.table.alias()
                found = self.join(row, hop.name, other, hop.on(row, other))
            row = found
        return row

    def sort_value(self, row: Alias, sort: Sort) -> Value:
        """Return what a row is ordered by; never NULL, and compared alike on both databases."""
        value = sort.expr(self.along(row, sort.hops))
        if sort.kind is Kind.TEXT:
            value = sa.func.coalesce(value, sa.literal_column("''")) if sort.hops else value
            return Bytewise(value)
        return sa.func.coalesce(value, sa.literal_column("0")) if sort.hops else value


class Binds:
    """Parameters by name, with what fetches their values from a request."""

    def __init__(self) -> None:
        self.getters: dict[str, Getter] = {}
        # Arguments that are checked whether the selection needs their values or not.
        self.checked: list[Getter] = []

    def bind(self, getter: Getter, type_: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
        """Return a parameter whose value `getter` fetches when the statement runs."""
        name = f"v{len(self.getters)}"
        self.getters[name] = getter
        return sa.bindparam(name, type_=type_)
