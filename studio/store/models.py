"""Trained topic models: which one is in force, what it learned from, and how it was measured."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, enum_type
from studio.store.enums import RetrainOutcome


class ModelVersion(StudioRow, table=True):
    """One training of the topic classifier; without any in force, the topics' phrases alone decide."""

    __tablename__ = "model_version"
    __table_args__ = (
        sa.UniqueConstraint("studio_id", "number"),
        sa.CheckConstraint("number >= 1", "number_from_one"),
        sa.CheckConstraint("NOT in_force OR content IS NOT NULL", "in_force_has_content"),
        sa.Index(
            "uq_model_version_in_force",
            "studio_id",
            unique=True,
            sqlite_where=sa.text("in_force"),
            postgresql_where=sa.text("in_force"),
        ),
    )

    number: int
    outcome: RetrainOutcome = Field(sa_type=enum_type(RetrainOutcome))
    in_force: bool = False
    # A model file of `matching.pack_model`; of a model that was not adopted nothing is kept.
    content: bytes | None = Field(default=None, sa_type=sa.LargeBinary)
    # Top topics that it tells apart.
    classes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    # What it learned from: counts, the ids of corrections, and a digest of all texts with their topics.
    phrases: int
    corrections: int
    learned: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    sha256: str = Field(max_length=64)
    # [{"way": "CANDIDATE", "metric": "MACRO_F1", "value": 0.8, "low": 0.7, "high": 0.9}], cross-validated.
    measures: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    # Facts that limit what the measures say, by code.
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    job_id: UUID | None = Field(default=None, foreign_key="job.id", index=True, ondelete="SET NULL")
