"""Who should be in touch again by a cohort's cadence: against pairs that were made and never meet (结而不帮).

Meetings are not recorded. The signs of a pair's life that there are: both sides have confirmed it, it was started or
taken up again, one of the two has rated it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.operations.own import own
from studio.operations.rules.preset_effects import days_between_talks
from studio.permissions import Actor, require
from studio.store.clock import CHINA, today
from studio.store.cohorts import Cohort
from studio.store.consents import PairingChange
from studio.store.enums import PairingState, PublishState
from studio.store.pair_ratings import PairRating
from studio.store.pairings import Pairing
from studio.store.people import Mentor, Person, Trainee
from studio.store.presets import cohort_rules_in_force
from studio.store.runs import MatchRun

Pair = tuple[UUID, UUID]
# Paused pairs are not expected to meet.
EXPECTED = frozenset({PairingState.CONFIRMED, PairingState.ACTIVE})
# Steps that people take; what a publication or a roll back carries over says nothing of a meeting.
_TAKEN = (
    (PairingState.AWAITING_CONSENT, PairingState.CONFIRMED),
    (PairingState.CONFIRMED, PairingState.ACTIVE),
    (PairingState.PAUSED, PairingState.ACTIVE),
)


@dataclass(frozen=True)
class ContactDue:
    """A pair that should be in touch: when there was last a sign of it, and by when the next talk is due."""

    pairing_id: UUID
    trainee_id: UUID
    trainee_name: str
    mentor_id: UUID
    mentor_name: str
    state: PairingState
    last_sign_on: date
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class ContactsDue:
    """Days between two talks by the cohort's cadence, None without one; and its pairs, the earliest due first."""

    talk_days: int | None
    pairs: tuple[ContactDue, ...]


async def contacts_due(session: AsyncSession, actor: Actor, cohort_id: UUID) -> ContactsDue:
    """Return by when each pair under way should talk again, as the cadence of the cohort asks.

    Without a cadence in force nothing is due. Raises NOT_FOUND.
    """
    require(actor, "contacts_due")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    days = days_between_talks(await cohort_rules_in_force(session, cohort.id, today()))
    if days is None:
        return ContactsDue(None, ())
    signs = await _signs(session, cohort.id)
    found = []
    for pairing, trainee_name, mentor_name in await _under_way(session, cohort.id):
        last = signs.get((pairing.trainee_id, pairing.mentor_id), pairing.updated_at).astimezone(CHINA).date()
        due = last + timedelta(days)
        found.append(
            ContactDue(
                pairing.id,
                pairing.trainee_id,
                trainee_name,
                pairing.mentor_id,
                mentor_name,
                pairing.state,
                last,
                due,
                due < today(),
            )
        )
    return ContactsDue(days, tuple(sorted(found, key=lambda one: one.due_on)))


async def _under_way(session: AsyncSession, cohort_id: UUID) -> Sequence[tuple[Pairing, str, str]]:
    """Return the pairs that are expected to meet, with both names, in the order of the roster."""
    person, other = sa.orm.aliased(Person), sa.orm.aliased(Person)
    found = await session.execute(
        select(Pairing, person.name, other.name)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .join(Trainee, col(Trainee.id) == Pairing.trainee_id)
        .join(person, col(person.id) == Trainee.person_id)
        .join(Mentor, col(Mentor.id) == Pairing.mentor_id)
        .join(other, col(other.id) == Mentor.person_id)
        .where(
            MatchRun.cohort_id == cohort_id,
            MatchRun.publish_state == PublishState.PUBLISHED,
            col(Pairing.state).in_(EXPECTED),
        )
        .order_by(col(Trainee.roster_row), col(Pairing.id))
    )
    return [(pairing, trainee, mentor) for pairing, trainee, mentor in found.all()]


async def _signs(session: AsyncSession, cohort_id: UUID) -> dict[Pair, datetime]:
    """Return the last sign of each pair of a cohort, in whichever run it was."""
    taken = sa.or_(
        *(
            sa.and_(col(PairingChange.from_state) == before, col(PairingChange.to_state) == after)
            for before, after in _TAKEN
        )
    )
    steps = select(Pairing.trainee_id, Pairing.mentor_id, PairingChange.created_at).join(
        PairingChange, sa.and_(col(PairingChange.pairing_id) == Pairing.id, taken)
    )
    ratings = select(Pairing.trainee_id, Pairing.mentor_id, PairRating.rated_at).join(
        PairRating, col(PairRating.pairing_id) == Pairing.id
    )
    last: dict[Pair, datetime] = {}
    for query in (steps, ratings):
        of_cohort = query.join(MatchRun, col(MatchRun.id) == Pairing.run_id).where(
            MatchRun.cohort_id == cohort_id
        )
        for trainee_id, mentor_id, moment in (await session.execute(of_cohort)).all():
            pair = trainee_id, mentor_id
            last[pair] = max(moment, last.get(pair, moment))
    return last
