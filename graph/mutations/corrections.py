"""Confirming and correcting the topics of pain points."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.needs.pain_points import PainPoint
from graph.payloads import (
    MutationInfo,
    Stored,
    UserError,
    Work,
    answer_after,
    idempotency_key,
    input_field,
    row_id,
    user_errors,
)
from graph.reading.stored import stored
from studio.operations.corrections.corrections import correct_topics
from studio.operations.topics.topics import topic_tree
from studio.permissions import require


@strawberry.input(description="The right topics of a pain point.")
class CorrectTopicsInput:
    """The right topics of a pain point."""

    pain_point_id: strawberry.ID = input_field("The pain point's global id.")
    topic_codes: list[str] = input_field(
        "Codes of its topics, a leaf's with or without its parent's; empty where none of the topics fits."
    )
    expected_version: int = input_field(
        "The pain point's version that you have read; refused when it has changed."
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The decided pain point.")
class CorrectTopicsPayload:
    """The decided pain point."""

    pain_point: PainPoint | None = stored("The pain point with its right topics.")
    copies: int | None = stored("How many near-copies were decided with it.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Corrections.")
class CorrectionMutation:
    """Corrections."""

    @strawberry.mutation(
        description="Confirms or corrects the topics of a pain point: a person's word, which no later reading changes. "
        "An organizer's decides near-copies in the same cohort too; a trainee decides about own words only."
    )
    async def correct_topics(
        self,
        info: MutationInfo,
        input: Annotated[CorrectTopicsInput, strawberry.argument(description="The right topics.")],
    ) -> CorrectTopicsPayload:
        """Confirm or correct topics."""
        actor = info.context.actor

        async def work(session: AsyncSession) -> dict[str, Any]:
            done = await correct_topics(
                session,
                actor,
                row_id(input.pain_point_id, "PainPoint", "painPointId"),
                input.topic_codes,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"painPoint": Stored("PainPoint", done.pain_point_id), "copies": done.copies}

        async def prepare(reader: AsyncSession) -> Work:
            require(actor, "correct_topics")
            # Learning the topics takes seconds for the first who asks: nobody's write waits for it.
            await topic_tree(reader, actor.studio_id)
            return work

        return await answer_after(info, prepare)  # type: ignore[no-any-return]
