"""Tokens: creating, rotating and revoking them, and finding out for whom a request acts."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import NotFound, StudioError, Unauthenticated
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own
from studio.permissions import ALL_SCOPES, Actor, require
from studio.store.access import Token, token_by_hash, token_by_label, write_last_used
from studio.store.clock import now
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.people import Mentor, Person, Trainee

PREFIX = "yz_"
RANDOM_BYTES = 32
# `yz_` and 32 bytes in URL-safe base64 without padding.
TOKEN_LENGTH = len(PREFIX) + 43
# A token's last use is written at most this often.
USE_INTERVAL = timedelta(minutes=1)


async def create_token(
    session: AsyncSession,
    actor: Actor,
    *,
    role: Role,
    person_id: UUID | None = None,
    scopes: Collection[str] = (),
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Create a token of the actor's studio; return its row and its text, which is nowhere else.

    Raises:
        StudioError: TOKEN_… when role, person, scopes or expiry do not fit together.
        NotFound: no such person in the studio.
    """
    require(actor, "create_token")
    await _check(session, actor.studio_id, role, person_id, scopes, expires_at)
    text = _new_text()
    token = Token(
        studio_id=actor.studio_id,
        role=role,
        person_id=person_id,
        hash=_hash(text),
        label=label,
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    session.add(token)
    await session.flush()
    await audit(session, actor, "create_token", "Token", token.id, role=role.value)
    return token, text


async def create_token_once(
    session: AsyncSession,
    actor: Actor,
    idempotency_key: str | None,
    *,
    role: Role,
    person_id: UUID | None = None,
    scopes: Collection[str] = (),
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[Token, str | None]:
    """Create a token, or return the one that was created under this key, without its text: that is kept nowhere.

    Raises what `create_token` raises, and IDEMPOTENCY_MISMATCH.
    """
    require(actor, "create_token")
    given = {
        "role": role.value,
        "person_id": person_id.hex if person_id else None,
        "scopes": sorted(scopes),
        "label": label,
        "expires_at": expires_at,
    }
    done = await once(session, actor, idempotency_key, "create_token", given)
    if done is not None:
        return await own(session, actor, Token, done, "idempotencyKey"), None
    token, text = await create_token(
        session,
        actor,
        role=role,
        person_id=person_id,
        scopes=scopes,
        label=label,
        expires_at=expires_at,
    )
    await remember(session, actor, idempotency_key, "create_token", given, token.id)
    return token, text


async def rotate_token(
    session: AsyncSession,
    actor: Actor,
    label: str,
    *,
    role: Role,
    person_id: UUID | None = None,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
) -> tuple[Token, str]:
    """Give the labelled token a new text in the same row: the old one opens nothing any more.

    The first time the token is created. Raises what `create_token` raises.
    """
    require(actor, "create_token")
    token = await token_by_label(session, actor.studio_id, label)
    if token is None:
        return await create_token(
            session,
            actor,
            role=role,
            person_id=person_id,
            scopes=scopes,
            label=label,
            expires_at=expires_at,
        )
    await _check(session, actor.studio_id, role, person_id, scopes, expires_at)
    text = _new_text()
    token.role, token.person_id, token.scopes = role, person_id, sorted(scopes)
    token.hash, token.expires_at, token.revoked_at = _hash(text), expires_at, None
    token.version += 1
    await session.flush()
    await audit(session, actor, "rotate_token", "Token", token.id, role=role.value)
    return token, text


async def revoke_token(session: AsyncSession, actor: Actor, token_id: UUID) -> Token:
    """Close a token for good; whoever may issue tokens may close them, and closing twice is no error."""
    require(actor, "revoke_token")
    token = await own(session, actor, Token, token_id, "tokenId")
    if token.revoked_at is None:
        token.revoked_at = now()
        token.version += 1
        await session.flush()
        await audit(session, actor, "revoke_token", "Token", token.id)
    return token


async def authenticate(session: AsyncSession, text: str) -> Actor:
    """Return for whom the bearer of this token acts; a read session is enough.

    Raises:
        Unauthenticated: the token is unknown, expired or revoked; which of the three is not told.
    """
    token = await token_by_hash(session, _hash(text)) if _well_formed(text) else None
    if token is None or token.revoked_at is not None:
        raise Unauthenticated("UNAUTHENTICATED")
    if token.expires_at is not None and token.expires_at <= now():
        raise Unauthenticated("UNAUTHENTICATED")
    return Actor(
        role=token.role,
        studio_id=token.studio_id,
        person_id=token.person_id,
        scopes=frozenset(token.scopes),
        token_id=token.id,
    )


class TokenUse:
    """When tokens were last used: noted in memory, written together now and then, so no request waits."""

    def __init__(self) -> None:
        self._noted: dict[UUID, datetime] = {}
        self._written: dict[UUID, datetime] = {}

    def note(self, actor: Actor) -> None:
        """Note that the actor's token is used now."""
        if actor.token_id is not None:
            self._noted[actor.token_id] = now()

    async def write(self, engine: AsyncEngine) -> int:
        """Write the uses noted since; a token's at most once a minute. Return how many were written."""
        due = {
            token_id: moment
            for token_id, moment in self._noted.items()
            if token_id not in self._written or moment - self._written[token_id] >= USE_INTERVAL
        }
        if due:
            async with writing(engine) as session:
                await write_last_used(session, due)
        recent = now() - USE_INTERVAL
        self._written = {key: at for key, at in {**self._written, **due}.items() if at > recent}
        self._noted = {key: at for key, at in self._noted.items() if due.get(key) != at}
        return len(due)


def _new_text() -> str:
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def _hash(text: str) -> str:
    # A token is 256 random bits: a plain hash cannot be guessed back, and can be looked up by index.
    return hashlib.sha256(text.encode()).hexdigest()


def _well_formed(text: str) -> bool:
    return text.startswith(PREFIX) and len(text) == TOKEN_LENGTH and text.isascii()


async def _check(
    session: AsyncSession,
    studio_id: UUID,
    role: Role,
    person_id: UUID | None,
    scopes: Collection[str],
    expires_at: datetime | None,
) -> None:
    unknown = sorted(set(scopes) - ALL_SCOPES)
    if unknown:
        raise StudioError(
            "TOKEN_SCOPE_UNKNOWN", field="scopes", scope=unknown[0], known=", ".join(sorted(ALL_SCOPES))
        )
    if role is Role.CLIENT_APP and not scopes:
        raise StudioError("TOKEN_SCOPES_NEEDED", field="scopes", known=", ".join(sorted(ALL_SCOPES)))
    if role is not Role.CLIENT_APP and scopes:
        raise StudioError("TOKEN_SCOPES_UNWANTED", field="scopes", role=role.value)
    if expires_at is not None and expires_at <= now():
        raise StudioError("TOKEN_EXPIRY_PAST", field="expiresAt", expires=expires_at.isoformat())
    await _check_person(session, studio_id, role, person_id)


async def _check_person(session: AsyncSession, studio_id: UUID, role: Role, person_id: UUID | None) -> None:
    tables: dict[Role, type[Mentor] | type[Trainee]] = {Role.MENTOR: Mentor, Role.TRAINEE: Trainee}
    table = tables.get(role)
    if table is None:
        if person_id is not None:
            raise StudioError("TOKEN_PERSON_UNWANTED", field="personId", role=role.value)
        return
    if person_id is None:
        raise StudioError("TOKEN_PERSON_NEEDED", field="personId", role=role.value)
    in_studio = await session.scalar(
        select(Person.id).where(Person.id == person_id, Person.studio_id == studio_id)
    )
    if in_studio is None:
        raise NotFound("Person", field="personId")
    fits = select(table.id).where(table.person_id == person_id, table.studio_id == studio_id).limit(1)
    if await session.scalar(fits) is None:
        raise StudioError("TOKEN_PERSON_OTHER_ROLE", field="personId", role=role.value)
