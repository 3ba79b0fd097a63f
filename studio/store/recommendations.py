"""Recommended content, with the reason and the sentence that it answers."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, finite


class Recommendation(StudioRow, table=True):
    """A content recommended to a trainee; the score is the sum of its reasons' weights."""

    __table_args__ = (
        sa.UniqueConstraint("trainee_id", "content_id"),
        sa.CheckConstraint("rank >= 1", "rank_from_one"),
        sa.CheckConstraint(finite("score"), "score_finite"),
    )

    trainee_id: UUID = Field(foreign_key="trainee.id", ondelete="CASCADE")
    content_id: UUID = Field(foreign_key="content.id", index=True, ondelete="CASCADE")
    rank: int
    score: float
    # [{"code": "NEED_MATCH", "weight": 0.31, "topic": "WRITING"}]
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    model_version: str = Field(max_length=80)


class RecommendationCause(StudioRow, table=True):
    """A pain point that a recommendation answers."""

    __tablename__ = "recommendation_cause"
    __table_args__ = (sa.UniqueConstraint("recommendation_id", "pain_point_id"),)

    recommendation_id: UUID = Field(foreign_key="recommendation.id", ondelete="CASCADE")
    pain_point_id: UUID = Field(foreign_key="pain_point.id", index=True, ondelete="CASCADE")
    position: int = 0
