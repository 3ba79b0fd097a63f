"""The states of a pairing: which follows on which, and the one place where a pairing passes from one to another."""

from collections.abc import Mapping
from enum import StrEnum

from studio.errors import StudioError
from studio.messages import translate
from studio.store.consents import PairingChange
from studio.store.enums import PairingState, PublishState, Role
from studio.store.pairings import CONFIRMED_STATES, Pairing
from studio.store.runs import MatchRun

# States in which a pairing holds a place; the database's own check names the same.
UNDER_WAY = CONFIRMED_STATES | {PairingState.AWAITING_CONSENT}
# What a new run may not touch unless it is told to, and what goes on in a run that has the same pair.
FIXED = CONFIRMED_STATES
CAME_APART = frozenset({PairingState.DECLINED, PairingState.EXPIRED, PairingState.ENDED})
KEPT = UNDER_WAY | {PairingState.COMPLETED}
# What people may do with a published pairing. A draft's pairs are suggested, and under
# review once an organizer overrides or locks them; publishing their run ends the review of all.
MOVES: Mapping[PairingState, frozenset[PairingState]] = {
    PairingState.AWAITING_CONSENT: frozenset(
        {PairingState.CONFIRMED, PairingState.DECLINED, PairingState.EXPIRED}
    ),
    # Whoever has consented may still step back before the pair has started; after that it is ended.
    PairingState.CONFIRMED: frozenset({PairingState.ACTIVE, PairingState.DECLINED}),
    PairingState.ACTIVE: frozenset({PairingState.PAUSED, PairingState.COMPLETED, PairingState.ENDED}),
    PairingState.PAUSED: frozenset({PairingState.ACTIVE, PairingState.COMPLETED, PairingState.ENDED}),
}


class Check(StrEnum):
    """What must hold before a pairing or a run moves on."""

    RUN_PUBLISHED = "RUN_PUBLISHED"
    STATE_ALLOWS = "STATE_ALLOWS"
    BOTH_AGREED = "BOTH_AGREED"
    HAS_BEGUN = "HAS_BEGUN"
    NOT_ENDED = "NOT_ENDED"
    ANSWER_IN_TIME = "ANSWER_IN_TIME"
    NOT_YET_ANSWERED = "NOT_YET_ANSWERED"


class IllegalMove(StudioError):
    """A move that the state does not allow; it names the check that failed."""

    def __init__(self, check: Check, state: StrEnum, field: str) -> None:
        super().__init__("ILLEGAL_TRANSITION", field=field, check=check.value, state=state)

    def message(self, language: str = "zh") -> str:
        """Return what the check that failed asks, and the state that does not meet it."""
        asks = translate(f"CHECK_{self.values['check']}", language)
        return translate("ILLEGAL_MOVE", language, asks=asks, state=self.values["state"])


def require_move(run: MatchRun, pairing: Pairing, to: PairingState) -> None:
    """Refuse with ILLEGAL_TRANSITION unless the run is published and `to` follows on the pairing's state."""
    if run.publish_state is not PublishState.PUBLISHED:
        raise IllegalMove(Check.RUN_PUBLISHED, run.publish_state, "pairingId")
    if to not in MOVES.get(pairing.state, ()):
        raise IllegalMove(Check.STATE_ALLOWS, pairing.state, "pairingId")


def step(
    pairing: Pairing,
    to: PairingState,
    *,
    by: Role | None,
    code: StrEnum | None = None,
    note: str | None = None,
) -> PairingChange:
    """Take a pairing to a state, where it holds its place or gives it back, and return what its history keeps."""
    before = pairing.state
    pairing.state = to
    pairing.held_place_id = pairing.place_id if to in UNDER_WAY else None
    pairing.version += 1
    return PairingChange(
        studio_id=pairing.studio_id,
        pairing_id=pairing.id,
        number=pairing.version,
        from_state=before,
        to_state=to,
        code=code.value if code else None,
        note=note,
        changed_by=by,
    )
