"""Starting, pausing, resuming, completing and ending confirmed pairings."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import EndReason
from graph.matching.pairings import Pairing
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.reading.stored import stored
from studio.operations.pairings.pairing_moves import (
    complete_pairing,
    end_pairing,
    pause_pairing,
    resume_pairing,
    start_pairing,
)
from studio.permissions import Actor
from studio.store.pairings import Pairing as PairingRow


@strawberry.input(description="Which pairing moves on.")
class MovePairingInput:
    """Which pairing moves on."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    expected_version: int = input_field(
        "The pairing's version that you have read; refused when it has changed."
    )


@strawberry.input(description="Which pairing moves on, with a note.")
class NotedMoveInput(MovePairingInput):
    """Which pairing moves on, with a note."""

    note: str | None = input_field("What should be remembered about it, for the organizers.", default=None)


@strawberry.input(description="Which pairing ends before its time, and why.")
class EndPairingInput(NotedMoveInput):
    """Which pairing ends before its time, and why."""

    reason: EndReason = input_field("Why.")


@strawberry.type(description="The pairing, where it stands now.")
class MovePairingPayload:
    """The pairing, where it stands now."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


Which = Annotated[MovePairingInput, strawberry.argument(description="Which pairing.")]
Noted = Annotated[NotedMoveInput, strawberry.argument(description="Which pairing.")]
Move = Callable[..., Awaitable[PairingRow]]


async def _moved(info: MutationInfo, move: Move, input: MovePairingInput, **more: Any) -> Any:
    async def work(session: AsyncSession) -> dict[str, Any]:
        actor: Actor = info.context.actor
        pairing_id = row_id(input.pairing_id, "Pairing", "pairingId")
        pairing = await move(session, actor, pairing_id, expected_version=input.expected_version, **more)
        return {"pairing": Stored("Pairing", pairing.id)}

    return await answer(info, work)


@strawberry.type(description="The life of confirmed pairings.")
class PairingMoveMutation:
    """The life of confirmed pairings."""

    @strawberry.mutation(
        description="Starts a confirmed pairing: its mentor does at the first meeting, or an organizer."
    )
    async def start_pairing(self, info: MutationInfo, input: Which) -> MovePairingPayload:
        """Start a pairing."""
        return await _moved(info, start_pairing, input)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Pauses an active pairing; it keeps its place. For organizers.")
    async def pause_pairing(self, info: MutationInfo, input: Noted) -> MovePairingPayload:
        """Pause a pairing."""
        return await _moved(info, pause_pairing, input, note=input.note)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Lets a paused pairing go on. For organizers.")
    async def resume_pairing(self, info: MutationInfo, input: Which) -> MovePairingPayload:
        """Let a pairing go on."""
        return await _moved(info, resume_pairing, input)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Completes a pairing that has run its course; its place is free again. For organizers."
    )
    async def complete_pairing(self, info: MutationInfo, input: Noted) -> MovePairingPayload:
        """Complete a pairing."""
        return await _moved(info, complete_pairing, input, note=input.note)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Ends a pairing before its time, with a reason; its place is free again. For its mentor or an "
        "organizer."
    )
    async def end_pairing(
        self,
        info: MutationInfo,
        input: Annotated[EndPairingInput, strawberry.argument(description="Which pairing, and why.")],
    ) -> MovePairingPayload:
        """End a pairing."""
        more = {"reason": input.reason, "note": input.note}
        return await _moved(info, end_pairing, input, **more)  # type: ignore[no-any-return]
