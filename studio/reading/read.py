"""Reading for an answer: selections in, finished JSON text out, by one SQL statement."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from studio.permissions import Actor
from studio.reading.arguments import Getter, Request, shape_of
from studio.reading.compile import Compiler
from studio.reading.cursors import OPEN, seal
from studio.reading.dialect import bound
from studio.reading.fields import TODAY
from studio.reading.printing import Text
from studio.reading.roots import named_ids, print_by_ids, print_roots
from studio.reading.scope import Scope
from studio.reading.selection import Selection
from studio.store.clock import today

Labels = Mapping[str, Mapping[str, str]]
# Compiled statements kept; one is some ten kilobytes.
MOST_PLANS = 500
_plans: "OrderedDict[Any, Plan]" = OrderedDict()


@dataclass(frozen=True)
class Plan:
    """A statement in the driver's own words, and what fetches each parameter's value from a request.

    `checked` fetches arguments that have to be right though this selection does without their values.
    """

    sql: str
    getters: tuple[Getter, ...]
    checked: tuple[Getter, ...] = ()


async def read(
    session: AsyncSession, actor: Actor, roots: Sequence[Selection], *, labels: Labels | None = None
) -> bytes:
    """Return the selected fields as a JSON object, read by one statement.

    `labels` gives the reader's words for codes: REASON, PART and UNMATCHED, each code → label.
    Raises BAD_ARGUMENT, INVALID_CURSOR or UNKNOWN_ID with the argument's path as field, and Forbidden when
    a root's rows are closed to the role.
    """
    chosen = tuple(roots)
    return await _answer(session, actor, chosen, labels, "", lambda scope: print_roots(scope, chosen))


async def read_rows(
    session: AsyncSession,
    actor: Actor,
    entity: str,
    ids: Sequence[UUID],
    children: Sequence[Selection],
    *,
    labels: Labels | None = None,
) -> list[dict[str, Any] | None]:
    """Return the selected fields of rows in the order of `ids`; None where there is none that may be seen.

    Rows written in this very transaction are seen once they are flushed. One statement.
    """
    if not ids:
        return []
    rows = Selection(
        "rows", entity, {"named": named_ids([(entity, row_id) for row_id in ids])}, tuple(children)
    )
    text = await _answer(
        session, actor, (rows,), labels, entity, lambda scope: _print_rows(scope, entity, rows)
    )
    found: list[dict[str, Any] | None] = orjson.loads(text)
    return found


def _print_rows(scope: Scope, entity: str, rows: Selection) -> Text:
    return print_by_ids(Compiler(scope), [entity], lambda request: request.arguments[0]["named"], rows)


async def _answer(
    session: AsyncSession,
    actor: Actor,
    roots: tuple[Selection, ...],
    labels: Labels | None,
    start: str,
    printed: Callable[[Scope], Text],
) -> bytes:
    connection = await session.connection()
    dialect = connection.dialect
    fields = list(_walk(roots))
    key = (
        dialect.name,
        actor.role,
        actor.scopes,
        actor.written is not None,
        start,
        tuple(_shape(field) for field in fields),
    )
    plan = _plans.get(key)
    if plan is None:
        positions = {id(field): position for position, field in enumerate(fields)}
        plan = _compiled(dialect, Scope(dialect.name, actor, positions), printed)
        _plans[key] = plan
        if len(_plans) > MOST_PLANS:
            _plans.popitem(last=False)
    else:
        _plans.move_to_end(key)
    request = Request(actor, [field.arguments for field in fields], orjson.dumps(labels or {}).decode())
    for get in plan.checked:
        get(request)
    values = tuple(bound(dialect.name, get(request)) for get in plan.getters)
    text = (await connection.exec_driver_sql(plan.sql, values)).scalar_one()
    answer: bytes = text.encode()
    return seal(answer) if OPEN in text else answer


def _compiled(dialect: sa.Dialect, scope: Scope, printed: Callable[[Scope], Text]) -> Plan:
    compiled = sa.select(printed(scope)).compile(dialect=dialect)
    constants = compiled.params
    fetched: Mapping[str, Getter] = {TODAY: lambda _request: today(), **scope.binds.getters}
    getters = tuple(fetched.get(name) or _constant(constants[name]) for name in compiled.positiontup or ())
    return Plan(str(compiled), getters, tuple(scope.binds.checked))


def _constant(value: Any) -> Getter:
    return lambda _request: value


def _walk(selections: Sequence[Selection]) -> Any:
    for selection in selections:
        yield selection
        yield from _walk(selection.children)


def _shape(field: Selection) -> Any:
    arguments = shape_of(field.arguments) if field.arguments else ()
    return field.key, field.name, field.on, len(field.children), arguments
