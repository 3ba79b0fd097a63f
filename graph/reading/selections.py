"""From a validated operation to the neutral tree that `studio.reading` understands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.execute import Executor
from graphql.execution.values import VariableValues, get_argument_values

from graph.reading.stored import TYPENAME
from studio.reading.selection import Selection
from studio.store.identity import UnknownId, parse_global_id


@dataclass(frozen=True)
class Operation:
    """An operation with its variables coerced: what selections are read out of."""

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    @property
    def root_type(self) -> GraphQLObjectType:
        """The type of the operation's root fields."""
        root = self.schema.get_root_type(self.definition.operation)
        assert root is not None  # noqa: S101  the document was validated
        return root

    def roots(self) -> dict[str, list[FieldDetails]]:
        """Return the root fields by response key, with fragments spread and @skip, @include heeded."""
        collected = collect_fields(
            self.schema, self.fragments, self.variables, self.root_type, self.definition
        )
        return collected.grouped_field_set


def operation_of(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None, name: str | None
) -> Operation | list[GraphQLError]:
    """Return the operation to execute, or why its variables do not fit."""
    built = Executor.build(
        schema,
        document,
        raw_variable_values=dict(variables or {}),
        operation_name=name,
        hide_suggestions=True,
    )
    if isinstance(built, list):
        return built
    return Operation(schema, built.operation, built.fragments, built.variable_values)


def selection(
    operation: Operation, parent: GraphQLObjectType, key: str, fields: Sequence[FieldDetails]
) -> Selection:
    """Return one field with everything below it; `fields` are its occurrences, which validation let merge."""
    node, name = fields[0].node, fields[0].node.name.value
    if name == TYPENAME:
        return Selection(key, name)
    definition = parent.fields[name]
    given = get_argument_values(
        definition, node, operation.variables, fields[0].fragment_variable_values, hide_suggestions=True
    )
    arguments = {argument: _plain(value) for argument, value in given.items()}
    kind = get_named_type(definition.type)
    if is_abstract_type(kind):
        possible = _possible(operation.schema.get_possible_types(kind), arguments)
        children = tuple(_below_abstract(operation, possible, fields))
    elif isinstance(kind, GraphQLObjectType):
        children = tuple(_below(operation, kind, fields))
    else:
        children = ()
    return Selection(key, name, arguments, children)


def _below(
    operation: Operation, kind: GraphQLObjectType, fields: Sequence[FieldDetails]
) -> Iterator[Selection]:
    collected = collect_subfields(
        operation.schema,
        operation.fragments,
        operation.variables,
        operation.definition,
        kind,
        list(fields),
    )
    for key, below in collected.grouped_field_set.items():
        yield selection(operation, kind, key, below)


def _below_abstract(
    operation: Operation, possible: Sequence[GraphQLObjectType], fields: Sequence[FieldDetails]
) -> Iterator[Selection]:
    """Give the fields for each type that the row may turn out to be of."""
    for kind in possible:
        for below in _below(operation, kind, fields):
            yield Selection(below.key, below.name, below.arguments, below.children, on=kind.name)


def _possible(
    kinds: Sequence[GraphQLObjectType], arguments: Mapping[str, Any]
) -> Sequence[GraphQLObjectType]:
    """Leave only the types that the asked ids are of: an id tells its entity."""
    asked = arguments.get("ids") or [arguments.get("id")]
    entities = set()
    for text in asked:
        try:
            entities.add(parse_global_id(str(text))[0])
        except UnknownId:
            continue  # the reading refuses it, with the position
    return [kind for kind in kinds if kind.name in entities]


def with_typenames(selections: Sequence[Selection]) -> tuple[Selection, ...]:
    """Add `__typename` wherever rows of several types may come, so that the executor can tell them apart."""
    return tuple(_with_typename(one) for one in selections)


def _with_typename(one: Selection) -> Selection:
    children = with_typenames(one.children)
    kinds = dict.fromkeys(child.on for child in children if child.on is not None)
    names = [Selection(TYPENAME, TYPENAME, on=kind) for kind in kinds]
    told = {child.on for child in children if child.key == TYPENAME}
    children = (*children, *(name for name in names if name.on not in told))
    return Selection(one.key, one.name, one.arguments, children, one.on)


def _plain(value: Any) -> Any:
    """Return an argument as plain values: enum values as their names."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
