"""Writing down meetings that took place."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import MeetingKind
from graph.matching.meetings import Meeting
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.reading.stored import stored
from studio.operations.pairings.meetings import record_meeting, remove_meeting


@strawberry.input(description="Which pair met, when and what for.")
class RecordMeetingInput:
    """Which pair met, when and what for."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    kind: MeetingKind = input_field("What they met for.", default=MeetingKind.TALK)
    held_on: date = input_field("On which day; none to come.")
    note: str | None = input_field("What came of it, in at most 500 characters.", default=None)


@strawberry.type(description="The meeting.")
class RecordMeetingPayload:
    """The meeting."""

    meeting: Meeting | None = stored("The meeting.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which meeting to take back.")
class RemoveMeetingInput:
    """Which meeting to take back."""

    meeting_id: strawberry.ID = input_field("The meeting's global id.")
    expected_version: int | None = input_field(
        "The version that you have read; refused when it has changed.", default=None
    )


@strawberry.type(description="The meeting that is gone.")
class RemoveMeetingPayload:
    """The meeting that is gone."""

    meeting_id: strawberry.ID | None = stored("Its global id; null when nothing was removed.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Meetings.")
class MeetingMutation:
    """Meetings."""

    @strawberry.mutation(
        description="Writes down that a pair met, by its mentor or an organizer; the same kind on the same day again "
        "replaces the note. Who is overdue is judged by it."
    )
    async def record_meeting(
        self,
        info: MutationInfo,
        input: Annotated[RecordMeetingInput, strawberry.argument(description="Which pair, when, what for.")],
    ) -> RecordMeetingPayload:
        """Write down a meeting."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            meeting = await record_meeting(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                input.kind,
                input.held_on,
                note=input.note,
            )
            return {"meeting": Stored("Meeting", meeting.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Takes back a meeting that was written down by mistake.")
    async def remove_meeting(
        self,
        info: MutationInfo,
        input: Annotated[RemoveMeetingInput, strawberry.argument(description="Which meeting.")],
    ) -> RemoveMeetingPayload:
        """Take back a meeting."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            await remove_meeting(
                session,
                info.context.actor,
                row_id(input.meeting_id, "Meeting", "meetingId"),
                expected_version=input.expected_version,
            )
            return {"meetingId": input.meeting_id}

        return await answer(info, work)  # type: ignore[no-any-return]
