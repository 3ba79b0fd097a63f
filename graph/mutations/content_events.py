"""Recording what trainees do with contents."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.contents.content_events import ContentEvent
from graph.enums import ContentEventKind, DismissalReason
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
from graph.people.people import Trainee
from graph.reading.stored import stored
from studio.operations.contents.content_events import record_content_event


@strawberry.input(description="What a trainee did with a content.")
class RecordContentEventInput:
    """What a trainee did with a content."""

    trainee_id: strawberry.ID = input_field("The trainee's global id; a trainee names oneself.")
    content_id: strawberry.ID = input_field("The content's global id.")
    kind: ContentEventKind = input_field("What happened.")
    reason: DismissalReason | None = input_field(
        "Why it is dismissed; must be given for DISMISSED, and for nothing else.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The event, and the trainee with what is recommended now.")
class RecordContentEventPayload:
    """The event, and the trainee."""

    event: ContentEvent | None = stored("The event.")
    trainee: Trainee | None = stored("The trainee; what is done or dismissed is no longer recommended.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Events of contents.")
class ContentEventMutation:
    """Events of contents."""

    @strawberry.mutation(
        description="Records that a content was shown to a trainee, opened, done, found useful or dismissed. "
        "For trainees themselves, their mentors and organizers."
    )
    async def record_content_event(
        self,
        info: MutationInfo,
        input: Annotated[RecordContentEventInput, strawberry.argument(description="What happened.")],
    ) -> RecordContentEventPayload:
        """Record an event."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            event = await record_content_event(
                session,
                info.context.actor,
                row_id(input.trainee_id, "Trainee", "traineeId"),
                row_id(input.content_id, "Content", "contentId"),
                input.kind,
                reason=input.reason,
                idempotency_key=input.idempotency_key,
            )
            return {
                "event": Stored("ContentEvent", event.id),
                "trainee": Stored("Trainee", event.trainee_id),
            }

        return await answer(info, work)  # type: ignore[no-any-return]
