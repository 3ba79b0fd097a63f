"""What goes from one run's pairs to another's when a run is published or rolled back: states and consents."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.store.clock import CHINA
from studio.store.consents import Consent
from studio.store.enums import JobKind, PairingState
from studio.store.jobs import enqueue, waiting
from studio.store.pairings import Pairing
from studio.store.rows import chunks, insert_rows

# One pairing's counterpart in another run: the same trainee with the same mentor.
Counterparts = Sequence[tuple[Pairing, Pairing]]


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
    """Let consents follow their pair from one run (first) into the other (second); packages do so by themselves."""
    target_of = {source.id: target.id for source, target in pairs}
    for some in chunks(sorted(target_of.values())):
        await session.execute(sa.delete(Consent).where(col(Consent.pairing_id).in_(some)))
    for some in chunks(sorted(target_of)):
        found = await session.execute(select(Consent).where(col(Consent.pairing_id).in_(some)))
        await insert_rows(
            session, [_copied(consent, target_of[consent.pairing_id]) for consent in found.scalars()]
        )


def _copied(consent: Consent, pairing_id: UUID) -> Consent:
    values = consent.model_dump(exclude={"id", "created_at", "updated_at", "version", "pairing_id"})
    return Consent(**values, pairing_id=pairing_id)


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
