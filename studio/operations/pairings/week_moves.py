"""Moving a pair to another free week, in a draft or after publication."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.own import own_pairing, require_version
from studio.operations.pairings.publishing import last_day_to_answer
from studio.operations.rules.match_input import match_rows
from studio.operations.runs.carrying import pairings_of, schedule_expiry
from studio.operations.runs.pair_weeks import book_weeks_of, choose_week
from studio.operations.runs.pairing_states import UNDER_WAY, Check, IllegalMove, step
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.consents import consents_of
from studio.store.enums import PairingState, PublishState
from studio.store.pairing_enums import SystemReason
from studio.store.pairings import Pairing
from studio.store.rules import MatchPolicy
from studio.store.runs import COMPUTED, MatchRun

# States of a draft's pairs.
_DRAFTED = frozenset({PairingState.SUGGESTED, PairingState.UNDER_REVIEW})


async def move_pairing_to_week(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    week: date,
    *,
    expected_version: int,
    reason: str | None = None,
) -> Pairing:
    """Move a pair of a draft, or one that is published and under way, to another week in which both are free.

    The mentor stays. A consent is to a mentor and a week: both sides of a published pair that has not started are
    asked again, with as much time as for a new one. One that has started goes on in its new week. The reason stands
    in the pair's history. Raises NOT_FOUND, CONFLICT_VERSION, ILLEGAL_TRANSITION (the run is superseded, or the pair
    has come to an end), SAME_WEEK, REASON_MISSING for a published pair, and what `choose_week` raises.
    """
    require(actor, "move_pairing_to_week")
    run, pairing = await own_pairing(session, actor, pairing_id)
    require_version(pairing, expected_version)
    _require_movable(run, pairing)
    published = run.publish_state is PublishState.PUBLISHED
    if published:
        require_reason(reason or "")
    if pairing.week == week:
        raise StudioError("SAME_WEEK", field="week", week=week.isoformat())
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    rows = await match_rows(session, cohort, policy, today(), run)
    pairings = await pairings_of(session, run.id)
    before = pairing.week
    choose_week(rows, pairings, pairing.seat, pairing.mentor_id, week)
    pairing.week = pairing.week_place = None
    await session.flush()
    await book_weeks_of(session, rows.weeks, pairings, {pairing.seat: week})
    if published:
        await _tell(session, actor, run, pairing, (reason or "").strip())
    else:
        pairing.version += 1
    await session.flush()
    moved = {"before": before.isoformat() if before else None, "after": week.isoformat()}
    details = {**moved, "moved": [pairing.trainee_id.hex]}
    await audit(session, actor, "move_pairing_to_week", "Pairing", pairing.id, **details)
    return pairing


async def _tell(session: AsyncSession, actor: Actor, run: MatchRun, pairing: Pairing, reason: str) -> None:
    """Write the reason into the pair's history, and ask both sides again unless the pair has started."""
    state = pairing.state
    if state in (PairingState.AWAITING_CONSENT, PairingState.CONFIRMED):
        for consent in (await consents_of(session, pairing.id)).values():
            await session.delete(consent)
        state = PairingState.AWAITING_CONSENT
        pairing.answer_by = await last_day_to_answer(session, run.cohort_id)
    session.add(step(pairing, state, by=actor.role, code=SystemReason.WEEK_MOVED, note=reason))
    await session.flush()
    if state is PairingState.AWAITING_CONSENT:
        await schedule_expiry(session, run.studio_id, run.cohort_id, [pairing])


def _require_movable(run: MatchRun, pairing: Pairing) -> None:
    draft = run.publish_state is PublishState.DRAFT and run.state in COMPUTED
    if not draft and run.publish_state is not PublishState.PUBLISHED:
        raise IllegalMove(Check.RUN_PUBLISHED, run.publish_state, "pairingId")
    if pairing.state not in (_DRAFTED if draft else UNDER_WAY):
        raise IllegalMove(Check.NOT_ENDED, pairing.state, "pairingId")
