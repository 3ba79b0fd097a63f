"""Writing down the meetings of pairs that took place, so that who is overdue is judged by them."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.own import own, own_pairing, require_version
from studio.operations.runs.pairing_states import Check, IllegalMove
from studio.permissions import Actor, require
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.clock import today
from studio.store.enums import PairingState
from studio.store.meetings import Meeting
from studio.store.pairing_enums import MeetingKind
from studio.store.rows import changed

# Both have agreed to meet; what was forgotten may be written down afterwards.
MET = frozenset({PairingState.CONFIRMED, PairingState.ACTIVE, PairingState.PAUSED, PairingState.COMPLETED})
EARLIEST = date(2000, 1, 1)


async def record_meeting(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    kind: MeetingKind,
    held_on: date,
    *,
    note: str | None = None,
) -> Meeting:
    """Keep that the two of a pairing met; the same kind on the same day again replaces the note.

    Mentors record for their own pairs. Raises NOT_FOUND, MEETING_DAY (a day to come, or long ago) and
    ILLEGAL_TRANSITION where the two have not agreed to each other.
    """
    require(actor, "record_meeting")
    if not EARLIEST <= held_on <= today():
        raise StudioError("MEETING_DAY", field="heldOn", date=held_on.isoformat())
    _, pairing = await own_pairing(session, actor, pairing_id)
    if pairing.state not in MET:
        raise IllegalMove(Check.BOTH_AGREED, pairing.state, "pairingId")
    meeting = await session.scalar(
        select(Meeting).where(
            Meeting.trainee_id == pairing.trainee_id,
            Meeting.mentor_id == pairing.mentor_id,
            Meeting.kind == kind,
            Meeting.held_on == held_on,
        )
    )
    told = (note or "").strip() or None
    if meeting is None:
        meeting = Meeting(
            studio_id=pairing.studio_id,
            trainee_id=pairing.trainee_id,
            mentor_id=pairing.mentor_id,
            kind=kind,
            held_on=held_on,
            note=told,
            recorded_by=actor.role,
        )
        session.add(meeting)
    else:
        changed(meeting, note=told, recorded_by=actor.role)
    await session.flush()
    await audit(session, actor, "record_meeting", "Meeting", meeting.id, kind=kind.value)
    return meeting


async def remove_meeting(
    session: AsyncSession, actor: Actor, meeting_id: UUID, *, expected_version: int | None = None
) -> None:
    """Take back a meeting that was written down by mistake; raises NOT_FOUND and CONFLICT_VERSION."""
    require(actor, "record_meeting")
    meeting = await own(session, actor, Meeting, meeting_id, "meetingId", lock=True)
    (seen,) = await read_rows(session, actor, "Meeting", [meeting_id], [Selection("id", "id")])
    if seen is None:
        raise NotFound("Meeting", field="meetingId")
    require_version(meeting, expected_version)
    await session.delete(meeting)
    await session.flush()
    await audit(session, actor, "remove_meeting", "Meeting", meeting_id)
