"""Rolling a published match run back: the one before it is in force again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import Conflict
from studio.messages import listed, translate
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_run, require_version
from studio.operations.packages.package_planning import plan_packages_later
from studio.operations.pairings.publishing import last_day_to_answer
from studio.operations.rules.cohort_weeks import cohort_weeks
from studio.operations.rules.match_input import free_places
from studio.operations.runs.carrying import (
    Counterparts,
    carry,
    counterparts,
    pairings_of,
    schedule_expiry,
    trainee_names,
)
from studio.operations.runs.pair_weeks import taken_code, weeks_gone
from studio.operations.runs.pairing_states import KEPT, UNDER_WAY, Check, IllegalMove, step
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.consents import last_changes
from studio.store.enums import PairingState, PublishState, Role
from studio.store.pairing_enums import SystemReason
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun


class RollBackRefused(Conflict):
    """Pairs that cannot be restored, by the names of their trainees."""

    def __init__(self, number: int, gone: Sequence[str], ended: Sequence[str]) -> None:
        """Tell whose places are gone and whose pairs have ended since."""
        super().__init__("ROLL_BACK_REFUSED", field="runId")
        self._number, self._gone, self._ended = number, gone, ended

    def message(self, language: str = "zh") -> str:
        """Return who stands in the way, and what to do."""
        told = [
            translate(code, language, names=list(names))
            for code, names in (("ROLL_BACK_GONE", self._gone), ("ROLL_BACK_ENDED", self._ended))
            if names
        ]
        return translate("ROLL_BACK_REFUSED", language, number=self._number, detail=listed(told, language))


@dataclass(frozen=True)
class _Restored:
    """The pairs of the earlier run that come back, and where each stands then."""

    pairings: Sequence[Pairing]
    states: Mapping[UUID, PairingState]
    # Pairs that both runs have, as (of the run that is rolled back, of the earlier one).
    shared: Counterparts


async def roll_back_match_run(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    *,
    reason: str,
    expected_version: int,
    idempotency_key: str | None = None,
) -> MatchRun:
    """Take a published run back: its pairs end, and those of the run that it replaced stand as they stood.

    Pairs of both runs keep what has happened to them meanwhile, with consents and packages. Where the run replaced
    none, nothing is published afterwards.

    Raises REASON_MISSING, CONFLICT_VERSION, ILLEGAL_TRANSITION when the run is not published, and ROLL_BACK_REFUSED,
    naming the trainees whose places are closed or held by another cohort now, or whose pairs have ended since.
    """
    require(actor, "roll_back_match_run")
    given = {"run_id": run_id.hex, "reason": reason, "expected_version": expected_version}
    done = await once(session, actor, idempotency_key, "roll_back_match_run", given)
    if done is not None:
        return await own(session, actor, MatchRun, done, "idempotencyKey")
    require_reason(reason)
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    if run.publish_state is not PublishState.PUBLISHED:
        raise IllegalMove(Check.RUN_PUBLISHED, run.publish_state, "runId")
    earlier = await session.get_one(MatchRun, run.replaced_id) if run.replaced_id else None
    restored = await _restorable(session, run, earlier) if earlier else None
    await _take_back(session, actor.role, run, reason.strip())
    if earlier is not None and restored is not None:
        await _restore(session, actor.role, earlier, restored)
        await plan_packages_later(session, earlier, actor.token_id)
    await audit(
        session,
        actor,
        "roll_back_match_run",
        "MatchRun",
        run.id,
        restored=earlier.id.hex if earlier else None,
        pairs=len(restored.pairings) if restored else 0,
    )
    await remember(session, actor, idempotency_key, "roll_back_match_run", given, run.id)
    return run


async def _restorable(session: AsyncSession, run: MatchRun, earlier: MatchRun) -> _Restored:
    """Return what would be restored, or refuse naming who stands in the way; writes nothing."""
    changes = await last_changes(session, earlier.id)
    back = [
        pairing
        for pairing in await pairings_of(session, earlier.id)
        if pairing.id in changes and changes[pairing.id].code == SystemReason.SUPERSEDED
    ]
    shared = counterparts(await pairings_of(session, run.id), back)
    states = {pairing.id: changes[pairing.id].from_state for pairing in back}
    states.update({theirs.id: ours.state for ours, theirs in shared})
    ended = [pairing for pairing in back if states[pairing.id] not in KEPT]
    cohort = await session.get_one(Cohort, earlier.cohort_id)
    free = {place.id for places in (await free_places(session, cohort)).values() for place in places}
    gone = [pairing for pairing in back if states[pairing.id] in UNDER_WAY and pairing.place_id not in free]
    taken = weeks_gone(await cohort_weeks(session, cohort), back, states)
    gone += [pairing for pairing in taken if pairing not in gone]
    if gone or ended:
        raise RollBackRefused(
            earlier.number, await trainee_names(session, gone), await trainee_names(session, ended)
        )
    return _Restored(back, states, shared)


async def _take_back(session: AsyncSession, by: Role, run: MatchRun, reason: str) -> None:
    run.publish_state = PublishState.ROLLED_BACK
    run.version += 1
    session.add_all(
        step(pairing, PairingState.ENDED, by=by, code=SystemReason.ROLLED_BACK, note=reason)
        for pairing in await pairings_of(session, run.id)
        if pairing.state in UNDER_WAY
    )
    await session.flush()


async def _restore(session: AsyncSession, by: Role, earlier: MatchRun, restored: _Restored) -> None:
    earlier.publish_state = PublishState.PUBLISHED
    earlier.version += 1
    soonest = await last_day_to_answer(session, earlier.cohort_id)
    for pairing in restored.pairings:
        state = restored.states[pairing.id]
        if state is PairingState.AWAITING_CONSENT:
            # Whoever had no chance to answer meanwhile has it now.
            pairing.answer_by = max(pairing.answer_by or soonest, soonest)
        session.add(step(pairing, state, by=by, code=SystemReason.RESTORED))
    try:
        await session.flush()
    except IntegrityError as error:
        # Somebody else took or closed a place between our look and our write.
        raise Conflict(taken_code(error), field="runId") from error
    await carry(session, restored.shared)
    await schedule_expiry(session, earlier.studio_id, earlier.cohort_id, restored.pairings)
