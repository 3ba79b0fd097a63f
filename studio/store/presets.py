"""Presets of rules, which a studio keeps and edits, and the rules of a whole cohort that come of applying them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.preset_enums import PresetKind
from studio.store.rules import LONGEST_REASON, in_force


class RulePreset(StudioRow, table=True):
    """Something that other counties do, ready to be applied to a cohort; archived ones stay for those that have it."""

    __tablename__ = "rule_preset"
    __table_args__ = (sa.UniqueConstraint("studio_id", "code"),)

    code: str = Field(sa_type=UserText(60, "code"))
    name: str = Field(sa_type=UserText(100, "name"))
    kind: PresetKind = Field(sa_type=enum_type(PresetKind))
    # Name → number; which names there are depends on the kind.
    parameters: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)
    reason: str = Field(sa_type=UserText(LONGEST_REASON, "reason"))
    author: str = Field(sa_type=UserText(100, "author"))
    expires_on: date | None = None
    archived: bool = False
    position: int = 0


class CohortRule(StudioRow, table=True):
    """A rule of a whole cohort: what a preset asked when it was applied, with reason, author and expiry."""

    __tablename__ = "cohort_rule"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "preset_id"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    preset_id: UUID = Field(foreign_key="rule_preset.id", index=True)
    name: str = Field(sa_type=UserText(100, "name"))
    kind: PresetKind = Field(sa_type=enum_type(PresetKind))
    parameters: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)
    reason: str = Field(sa_type=UserText(LONGEST_REASON, "reason"))
    author: str = Field(sa_type=UserText(100, "author"))
    expires_on: date | None = None


async def cohort_rules_in_force(session: AsyncSession, cohort_id: UUID, on: date) -> Sequence[CohortRule]:
    """Return the rules of a whole cohort that have not expired on a day, in the order of their application."""
    found = await session.execute(
        select(CohortRule)
        .where(
            CohortRule.cohort_id == cohort_id,
            in_force(CohortRule.expires_on, on),
        )
        .order_by(col(CohortRule.created_at), col(CohortRule.id))
    )
    return list(found.scalars())
