"""Publishing a match run: its draft pairs take their places for good."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict, StudioError
from studio.operations.audit import audit
from studio.operations.match_input import match_input
from studio.operations.own import own_run, require_version
from studio.operations.runs import require_draft
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import PairingState, PublishState, RuleKind
from studio.store.pairings import Pairing
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun


async def publish_match_run(
    session: AsyncSession, actor: Actor, run_id: UUID, *, expected_version: int
) -> MatchRun:
    """Publish a draft: its pairs take their places for good, the cohort's earlier run gives its own back.

    A draft may have grown old, so it is held against the rules and places of today. Raises CONFLICT_VERSION,
    ILLEGAL_TRANSITION, CONSTRAINT_VIOLATED when a rule set since stands against a pair, and CAPACITY_EXCEEDED
    when a place was closed or another cohort took it.
    """
    require(actor, "publish_match_run")
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    require_draft(run)
    await _check_draft(session, run)
    earlier = await session.scalar(
        select(MatchRun).where(
            MatchRun.cohort_id == run.cohort_id, MatchRun.publish_state == PublishState.PUBLISHED
        )
    )
    if earlier is not None:
        earlier.publish_state = PublishState.SUPERSEDED
        earlier.version += 1
        await session.flush()
        await _release(session, earlier.id)
    await _hold_places(session, run)
    run.publish_state = PublishState.PUBLISHED
    run.version += 1
    await session.flush()
    await audit(session, actor, "publish_match_run", "MatchRun", run.id, pairs=run.matched)
    return run


async def _check_draft(session: AsyncSession, run: MatchRun) -> None:
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    rows, arrays = await match_input(session, cohort, policy.weights)
    pairings = list((await session.execute(select(Pairing).where(Pairing.run_id == run.id))).scalars())
    _check_rules(rows, arrays, pairings)
    free = {place.id for places in rows.places.values() for place in places}
    if any(pairing.place_id not in free for pairing in pairings):
        raise Conflict("CAPACITY_EXCEEDED", field="runId")


def _check_rules(rows: MatchRows, arrays: MatchArrays, pairings: Sequence[Pairing]) -> None:
    row_of = {trainee_id: row for row, trainee_id in enumerate(arrays.trainee_ids)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(arrays.mentor_ids)}
    chosen = {(pairing.trainee_id, pairing.mentor_id) for pairing in pairings}
    for trainee_id, mentor_id in chosen:
        if arrays.forbidden[row_of[trainee_id], column_of[mentor_id]]:
            raise StudioError("CONSTRAINT_VIOLATED", field="runId", rule=RuleKind.FORBID.value)
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    if not pins <= chosen:
        raise StudioError("CONSTRAINT_VIOLATED", field="runId", rule=RuleKind.PIN.value)


async def _hold_places(session: AsyncSession, run: MatchRun) -> None:
    try:
        await session.execute(
            sa.update(Pairing)
            .where(col(Pairing.run_id) == run.id)
            .values(
                held_place_id=Pairing.place_id,
                state=PairingState.AWAITING_CONSENT,
                version=Pairing.version + 1,
                updated_at=now(),
            )
        )
    except IntegrityError as error:
        # Somebody else took or closed a place between our look and our write.
        raise Conflict("CAPACITY_EXCEEDED", field="runId") from error


async def _release(session: AsyncSession, run_id: UUID) -> None:
    await session.execute(
        sa.update(Pairing)
        .where(col(Pairing.run_id) == run_id)
        .values(held_place_id=None, state=PairingState.ENDED, version=Pairing.version + 1, updated_at=now())
    )
