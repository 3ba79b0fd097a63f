"""Cases of the catalogue that tell of a trouble like a trainee's."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow


class SimilarCase(StudioRow, table=True):
    """A case that is near to a pain point; position 0 is the nearest."""

    __tablename__ = "similar_case"
    __table_args__ = (
        sa.UniqueConstraint("pain_point_id", "content_id"),
        sa.CheckConstraint("score >= 0 AND score <= 1", "score_range"),
    )

    pain_point_id: UUID = Field(foreign_key="pain_point.id", ondelete="CASCADE")
    content_id: UUID = Field(foreign_key="content.id", index=True, ondelete="CASCADE")
    position: int
    score: float
