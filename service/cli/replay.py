"""`yanzhen match --replay`: a run computed again, or what has changed since."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.printing import output
from service.documents import run_document
from studio.errors import NotFound
from studio.operations.people.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.identity import UnknownId, global_id, row_id_of
from studio.store.runs import run_of_number


async def replay_json(
    engine: AsyncEngine, actor: Actor, cohort: int, run: str, language: str
) -> dict[str, Any]:
    """Return what came of a replay in the shape of docs/cli.md; `run` is the run's id or its number."""
    run_id = await _run_id(engine, actor, cohort, run.strip())
    found = await run_document(engine, actor, "ReplayMatchRun", language, run=run_id)
    return {"runId": run_id, "cohort": cohort, **found["replayMatchRun"]}


async def _run_id(engine: AsyncEngine, actor: Actor, cohort: int, run: str) -> str:
    async with reading(engine) as session:
        row = await find_cohort(session, actor.studio_id, cohort)
        if run.isdecimal() and len(run) < 10:
            numbered = await run_of_number(session, row.id, int(run))
            if numbered is not None:
                return global_id("MatchRun", numbered.id)
    try:
        return global_id("MatchRun", row_id_of(run, "MatchRun"))
    except UnknownId:
        raise NotFound(run[:80], field="replay", command=f"yanzhen run list --cohort {cohort}") from None


def print_replay(result: dict[str, Any], _language: str) -> None:
    """Print the outcome, and where the run differs from the replay."""
    output.print(result["text"])
    for change in result["changes"]:
        output.print(f"  · {change['text']}")
