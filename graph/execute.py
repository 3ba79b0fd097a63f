"""Running operations in process: the product's own pages and commands are the API's first clients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry import Schema
from strawberry.types.graphql import OperationType

from graph.context import Context
from graph.errors import CodedError
from graph.schema import schema as own_schema

_HERE = Path(__file__).parent
# In a clone they stand in the documentation, where client developers look; an installed package has them here.
OPERATIONS = next(
    path for path in (_HERE / "operations", _HERE.parent / "docs" / "operations") if path.is_dir()
)
ALLOWED = (OperationType.QUERY, OperationType.MUTATION)


@dataclass(frozen=True)
class ExecutedOperation:
    """What came of an operation: `data` as JSON text, or None when there is none."""

    data: bytes | None
    errors: list[GraphQLError] = field(default_factory=list)

    def parsed(self) -> Any:
        """Return the data as Python values; a refusal is raised as the `StudioError` that it is, a fault as itself."""
        if self.errors:
            raise _behind(self.errors[0])
        return orjson.loads(self.data) if self.data is not None else None


def _behind(error: GraphQLError) -> Exception:
    original = error.original_error or error
    return original.refusal if isinstance(original, CodedError) else original


async def execute(
    document: str,
    context: Context,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    schema: Schema = own_schema,
) -> ExecutedOperation:
    """Execute an operation of `document` for the actor of `context`."""
    result = await schema.execute(
        document,
        variable_values=dict(variables or {}),
        context_value=context,
        operation_name=operation_name,
        allowed_operation_types=ALLOWED,
    )
    data = None if result.data is None else orjson.dumps(result.data)
    return ExecutedOperation(data, list(result.errors or ()))


async def run(name: str, context: Context, **variables: Any) -> Any:
    """Execute the published operation `name` of docs/operations and return its data; raises on errors."""
    return (await execute(operation(name), context, variables, name)).parsed()


@cache
def operation(name: str) -> str:
    """Return the document of a published operation."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")
