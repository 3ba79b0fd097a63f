"""Stored data on the one compiled path: a selection becomes one statement, its JSON goes out as it is."""

from collections.abc import AsyncIterator, Sequence

import orjson
from graphql import GraphQLError, OperationType, is_non_null_type
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionResult

from graph.context import Context
from graph.errors import coded, malformed
from graph.labels import labels
from graph.reading.refused import unknown_nodes, with_errors
from graph.reading.selections import Operation, operation_of, selection, with_typenames
from graph.reading.stored import is_stored
from studio.errors import StudioError
from studio.reading.read import read
from studio.reading.selection import Selection
from studio.store.database import reading


class CompiledReads(SchemaExtension):
    """Answers queries of stored data by themselves; the executor walks only what has to be computed.

    A query of stored roots alone is answered with the database's own JSON. With computed roots beside them the
    stored ones are read first, by one statement too, and the executor takes them from the rows. Mutations find
    what their payload should hold in the same place.
    """

    async def on_execute(self) -> AsyncIterator[None]:
        """Read what is stored before the executor begins."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None  # noqa: S101  parsing comes before
        schema = context.schema._schema
        operation = operation_of(schema, document, context.variables, context.operation_name)
        asked: Context = context.context
        try:
            if isinstance(operation, list):
                errors = [
                    malformed(error, "GRAPHQL_VARIABLES_REFUSED", asked.language) for error in operation
                ]
                context.result = ExecutionResult(data=None, errors=errors)
            elif operation.definition.operation is OperationType.QUERY:
                await self._read(operation, asked)
            else:
                context.root_value = {one.key: one for one in _selections(operation, stored_only=False)}
        except GraphQLError as error:
            context.result = ExecutionResult(data=None, errors=[error])
        yield

    async def _read(self, operation: Operation, context: Context) -> None:
        wanted = _selections(operation, stored_only=True)
        if not wanted:
            return
        alone = len(wanted) == len(operation.roots())
        roots = wanted if alone else with_typenames(wanted)
        data, refused = await self._read_roots(operation, context, roots)
        errors = [*refused.values(), *unknown_nodes(roots, context.language)]
        if not alone:
            # The executor puts an error in the place of the value that it finds it for.
            self.execution_context.root_value = with_errors(orjson.loads(data), errors)
            return
        if refused:
            read_data = orjson.loads(data)
            data = orjson.dumps({root.key: read_data.get(root.key) for root in roots})
        self.execution_context.result = ExecutionResult(data=orjson.Fragment(data), errors=errors or None)  # type: ignore[arg-type]

    async def _read_roots(
        self, operation: Operation, context: Context, roots: Sequence[Selection]
    ) -> tuple[bytes, dict[str, GraphQLError]]:
        """Read the roots; those that are refused and may be null are left out, the others are read all the same."""
        refused: dict[str, GraphQLError] = {}
        async with reading(context.engine) as session:
            while True:
                left = [root for root in roots if root.key not in refused]
                try:
                    data = await read(session, context.actor, left, labels=labels(context.language))
                except StudioError as refusal:
                    key = (refusal.field or "").split(".")[0]
                    root = next((one for one in left if one.key == key), left[0])
                    error = coded(refusal, context.language, [root.key])
                    if is_non_null_type(operation.root_type.fields[root.name].type):
                        raise error from refusal
                    refused[root.key] = error
                else:
                    return data, refused


def _selections(operation: Operation, *, stored_only: bool) -> list[Selection]:
    parent = operation.root_type
    return [
        selection(operation, parent, key, fields)
        for key, fields in operation.roots().items()
        if not stored_only or is_stored(parent, fields[0].node.name.value)
    ]
