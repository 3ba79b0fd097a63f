"""How evenly a run treats people, without an order of them."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow


class RunFairness(StudioRow, table=True):
    """How evenly a run treats trainees and mentors; of the pairs as they are, also after people changed some.

    Scores are those of the pairs, and of the groups nothing but counts and means: no person is named.
    """

    __tablename__ = "run_fairness"
    __table_args__ = (
        sa.UniqueConstraint("run_id"),
        sa.CheckConstraint("blocking_pairs >= 0 AND envious >= 0", "counts_from_zero"),
    )

    run_id: UUID = Field(foreign_key="match_run.id", ondelete="CASCADE")
    # {"least", "most", "mean", "deviation"}: trainees per mentor, and the share of the places of those who have any.
    loads: dict[str, float] = Field(sa_type=sa.JSON)
    uses: dict[str, float] = Field(sa_type=sa.JSON)
    # {"lowest", "lowerQuartile", "median", "upperQuartile", "highest"}; null without pairs.
    scores: dict[str, float] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    blocking_pairs: int
    envious: int
    # [{"county" or "role", "trainees", "unmatched", "meanScore"}], by name or in the order of the roles.
    counties: list[dict[str, Any]] = Field(sa_type=sa.JSON)
    roles: list[dict[str, Any]] = Field(sa_type=sa.JSON)
