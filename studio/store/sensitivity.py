"""How much to trust a run's pairs: which stay when weights are moved and topics redrawn, and who comes next."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, finite


class RunSensitivity(StudioRow, table=True):
    """How many of the pairs that a run chose freely are firm."""

    __tablename__ = "run_sensitivity"
    __table_args__ = (
        sa.UniqueConstraint("run_id"),
        sa.CheckConstraint("draws >= 1", "draws_from_one"),
        sa.CheckConstraint("firm >= 0 AND firm <= examined AND examined >= 1", "firm_of_examined"),
        sa.CheckConstraint("share >= 0 AND share <= 1", "share_range"),
        sa.CheckConstraint("firm_from >= 0 AND firm_from <= 1", "firm_from_range"),
        sa.CheckConstraint("weight_change >= 0 AND weight_change <= 1", "weight_change_range"),
    )

    run_id: UUID = Field(foreign_key="match_run.id", ondelete="CASCADE")
    # How often the cohort was matched anew, and what was asked of a firm pair.
    draws: int
    firm_from: float
    weight_change: float
    # Pairs that no pin and no lock held, and how many of them are firm.
    examined: int
    firm: int
    share: float


class PairSensitivity(StudioRow, table=True):
    """Whether a pair of a run is firm or close, and who comes next.

    It speaks of this trainee with this mentor: when a person gives the trainee another one, it is not shown.
    """

    __tablename__ = "pair_sensitivity"
    __table_args__ = (
        sa.UniqueConstraint("pairing_id"),
        sa.CheckConstraint("stays >= 0 AND stays <= 1", "stays_range"),
        sa.CheckConstraint(f"{finite('margin')}", "margin_finite"),
    )

    pairing_id: UUID = Field(foreign_key="pairing.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    stays: float
    firm: bool
    runner_up_id: UUID | None = Field(default=None, foreign_key="mentor.id", index=True, ondelete="SET NULL")
    # Null where the runner-up cannot come in without leaving a trainee out.
    margin: float | None = None
