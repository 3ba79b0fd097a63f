"""Whether a cohort's latest run still answers what a new one would ask."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.matches import MatchRows, match_arrays
from studio.operations.runs.pairing_states import CAME_APART
from studio.store.cohorts import Cohort
from studio.store.enums import PairingOrigin, PublishState
from studio.store.pairings import Pairing
from studio.store.runs import COMPUTED, MatchRun

# A run that was replaced or taken back is no answer any more, nor is one that a pair of has come apart.
STANDING = frozenset({PublishState.DRAFT, PublishState.PUBLISHED})


async def untouched_run(
    session: AsyncSession, cohort: Cohort, rows: MatchRows, input_hash: str, reopen_confirmed: bool
) -> MatchRun | None:
    """Return the cohort's latest run if it answers the same question and can still be had as the engine left it."""
    latest = await session.scalar(
        select(MatchRun).where(MatchRun.cohort_id == cohort.id).order_by(col(MatchRun.number).desc()).limit(1)
    )
    if latest is None or latest.reopens_confirmed is not reopen_confirmed:
        return None
    if latest.state not in COMPUTED or latest.publish_state not in STANDING:
        return None
    found = await session.execute(select(Pairing).where(Pairing.run_id == latest.id))
    pairs = list(found.scalars())
    if latest.input_hash != input_hash:
        # What has been confirmed since holds pairs that the run has anyway.
        then = confirmed_then(rows, pairs)
        known = {(pairing.trainee_id, pairing.mentor_id) for pairing in pairs}
        if not set(rows.confirmed) <= known or match_arrays(then).input_hash != latest.input_hash:
            return None
    free = {place.id for places in rows.places.values() for place in places}
    untouched = all(
        (pairing.origin is not PairingOrigin.OVERRIDE or pairing.decided_before)
        and pairing.place_id in free
        and pairing.state not in CAME_APART
        for pairing in pairs
    )
    return latest if untouched else None


def confirmed_then(rows: MatchRows, pairings: Iterable[Pairing]) -> MatchRows:
    """Return rows in which those pairs count as confirmed that did when a run with these pairings was computed."""
    then = {
        (pairing.trainee_id, pairing.mentor_id): pairing.kind
        for pairing in pairings
        if pairing.origin is PairingOrigin.CONFIRMED
    }
    return replace(rows, confirmed=set(then), confirmed_kinds=then)
