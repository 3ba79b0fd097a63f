"""Consents of mentors and trainees to their pairings, and the history of a pairing's states."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.clock import now
from studio.store.columns import StudioRow, UserText, UTCDateTime, enum_type
from studio.store.enums import PairingState, Role
from studio.store.pairing_enums import ConsentAnswer, DeclineReason, Party
from studio.store.pairings import Pairing


class Consent(StudioRow, table=True):
    """What one side of a pairing has answered; a later answer of the same side takes its place."""

    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "party"),
        sa.CheckConstraint("(answer = 'DECLINED') = (reason IS NOT NULL)", "declined_with_reason"),
        sa.CheckConstraint(
            "(recorded_by = 'ORGANIZER') = (on_behalf_reason IS NOT NULL)", "on_behalf_says_why"
        ),
    )

    pairing_id: UUID = Field(foreign_key="pairing.id", ondelete="CASCADE")
    party: Party = Field(sa_type=enum_type(Party))
    answer: ConsentAnswer = Field(sa_type=enum_type(ConsentAnswer))
    reason: DeclineReason | None = Field(default=None, sa_type=enum_type(DeclineReason))
    note: str | None = Field(default=None, sa_type=UserText(500, "note"))
    answered_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)
    # As what the answer was recorded: by the mentor or the trainee, or by an organizer on their behalf, who says why.
    recorded_by: Role = Field(sa_type=enum_type(Role))
    on_behalf_reason: str | None = Field(default=None, sa_type=UserText(500, "onBehalfReason"))


class PairingChange(StudioRow, table=True):
    """One step of a pairing from state to state; only added, never changed."""

    __tablename__ = "pairing_change"
    __table_args__ = (sa.UniqueConstraint("pairing_id", "number"),)

    pairing_id: UUID = Field(foreign_key="pairing.id", ondelete="CASCADE")
    # The pairing's version after the step: steps are in this order.
    number: int
    from_state: PairingState = Field(sa_type=enum_type(PairingState, "from_state"))
    to_state: PairingState = Field(sa_type=enum_type(PairingState, "to_state"))
    # The name of a reason: one of DeclineReason, EndReason or SystemReason.
    code: str | None = Field(default=None, max_length=40)
    note: str | None = Field(default=None, sa_type=UserText(500, "note"))
    # Null: nobody in particular; a date has passed.
    changed_by: Role | None = Field(default=None, sa_type=enum_type(Role))


async def consents_of(session: AsyncSession, pairing_id: UUID) -> dict[Party, Consent]:
    """Return what the sides of a pairing have answered."""
    rows = await session.execute(select(Consent).where(Consent.pairing_id == pairing_id))
    return {consent.party: consent for consent in rows.scalars()}


async def last_changes(session: AsyncSession, run_id: UUID) -> dict[UUID, PairingChange]:
    """Return the last step of every pairing of a run that has taken one."""
    rows = await session.execute(
        select(PairingChange)
        .join(Pairing, col(Pairing.id) == PairingChange.pairing_id)
        .where(Pairing.run_id == run_id)
        .order_by(col(PairingChange.number))
    )
    return {change.pairing_id: change for change in rows.scalars()}
