"""What goes from one run's pairs to another's when a run is published or rolled back: states, consents, ratings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.store.clock import CHINA
from studio.store.consents import Consent
from studio.store.enums import JobKind, PairingState
from studio.store.jobs import enqueue, waiting
from studio.store.pair_ratings import PairRating
from studio.store.pairings import Pairing
from studio.store.people import Person, Trainee
from studio.store.rows import chunks, insert_rows

# One pairing's counterpart in another run: the same trainee with the same mentor.
Counterparts = Sequence[tuple[Pairing, Pairing]]
Followed = TypeVar("Followed", Consent, PairRating)


async def trainee_names(session: AsyncSession, pairings: Collection[Pairing]) -> list[str]:
    """Return the names of the trainees of these pairings, in the order of the roster."""
    if not pairings:
        return []
    found = await session.execute(
        select(Person.name)
        .join(Trainee, col(Trainee.person_id) == Person.id)
        .where(col(Trainee.id).in_([pairing.trainee_id for pairing in pairings]))
        .order_by(col(Trainee.roster_row), col(Person.name))
    )
    return list(found.scalars())


async def pairings_of(session: AsyncSession, run_id: UUID) -> list[Pairing]:
    """Return the pairings of a run as they stand now."""
    found = await session.execute(
        select(Pairing)
        .where(Pairing.run_id == run_id)
        .order_by(col(Pairing.id))
        .execution_options(populate_existing=True)
    )
    return list(found.scalars())


def counterparts(ours: Iterable[Pairing], theirs: Iterable[Pairing]) -> list[tuple[Pairing, Pairing]]:
    """Return the pairs that both runs have, as (ours, theirs)."""
    known = {(pairing.trainee_id, pairing.mentor_id): pairing for pairing in theirs}
    return [
        (pairing, known[pair])
        for pairing in ours
        if (pair := (pairing.trainee_id, pairing.mentor_id)) in known
    ]


async def carry(session: AsyncSession, pairs: Counterparts) -> None:
    """Let consents, ratings and propensities follow their pair from one run (first) into the other (second).

    Packages do so by themselves.
    """
    for source, target in pairs:
        if source.propensity is not None:
            target.propensity = source.propensity
    target_of = {source.id: target.id for source, target in pairs}
    await _copy(session, Consent, target_of)
    await _copy(session, PairRating, target_of)


async def _copy(session: AsyncSession, table: type[Followed], target_of: Mapping[UUID, UUID]) -> None:
    """Put the rows of pairings (keys) in the place of those of others (values)."""
    for some in chunks(sorted(target_of.values())):
        await session.execute(sa.delete(table).where(col(table.pairing_id).in_(some)))
    for some in chunks(sorted(target_of)):
        found = await session.execute(select(table).where(col(table.pairing_id).in_(some)))
        await insert_rows(session, [_copied(row, target_of[row.pairing_id]) for row in found.scalars()])


def _copied(row: Followed, pairing_id: UUID) -> Followed:
    values = row.model_dump(exclude={"id", "created_at", "updated_at", "version", "pairing_id"})
    return type(row)(**values, pairing_id=pairing_id)


async def schedule_expiry(
    session: AsyncSession, studio_id: UUID, cohort_id: UUID, pairings: Iterable[Pairing]
) -> None:
    """Queue for the day after each date by which a pair must be answered; a day that is queued already is not again."""
    days = {
        pairing.answer_by
        for pairing in pairings
        if pairing.state is PairingState.AWAITING_CONSENT and pairing.answer_by is not None
    }
    queued = await waiting(session, studio_id, JobKind.CONSENT_EXPIRY) if days else []
    for day in sorted(days):
        payload = {"cohort_id": cohort_id.hex, "answer_by": day.isoformat()}
        if payload not in queued:
            await enqueue(session, studio_id, JobKind.CONSENT_EXPIRY, payload, not_before=_day_after(day))


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=CHINA)
