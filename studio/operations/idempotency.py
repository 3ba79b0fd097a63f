"""Idempotency keys: a mutation that is retried gives its first result again."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import Conflict, StudioError
from studio.permissions import Actor
from studio.store.access import IdempotencyKey

LONGEST_KEY = 128
FIELD = "idempotencyKey"


async def once(
    session: AsyncSession, actor: Actor, key: str | None, operation: str, input: Mapping[str, Any]
) -> UUID | None:
    """Return the id of the first result under this key, or None when there is none yet.

    Call it first in the write transaction: a rival with the same key waits here until this transaction ends.

    Raises:
        StudioError: IDEMPOTENCY_KEY when the key is empty, too long or holds invisible characters.
        Conflict: IDEMPOTENCY_MISMATCH when the key was used for another operation or another input.
    """
    if key is None:
        return None
    stored = _stored_key(actor, key)
    await _wait_for_rivals(session, actor.studio_id, stored)
    first = (
        await session.execute(
            select(IdempotencyKey).where(
                IdempotencyKey.studio_id == actor.studio_id, IdempotencyKey.key == stored
            )
        )
    ).scalar_one_or_none()
    if first is None:
        return None
    if first.operation != operation or first.input_hash != _hash(input):
        raise Conflict("IDEMPOTENCY_MISMATCH", field=FIELD)
    return first.result_id


async def remember(
    session: AsyncSession,
    actor: Actor,
    key: str | None,
    operation: str,
    input: Mapping[str, Any],
    result_id: UUID,
) -> None:
    """Keep the result under the key, in the transaction that made it; nothing to do without a key."""
    if key is None:
        return
    session.add(
        IdempotencyKey(
            studio_id=actor.studio_id,
            key=_stored_key(actor, key),
            operation=operation,
            input_hash=_hash(input),
            result_id=result_id,
        )
    )
    await session.flush()


def _stored_key(actor: Actor, key: str) -> str:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise StudioError("IDEMPOTENCY_KEY", field=FIELD, longest=LONGEST_KEY)
    # Two client apps may choose the same key: each token has its own.
    return f"{actor.token_id.hex if actor.token_id else 'local'}:{key}"


def _hash(input: Mapping[str, Any]) -> str:
    plain = orjson.dumps(input, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(plain).hexdigest()


async def _wait_for_rivals(session: AsyncSession, studio_id: UUID, stored: str) -> None:
    # SQLite has one writer at a time anyway; PostgreSQL needs a lock, for there is no row to lock yet.
    if session.get_bind().dialect.name != "postgresql":
        return
    digest = hashlib.sha256(f"{studio_id}:{stored}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
