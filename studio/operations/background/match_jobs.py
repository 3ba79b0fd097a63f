"""The job of a match run: computed on a snapshot, watched over, and stored at once or not at all."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from matching import Match
from matching.trust.draws import NeedDraw
from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.rematches import Proposed, StartingPoint, rematch_arrays
from studio.errors import StudioError
from studio.operations.jobs import JobContext
from studio.operations.needs.found_needs import needs_ahead
from studio.operations.needs.needs import refresh_needs
from studio.operations.pairings.proposals import base_of, compute_proposal, store_proposal
from studio.operations.rules.match_input import match_input
from studio.operations.runs.runs import compute_match, store_match
from studio.operations.runs.sensitivity import draw_needs
from studio.store.cohorts import Cohort
from studio.store.database import reading
from studio.store.enums import JobState, MatchRunState, PublishState
from studio.store.jobs import Job
from studio.store.locks import lock_cohort, lock_studio
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun

T = TypeVar("T")

# Progress is told in hundredths: needs first, then the match, then its result.
WHOLE, NEEDS_DONE, MATCH_DONE = 100, 10, 90
# Between two looks at whether somebody asked for the end, in seconds; and how long a cancelled match may take to stop.
LOOK = 0.5
PATIENCE = 5.0


@dataclass(frozen=True)
class Question:
    """What a run asks: of all people anew, or the smallest change of a published run."""

    rows: MatchRows
    arrays: MatchArrays
    base: StartingPoint | None
    # Draws the needs anew, for how much to trust each pair; of a small change only the new pairs are examined.
    needs: NeedDraw | None

    def same_as(self, other: "Question") -> bool:
        """Tell whether the answer must be the same."""
        return self.arrays.input_hash == other.arrays.input_hash and self.base == other.base


async def compute_run(job: JobContext) -> None:
    """Compute a queued match run: needs first, then the match on a snapshot, then its result at once."""
    run_id = UUID(job.payload["run_id"])
    if not job.checkpoint:
        async with reading(job.engine) as session:
            run = await session.get_one(MatchRun, run_id)
        ahead = await needs_ahead(job.engine, run.cohort_id)
        async with job.effects(checkpoint={"needs": "fresh"}) as session:
            run = await session.get_one(MatchRun, run_id)
            run.state = MatchRunState.RUNNING
            await refresh_needs(session, run.cohort_id, ahead)
    await job.progress(NEEDS_DONE, WHOLE)
    async with reading(job.engine) as session:
        asked = await question_of(session, await session.get_one(MatchRun, run_id))
    found = await _watched(job, lambda tell, stop: _answer(asked, tell, stop))
    await job.progress(MATCH_DONE, WHOLE)
    async with job.effects() as session:
        await lock_studio(session, job.studio_id)
        run = await session.get_one(MatchRun, run_id)
        await lock_cohort(session, run.cohort_id)
        latest = await question_of(session, run)
        if not latest.same_as(asked):
            # Somebody changed people, places or rules meanwhile: once more, and now they wait.
            found = await _answer(latest)
        await _store(session, run, latest, found)


async def give_up_run(session: AsyncSession, job: Job) -> None:
    """Mark the run of a job that failed or was cancelled."""
    run = await session.get_one(MatchRun, UUID(job.payload["run_id"]))
    run.state = MatchRunState.CANCELLED if job.state is JobState.CANCELLED else MatchRunState.FAILED
    run.failure = job.failure
    run.version += 1


async def question_of(session: AsyncSession, run: MatchRun) -> Question:
    """Return what a run asks as things stand.

    Raises PROPOSAL_OUTDATED when the run that it should change is not the published one any more.
    """
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    asked_of = run if run.based_on_id is not None else None
    reopen = run.reopens_confirmed
    rows, arrays = await match_input(session, cohort, policy, asked_of, reopen=reopen)
    needs = await draw_needs(session, cohort, arrays)
    if run.based_on_id is None:
        return Question(rows, arrays, None, needs)
    based_on = await session.get_one(MatchRun, run.based_on_id)
    if based_on.publish_state is not PublishState.PUBLISHED:
        raise StudioError("PROPOSAL_OUTDATED", field="runId")
    base = await base_of(session, based_on.id, rows)
    return Question(rows, rematch_arrays(rows, base), base, needs)


async def _answer(
    asked: Question,
    tell: Callable[[float], object] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Match | Proposed | StudioError:
    if asked.base is not None:
        return await compute_proposal(
            asked.rows, asked.arrays, asked.base, needs=asked.needs, progress=tell, cancel=stop
        )
    return await compute_match(asked.rows, asked.arrays, needs=asked.needs, progress=tell, cancel=stop)


async def _store(
    session: AsyncSession, run: MatchRun, asked: Question, found: Match | Proposed | StudioError
) -> None:
    if isinstance(found, Match):
        await store_match(session, run, asked.rows, asked.arrays, found)
    else:
        await store_proposal(session, run, asked.rows, asked.arrays, found)


async def _watched(
    job: JobContext, work: Callable[[Callable[[float], object], Callable[[], bool]], Awaitable[T]]
) -> T:
    """Do work that computes in a thread, telling the job's progress, and stop it when the job is cancelled or lost."""
    share = 0.0
    stopped = threading.Event()

    def tell(done: float) -> None:
        nonlocal share
        share = done

    task = asyncio.ensure_future(work(tell, stopped.is_set))
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=LOOK)
            await job.progress(NEEDS_DONE + int(share * (MATCH_DONE - NEEDS_DONE)), WHOLE)
        return task.result()
    finally:
        stopped.set()
        if not task.done():
            # The thread ends when it next asks; nobody waits for its answer, whatever it is.
            await asyncio.wait({task}, timeout=PATIENCE)
        if task.done() and not task.cancelled():
            task.exception()
