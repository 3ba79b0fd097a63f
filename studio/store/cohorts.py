"""Cohorts: a numbered group of trainees on its way through the programme."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import CohortState


class Cohort(StudioRow, table=True):
    """A cohort (批次) of trainees."""

    __table_args__ = (
        sa.UniqueConstraint("studio_id", "number"),
        sa.CheckConstraint("number >= 1", "number_from_one"),
    )

    number: int
    name: str = Field(sa_type=UserText(200, "name"))
    state: CohortState = Field(default=CohortState.ENROLLING, sa_type=enum_type(CohortState))
    starts_on: date | None = None
    ends_on: date | None = None
    quota: int | None = None
    # Weeks that it offers for shadowing, as `stored_weeks` makes them; without any its pairs have no week.
    weeks: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"}
    )
