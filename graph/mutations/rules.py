"""Setting and removing rules of a match."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import RuleKind
from graph.matching.rules import Rule
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
from studio.operations.rules.rules import remove_rule, set_rule


@strawberry.input(description="The rule between a trainee and a mentor; it replaces the one there was.")
class SetRuleInput:
    """The rule between a trainee and a mentor."""

    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    kind: RuleKind = input_field("What it asks.")
    reason: str = input_field("Why; for organizers only.")
    expires_on: date | None = input_field("Last day on which it holds; null for always.", default=None)
    expected_version: int | None = input_field(
        "The version of the rule that you have read, if there was one; refused when it has changed.",
        default=None,
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The rule.")
class SetRulePayload:
    """The rule."""

    rule: Rule | None = stored("The rule.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which rule to remove.")
class RemoveRuleInput:
    """Which rule to remove."""

    rule_id: strawberry.ID = input_field("The rule's global id.")
    expected_version: int | None = input_field(
        "The rule's version that you have read; refused when it has changed.", default=None
    )


@strawberry.type(description="The rule that is gone.")
class RemoveRulePayload:
    """The rule that is gone."""

    rule_id: strawberry.ID | None = stored("Its global id; null when nothing was removed.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Rules.")
class RuleMutation:
    """Rules."""

    @strawberry.mutation(description="Sets the rule between a trainee and a mentor.")
    async def set_rule(
        self,
        info: MutationInfo,
        input: Annotated[SetRuleInput, strawberry.argument(description="The rule.")],
    ) -> SetRulePayload:
        """Set a rule."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            rule = await set_rule(
                session,
                info.context.actor,
                row_id(input.trainee_id, "Trainee", "traineeId"),
                row_id(input.mentor_id, "Mentor", "mentorId"),
                input.kind,
                reason=input.reason,
                expires_on=input.expires_on,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"rule": Stored("Rule", rule.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Removes a rule.")
    async def remove_rule(
        self,
        info: MutationInfo,
        input: Annotated[RemoveRuleInput, strawberry.argument(description="Which rule.")],
    ) -> RemoveRulePayload:
        """Remove a rule."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            await remove_rule(
                session,
                info.context.actor,
                row_id(input.rule_id, "Rule", "ruleId"),
                expected_version=input.expected_version,
            )
            return {"ruleId": input.rule_id}

        return await answer(info, work)  # type: ignore[no-any-return]
