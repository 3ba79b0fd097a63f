"""Tokens, the audit trail and idempotency keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UTCDateTime, enum_type
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
    label: str = Field(default="", max_length=100)
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
