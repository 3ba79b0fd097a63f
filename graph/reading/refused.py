"""Parts of a query that are refused by themselves: null in the answer, with an error at their path."""

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import GraphQLError

from graph.errors import coded
from studio.errors import StudioError
from studio.reading.selection import Selection
from studio.store.identity import UnknownId, parse_global_id


def unknown_nodes(roots: Sequence[Selection], language: str) -> Iterator[GraphQLError]:
    """Give an error for every id in `nodes` that is none of ours, at its place in the list."""
    for root in roots:
        if root.name != "nodes":
            continue
        for position, text in enumerate(root.arguments["ids"]):
            try:
                parse_global_id(str(text))
            except UnknownId:
                refusal = StudioError("UNKNOWN_ID", field=f"{root.key}.ids.{position}")
                yield coded(refusal, language, [root.key, position])


def with_errors(rows: dict[str, Any], errors: Sequence[GraphQLError]) -> dict[str, Any]:
    """Put every error in its place among the rows, where the executor raises it."""
    place: Any
    for error in errors:
        path, place = list(error.path or ()), rows
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = error
    return rows
