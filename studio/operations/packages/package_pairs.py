"""For which pairs of a run packages are written: one for each trainee, of two mentors with that of practice."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.operations.runs.pairing_states import CAME_APART
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing


async def leading_pairings(
    session: AsyncSession, run_id: UUID, pairing_ids: Collection[UUID] | None = None
) -> list[Pairing]:
    """Return the pairs whose mentor leads the trainee's week, of the run or in the place of some of its pairs.

    That is the only mentor or the one of practice; the one of theory leads while there is none of practice.
    """
    found = await session.execute(select(Pairing).where(Pairing.run_id == run_id).order_by(col(Pairing.id)))
    pairings = list(found.scalars())
    with_practice = {
        pairing.trainee_id
        for pairing in pairings
        if pairing.kind is PairingKind.PRACTICE and pairing.state not in CAME_APART
    }
    leading = [
        pairing
        for pairing in pairings
        if pairing.kind is not PairingKind.THEORY or pairing.trainee_id not in with_practice
    ]
    if pairing_ids is None:
        return leading
    asked = {pairing.trainee_id for pairing in pairings if pairing.id in pairing_ids}
    return [
        pairing
        for pairing in leading
        if pairing.id in pairing_ids or (pairing.trainee_id in asked & with_practice)
    ]
