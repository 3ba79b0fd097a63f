"""Re-matches: the smallest change of a published run that finds a mentor for who has none, as a draft to publish."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_run
from studio.operations.runs.pairing_states import Check, IllegalMove
from studio.operations.runs.runs import queue_run
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.enums import MatchRunState, PublishState
from studio.store.runs import MatchRun


async def propose_rematch(
    session: AsyncSession, actor: Actor, run_id: UUID, *, idempotency_key: str | None = None
) -> MatchRun:
    """Queue a proposal for a published run, or return the one that waits already; nothing is applied by itself.

    Raises NOT_FOUND, and ILLEGAL_TRANSITION when the run is not the published one.
    """
    require(actor, "propose_rematch")
    given = {"run_id": run_id.hex}
    done = await once(session, actor, idempotency_key, "propose_rematch", given)
    if done is not None:
        return await own(session, actor, MatchRun, done, "idempotencyKey")
    run = await own_run(session, actor, run_id)
    if run.publish_state is not PublishState.PUBLISHED:
        raise IllegalMove(Check.RUN_PUBLISHED, run.publish_state, "runId")
    proposal = await queue_rematch(session, run, author_token_id=actor.token_id)
    await audit(session, actor, "propose_rematch", "MatchRun", proposal.id)
    await remember(session, actor, idempotency_key, "propose_rematch", given, proposal.id)
    return proposal


async def queue_rematch(
    session: AsyncSession, run: MatchRun, *, author_token_id: UUID | None = None
) -> MatchRun:
    """Queue a proposal based on a published run; one that no worker has taken up yet answers this time, too."""
    waiting = await session.scalar(
        select(MatchRun)
        .where(MatchRun.based_on_id == run.id, MatchRun.state == MatchRunState.QUEUED)
        .order_by(sa.desc(col(MatchRun.number)))
        .limit(1)
    )
    if waiting is not None:
        return waiting
    cohort = await session.get_one(Cohort, run.cohort_id)
    return await queue_run(session, cohort, based_on_id=run.id, author_token_id=author_token_id)
