"""What a query can start from, and how each start finds its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from studio.errors import Forbidden
from studio.permissions import Rows, rows_for
from studio.reading import arguments
from studio.reading.arguments import MOST_VALUES, Getter, entity_of, refuse, row_id
from studio.reading.catalogue import ENTITIES
from studio.reading.compile import Compiler
from studio.reading.dialect import elements_of, json_of, word
from studio.reading.fields import Alias, Condition, Connection, Entity, member_text
from studio.reading.pages import print_connection
from studio.reading.printing import Part, Text, print_list, print_members, quoted
from studio.reading.scope import Scope
from studio.reading.selection import Selection
from studio.reading.sources import Sources
from studio.store.identity import UnknownId, parse_global_id


@dataclass(frozen=True)
class One:
    """One row, named by one of its arguments; null when there is none that may be seen."""

    entity: str
    by: Mapping[str, tuple[str, Callable[[Any, str], Any], sa.types.TypeEngine[Any]]]


def _by_id(entity: str) -> One:
    return One(entity, {"id": ("id", row_id(entity), sa.Uuid())})


def _all(entity: str, only: Callable[[Alias], Condition] | None = None) -> Connection:
    return Connection(entity, lambda _row, child: only(child) if only else sa.true())


ROOTS: Mapping[str, One | Connection] = {
    "studio": One("Studio", {}),
    "cohort": One(
        "Cohort",
        {
            "id": ("id", row_id("Cohort"), sa.Uuid()),
            "number": ("number", arguments.whole, sa.Integer()),
        },
    ),
    "cohorts": _all("Cohort"),
    "trainee": _by_id("Trainee"),
    "trainees": _all("Trainee"),
    "mentor": _by_id("Mentor"),
    "mentors": _all("Mentor"),
    "topic": One("Topic", {"code": ("code", arguments.plain, sa.Text())}),
    "topics": _all("Topic"),
    "survey": _by_id("Survey"),
    "surveys": _all("Survey"),
    "painPoints": _all("PainPoint"),
    "reviewQueue": _all("ReviewItem", lambda item: item.c.leader_id.is_(None)),
    "content": _by_id("Content"),
    "contents": _all("Content", lambda content: content.c.active),
    "recommendations": _all("Recommendation"),
    "matchRun": _by_id("MatchRun"),
    "matchRuns": _all("MatchRun"),
    "pairings": _all("Pairing"),
    "matchPolicies": _all("MatchPolicy"),
    "rules": _all("Rule"),
    "rulePresets": _all("RulePreset"),
    "surveyImport": _by_id("SurveyImport"),
    "job": _by_id("Job"),
}


def print_roots(scope: Scope, roots: tuple[Selection, ...]) -> Text:
    """Return the whole answer as one JSON object."""
    compiler = Compiler(scope)
    return print_members([(root.key, _print_root(compiler, root)) for root in roots])


def _print_root(compiler: Compiler, selection: Selection) -> Part:
    if selection.name == "__typename":
        return quoted("Query")
    if selection.name == "node":
        return _print_node(compiler, selection)
    if selection.name == "nodes":
        return _print_nodes(compiler, selection)
    declared = ROOTS[selection.name]
    if rows_for(compiler.scope.actor, declared.entity) is Rows.NONE:
        raise Forbidden(selection.name, field=selection.key)
    if isinstance(declared, Connection):
        # A root has no row above it.
        nothing = ENTITIES[declared.entity].table.alias()
        return print_connection(
            compiler.scope, compiler.print_object, declared, nothing, selection, selection.key
        )
    return _print_one(compiler, declared, selection)


def _print_one(compiler: Compiler, declared: One, selection: Selection) -> Text:
    given = compiler.scope.given(selection, selection.key)
    entity = ENTITIES[declared.entity]
    named = [name for name in declared.by if given.has(name)]
    if declared.by and len(named) != 1:
        raise refuse(given.field(next(iter(declared.by))))
    row = entity.table.alias()
    conditions = []
    for name in named:
        column, check, type_ = declared.by[name]
        conditions.append(row.c[column] == compiler.scope.binds.bind(given.getter(name, check), type_))
    return _print_found(compiler, entity, row, conditions, selection)


def _print_found(
    compiler: Compiler, entity: Entity, row: Alias, conditions: list[Condition], selection: Selection
) -> Text:
    """Return the one row that meets the conditions and may be seen, or null."""
    sources = Sources(row)
    shown = compiler.print_object(entity, row, sources, selection.children, selection.key)
    found = sa.select(shown).select_from(sources.tree).where(*conditions, compiler.scope.policy(entity, row))
    return sa.func.coalesce(found.scalar_subquery(), sa.literal_column("'null'"))


def _print_nodes(compiler: Compiler, selection: Selection) -> Text:
    given = compiler.scope.given(selection, selection.key)
    ids = _node_ids(given.values.get("ids"), given.field("ids"))
    entities = sorted({entity for entity, _ in ids} & ENTITIES.keys())
    return print_by_ids(compiler, entities, given.getter("ids", _named), selection)


def print_by_ids(compiler: Compiler, entities: Sequence[str], get: Getter, selection: Selection) -> Text:
    """Return the rows of these ids, which `get` gives as JSON [{"e": entity, "i": 32 digits}, …], in their order."""
    named = compiler.scope.binds.bind(get, sa.Text())
    ids = elements_of(compiler.scope.dialect, json_of(compiler.scope.dialect, named), keyed=False)
    sources = Sources(ids)
    shown: list[tuple[Condition, Text]] = []
    for name in entities:
        entity, row = ENTITIES[name], ENTITIES[name].table.alias()
        is_kind = member_text("e")(ids, ids) == word(name)
        is_row = row.c.id == sa.cast(member_text("i")(ids, ids), sa.Uuid())
        sources.join(ids, name, row, sa.and_(is_kind, is_row, compiler.scope.policy(entity, row)))
        printed = compiler.print_object(entity, row, sources, selection.children, selection.key)
        shown.append((row.c.id.is_not(None), printed))
    item = sa.case(*shown, else_=word("null")) if shown else word("null")
    return print_list(sa.select(item.label("j")).select_from(sources.tree).order_by(ids.c.id))


def _named(ids: Any, field: str) -> str:
    return named_ids(_node_ids(ids, field))


def named_ids(ids: Sequence[tuple[str, UUID]]) -> str:
    """Return ids as the JSON that `print_by_ids` takes."""
    return orjson.dumps([{"e": entity, "i": row_id.hex} for entity, row_id in ids]).decode()


def _node_ids(ids: Any, field: str) -> list[tuple[str, UUID]]:
    if not isinstance(ids, list | tuple) or len(ids) > MOST_VALUES:
        raise refuse(field)
    return [_node_id(text) for text in ids]


def _node_id(text: Any) -> tuple[str, UUID]:
    """Return what an id names; one that is none of ours names nothing, in its place of the list."""
    try:
        return parse_global_id(str(text))
    except UnknownId:
        return "", UUID(int=0)


def _print_node(compiler: Compiler, selection: Selection) -> Part:
    given = compiler.scope.given(selection, selection.key)
    name = entity_of(given.values.get("id"), given.field("id"))
    if name not in ENTITIES:
        return "null"
    entity = ENTITIES[name]
    row = entity.table.alias()
    bound = compiler.scope.binds.bind(given.getter("id", _any_id), sa.Uuid())
    return _print_found(compiler, entity, row, [row.c.id == bound], selection)


def _any_id(value: Any, field: str) -> Any:
    return row_id(entity_of(value, field))(value, field)
