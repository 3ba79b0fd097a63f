"""Bringing needs and recommendations up to date."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.payloads import (
    MutationInfo,
    Stored,
    UserError,
    Work,
    answer,
    answer_after,
    input_field,
    row_id,
    user_errors,
)
from graph.people.cohorts import Cohort
from graph.people.people import Trainee
from graph.reading.stored import stored
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.needs.needs import compute_needs, needs_on_request


@strawberry.input(description="Whose needs to compute again.")
class RefreshNeedsInput:
    """Whose needs to compute again."""

    cohort_id: strawberry.ID = input_field("The cohort's global id.")


@strawberry.type(description="The cohort with its needs.")
class RefreshNeedsPayload:
    """The cohort with its needs."""

    cohort: Cohort | None = stored("The cohort.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="For whom to recommend again: a whole cohort, or one trainee.")
class RefreshRecommendationsInput:
    """For whom to recommend again."""

    cohort_id: strawberry.ID | None = input_field("The cohort's global id.", default=None)
    trainee_id: strawberry.ID | None = input_field("The trainee's global id.", default=None)


@strawberry.type(description="Those for whom contents were recommended.")
class RefreshRecommendationsPayload:
    """Those for whom contents were recommended."""

    cohort: Cohort | None = stored("The cohort, when one was given.")
    trainee: Trainee | None = stored("The trainee, when one was given.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Needs and recommendations.")
class NeedMutation:
    """Needs and recommendations."""

    @strawberry.mutation(description="Computes a cohort's needs from everything that is current.")
    async def refresh_needs(
        self,
        info: MutationInfo,
        input: Annotated[RefreshNeedsInput, strawberry.argument(description="Whose needs.")],
    ) -> RefreshNeedsPayload:
        """Compute needs again."""
        actor = info.context.actor

        async def prepare(reader: AsyncSession) -> Work:
            cohort_id = row_id(input.cohort_id, "Cohort", "cohortId")
            ahead = await needs_on_request(reader, actor, cohort_id)

            async def work(session: AsyncSession) -> dict[str, Any]:
                await compute_needs(session, actor, cohort_id, ahead)
                return {"cohort": Stored("Cohort", cohort_id)}

            return work

        return await answer_after(info, prepare)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Recommends contents to a cohort's trainees, or to one of them.")
    async def refresh_recommendations(
        self,
        info: MutationInfo,
        input: Annotated[RefreshRecommendationsInput, strawberry.argument(description="For whom.")],
    ) -> RefreshRecommendationsPayload:
        """Recommend again."""
        actor = info.context.actor

        async def work(session: AsyncSession) -> dict[str, Any]:
            cohort_id = row_id(input.cohort_id, "Cohort", "cohortId") if input.cohort_id else None
            trainee_id = row_id(input.trainee_id, "Trainee", "traineeId") if input.trainee_id else None
            await recommend_contents(session, actor, cohort_id=cohort_id, trainee_id=trainee_id)
            return {"cohort": Stored("Cohort", cohort_id), "trainee": Stored("Trainee", trainee_id)}

        return await answer(info, work)  # type: ignore[no-any-return]
