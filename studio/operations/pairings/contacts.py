"""Who should be in touch again by a cohort's cadence: against pairs that were made and never meet (结而不帮).

What counts are the meetings that were written down, and that the pair began or went on: both sides have confirmed it,
it was started or taken up again. Of a pair without any meeting a rating counts, too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.operations.own import own
from studio.operations.rules.preset_effects import days_between
from studio.permissions import Actor, require
from studio.store.clock import CHINA, today
from studio.store.cohorts import Cohort
from studio.store.columns import UTCDateTime
from studio.store.consents import PairingChange
from studio.store.enums import PairingState, PublishState
from studio.store.meetings import Meeting
from studio.store.pair_ratings import PairRating
from studio.store.pairing_enums import MeetingKind
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
class Due:
    """When a pair last met for something, None for never, and by when it should again."""

    kind: MeetingKind
    last_on: date | None
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class ContactDue:
    """A pair that should be in touch: when there was last a sign of it, and by when each kind of meeting is due."""

    pairing_id: UUID
    trainee_id: UUID
    trainee_name: str
    mentor_id: UUID
    mentor_name: str
    state: PairingState
    last_sign_on: date
    # The talk, the look-back and the assessment, in this order.
    dues: tuple[Due, ...]


@dataclass(frozen=True)
class ContactsDue:
    """Days between two meetings of each kind by the cohort's cadence, if it has one; its pairs, the earliest first."""

    days: Mapping[MeetingKind, int]
    pairs: tuple[ContactDue, ...]


async def contacts_due(session: AsyncSession, actor: Actor, cohort_id: UUID) -> ContactsDue:
    """Return by when each pair under way should talk, look back and assess again, as the cadence of the cohort asks.

    Without a cadence in force nothing is due. Raises NOT_FOUND.
    """
    require(actor, "contacts_due")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    days = days_between(await cohort_rules_in_force(session, cohort.id, today()))
    if not days:
        return ContactsDue({}, ())
    begun, rated = await _begun(session, cohort.id), await _rated(session, cohort.id)
    met = await _met(session, cohort.id)
    found = []
    for pairing, trainee_name, mentor_name in await _under_way(session, cohort.id):
        pair = pairing.trainee_id, pairing.mentor_id
        began = since = _day(begun.get(pair, pairing.updated_at))
        if pair in rated and pair not in met:
            # A rating tells of a meeting only while nobody writes meetings down.
            since = max(began, _day(rated[pair]))
        dues = tuple(_due(kind, days[kind], met.get(pair, {}), began, since) for kind in days)
        last = max([since, *met.get(pair, {}).values()])
        names = pairing.trainee_id, trainee_name, pairing.mentor_id, mentor_name
        found.append(ContactDue(pairing.id, *names, pairing.state, last, dues))
    return ContactsDue(days, tuple(sorted(found, key=lambda one: min(due.due_on for due in one.dues))))


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _due(kind: MeetingKind, days: int, met: Mapping[MeetingKind, date], began: date, since: date) -> Due:
    """Return by when a pair should meet: counted from the last such meeting, or from when the pair began or went on.

    Any meeting is a talk as well; other signs count for talks only.
    """
    is_talk = kind is MeetingKind.TALK
    last = max(met.values(), default=None) if is_talk else met.get(kind)
    start = since if is_talk else began
    due = (start if last is None else max(start, last)) + timedelta(days)
    return Due(kind, last, due, due < today())


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


async def _begun(session: AsyncSession, cohort_id: UUID) -> dict[Pair, datetime]:
    """Return when each pair of a cohort last began or was taken up again, in whichever run it was."""
    taken = sa.or_(
        *(
            sa.and_(col(PairingChange.from_state) == before, col(PairingChange.to_state) == after)
            for before, after in _TAKEN
        )
    )
    steps = select(
        Pairing.trainee_id, Pairing.mentor_id, sa.func.max(PairingChange.created_at, type_=UTCDateTime())
    )
    steps = steps.join(PairingChange, sa.and_(col(PairingChange.pairing_id) == Pairing.id, taken))
    return await _by_pair(session, cohort_id, steps)


async def _rated(session: AsyncSession, cohort_id: UUID) -> dict[Pair, datetime]:
    """Return when each pair of a cohort was last rated."""
    ratings = select(
        Pairing.trainee_id, Pairing.mentor_id, sa.func.max(PairRating.rated_at, type_=UTCDateTime())
    )
    return await _by_pair(
        session, cohort_id, ratings.join(PairRating, col(PairRating.pairing_id) == Pairing.id)
    )


async def _by_pair(session: AsyncSession, cohort_id: UUID, query: Any) -> dict[Pair, datetime]:
    of_cohort = query.join(MatchRun, col(MatchRun.id) == Pairing.run_id).where(
        MatchRun.cohort_id == cohort_id
    )
    found = await session.execute(of_cohort.group_by(Pairing.trainee_id, Pairing.mentor_id))
    return {(trainee_id, mentor_id): moment for trainee_id, mentor_id, moment in found.all()}


async def _met(session: AsyncSession, cohort_id: UUID) -> dict[Pair, dict[MeetingKind, date]]:
    """Return when each pair of a cohort last met, by what for."""
    found = await session.execute(
        select(Meeting.trainee_id, Meeting.mentor_id, Meeting.kind, sa.func.max(Meeting.held_on))
        .join(Trainee, col(Trainee.id) == Meeting.trainee_id)
        .where(Trainee.cohort_id == cohort_id)
        .group_by(col(Meeting.trainee_id), col(Meeting.mentor_id), col(Meeting.kind))
    )
    met: dict[Pair, dict[MeetingKind, date]] = defaultdict(dict)
    for trainee_id, mentor_id, kind, held_on in found.all():
        met[trainee_id, mentor_id][MeetingKind(kind)] = held_on
    return met
