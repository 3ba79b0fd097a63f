"""Stored data on the one compiled path: a selection becomes one statement, its JSON goes out as it is."""

from collections.abc import AsyncIterator

import orjson
from graphql import GraphQLError, OperationType
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionResult

from graph.context import Context
from graph.errors import coded
from graph.labels import labels
from graph.selections import Operation, operation_of, selection, with_typenames
from graph.stored import is_stored
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
        if operation is not None:
            try:
                if operation.definition.operation is OperationType.QUERY:
                    await self._read(operation, context.context)
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
        try:
            async with reading(context.engine) as session:
                data = await read(session, context.actor, roots, labels=labels(context.language))
        except StudioError as refusal:
            root = (refusal.field or "").split(".")[0]
            path = root if root in operation.roots() else roots[0].key
            raise coded(refusal, context.language, [path]) from refusal
        if alone:
            self.execution_context.result = ExecutionResult(data=orjson.Fragment(data), errors=None)  # type: ignore[arg-type]
        else:
            self.execution_context.root_value = orjson.loads(data)


def _selections(operation: Operation, *, stored_only: bool) -> list[Selection]:
    parent = operation.root_type
    return [
        selection(operation, parent, key, fields)
        for key, fields in operation.roots().items()
        if not stored_only or is_stored(parent, fields[0].node.name.value)
    ]
