"""Fitted readers: what was learned of a studio's topics, kept so that no process has to learn it again."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow


class FittedReader(StudioRow, table=True):
    """The reader of a studio's topics as it was last fitted to their phrases alone."""

    __tablename__ = "fitted_reader"
    __table_args__ = (sa.UniqueConstraint("studio_id"),)

    # Of the phrases, the engine and its libraries: with any other one the reader is fitted anew.
    sha256: str = Field(max_length=64)
    # A model file of `matching.pack_model`.
    content: bytes = Field(sa_type=sa.LargeBinary)


async def kept_reader(session: AsyncSession, studio_id: UUID, sha256: str) -> bytes | None:
    """Return the file of the reader that a studio keeps, if it is the one of this digest."""
    found: bytes | None = await session.scalar(
        select(FittedReader.content).where(
            col(FittedReader.studio_id) == studio_id, col(FittedReader.sha256) == sha256
        )
    )
    return found


async def keeps_reader(session: AsyncSession, studio_id: UUID, sha256: str) -> bool:
    """Tell whether a studio keeps the reader of this digest."""
    query = select(FittedReader.sha256).where(col(FittedReader.studio_id) == studio_id)
    return await session.scalar(query) == sha256


async def keep_reader(session: AsyncSession, studio_id: UUID, sha256: str, content: bytes) -> None:
    """Keep a reader in the place of the one before."""
    row = FittedReader(studio_id=studio_id, sha256=sha256, content=content)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(FittedReader).values(row.model_dump())
    statement = statement.on_conflict_do_update(
        index_elements=["studio_id"],
        set_={
            "sha256": sha256,
            "content": content,
            "updated_at": row.updated_at,
            "version": FittedReader.__table__.c.version + 1,  # type: ignore[attr-defined]
        },
    )
    await session.execute(statement)
