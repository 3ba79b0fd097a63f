"""GraphQL notation for selections, so that tests read like what a client sends."""

from typing import Any

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse
from graphql.utilities import value_from_ast_untyped

from studio.reading.selection import Selection


def select(document: str, **variables: Any) -> tuple[Selection, ...]:
    """Translate an anonymous query; enum values become texts."""
    definition = parse(document).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return tuple(_children(definition.selection_set, variables, None))


def _children(chosen: SelectionSetNode | None, variables: dict[str, Any], on: str | None) -> list[Selection]:
    found: list[Selection] = []
    for node in chosen.selections if chosen else ():
        if isinstance(node, InlineFragmentNode):
            found += _children(node.selection_set, variables, node.type_condition.name.value)
            continue
        assert isinstance(node, FieldNode)
        name = node.name.value
        arguments = {
            one.name.value: value_from_ast_untyped(one.value, variables) for one in node.arguments or ()
        }
        children = tuple(_children(node.selection_set, variables, None))
        found.append(Selection(node.alias.value if node.alias else name, name, arguments, children, on))
    return found
