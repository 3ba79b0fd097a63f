"""Why somebody has no mentor, said in weeks: of each mentor, and what would help."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, finite


class WeekReason(StudioRow, table=True):
    """Why an unmatched trainee is not with one of the mentors."""

    __tablename__ = "week_reason"
    __table_args__ = (sa.UniqueConstraint("unmatched_id", "mentor_id"),)

    unmatched_id: UUID = Field(foreign_key="unmatched.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    position: int
    code: str = Field(max_length=60)
    # Weeks in which both are free, and those of them that are full, as `stored_weeks` makes them.
    weeks: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    full_weeks: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)


class WeekRepair(StudioRow, table=True):
    """One change that would give an unmatched trainee a mentor and a week."""

    __tablename__ = "week_repair"
    __table_args__ = (
        sa.UniqueConstraint("unmatched_id", "position"),
        sa.CheckConstraint(finite("change"), "change_finite"),
    )

    unmatched_id: UUID = Field(foreign_key="unmatched.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    position: int
    code: str = Field(max_length=60)
    # Null where it is all weeks together.
    week: date | None = None
    # By how much the run's objective would change.
    change: float
