"""Ratings of pairings by the people in them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_pairing
from studio.operations.pairings.parties import side_of
from studio.operations.runs.pairing_states import Check, IllegalMove
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.enums import PairingState
from studio.store.pair_ratings import HIGHEST, LOWEST, PairRating
from studio.store.pairing_enums import Party
from studio.store.pairings import Pairing

# Whoever has not begun has nothing to rate.
RATED = frozenset({PairingState.ACTIVE, PairingState.PAUSED, PairingState.COMPLETED, PairingState.ENDED})


async def rate_pairing(
    session: AsyncSession,
    actor: Actor,
    pairing_id: UUID,
    rating: int,
    *,
    note: str | None = None,
    party: Party | None = None,
    idempotency_key: str | None = None,
) -> Pairing:
    """Keep how much a pairing helped, 1 (not at all) to 5 (could not be better); rating again replaces it.

    Mentors and trainees rate their own; an organizer notes down what a `party` has said elsewhere. Raises NOT_FOUND,
    RATING_OUT_OF_RANGE, CONSENT_PARTY, and ILLEGAL_TRANSITION where the pair has not begun.
    """
    require(actor, "rate_pairing")
    given = {
        "pairing_id": pairing_id.hex,
        "rating": rating,
        "note": note,
        "party": party.value if party else None,
    }
    done = await once(session, actor, idempotency_key, "rate_pairing", given)
    if done is not None:
        return await own(session, actor, Pairing, done, "idempotencyKey")
    if not LOWEST <= rating <= HIGHEST:
        raise StudioError("RATING_OUT_OF_RANGE", field="rating", lowest=LOWEST, highest=HIGHEST)
    side = side_of(actor.role, party, "rate_pairing")
    _, pairing = await own_pairing(session, actor, pairing_id)
    if pairing.state not in RATED:
        raise IllegalMove(Check.HAS_BEGUN, pairing.state, "pairingId")
    row = await session.scalar(
        select(PairRating).where(PairRating.pairing_id == pairing.id, PairRating.party == side)
    )
    if row is None:
        row = PairRating(studio_id=pairing.studio_id, pairing_id=pairing.id, party=side, rating=rating)
        session.add(row)
    row.rating, row.note, row.rated_at = rating, (note or "").strip() or None, now()
    await session.flush()
    # The rating itself stays out of the trail: whoever audits need not know it.
    await audit(session, actor, "rate_pairing", "Pairing", pairing.id, party=side.value)
    await remember(session, actor, idempotency_key, "rate_pairing", given, pairing.id)
    return pairing
