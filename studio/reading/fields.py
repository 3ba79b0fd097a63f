"""How an entity is declared: its fields, its relations, its orders and filters, and whose rows are whose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.store.enums import Role

# The parameter that holds the day on which a statement runs.
TODAY = "today"
Alias = sa.FromClause
Value = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Principal:
    """For whom rows are read, as bound parameters."""

    studio: Value
    person: Value
    # The response that has just been written, or NULL.
    response: Value


@dataclass(frozen=True)
class Hop:
    """A table on the way to a value, joined once per row whatever the policies: nothing of it is shown whole."""

    name: str
    table: sa.FromClause
    on: Callable[[Alias, Alias], Condition]


@dataclass(frozen=True)
class Column:
    """A value of the row, or of the row at the end of `hops`."""

    expr: Callable[[Alias], Value]
    kind: Kind
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class ToOne:
    """Another row, or null where there is none that may be seen.

    `on` takes the row at the end of `hops` and the other one, `also` this very row and the other one.
    """

    entity: str
    on: Callable[[Alias, Alias], Condition]
    hops: tuple[Hop, ...] = ()
    also: Callable[[Alias, Alias], Condition] | None = None


@dataclass(frozen=True)
class Link:
    """The table between two that are related many to many."""

    table: sa.FromClause
    on: Callable[[Alias, Alias], Condition]


@dataclass(frozen=True)
class ToMany:
    """All related rows in order, each once.

    `on` takes the parent's row, or the link's where there is one, and the child's; `order` the child's and the link's.
    """

    entity: str
    on: Callable[[Alias, Alias], Condition]
    order: "Callable[[Alias, Alias], Sequence[Value]] | tuple[Sort, ...]"
    link: Link | None = None
    typename: str | None = None
    # Names of the entity's filters that stand as arguments of the field itself.
    arguments: tuple[str, ...] = ()
    # The default of the argument `first`, where the field has one.
    first: int | None = None


@dataclass(frozen=True)
class Texts:
    """A list of plain texts from another table."""

    table: sa.FromClause
    on: Callable[[Alias, Alias], Condition]
    text: Callable[[Alias], Value]
    order: Callable[[Alias], Sequence[Value]]


@dataclass(frozen=True)
class Connection:
    """Related rows page by page, with the entity's own orders and filters."""

    entity: str
    on: Callable[[Alias, Alias], Condition]
    order: str | None = None


@dataclass(frozen=True)
class Group:
    """A nested object of the same row, null unless `when` holds."""

    typename: str
    fields: Mapping[str, Column]
    when: Callable[[Alias], Condition]


@dataclass(frozen=True)
class Elements:
    """The elements of a JSON column as objects; each field takes the rows' (key, value, id) and the parent's."""

    typename: str
    document: Callable[[Alias], Value]
    fields: Mapping[str, "Element"]
    keyed: bool = False
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True)
class Element:
    """A field of a JSON element; with `labels`, the label that the reader's language has for it."""

    expr: Callable[[Alias, Alias], Value]
    kind: Kind
    labels: str | None = None


@dataclass(frozen=True)
class Labelled:
    """The label of a code of the row."""

    code: Callable[[Alias], Value]
    labels: str


@dataclass(frozen=True)
class Count:
    """How many related rows may be seen."""

    entity: str
    on: Callable[[Alias, Alias], Condition]


Field = Column | ToOne | ToMany | Count | Texts | Connection | Group | Elements | Labelled


@dataclass(frozen=True)
class Sort:
    """One key of an order; where it is NULL, the empty text or zero stands in its place.

    `tells` names the guarded fields that the order, and its cursors, tell of: who does not see them may not use it.
    """

    expr: Callable[[Alias], Value]
    kind: Literal[Kind.TEXT, Kind.INT, Kind.INSTANT]
    hops: tuple[Hop, ...] = ()
    descending: bool = False
    tells: tuple[str, ...] = ()


class FilterKind(StrEnum):
    """What a filter's value is: it decides how the value is checked and bound."""

    TEXTS = "TEXTS"
    SEARCH = "SEARCH"
    FLAG = "FLAG"
    INT = "INT"


@dataclass(frozen=True)
class Filter:
    """A condition on rows; `kind` is one of `FilterKind`, or the entity whose id the value is.

    `tells` names the guarded fields that the chosen rows tell of.
    """

    kind: str
    condition: Callable[[Alias, Any], Condition]
    tells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entity:
    """A kind of row that can be read.

    `own` says which rows are a role's own, `written` which ones came of the response that was just written.
    """

    name: str
    table: sa.FromClause
    fields: Mapping[str, Field]
    own: Mapping[Role, Callable[[Alias, Principal], Condition]] = field(default_factory=dict)
    # The first is the default order; every order ends with the id.
    orders: Mapping[str, tuple[Sort, ...]] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    typename: str | None = None
    of_studio: Callable[[Alias, Principal], Condition] = lambda row, who: row.c.studio_id == who.studio
    written: Callable[[Alias, Principal], Condition] | None = None
    # Of an aggregate: the fewest people behind any of its figures.
    people: Callable[[Alias], Value] = lambda row: row.c.respondents


def text(name: str) -> Column:
    """Return a column of free text."""
    return Column(lambda row: row.c[name], Kind.TEXT)


def word(name: str) -> Column:
    """Return a column of a closed list of words."""
    return Column(lambda row: row.c[name], Kind.WORD)


def integer(name: str) -> Column:
    """Return a whole number column."""
    return Column(lambda row: row.c[name], Kind.INT)


def number(name: str) -> Column:
    """Return a number column."""
    return Column(lambda row: row.c[name], Kind.FLOAT)


def flag(name: str) -> Column:
    """Return a truth column."""
    return Column(lambda row: row.c[name], Kind.BOOL)


def instant(name: str) -> Column:
    """Return a column of a moment, printed as ISO-8601 in UTC."""
    return Column(lambda row: row.c[name], Kind.INSTANT)


def day(name: str) -> Column:
    """Return a column of a calendar day."""
    return Column(lambda row: row.c[name], Kind.DATE)


def lasts(name: str = "expires_on") -> Column:
    """Return whether the last day that a column names has not passed; without one it never does."""
    return Column(lambda row: not_over(row.c[name]), Kind.BOOL)


def not_over(last_day: Value) -> Condition:
    """Return the condition that a last day, if there is one, has not passed on the day of the request."""
    return sa.or_(last_day.is_(None), last_day >= sa.bindparam(TODAY, type_=sa.Date()))


def lasting(row: Alias, wanted: bool) -> Condition:
    """Return the condition that a row is, or is not, in force on the day of the request."""
    return not_over(row.c.expires_on) if wanted else sa.not_(not_over(row.c.expires_on))


def document(name: str) -> Column:
    """Return a JSON column, printed as it is stored."""
    return Column(lambda row: row.c[name], Kind.JSON)


def one(entity: str, column: str) -> ToOne:
    """Return the relation to the row that `column` names."""
    return ToOne(entity, lambda row, other: other.c.id == row.c[column])


def of(column: str) -> Callable[[Alias, Alias], Condition]:
    """Return the condition that a child's `column` names the parent."""
    return lambda row, child: child.c[column] == row.c.id


def by(*names: str) -> Callable[[Alias, Alias], Sequence[Value]]:
    """Return the order of a list by columns of its rows, then by id."""
    return lambda child, _link: [*(child.c[name] for name in names), child.c.id]


def member(key: str) -> Callable[[Alias, Alias], Value]:
    """Return a member of a JSON element, still as JSON."""
    return lambda element, _row: element.c.value.op("->")(sa.literal_column(f"'{key}'"))


def member_text(key: str) -> Callable[[Alias, Alias], Value]:
    """Return a member of a JSON element as text."""
    return lambda element, _row: element.c.value.op("->>")(sa.literal_column(f"'{key}'"))
