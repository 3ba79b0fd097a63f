"""The one place that knows how SQLite and PostgreSQL differ in printing JSON.

Every value is printed as JSON text that is never NULL, and texts are joined: no function takes too many
arguments, no nested document is parsed again, and both databases give the same compact text.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement

# PostgreSQL functions take at most 100 arguments, SQLite nests at most 1000 expressions.
CHUNK = 50


class Kind(StrEnum):
    """How a value is printed and, where rows are ordered by it, compared."""

    TEXT = "TEXT"
    # A word of a closed list, which needs no escaping.
    WORD = "WORD"
    INT = "INT"
    FLOAT = "FLOAT"
    BOOL = "BOOL"
    INSTANT = "INSTANT"
    DATE = "DATE"
    JSON = "JSON"
    ID = "ID"


_SQLITE = {
    Kind.TEXT: "json_quote({})",
    Kind.WORD: "coalesce('\"' || {} || '\"', 'null')",
    Kind.INT: "coalesce({}, 'null')",
    Kind.FLOAT: "json_quote({})",
    Kind.BOOL: "CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END",
    Kind.INSTANT: "coalesce('\"' || replace({}, ' ', 'T') || 'Z\"', 'null')",
    Kind.DATE: "coalesce('\"' || {} || '\"', 'null')",
    Kind.JSON: "coalesce({}, 'null')",
    Kind.ID: "coalesce('\"' || {} || '\"', 'null')",
}
_POSTGRESQL = {
    Kind.TEXT: "coalesce(to_json(CAST({} AS TEXT))::text, 'null')",
    Kind.WORD: "coalesce('\"' || {} || '\"', 'null')",
    Kind.INT: "coalesce(({})::text, 'null')",
    Kind.FLOAT: "coalesce(({})::text, 'null')",
    Kind.BOOL: "coalesce(({})::text, 'null')",
    Kind.INSTANT: (
        "coalesce('\"' || to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || 'Z\"', 'null')"
    ),
    Kind.DATE: "coalesce('\"' || to_char({}, 'YYYY-MM-DD') || '\"', 'null')",
    Kind.JSON: "coalesce(({})::text, 'null')",
    Kind.ID: "coalesce('\"' || replace(({})::text, '-', '') || '\"', 'null')",
}


class _Text(ColumnElement[str]):
    """An SQL expression of our own; its statement names its FROM explicitly."""

    inherit_cache = False
    type = sa.Text()


class Printed(_Text):
    """A value as JSON text; `prefix` stands before the digits of an id."""

    def __init__(self, value: ColumnElement[Any], kind: Kind, prefix: str = "") -> None:
        self.value, self.kind, self.prefix = value, kind, prefix


class Joined(_Text):
    """Texts, none of them NULL, one after the other."""

    def __init__(self, parts: Sequence[ColumnElement[Any]]) -> None:
        self.parts = parts


class Listed(_Text):
    """The texts of many rows with commas between; empty for no row."""

    def __init__(self, item: ColumnElement[Any], only: ColumnElement[bool] | None = None) -> None:
        self.item, self.only = item, only


class Among(ColumnElement[bool]):
    """Whether a value is one of the texts that a bound list holds."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, value: ColumnElement[Any], texts: ColumnElement[Any]) -> None:
        self.value, self.texts = value, texts


class Bytewise(_Text):
    """A text that both databases compare alike, by its code points."""

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value


class Label(_Text):
    """The text that a section of a bound JSON object has for a code, or the code itself."""

    def __init__(
        self, labels: ColumnElement[Any], section: str, code: ColumnElement[Any], again: ColumnElement[Any]
    ) -> None:
        self.labels, self.section, self.code, self.again = labels, section, code, again


def word(text: str) -> ColumnElement[str]:
    """Return a constant text as SQL."""
    escaped = text.replace("'", "''")
    return sa.literal_column(f"'{escaped}'", sa.Text())


def joined(parts: Sequence[str | ColumnElement[Any]]) -> ColumnElement[str]:
    """Join constant and computed texts; neighbouring constants become one."""
    merged: list[str | ColumnElement[Any]] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif isinstance(part, Joined):
            merged += part.parts
        else:
            merged.append(part)
    elements = [word(part) if isinstance(part, str) else part for part in merged]
    while len(elements) > CHUNK:
        elements = [Joined(elements[i : i + CHUNK]) for i in range(0, len(elements), CHUNK)]
    return elements[0] if len(elements) == 1 else Joined(elements)


def elements_of(dialect: str, document: ColumnElement[Any], *, keyed: bool) -> sa.TableValuedAlias:
    """Return a JSON array's elements, or a keyed object's members, as rows (key, value, position)."""
    if dialect == "sqlite":
        return sa.func.json_each(document).table_valued("key", "value", sa.column("id"))
    if keyed:
        rows = sa.func.json_each(document).table_valued("key", "value", with_ordinality="id")
    else:
        rows = sa.func.json_array_elements(document).table_valued("value", with_ordinality="id")
    return rows.render_derived()


def json_of(dialect: str, text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a bound text as a JSON document."""
    return text if dialect == "sqlite" else sa.cast(text, sa.JSON())


def bound(dialect: str, value: Any) -> Any:
    """Return a value as the driver of this database takes it."""
    if dialect == "sqlite":
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, list):
            return orjson.dumps(value).decode()
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        if isinstance(value, date):
            return value.isoformat()
    return value


def _on(kind: type[ColumnElement[Any]], dialect: str) -> Callable[[Any], Any]:
    return compiles(kind, dialect)


def _sql(compiler: SQLCompiler, element: ColumnElement[Any], options: dict[str, Any]) -> str:
    options = {key: value for key, value in options.items() if key != "within_columns_clause"}
    return compiler.process(element, **options)


@_on(Printed, "sqlite")
def _print_sqlite(element: Printed, compiler: SQLCompiler, **options: Any) -> str:
    return _template(_SQLITE, element).format(_sql(compiler, element.value, options))


@_on(Printed, "postgresql")
def _print_postgresql(element: Printed, compiler: SQLCompiler, **options: Any) -> str:
    return _template(_POSTGRESQL, element).format(_sql(compiler, element.value, options))


def _template(templates: dict[Kind, str], element: Printed) -> str:
    template = templates[element.kind]
    return template.replace("'\"'", f"'\"{element.prefix}'", 1) if element.prefix else template


@_on(Joined, "sqlite")
def _join_sqlite(element: Joined, compiler: SQLCompiler, **options: Any) -> str:
    # No parentheses where none are needed: each takes a place of the parser's stack.
    texts = [(_sql(compiler, part, options), isinstance(part, Joined)) for part in element.parts]
    return " || ".join(f"({text})" if is_joined else text for text, is_joined in texts)


@_on(Joined, "postgresql")
def _join_postgresql(element: Joined, compiler: SQLCompiler, **options: Any) -> str:
    return "concat(" + ", ".join(_sql(compiler, part, options) for part in element.parts) + ")"


@_on(Listed, "sqlite")
def _list_sqlite(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    return _listed("group_concat", element, compiler, options)


@_on(Listed, "postgresql")
def _list_postgresql(element: Listed, compiler: SQLCompiler, **options: Any) -> str:
    return _listed("string_agg", element, compiler, options)


def _listed(function: str, element: Listed, compiler: SQLCompiler, options: dict[str, Any]) -> str:
    item = _sql(compiler, element.item, options)
    only = "" if element.only is None else f" FILTER (WHERE {_sql(compiler, element.only, options)})"
    return f"coalesce({function}({item}, ','){only}, '')"


@_on(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    value, texts = _sql(compiler, element.value, options), _sql(compiler, element.texts, options)
    return f"({value} IN (SELECT value FROM json_each({texts})))"


@_on(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    value, texts = _sql(compiler, element.value, options), _sql(compiler, element.texts, options)
    return f"({value} = ANY(CAST({texts} AS TEXT[])))"


@_on(Bytewise, "sqlite")
def _bytewise_sqlite(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return _sql(compiler, element.value, options)


@_on(Bytewise, "postgresql")
def _bytewise_postgresql(element: Bytewise, compiler: SQLCompiler, **options: Any) -> str:
    return f'({_sql(compiler, element.value, options)} COLLATE "C")'


@_on(Label, "sqlite")
def _label_sqlite(element: Label, compiler: SQLCompiler, **options: Any) -> str:
    return _labelled("{}", element, compiler, options)


@_on(Label, "postgresql")
def _label_postgresql(element: Label, compiler: SQLCompiler, **options: Any) -> str:
    return _labelled("CAST(CAST({} AS TEXT) AS JSON)", element, compiler, options)


def _labelled(labels: str, element: Label, compiler: SQLCompiler, options: dict[str, Any]) -> str:
    document = labels.format(_sql(compiler, element.labels, options))
    code, again = _sql(compiler, element.code, options), _sql(compiler, element.again, options)
    return f"coalesce({document} -> '{element.section}' ->> ({code}), {again})"
