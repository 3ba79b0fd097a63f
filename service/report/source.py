"""Everything that the report shows, read by named operations run in process."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from service.documents import all_nodes, run_document
from studio.errors import StudioError
from studio.permissions import Actor
from studio.store.runs import COMPUTED

Node = dict[str, Any]


async def read_cohort(engine: AsyncEngine, actor: Actor, number: int) -> tuple[Node, Node]:
    """Return the studio and the cohort, with all its trainees and pain points; NO_COHORT when there is none."""
    found = await run_document(engine, actor, "CohortReport", number=number)
    cohort = found["cohort"]
    if cohort is None:
        raise StudioError("NO_COHORT", field="cohort", number=number)
    while cursors := {
        name: cohort[name]["pageInfo"]["endCursor"]
        for name in ("trainees", "painPoints")
        if cohort[name]["pageInfo"]["hasNextPage"]
    }:
        page = (await run_document(engine, actor, "CohortReport", number=number, **cursors))["cohort"]
        for name in cursors:
            cohort[name]["nodes"].extend(page[name]["nodes"])
            cohort[name]["pageInfo"] = page[name]["pageInfo"]
    return found["studio"], cohort


async def read_run(engine: AsyncEngine, actor: Actor, cohort: Node) -> Node | None:
    """Return the run that counts, with all its pairs: the published one, or else the latest that was computed."""
    computed = [run for run in cohort["matchRuns"]["nodes"] if run["state"] in COMPUTED]
    shown = cohort["publishedRun"] or next(iter(computed), None)
    if shown is None:
        return None
    run: Node = (await run_document(engine, actor, "MatchRunReport", run=shown["id"]))["matchRun"]
    if run["pairings"]["pageInfo"]["hasNextPage"]:
        run["pairings"]["nodes"] = await all_nodes(
            engine, actor, "MatchRunReport", "matchRun.pairings", run=shown["id"]
        )
    return run
