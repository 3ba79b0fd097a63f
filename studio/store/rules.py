"""Matching policies and the rules that organizers set for a cohort."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, col

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import MatchObjective, RuleKind

LONGEST_REASON = 500


class MatchPolicy(StudioRow, table=True):
    """Weights of the score parts and the objective, by version; a run names the version that it used."""

    __tablename__ = "match_policy"
    __table_args__ = (sa.UniqueConstraint("studio_id", "name", "number"),)

    name: str = Field(sa_type=UserText(100, "name"))
    number: int = 1
    # Score part → weight; the weights sum to 1.
    weights: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)
    objective: MatchObjective = Field(
        default=MatchObjective.COVERAGE_THEN_TOTAL, sa_type=enum_type(MatchObjective)
    )


def in_force(expires_on: date | None, on: date) -> ColumnElement[bool]:
    """Return the condition that a rule, of whose table `expires_on` is the column, holds on a day: its last one too."""
    return sa.or_(col(expires_on).is_(None), col(expires_on) >= on)


class Rule(StudioRow, table=True):
    """A pin, a conflict or a preference between a trainee and a mentor, with its reason and author."""

    __table_args__ = (sa.UniqueConstraint("trainee_id", "mentor_id"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    trainee_id: UUID = Field(foreign_key="trainee.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    kind: RuleKind = Field(sa_type=enum_type(RuleKind))
    reason: str = Field(sa_type=UserText(LONGEST_REASON, "reason"))
    author: str = Field(sa_type=UserText(100, "author"))
    expires_on: date | None = None
