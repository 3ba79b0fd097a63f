from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    parse,
    validate,
)

from graph.enums import PUBLISHED_ENUMS
from graph.execute import OPERATIONS
from graph.limits import check
from graph.schema import NODES, schema
from studio.permissions import READ
from studio.store.identity import PREFIXES
from studio.store.labels import LABELS

ROOT = Path(__file__).parents[2]
TYPES = {name: kind for name, kind in schema._schema.type_map.items() if not name.startswith("__")}


def test_schema_file_is_the_schema() -> None:
    """On a change: `yanzhen schema > schema.graphql`, and tell clients when it breaks theirs."""
    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == schema.as_str() + "\n"


def _described(kind: Any) -> dict[str, str | None]:
    told = {kind.name: kind.description}
    if isinstance(kind, GraphQLEnumType):
        told |= {f"{kind.name}.{name}": value.description for name, value in kind.values.items()}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        told |= {f"{kind.name}.{name}": field.description for name, field in kind.fields.items()}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        told |= {
            f"{kind.name}.{name}({argument})": given.description
            for name, field in kind.fields.items()
            for argument, given in field.args.items()
        }
    return told


def test_everything_is_described() -> None:
    told = {where: words for kind in TYPES.values() for where, words in _described(kind).items()}
    assert len(told) > 500
    assert not [where for where, words in told.items() if not (words or "").strip()]


@pytest.mark.parametrize("kind", PUBLISHED_ENUMS)
def test_enum_values_are_described_by_their_labels(kind: Any) -> None:
    declared = TYPES[kind.__name__]
    assert isinstance(declared, GraphQLEnumType)
    assert {name: value.description for name, value in declared.values.items()} == LABELS[kind]


def test_every_node_has_an_id_prefix_and_declared_readers() -> None:
    nodes = {kind.__name__ for kind in NODES}
    implementing = {kind.name for kind in schema._schema.get_possible_types(TYPES["Node"])}  # type: ignore[arg-type]
    assert nodes == implementing
    assert nodes <= set(PREFIXES)
    assert nodes <= set(READ)


def test_relations_that_a_policy_may_hide_are_nullable() -> None:
    nodes = {kind.__name__ for kind in NODES} - {"Studio"}
    bound = [
        f"{kind.name}.{name}"
        for kind in TYPES.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.endswith(("Edge", "Connection"))
        for name, field in kind.fields.items()
        if str(field.type).endswith("!") and str(field.type).strip("!") in nodes
    ]
    assert not bound


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
def test_published_operations_are_valid_and_named_like_their_file(path: Path) -> None:
    document = parse(path.read_text(encoding="utf-8"))
    assert not validate(schema._schema, document)
    check(document, None, "zh")
    (operation,) = document.definitions
    assert operation.name.value == path.stem  # type: ignore[attr-defined]


def test_every_mutation_is_shown_or_has_a_published_neighbour() -> None:
    """Clients learn from examples: what is done in the console has one."""
    text = "".join(path.read_text(encoding="utf-8") for path in OPERATIONS.glob("*.graphql"))
    mutations = set(schema._schema.mutation_type.fields)  # type: ignore[union-attr]
    assert {name for name in mutations if f"{name}(" not in text} == {
        "refreshNeeds",
        "refreshRecommendations",
        "removeRule",
        "revokeToken",
    }
