"""The heat map of a cohort: needs by role and by county."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import TraineeRole


def _constraints(group: str) -> tuple[Any, ...]:
    """Return the constraints of a table whose cells are told apart by `group` and topic."""
    return (
        sa.UniqueConstraint("cohort_id", group, "topic_id"),
        sa.CheckConstraint("mean >= 0 AND mean <= 1", "mean_range"),
        sa.CheckConstraint("respondents >= 0 AND respondents <= answered", "respondents_range"),
    )


class HeatCell(StudioRow):
    """How much a group of a cohort's trainees needs a top topic; anonymous respondents are in no group."""

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    # Place in the table, row by row.
    position: int
    # Mean need of those who answered.
    mean: float
    # Distinct trainees of the group who named the topic, and who answered at all.
    respondents: int
    answered: int


class RoleNeed(HeatCell, table=True):
    """How much the trainees of a role need a top topic."""

    __tablename__ = "role_need"
    __table_args__ = _constraints("role")

    role: TraineeRole = Field(sa_type=enum_type(TraineeRole))


class CountyNeed(HeatCell, table=True):
    """How much the trainees of a county need a top topic."""

    __tablename__ = "county_need"
    __table_args__ = _constraints("county")

    county: str = Field(sa_type=UserText(100, "county"))
