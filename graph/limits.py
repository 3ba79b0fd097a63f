"""How much one document may ask for: checked once, before validation, in time linear in its size."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension

from graph.context import Context
from graph.errors import bad_request

MAX_TOKENS = 1000
MAX_DEPTH = 10
# Introspection nests `ofType` by itself.
MAX_INTROSPECTION_DEPTH = 15
MAX_FRAGMENTS = 40


@dataclass(frozen=True)
class Size:
    """What a selection amounts to, its fragments spread wherever they are used."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    roots: int = 0


MOST = Size(depth=MAX_DEPTH, fields=300, aliases=30, roots=20)


class Limits(SchemaExtension):
    """Refuses documents that are too large, before anything costly looks at them."""

    def on_parse(self) -> Iterator[None]:
        """Bound the tokens, then measure the document."""
        context = self.execution_context
        context.parse_options = {"max_tokens": MAX_TOKENS}
        asked: Context = context.context
        yield
        if context.graphql_document is not None and context.pre_execution_errors is None:
            check(context.graphql_document, context._provided_operation_name, asked.language)


def check(document: DocumentNode, operation_name: str | None, language: str) -> None:
    """Refuse a document that asks for too much: BAD_USER_INPUT with the reason."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    if len(operations) > 1 and operation_name is None:
        raise bad_request("OPERATION_NAME_MISSING", language)
    if len(fragments) > MAX_FRAGMENTS:
        raise bad_request("TOO_MANY_FRAGMENTS", language, found=len(fragments), most=MAX_FRAGMENTS)
    sizes = _fragment_sizes(fragments)
    if sizes is None:
        return  # fragments in a circle: validation refuses them
    for operation in operations:
        size = _measure(operation.selection_set, sizes)
        roots = _measure_roots(operation.selection_set, fragments)
        most = MAX_INTROSPECTION_DEPTH if _is_introspection(operation) else MOST.depth
        found = Size(size.depth, size.fields, size.aliases, roots)
        for field in fields(Size):
            bound = most if field.name == "depth" else getattr(MOST, field.name)
            if getattr(found, field.name) > bound:
                reason = f"TOO_MANY_{field.name.upper()}" if field.name != "depth" else "TOO_DEEP"
                raise bad_request(reason, language, found=getattr(found, field.name), most=bound)


def _fragment_sizes(fragments: dict[str, FragmentDefinitionNode]) -> dict[str, Size] | None:
    """Measure each fragment once, those that it spreads first; None when they spread each other in a circle."""
    waiting = {
        name: {spread for spread in _spreads(node.selection_set) if spread in fragments}
        for name, node in fragments.items()
    }
    sizes: dict[str, Size] = {}
    while waiting:
        ready = [name for name, spreads in waiting.items() if spreads <= sizes.keys()]
        if not ready:
            return None
        for name in ready:
            sizes[name] = _measure(fragments[name].selection_set, sizes)
            del waiting[name]
    return sizes


def _walk(selections: SelectionSetNode) -> Iterator[tuple[SelectionNode, int]]:
    """Give every selection of the tree with its depth, without following spreads and without recursion."""
    stack = [(node, 1) for node in selections.selections]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        below = getattr(node, "selection_set", None)
        if below is not None:
            deeper = depth + 1 if isinstance(node, FieldNode) else depth
            stack.extend((child, deeper) for child in below.selections)


def _spreads(selections: SelectionSetNode) -> set[str]:
    return {node.name.value for node, _ in _walk(selections) if isinstance(node, FragmentSpreadNode)}


def _measure(selections: SelectionSetNode, sizes: dict[str, Size]) -> Size:
    depth = n_fields = aliases = 0
    for node, at in _walk(selections):
        if isinstance(node, FieldNode):
            depth, n_fields = max(depth, at), n_fields + 1
            aliases += node.alias is not None
        elif isinstance(node, FragmentSpreadNode):
            spread = sizes.get(node.name.value, Size())
            depth = max(depth, at - 1 + spread.depth)
            n_fields, aliases = n_fields + spread.fields, aliases + spread.aliases
    return Size(depth, n_fields, aliases)


def _measure_roots(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> int:
    """Count root fields; each fragment counts once, for fields of one key are merged."""
    count, seen = 0, set[str]()
    stack = list(selections.selections)
    while stack:
        node = stack.pop()
        if isinstance(node, FieldNode):
            count += 1
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in fragments and name not in seen:
                seen.add(name)
                stack.extend(fragments[name].selection_set.selections)
        else:
            stack.extend(getattr(node, "selection_set").selections)  # noqa: B009
    return count


def _is_introspection(operation: OperationDefinitionNode) -> bool:
    return all(
        isinstance(node, FieldNode) and node.name.value.startswith("__")
        for node in operation.selection_set.selections
    )
