"""Pairings and the parts of their scores; places make a capacity a database constraint."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, UTCDateTime, enum_type, finite
from studio.store.enums import PairingOrigin, PairingState, PublishState
from studio.store.mentor_enums import PairingKind
from studio.store.runs import MatchRun

# What both sides have agreed to and what has not come to its end.
CONFIRMED_STATES = frozenset({PairingState.CONFIRMED, PairingState.ACTIVE, PairingState.PAUSED})


class Seat(NamedTuple):
    """One mentor that a trainee is to have: the only one, or the one of theory or of practice."""

    trainee_id: UUID
    kind: PairingKind = PairingKind.SOLE


TAKES_PLACE = "state NOT IN ('COMPLETED', 'ENDED', 'DECLINED', 'EXPIRED')"
BOOKS_WEEK = "week IS NOT NULL AND state IN ('AWAITING_CONSENT', 'CONFIRMED', 'ACTIVE', 'PAUSED')"


def _unique_while(name: str, condition: str, *columns: str) -> sa.Index:
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class Pairing(StudioRow, table=True):
    """A trainee with a mentor, in a match run.

    `place_id` is the mentor's place that the pair takes within its run. From publication on
    `held_place_id` is the same place, unique over all runs, and an open one: no race can exceed a capacity.
    """

    __table_args__ = (
        sa.UniqueConstraint("run_id", "trainee_id", "kind"),
        # Within a run, too, a place is taken once, by the pairs that have not come to an end.
        _unique_while("uq_pairing_run_place", TAKES_PLACE, "run_id", "place_id"),
        sa.UniqueConstraint("held_place_id"),
        sa.CheckConstraint("held_place_id IS NULL OR held_place_id = place_id", "held_is_place"),
        # From publication to the end a pair holds its place.
        sa.CheckConstraint(
            "held_place_id IS NOT NULL OR state NOT IN ('AWAITING_CONSENT', 'CONFIRMED', 'ACTIVE', 'PAUSED')",
            "state_holds_place",
        ),
        # A held place is open, and cannot be closed while it is held.
        sa.ForeignKeyConstraint(["held_place_id", "held_open"], ["mentor_place.id", "mentor_place.open"]),
        sa.CheckConstraint("held_open", "held_open"),
        # The place must be one of this mentor's.
        sa.ForeignKeyConstraint(["place_id", "mentor_id"], ["mentor_place.id", "mentor_place.mentor_id"]),
        sa.CheckConstraint(finite("score"), "score_finite"),
        # Nobody is booked twice: within a draft, and over all runs from publication to the end.
        _unique_while("uq_pairing_run_week", TAKES_PLACE, "run_id", "mentor_id", "week", "week_place"),
        _unique_while("uq_pairing_mentor_week", BOOKS_WEEK, "mentor_id", "week", "week_place"),
        _unique_while("uq_pairing_trainee_week", BOOKS_WEEK, "trainee_id", "week"),
        sa.CheckConstraint("(week IS NULL) = (week_place IS NULL)", "week_has_place"),
        sa.CheckConstraint("week_place >= 1", "week_place_from_one"),
        sa.CheckConstraint("propensity IS NULL OR propensity BETWEEN 0 AND 1", "propensity_range"),
    )

    run_id: UUID = Field(foreign_key="match_run.id", ondelete="CASCADE")
    trainee_id: UUID = Field(foreign_key="trainee.id", index=True, ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True)
    # Which part the mentor plays; one trainee's two mentors differ.
    kind: PairingKind = Field(
        default=PairingKind.SOLE,
        sa_type=enum_type(PairingKind),
        sa_column_kwargs={"server_default": PairingKind.SOLE.value},
    )
    place_id: UUID
    held_place_id: UUID | None = None
    # Always true: what `mentor_place.open` must say of the held place.
    held_open: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    state: PairingState = Field(default=PairingState.SUGGESTED, sa_type=enum_type(PairingState))
    score: float
    # The Monday of the week that the two spend together, and the mentor's place in it, from 1 to the weekly capacity.
    week: date | None = None
    week_place: int | None = None
    locked: bool = False
    origin: PairingOrigin = Field(default=PairingOrigin.ENGINE, sa_type=enum_type(PairingOrigin))
    reason: str | None = Field(default=None, sa_type=UserText(500, "reason"))
    # When a person last overrode, locked or unlocked the pair; a run that keeps a lock keeps its moment too.
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    # How often the pair was chosen when its run was computed anew under moved weights and topics; 1 where a person
    # or a rule decided, null where nobody has looked. It follows its pair from run to run.
    propensity: float | None = None
    # The last day on which both sides can answer, once the pair is published.
    answer_by: date | None = None

    @property
    def seat(self) -> Seat:
        """Whose mentor it is, and for which part."""
        return Seat(self.trainee_id, self.kind)

    @property
    def decided_before(self) -> bool:
        """Tell whether the pair came into its run by an earlier decision."""
        return self.decided_at is not None and self.decided_at < self.created_at


class Lock(NamedTuple):
    """A person's decision that later runs keep a pair."""

    origin: PairingOrigin
    reason: str | None
    decided_at: datetime
    kind: PairingKind = PairingKind.SOLE


class ScorePart(StudioRow, table=True):
    """A named part of a pairing's score: contribution = value × weight, and the parts sum to the score.

    The part of the mentor's cases names the pain point and the case that show it best.
    """

    __tablename__ = "score_part"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "code"),
        sa.CheckConstraint(finite("value"), "value_finite"),
        sa.CheckConstraint(finite("weight"), "weight_finite"),
        sa.CheckConstraint(finite("contribution"), "contribution_finite"),
    )

    pairing_id: UUID = Field(foreign_key="pairing.id", ondelete="CASCADE")
    position: int
    code: str = Field(max_length=60)
    value: float
    weight: float
    contribution: float
    pain_point_id: UUID | None = Field(
        default=None, foreign_key="pain_point.id", index=True, ondelete="SET NULL"
    )
    case_id: UUID | None = Field(default=None, foreign_key="mentor_case.id", index=True, ondelete="SET NULL")


async def locks_of(session: AsyncSession, cohort_id: UUID) -> dict[tuple[UUID, UUID], Lock]:
    """Return the locked pairs of a cohort: for each seat the latest decision counts, whichever run it is in.

    What was decided when trainees had one mentor each counts no more once it was decided who of two they have, and
    the other way round.
    """
    found = await session.execute(
        select(Pairing)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(MatchRun.cohort_id == cohort_id, col(Pairing.decided_at).is_not(None))
        .order_by(col(Pairing.decided_at), col(MatchRun.number))
    )
    latest: dict[UUID, dict[PairingKind, Pairing]] = {}
    for pairing in found.scalars():
        of_trainee = latest.setdefault(pairing.trainee_id, {})
        if (pairing.kind is PairingKind.SOLE) is not (PairingKind.SOLE in of_trainee):
            of_trainee.clear()
        of_trainee[pairing.kind] = pairing
    return {
        (pairing.trainee_id, pairing.mentor_id): Lock(
            pairing.origin, pairing.reason, pairing.decided_at, pairing.kind
        )
        for of_trainee in latest.values()
        for pairing in of_trainee.values()
        if pairing.locked and pairing.decided_at is not None
    }


async def confirmed_pairs(session: AsyncSession, cohort_id: UUID) -> dict[tuple[UUID, UUID], PairingKind]:
    """Return the pairs of a cohort's published run that both sides have confirmed and that have not come to an end.

    With each goes the part that its mentor plays.
    """
    found = await session.execute(
        select(Pairing.trainee_id, Pairing.mentor_id, Pairing.kind)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(
            MatchRun.cohort_id == cohort_id,
            MatchRun.publish_state == PublishState.PUBLISHED,
            col(Pairing.state).in_(CONFIRMED_STATES),
        )
    )
    return {(trainee_id, mentor_id): PairingKind(kind) for trainee_id, mentor_id, kind in found.all()}


async def declined_pairs(session: AsyncSession, cohort_id: UUID) -> set[tuple[UUID, UUID]]:
    """Return the pairs of a cohort that one side has declined, in whichever run."""
    found = await session.execute(
        select(Pairing.trainee_id, Pairing.mentor_id)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(MatchRun.cohort_id == cohort_id, Pairing.state == PairingState.DECLINED)
    )
    return {(trainee_id, mentor_id) for trainee_id, mentor_id in found.all()}
