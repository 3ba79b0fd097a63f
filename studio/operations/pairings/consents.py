"""Consents: what mentors and trainees answer to a published pairing, and what becomes of one without an answer."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import Forbidden, StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_pairing, require_version
from studio.operations.pairings.parties import PARTIES, side_of
from studio.operations.pairings.rematching import queue_rematch
from studio.operations.runs.pairing_states import Check, IllegalMove, require_move, step
from studio.permissions import Actor, require
from studio.store.clock import now, today
from studio.store.consents import Consent, consents_of
from studio.store.enums import PairingState, PublishState
from studio.store.pairing_enums import ConsentAnswer, DeclineReason, Party, SystemReason
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun


async def accept_pairing(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    *,
    party: Party | None = None,
    on_behalf_reason: str | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Pairing:
    """Consent to a pairing; when both sides have, it is confirmed.

    Mentors and trainees answer for themselves; an organizer records what a `party` has said elsewhere, with the reason.

    Raises NOT_FOUND, CONFLICT_VERSION, CONSENT_PARTY, REASON_MISSING, and ILLEGAL_TRANSITION with the failed check.
    """
    require(actor, "answer_pairing")
    given = _given(pairing_id, party, on_behalf_reason, expected_version)
    done = await once(session, actor, idempotency_key, "accept_pairing", given)
    if done is not None:
        return await own(session, actor, Pairing, done, "idempotencyKey")
    side = _side(actor, party, on_behalf_reason)
    run, pairing = await own_pairing(session, actor, pairing_id)
    require_version(pairing, expected_version)
    require_move(run, pairing, PairingState.CONFIRMED)
    _require_in_time(pairing)
    consents = await consents_of(session, pairing.id)
    if side in consents:
        raise IllegalMove(Check.NOT_YET_ANSWERED, consents[side].answer, "pairingId")
    session.add(_consent(pairing, actor, side, ConsentAnswer.ACCEPTED, on_behalf_reason))
    if len(consents) + 1 == len(Party):
        session.add(step(pairing, PairingState.CONFIRMED, by=actor.role))
    else:
        pairing.version += 1
    await session.flush()
    await audit(session, actor, "accept_pairing", "Pairing", pairing.id, party=side.value)
    await remember(session, actor, idempotency_key, "accept_pairing", given, pairing.id)
    return pairing


async def decline_pairing(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    reason: DeclineReason,
    *,
    note: str | None = None,
    party: Party | None = None,
    on_behalf_reason: str | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Pairing:
    """Decline a pairing before it starts: it gives its place back, and the smallest re-match is queued as a draft.

    Who has consented may step back as long as the pair is not active. Raises what `accept_pairing` raises.
    """
    require(actor, "answer_pairing")
    given = {
        **_given(pairing_id, party, on_behalf_reason, expected_version),
        "reason": reason.value,
        "note": note,
    }
    done = await once(session, actor, idempotency_key, "decline_pairing", given)
    if done is not None:
        return await own(session, actor, Pairing, done, "idempotencyKey")
    side = _side(actor, party, on_behalf_reason)
    run, pairing = await own_pairing(session, actor, pairing_id)
    require_version(pairing, expected_version)
    require_move(run, pairing, PairingState.DECLINED)
    if pairing.state is PairingState.AWAITING_CONSENT:
        _require_in_time(pairing)
    earlier = (await consents_of(session, pairing.id)).get(side)
    if earlier is not None:
        await session.delete(earlier)
        await session.flush()
    said = note.strip() or None if note else None
    consent = _consent(pairing, actor, side, ConsentAnswer.DECLINED, on_behalf_reason)
    consent.reason, consent.note = reason, said
    session.add(consent)
    session.add(step(pairing, PairingState.DECLINED, by=actor.role, code=reason, note=said))
    await session.flush()
    await audit(
        session, actor, "decline_pairing", "Pairing", pairing.id, party=side.value, reason=reason.value
    )
    await queue_rematch(session, run, author_token_id=actor.token_id)
    await remember(session, actor, idempotency_key, "decline_pairing", given, pairing.id)
    return pairing


async def expire_consents(session: AsyncSession, cohort_id: UUID) -> int:
    """End the pairings of a cohort whose date has passed without both answers; return how many.

    They give their places back, and the smallest re-match is queued as a draft.
    """
    found = await session.execute(
        select(Pairing, MatchRun)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(
            MatchRun.cohort_id == cohort_id,
            MatchRun.publish_state == PublishState.PUBLISHED,
            Pairing.state == PairingState.AWAITING_CONSENT,
            col(Pairing.answer_by) < today(),
        )
    )
    overdue = found.all()
    for pairing, _ in overdue:
        session.add(step(pairing, PairingState.EXPIRED, by=None, code=SystemReason.NO_ANSWER))
    await session.flush()
    if overdue:
        await queue_rematch(session, overdue[0][1])
    return len(overdue)


def _given(
    pairing_id: UUID, party: Party | None, on_behalf_reason: str | None, expected_version: int | None
) -> dict[str, Any]:
    return {
        "pairing_id": pairing_id.hex,
        "party": party.value if party else None,
        "on_behalf_reason": on_behalf_reason,
        "expected_version": expected_version,
    }


def _side(actor: Actor, party: Party | None, on_behalf_reason: str | None) -> Party:
    """Return who answers: a mentor or a trainee for oneself, an organizer for the one named, with the reason why."""
    side = side_of(actor.role, party, "answer_pairing")
    speaks_for_oneself = actor.role in PARTIES
    if speaks_for_oneself and on_behalf_reason is not None:
        raise Forbidden("answer_pairing", field="onBehalfOf")
    if not speaks_for_oneself and not (on_behalf_reason or "").strip():
        raise StudioError("REASON_MISSING", field="onBehalfReason")
    return side


def _require_in_time(pairing: Pairing) -> None:
    if pairing.answer_by is not None and pairing.answer_by < today():
        raise IllegalMove(Check.ANSWER_IN_TIME, pairing.state, "pairingId")


def _consent(
    pairing: Pairing, actor: Actor, side: Party, answer: ConsentAnswer, on_behalf_reason: str | None
) -> Consent:
    return Consent(
        studio_id=pairing.studio_id,
        pairing_id=pairing.id,
        party=side,
        answer=answer,
        answered_at=now(),
        recorded_by=actor.role,
        on_behalf_reason=on_behalf_reason.strip() if on_behalf_reason else None,
    )
