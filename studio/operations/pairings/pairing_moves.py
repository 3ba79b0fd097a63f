"""The life of a confirmed pairing: started, paused, resumed, completed or ended."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.operations.audit import audit
from studio.operations.own import own_pairing, require_version
from studio.operations.runs.pairing_states import Check, IllegalMove, require_move, step
from studio.permissions import Actor, require
from studio.store.enums import PairingState
from studio.store.pairing_enums import EndReason
from studio.store.pairings import Pairing


async def start_pairing(
    session: AsyncSession, actor: Actor, pairing_id: UUID, *, expected_version: int
) -> Pairing:
    """Start a confirmed pairing: its mentor does at the first meeting, or an organizer.

    Raises NOT_FOUND, CONFLICT_VERSION, and ILLEGAL_TRANSITION with the failed check, as every move here does.
    """
    require(actor, "start_pairing")
    pairing = await _ready(session, actor, pairing_id, PairingState.ACTIVE, expected_version)
    if pairing.state is not PairingState.CONFIRMED:
        raise IllegalMove(Check.STATE_ALLOWS, pairing.state, "pairingId")
    return await _moved(session, actor, pairing, PairingState.ACTIVE, "start_pairing")


async def pause_pairing(
    session: AsyncSession, actor: Actor, pairing_id: UUID, *, expected_version: int, note: str | None = None
) -> Pairing:
    """Pause an active pairing; it keeps its place."""
    require(actor, "pause_pairing")
    pairing = await _ready(session, actor, pairing_id, PairingState.PAUSED, expected_version)
    return await _moved(session, actor, pairing, PairingState.PAUSED, "pause_pairing", note=note)


async def resume_pairing(
    session: AsyncSession, actor: Actor, pairing_id: UUID, *, expected_version: int
) -> Pairing:
    """Let a paused pairing go on."""
    require(actor, "pause_pairing")
    pairing = await _ready(session, actor, pairing_id, PairingState.ACTIVE, expected_version)
    if pairing.state is not PairingState.PAUSED:
        raise IllegalMove(Check.STATE_ALLOWS, pairing.state, "pairingId")
    return await _moved(session, actor, pairing, PairingState.ACTIVE, "resume_pairing")


async def complete_pairing(
    session: AsyncSession, actor: Actor, pairing_id: UUID, *, expected_version: int, note: str | None = None
) -> Pairing:
    """Complete a pairing that has run its course; its place is free again."""
    require(actor, "complete_pairing")
    pairing = await _ready(session, actor, pairing_id, PairingState.COMPLETED, expected_version)
    return await _moved(session, actor, pairing, PairingState.COMPLETED, "complete_pairing", note=note)


async def end_pairing(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    reason: EndReason,
    *,
    expected_version: int,
    note: str | None = None,
) -> Pairing:
    """End a pairing before its time, with a reason; its place is free again."""
    require(actor, "end_pairing")
    pairing = await _ready(session, actor, pairing_id, PairingState.ENDED, expected_version)
    return await _moved(session, actor, pairing, PairingState.ENDED, "end_pairing", code=reason, note=note)


async def _ready(
    session: AsyncSession, actor: Actor, pairing_id: UUID, to: PairingState, expected_version: int
) -> Pairing:
    run, pairing = await own_pairing(session, actor, pairing_id)
    require_version(pairing, expected_version)
    require_move(run, pairing, to)
    return pairing


async def _moved(
    session: AsyncSession,
    actor: Actor,
    pairing: Pairing,
    to: PairingState,
    action: str,
    *,
    code: StrEnum | None = None,
    note: str | None = None,
) -> Pairing:
    said = note.strip() or None if note else None
    session.add(step(pairing, to, by=actor.role, code=code, note=said))
    await session.flush()
    await audit(session, actor, action, "Pairing", pairing.id, reason=code.value if code else None)
    return pairing
