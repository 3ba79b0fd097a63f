"""Setting what matches aim at."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import MatchObjective
from graph.matching.runs import MatchPolicy
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, user_errors
from graph.reading.stored import stored
from studio.operations.rules.policies import set_match_objective


@strawberry.input(description="What the matches to come should aim at.")
class SetMatchObjectiveInput:
    """What the matches to come should aim at."""

    objective: MatchObjective = input_field("The objective.")
    expected_version: int = input_field(
        "The number of the policy's version that you have read; refused when there is a newer one."
    )


@strawberry.type(description="The version of the policy that is in force now.")
class SetMatchObjectivePayload:
    """The version of the policy that is in force now."""

    policy: MatchPolicy | None = stored("The policy.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The matching policy.")
class PolicyMutation:
    """The matching policy."""

    @strawberry.mutation(
        description="Sets the objective of the matches to come, as a new version of the policy with the same weights; "
        "runs that there are keep theirs."
    )
    async def set_match_objective(
        self,
        info: MutationInfo,
        input: Annotated[SetMatchObjectiveInput, strawberry.argument(description="The objective.")],
    ) -> SetMatchObjectivePayload:
        """Set the objective."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            policy = await set_match_objective(
                session, info.context.actor, input.objective, expected_version=input.expected_version
            )
            return {"policy": Stored("MatchPolicy", policy.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
