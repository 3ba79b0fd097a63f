"""Ending a match run that is being computed, or that waits for it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import Conflict
from studio.operations.jobs import cancel_job
from studio.operations.own import own
from studio.permissions import Actor, require
from studio.store.enums import MatchRunState
from studio.store.jobs import end_waiting
from studio.store.runs import MatchRun


async def cancel_match_run(session: AsyncSession, actor: Actor, run_id: UUID) -> MatchRun:
    """End a run that is not computed yet: at once while it waits, else when its worker next looks.

    Nothing of it is kept: no pairs, no figures. Cancelling twice is no error.

    Raises:
        NotFound: no such run in the actor's studio.
        Conflict: JOB_ENDED when it was computed already, failed, or was computed without a job.
    """
    require(actor, "cancel_job")
    run = await own(session, actor, MatchRun, run_id, "runId")
    if run.job_id is None:
        raise Conflict("JOB_ENDED", field="runId", state=run.state)
    try:
        job = await cancel_job(session, actor, run.job_id)
    except Conflict as ended:
        raise Conflict("JOB_ENDED", field="runId", state=ended.values["state"]) from ended
    # No worker has it, and none can take it up while this transaction holds the job's row.
    if await end_waiting(session, job.id):
        await session.refresh(run)
        run.state = MatchRunState.CANCELLED
        run.version += 1
        await session.flush()
    return run
