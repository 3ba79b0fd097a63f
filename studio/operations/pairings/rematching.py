"""Re-matches: the smallest change of a published run that finds a mentor for who has none, as a draft to publish."""

from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.rematches import rematch_arrays
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_run
from studio.operations.pairings.proposals import base_of
from studio.operations.rules.match_input import match_rows
from studio.operations.rules.policies import policy_in_force
from studio.operations.runs.carrying import pairings_of
from studio.operations.runs.pairing_states import Check, IllegalMove
from studio.operations.runs.runs import queue_run
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import JobKind, MatchRunState, PairingOrigin, PublishState
from studio.store.jobs import waiting
from studio.store.runs import COMPUTED, MatchRun


async def propose_rematch(
    session: AsyncSession, actor: Actor, run_id: UUID, *, idempotency_key: str | None = None
) -> MatchRun:
    """Queue a proposal for a published run, or return the one that stands already; nothing is applied by itself.

    One stands that waits to be computed, or that would come out the same again.

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
    proposal = await _standing(session, run)
    if proposal is None:
        proposal = await queue_rematch(session, run, author_token_id=actor.token_id)
    await audit(session, actor, "propose_rematch", "MatchRun", proposal.id)
    await remember(session, actor, idempotency_key, "propose_rematch", given, proposal.id)
    return proposal


async def _standing(session: AsyncSession, run: MatchRun) -> MatchRun | None:
    """Return the newest proposal for a published run if nothing that it rests on has changed, nor anybody its pairs."""
    newest = await session.scalar(
        select(MatchRun)
        .where(MatchRun.based_on_id == run.id, MatchRun.publish_state == PublishState.DRAFT)
        .order_by(sa.desc(col(MatchRun.number)))
        .limit(1)
    )
    policy = await policy_in_force(session, run.studio_id)
    if newest is None or newest.state not in COMPUTED or newest.policy_id != policy.id:
        return None
    if {"cohort_id": run.cohort_id.hex} in await waiting(session, run.studio_id, JobKind.NEEDS):
        return None
    cohort = await session.get_one(Cohort, run.cohort_id)
    rows = replace(await match_rows(session, cohort, policy, today(), newest), day=today())
    base = await base_of(session, run.id, rows)
    same = rematch_arrays(rows, base).input_hash == newest.input_hash
    pairings = await pairings_of(session, newest.id)
    changed = any(each.origin is PairingOrigin.OVERRIDE and not each.decided_before for each in pairings)
    return newest if same and not changed else None


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
