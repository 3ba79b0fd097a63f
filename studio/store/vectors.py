"""Sentence vectors of texts, kept so that a slow model reads each text once."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow

Vectors = NDArray[np.float32]
_LITTLE_ENDIAN = np.dtype("<f4")


class SentenceVector(StudioRow, table=True):
    """A text's vector by the text's hash; no word of the text itself is kept here."""

    __tablename__ = "sentence_vector"
    __table_args__ = (sa.UniqueConstraint("studio_id", "key"),)

    key: str = Field(max_length=64)
    # Of 384 float32, little-endian.
    vector: bytes = Field(sa_type=sa.LargeBinary)


async def vectors_of(session: AsyncSession, studio_id: UUID) -> dict[str, Vectors]:
    """Return all vectors that a studio keeps, by key: 1.5 KB each."""
    found = await session.execute(
        select(SentenceVector.key, SentenceVector.vector).where(col(SentenceVector.studio_id) == studio_id)
    )
    return {key: np.frombuffer(vector, _LITTLE_ENDIAN).astype(np.float32) for key, vector in found.all()}


async def keep_vectors(session: AsyncSession, studio_id: UUID, vectors: Mapping[str, Vectors]) -> None:
    """Add vectors; those that somebody else has added meanwhile are the same and stay."""
    rows = [
        SentenceVector(studio_id=studio_id, key=key, vector=vector.astype(_LITTLE_ENDIAN).tobytes())
        for key, vector in vectors.items()
    ]
    if not rows:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(SentenceVector).on_conflict_do_nothing(index_elements=["studio_id", "key"])
    await session.execute(statement, [row.model_dump() for row in rows])
