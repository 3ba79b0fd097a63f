"""Issuing and closing tokens."""

from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import Role
from graph.payloads import MutationInfo, UserError, answer, idempotency_key, input_field, row_id, user_errors
from graph.reading.stored import stored
from studio.operations.people.access import create_token_once, revoke_token
from studio.operations.people.token_people import person_of_token
from studio.store.access import Token as TokenRow
from studio.store.identity import global_id


@strawberry.type(description="A bearer token of the API, without its text.")
class Token:
    """A bearer token."""

    id: strawberry.ID = stored("Its global id, by which it is revoked.")
    role: Role = stored("For whom it acts.")
    label: str = stored("What it is for.")
    scopes: list[str] = stored("What a client app may do with it.")
    expires_at: datetime | None = stored("When it ends; null for never.")
    revoked_at: datetime | None = stored("When it was closed.")


@strawberry.input(description="What the token is for.")
class CreateTokenInput:
    """What the token is for."""

    role: Role = input_field("For whom it acts.")
    person_id: strawberry.ID | None = input_field(
        "The mentor or trainee who will use it: the id of the person, of the mentor or of the trainee.",
        default=None,
    )
    scopes: list[str] = input_field("What a client app may do with it.", default_factory=list)
    label: str = input_field("What it is for, to find it again.", default="")
    expires_at: datetime | None = input_field("When it ends; null for never.", default=None)
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The token; its text is shown this once only.")
class CreateTokenPayload:
    """The token."""

    token: Token | None = stored("The token.")
    plaintext: str | None = stored(
        "The text to send as `Authorization: Bearer …`; kept nowhere, so keep it: it is null when the same "
        "idempotencyKey comes again."
    )
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which token to close.")
class RevokeTokenInput:
    """Which token to close."""

    token_id: strawberry.ID = input_field("The token's global id.")


@strawberry.type(description="The closed token.")
class RevokeTokenPayload:
    """The closed token."""

    token: Token | None = stored("The token.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Access.")
class AccessMutation:
    """Access."""

    @strawberry.mutation(description="Issues a token of this studio.")
    async def create_token(
        self,
        info: MutationInfo,
        input: Annotated[CreateTokenInput, strawberry.argument(description="What it is for.")],
    ) -> CreateTokenPayload:
        """Issue a token."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            actor, given = info.context.actor, input.person_id
            token, text = await create_token_once(
                session,
                actor,
                input.idempotency_key,
                role=input.role,
                person_id=await person_of_token(session, actor, given, "personId") if given else None,
                scopes=input.scopes,
                label=input.label,
                expires_at=input.expires_at,
            )
            return {"token": _shown(token), "plaintext": text}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Closes a token for good; closing it twice is no error.")
    async def revoke_token(
        self,
        info: MutationInfo,
        input: Annotated[RevokeTokenInput, strawberry.argument(description="Which token.")],
    ) -> RevokeTokenPayload:
        """Close a token."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            token = await revoke_token(
                session, info.context.actor, row_id(input.token_id, "Token", "tokenId")
            )
            return {"token": _shown(token)}

        return await answer(info, work)  # type: ignore[no-any-return]


def _shown(token: TokenRow) -> Token:
    return Token(
        id=strawberry.ID(global_id("Token", token.id)),
        role=token.role,
        label=token.label,
        scopes=list(token.scopes),
        # As it is read again later: in UTC, whatever the offset it was given with.
        expires_at=token.expires_at.astimezone(UTC) if token.expires_at else None,
        revoked_at=token.revoked_at,
    )
