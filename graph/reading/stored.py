"""Fields that are read from the database: declared without resolvers, taken from rows by response key."""

from typing import Any

import strawberry
from graphql import (
    GraphQLFieldResolver,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
)
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

TYPENAME = "__typename"


def argument(kind: Any, description: str, default: Any = None) -> StrawberryArgument:
    """Declare an argument of a stored field; its name is given by `stored`."""
    return StrawberryArgument("", None, StrawberryAnnotation(kind), description=description, default=default)


def required(kind: Any, description: str) -> StrawberryArgument:
    """Declare an argument that must be given."""
    return argument(kind, description, UNSET)


def stored(description: str, **arguments: StrawberryArgument) -> Any:
    """Declare a field whose value comes from the one compiled statement, never from a resolver of its own."""
    field: Any = strawberry.field(description=description)
    field.arguments = [
        StrawberryArgument(
            name, None, given.type_annotation, description=given.description, default=given.default
        )
        for name, given in arguments.items()
    ]
    return field


def page(**more: StrawberryArgument) -> dict[str, StrawberryArgument]:
    """Return the arguments of every connection, with those of its own."""
    return {
        "first": argument(
            int | None, "How many from the start, 1–100; 20 when neither first nor last is given."
        ),
        "after": argument(str | None, "Only those after this cursor."),
        "last": argument(int | None, "How many from the end, 1–100; not together with first."),
        "before": argument(str | None, "Only those before this cursor."),
        **more,
    }


def is_stored(parent: GraphQLObjectType, name: str) -> bool:
    """Tell whether a field is read from the database; introspection and computed fields are not."""
    field = parent.fields.get(name)
    if field is None:
        return False
    return _has_no_resolver(field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF))


def _has_no_resolver(field: Any) -> bool:
    return isinstance(field, StrawberryField) and field.base_resolver is None


def take_from_rows(schema: GraphQLSchema) -> None:
    """Let the executor take stored fields from rows: dictionaries keyed by the names in the answer.

    Aliased fields with different arguments stand side by side in one row, so the field's own name would not do.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = lambda row, *_: row[TYPENAME]
        if not isinstance(kind, GraphQLObjectType):
            continue
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if not isinstance(definition, StrawberryObjectDefinition):
            continue
        # Rows are dictionaries, which no Python class can tell apart; `__typename` does, below interfaces.
        kind.is_type_of = None
        for field in kind.fields.values():
            if _has_no_resolver(field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)):
                field.resolve = _take(field.resolve)


def _take(from_object: GraphQLFieldResolver | None) -> GraphQLFieldResolver:
    """Return the resolver of a stored field; answers of computed fields are objects, and resolved as such."""
    assert from_object is not None  # noqa: S101  Strawberry gives every field one

    def take(row: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        # The reading has heeded the arguments already.
        if isinstance(row, dict):
            return row[str(info.path.key)]
        return from_object(row, info, **arguments)

    return take
