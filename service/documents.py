"""Named GraphQL operations, run in process: the product's own pages and commands are the API's first clients."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from studio.permissions import Actor


async def run_document(
    engine: AsyncEngine, actor: Actor, name: str, language: str = "zh", **variables: Any
) -> dict[str, Any]:
    """Run a named operation of docs/operations and return its data; a refusal is raised as a `StudioError`."""
    # The schema takes more than a second to make: only what asks it should wait for it.
    from graph.context import Context
    from graph.execute import run

    data: dict[str, Any] = await run(
        name, Context(engine=engine, actor=actor, language=language), **variables
    )
    return data


async def all_nodes(
    engine: AsyncEngine, actor: Actor, name: str, path: str, language: str = "zh", **variables: Any
) -> list[dict[str, Any]]:
    """Return every node of the connection at `path` (`cohort.trainees`), page after page."""
    nodes: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        found: Any = await run_document(engine, actor, name, language, **variables, after=after)
        for key in path.split("."):
            found = found[key] if found is not None else None
        if found is None:
            return nodes
        nodes.extend(found["nodes"])
        if not found["pageInfo"]["hasNextPage"]:
            return nodes
        after = found["pageInfo"]["endCursor"]
