"""Tokens, the audit trail and idempotency keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, UTCDateTime, enum_type
from studio.store.enums import Role


class Token(StudioRow, table=True):
    """A bearer token; only its hash is stored."""

    __table_args__ = (
        sa.CheckConstraint(
            "(role IN ('MENTOR', 'TRAINEE')) = (person_id IS NOT NULL)", "person_for_mentor_and_trainee"
        ),
    )

    role: Role = Field(sa_type=enum_type(Role))
    person_id: UUID | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE")
    hash: str = Field(max_length=64, unique=True)
    label: str = Field(default="", sa_type=UserText(100, "label"))
    scopes: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AuditEvent(StudioRow, table=True):
    """Who did what to which row; append-only, and without personal text."""

    __tablename__ = "audit_event"

    actor_role: Role = Field(sa_type=enum_type(Role))
    actor_person_id: UUID | None = None
    token_id: UUID | None = None
    action: str = Field(max_length=60)
    entity: str = Field(max_length=60)
    entity_id: UUID
    details: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class IdempotencyKey(StudioRow, table=True):
    """The first result of a mutation that may be retried."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.UniqueConstraint("studio_id", "key"),)

    key: str = Field(max_length=200)
    operation: str = Field(max_length=60)
    input_hash: str = Field(max_length=64)
    result_id: UUID


async def token_by_hash(session: AsyncSession, hash: str) -> Token | None:
    """Return the token of this hash, of whatever studio: the token itself says which one it opens."""
    return (await session.execute(select(Token).where(Token.hash == hash))).scalar_one_or_none()


async def token_by_label(session: AsyncSession, studio_id: UUID, label: str) -> Token | None:
    """Return the oldest token of this label in a studio."""
    found = await session.execute(
        select(Token)
        .where(Token.studio_id == studio_id, Token.label == label)
        .order_by(col(Token.created_at), col(Token.id))
        .limit(1)
    )
    return found.scalar_one_or_none()


async def write_last_used(session: AsyncSession, used: Mapping[UUID, datetime]) -> None:
    """Write when tokens were last used."""
    # In the order of the ids, so that two servers writing at once cannot wait for each other in a ring.
    for token_id in sorted(used):
        await session.execute(
            sa.update(Token)
            .where(col(Token.id) == token_id)
            .values(last_used_at=used[token_id], updated_at=Token.updated_at)
        )
