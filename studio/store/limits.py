"""Limits of a cohort's match: how many trainees a mentor takes at most and at least, and of which groups."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.rules import LONGEST_REASON, in_force


class LimitRule(StudioRow, table=True):
    """At most (CAP) or at least (MINIMUM) so many trainees, or at most so many of a group (QUOTA), and why.

    Without a mentor it holds for each. A quota of trainees counts those of one mentor who share a county, role or
    level, or whom the mentor has for theory or for practice: those of `value`, or of each. A quota of mentors counts
    the trainees of all mentors of a county together.
    """

    __tablename__ = "limit_rule"
    __table_args__ = (
        sa.CheckConstraint("number >= 0", "number_not_negative"),
        sa.CheckConstraint("(kind = 'QUOTA') = (grouped_by IS NOT NULL)", "quota_has_group"),
        sa.CheckConstraint("kind = 'QUOTA' OR value = ''", "value_of_quota"),
        sa.CheckConstraint("grouped_by <> 'MENTOR_COUNTY' OR mentor_id IS NULL", "county_has_no_mentor"),
    )

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    kind: LimitKind = Field(sa_type=enum_type(LimitKind))
    number: int
    mentor_id: UUID | None = Field(default=None, foreign_key="mentor.id", index=True, ondelete="CASCADE")
    grouped_by: LimitGroup | None = Field(default=None, sa_type=enum_type(LimitGroup))
    # A county's name, or the code of a role, a level or a part; empty for each of them.
    value: str = Field(default="", sa_type=UserText(100, "value"))
    reason: str = Field(sa_type=UserText(LONGEST_REASON, "reason"))
    author: str = Field(sa_type=UserText(100, "author"))
    expires_on: date | None = None
    # The preset, as the cohort has it, of which this limit came; it goes with that.
    cohort_rule_id: UUID | None = Field(
        default=None, foreign_key="cohort_rule.id", index=True, ondelete="CASCADE"
    )


async def limits_in_force(session: AsyncSession, cohort_id: UUID, on: date) -> Sequence[LimitRule]:
    """Return the limits of a cohort that have not expired on a day, in the order in which they were set."""
    found = await session.execute(
        select(LimitRule)
        .where(
            LimitRule.cohort_id == cohort_id,
            in_force(LimitRule.expires_on, on),
        )
        .order_by(col(LimitRule.created_at), col(LimitRule.id))
    )
    return list(found.scalars())
