"""Naming and dismissing emerging points."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.needs.emerging import EmergingPoint
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.reading.stored import stored
from studio.operations.corrections.emerging_decisions import dismiss_emerging_point, name_emerging_point

_VERSION = "Its version that you have read; refused when it has changed."


@strawberry.input(description="The emerging point and the topic that it becomes.")
class NameEmergingPointInput:
    """The emerging point and the topic that it becomes."""

    emerging_point_id: strawberry.ID = input_field("Its global id.")
    title: str = input_field(
        "Name or code of a topic there is, or the name of a new one; at most 100 characters."
    )
    expected_version: int | None = input_field(_VERSION, default=None)


@strawberry.input(description="The emerging point to dismiss, and why.")
class DismissEmergingPointInput:
    """The emerging point to dismiss, and why."""

    emerging_point_id: strawberry.ID = input_field("Its global id.")
    reason: str = input_field("Why; for organizers only.")
    expected_version: int | None = input_field(_VERSION, default=None)


@strawberry.type(description="The emerging point that was named.")
class NameEmergingPointPayload:
    """The emerging point that was named."""

    emerging_point: EmergingPoint | None = stored("The emerging point.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The emerging point that was dismissed.")
class DismissEmergingPointPayload:
    """The emerging point that was dismissed."""

    emerging_point: EmergingPoint | None = stored("The emerging point.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Emerging points.")
class EmergingMutation:
    """Emerging points."""

    @strawberry.mutation(
        description="Makes an emerging point a topic: its sentences are filed there, the classifier learns from them "
        "and the cohort's needs are computed again."
    )
    async def name_emerging_point(
        self,
        info: MutationInfo,
        input: Annotated[NameEmergingPointInput, strawberry.argument(description="Which, and the topic.")],
    ) -> NameEmergingPointPayload:
        """Name an emerging point."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            point = await name_emerging_point(
                session,
                info.context.actor,
                row_id(input.emerging_point_id, "EmergingPoint", "emergingPointId"),
                input.title,
                expected_version=input.expected_version,
            )
            return {"emergingPoint": Stored("EmergingPoint", point.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Dismisses an emerging point; its sentences are not proposed again.")
    async def dismiss_emerging_point(
        self,
        info: MutationInfo,
        input: Annotated[DismissEmergingPointInput, strawberry.argument(description="Which, and why.")],
    ) -> DismissEmergingPointPayload:
        """Dismiss an emerging point."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            point = await dismiss_emerging_point(
                session,
                info.context.actor,
                row_id(input.emerging_point_id, "EmergingPoint", "emergingPointId"),
                input.reason,
                expected_version=input.expected_version,
            )
            return {"emergingPoint": Stored("EmergingPoint", point.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
