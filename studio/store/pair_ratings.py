"""How the people in a pair rate it, and what learning affinity weights from these ratings came to."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.clock import now
from studio.store.columns import StudioRow, UserText, UTCDateTime, enum_type
from studio.store.pairing_enums import Party, WeightsOutcome

LOWEST, HIGHEST = 1, 5


class PairRating(StudioRow, table=True):
    """How much one side says that the pair helped; a later rating of the same side takes its place."""

    __tablename__ = "pair_rating"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id", "party"),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", "one_to_five"),
    )

    pairing_id: UUID = Field(foreign_key="pairing.id", ondelete="CASCADE")
    party: Party = Field(sa_type=enum_type(Party))
    # 1 no help at all, 5 could not be better.
    rating: int
    note: str | None = Field(default=None, sa_type=UserText(500, "note"))
    rated_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


class WeightsTraining(StudioRow, table=True):
    """One attempt to learn the affinity's weights from ratings."""

    __tablename__ = "weights_training"
    __table_args__ = (
        sa.UniqueConstraint("studio_id", "number"),
        sa.CheckConstraint("number >= 1", "number_from_one"),
        sa.CheckConstraint("(outcome = 'ADOPTED') = (policy_id IS NOT NULL)", "adopted_is_policy"),
    )

    number: int
    outcome: WeightsOutcome = Field(sa_type=enum_type(WeightsOutcome))
    # The policy that the learned weights became; null where those in force stayed.
    policy_id: UUID | None = Field(default=None, foreign_key="match_policy.id", index=True)
    # Part → learned weight, adopted or not; they sum to 1.
    weights: dict[str, float] = Field(default_factory=dict, sa_type=sa.JSON)
    ratings: int
    cohorts: int
    people: int
    # {"value": 0.02, "low": 0.01, "high": 0.03}: log loss won against the weights in force, if tried.
    gain: dict[str, float] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    # [{"way": "LEARNED", "metric": "LOG_LOSS", "value": 0.5, "low": 0.4, "high": 0.6}], on other cohorts.
    measures: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    job_id: UUID | None = Field(default=None, foreign_key="job.id", index=True, ondelete="SET NULL")
