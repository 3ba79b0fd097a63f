"""Consents of both sides to a pairing, and the history of its states."""

from datetime import datetime

import strawberry

from graph.enums import ConsentAnswer, DeclineReason, PairingState, Party, Role
from graph.reading.stored import stored


@strawberry.type(description="What one side of a pairing has answered.")
class Consent:
    """What one side of a pairing has answered."""

    party: Party = stored("Whose answer it is.")
    answer: ConsentAnswer = stored("Accepted or declined.")
    reason: DeclineReason | None = stored("Why it was declined; for organizers only.")
    note: str | None = stored("What was added in words; for organizers only.")
    answered_at: datetime = stored("When it was answered.")
    recorded_by: Role = stored("As what it was recorded: ORGANIZER on behalf of the side.")
    on_behalf_reason: str | None = stored(
        "Why an organizer recorded it instead of the side itself; for organizers only."
    )


@strawberry.type(description="One step of a pairing from state to state.")
class PairingChange:
    """One step of a pairing from state to state."""

    from_state: PairingState = stored("Where it stood before.")
    to_state: PairingState = stored("Where it stood afterwards.")
    reason: str | None = stored(
        "Code of the reason: a DeclineReason, an EndReason, or SUPERSEDED, ROLLED_BACK, RESTORED (by another "
        "publication), WEEK_MOVED or NO_ANSWER (in time); for organizers only."
    )
    note: str | None = stored("What was added in words; for organizers only.")
    changed_by: Role | None = stored("As what somebody took the step; null when a date passed.")
    changed_at: datetime = stored("When.")
