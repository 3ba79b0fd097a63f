"""Recording what a mentor teaches."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import MentorKind
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.people.people import Mentor
from graph.reading.stored import stored
from studio.operations.people.mentor_kinds import set_mentor_kind


@strawberry.input(description="Which mentor teaches what.")
class SetMentorKindInput:
    """Which mentor teaches what."""

    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    kind: MentorKind | None = input_field("Theory, practice or both; null where nobody knows.", default=None)
    expected_version: int = input_field(
        "The mentor's version that you have read; refused when it has changed."
    )


@strawberry.type(description="The mentor.")
class SetMentorKindPayload:
    """The mentor."""

    mentor: Mentor | None = stored("The mentor.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="What mentors teach.")
class MentorKindMutation:
    """What mentors teach."""

    @strawberry.mutation(
        description="Records whether a mentor teaches theory (理论导师), practice (实践导师) or both, which matters "
        "where trainees have two mentors (双导师)."
    )
    async def set_mentor_kind(
        self,
        info: MutationInfo,
        input: Annotated[SetMentorKindInput, strawberry.argument(description="Who, and what.")],
    ) -> SetMentorKindPayload:
        """Record what a mentor teaches."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            mentor = await set_mentor_kind(
                session,
                info.context.actor,
                row_id(input.mentor_id, "Mentor", "mentorId"),
                input.kind,
                expected_version=input.expected_version,
            )
            return {"mentor": Stored("Mentor", mentor.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
