"""Sentence vectors of texts, kept so that a slow model reads each text once."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow


class SentenceVector(StudioRow, table=True):
    """A text's vector by the text's hash; no word of the text itself is kept here."""

    __tablename__ = "sentence_vector"
    __table_args__ = (sa.UniqueConstraint("studio_id", "key"),)

    key: str = Field(max_length=64)
    # As `studio.arrays.vectors` writes it.
    vector: bytes = Field(sa_type=sa.LargeBinary)


async def vectors_of(session: AsyncSession, studio_id: UUID) -> dict[str, bytes]:
    """Return all vectors that a studio keeps, by key: 1.5 KB each."""
    found = await session.execute(
        select(SentenceVector.key, SentenceVector.vector).where(col(SentenceVector.studio_id) == studio_id)
    )
    return dict(found.all())


async def keep_vectors(session: AsyncSession, studio_id: UUID, vectors: Mapping[str, bytes]) -> None:
    """Add vectors, at least one; those that somebody else has added meanwhile are the same and stay."""
    rows = [SentenceVector(studio_id=studio_id, key=key, vector=vector) for key, vector in vectors.items()]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(SentenceVector).on_conflict_do_nothing(index_elements=["studio_id", "key"])
    await session.execute(statement, [row.model_dump() for row in rows])
