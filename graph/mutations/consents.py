"""Answers of mentors and trainees to their pairings."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import DeclineReason, Party
from graph.matching.pairings import Pairing
from graph.payloads import (
    MutationInfo,
    Stored,
    UserError,
    answer,
    idempotency_key,
    input_field,
    row_id,
    user_errors,
)
from graph.reading.stored import stored
from studio.operations.pairings.consents import accept_pairing, decline_pairing


@strawberry.input(description="Which pairing is accepted, and for whom.")
class AcceptPairingInput:
    """Which pairing is accepted, and for whom."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    on_behalf_of: Party | None = input_field(
        "Whose answer an organizer records; mentors and trainees leave it out.", default=None
    )
    on_behalf_reason: str | None = input_field(
        "Why an organizer records it, such as a call by phone; must be given then.", default=None
    )
    expected_version: int | None = input_field(
        "The pairing's version that you have read; refused when it has changed.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The pairing; confirmed once both sides have accepted.")
class AcceptPairingPayload:
    """The pairing."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which pairing is declined, why, and for whom.")
class DeclinePairingInput:
    """Which pairing is declined, why, and for whom."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    reason: DeclineReason = input_field("Why.")
    note: str | None = input_field("More about it in words, for the organizers.", default=None)
    on_behalf_of: Party | None = input_field(
        "Whose answer an organizer records; mentors and trainees leave it out.", default=None
    )
    on_behalf_reason: str | None = input_field(
        "Why an organizer records it, such as a call by phone; must be given then.", default=None
    )
    expected_version: int | None = input_field(
        "The pairing's version that you have read; refused when it has changed.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The pairing, which has given its place back.")
class DeclinePairingPayload:
    """The pairing, which has given its place back."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Answers to pairings.")
class ConsentMutation:
    """Answers to pairings."""

    @strawberry.mutation(
        description="Accepts a published pairing, by its mentor or trainee, or by an organizer on their behalf; when "
        "both sides have, it is confirmed."
    )
    async def accept_pairing(
        self,
        info: MutationInfo,
        input: Annotated[AcceptPairingInput, strawberry.argument(description="Which pairing.")],
    ) -> AcceptPairingPayload:
        """Accept a pairing."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await accept_pairing(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                party=input.on_behalf_of,
                on_behalf_reason=input.on_behalf_reason,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Declines a published pairing before it starts, with a reason; its place is free again and the "
        "smallest re-match is queued as a draft, which an organizer publishes or not."
    )
    async def decline_pairing(
        self,
        info: MutationInfo,
        input: Annotated[DeclinePairingInput, strawberry.argument(description="Which pairing, and why.")],
    ) -> DeclinePairingPayload:
        """Decline a pairing."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await decline_pairing(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                input.reason,
                note=input.note,
                party=input.on_behalf_of,
                on_behalf_reason=input.on_behalf_reason,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
