"""A queued run computed here, or waited for, and why one has ended without a result."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from service.documents import run_document
from service.limit_words import told_stored
from studio.errors import StudioError
from studio.messages import translate
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.jobs import Progress
from studio.operations.rules.conflict_words import ToldConflict, told_conflicts
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.enums import JobKind, MatchRunState
from studio.store.identity import global_id
from studio.store.jobs import Job
from studio.store.runs import MatchRun

# Between two looks at a job that somebody else computes, in seconds.
LOOK = 0.3
UNFINISHED = frozenset({MatchRunState.QUEUED, MatchRunState.RUNNING})


async def computed_here(engine: AsyncEngine, actor: Actor, run_id: UUID, tell: Progress) -> None:
    """Compute a queued run in this process, or wait for the worker that has it, telling how far it is."""
    worker = Worker(engine, {JobKind.MATCH_RUN: HANDLERS[JobKind.MATCH_RUN]})
    turn = asyncio.ensure_future(worker.run_once())
    while True:
        await asyncio.wait({turn}, timeout=LOOK)
        async with reading(engine) as session:
            row = await session.get_one(MatchRun, run_id)
            job = await session.get_one(Job, row.job_id)
        await tell(job.done, job.total or 1)
        if row.state not in UNFINISHED:
            break
        if turn.done():
            if not turn.result():
                await asyncio.sleep(LOOK)
            turn = asyncio.ensure_future(worker.run_once())
    await asyncio.gather(turn)
    if row.state in (MatchRunState.FAILED, MatchRunState.INFEASIBLE):
        raise await _without_result(engine, actor, row)


async def _without_result(engine: AsyncEngine, actor: Actor, row: MatchRun) -> StudioError:
    """Return why a run has no result: who is fixed too often, by name, or what went wrong."""
    given = global_id("MatchRun", row.id)
    found = (await run_document(engine, actor, "MatchRunProgress", run=given))["matchRun"]
    if found["ruleConflicts"]:
        return _Infeasible(found["ruleConflicts"])
    return StudioError("RUN_ENDED_WITHOUT", state=row.state, failure=row.failure or "")


class _Infeasible(StudioError):
    """The rules collide; it names on whom."""

    def __init__(self, conflicts: list[dict[str, Any]]) -> None:
        super().__init__("INFEASIBLE")
        self._conflicts = conflicts

    def message(self, language: str = "zh") -> str:
        """Return all conflicts in one text, and what to do."""
        limits = [_limit(one, language) for one in self._conflicts if one["limitRule"]]
        if limits:
            return told_conflicts(limits, language)
        told = [
            translate(
                "CLI_CONFLICT",
                language,
                name=(conflict["trainee"] or conflict["mentor"] or {"displayName": conflict["label"]})[
                    "displayName"
                ],
                fixed=conflict["fixed"],
                allowed=conflict["allowed"],
            )
            for conflict in self._conflicts
        ]
        return translate("INFEASIBLE", language, detail=told)


def _limit(conflict: dict[str, Any], language: str) -> ToldConflict:
    rule, mentor = conflict["limitRule"], conflict["mentor"]
    return ToldConflict(
        conflict["code"],
        told_stored(rule, language),
        rule["reason"],
        mentor["displayName"] if mentor else "",
        conflict["fixed"],
        conflict["allowed"],
    )
