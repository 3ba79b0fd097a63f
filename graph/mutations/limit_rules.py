"""Setting and removing limits of a match."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import LimitGroup, LimitKind
from graph.matching.limit_rules import LimitRule
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
from studio.operations.rules.limits import remove_limit_rule, set_limit_rule


@strawberry.input(
    description="A limit; it replaces the one of this kind that was set for the same mentor and group."
)
class SetLimitRuleInput:
    """A limit."""

    cohort_id: strawberry.ID = input_field("The cohort's global id.")
    kind: LimitKind = input_field("What it asks.")
    number: int = input_field("How many, 0–1 000; a minimum is 1 or more.")
    mentor_id: strawberry.ID | None = input_field(
        "The mentor's global id; each mentor when left out.", default=None
    )
    grouped_by: LimitGroup | None = input_field(
        "Of a quota, and only there: what the people counted have in common.", default=None
    )
    value: str | None = input_field(
        "Of a quota: which county, role (TraineeRole), level (Level), THEORY or PRACTICE; each of them when left out.",
        default=None,
    )
    reason: str = input_field("Why.")
    expires_on: date | None = input_field("Last day on which it holds; null for always.", default=None)
    expected_version: int | None = input_field(
        "The version of the limit that you have read, if there was one; refused when it has changed.",
        default=None,
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The limit.")
class SetLimitRulePayload:
    """The limit."""

    limit_rule: LimitRule | None = stored("The limit, which the next match heeds.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which limit to remove.")
class RemoveLimitRuleInput:
    """Which limit to remove."""

    limit_rule_id: strawberry.ID = input_field("The limit's global id.")
    expected_version: int | None = input_field(
        "The version that you have read; refused when it has changed.", default=None
    )


@strawberry.type(description="The limit that is gone.")
class RemoveLimitRulePayload:
    """The limit that is gone."""

    limit_rule_id: strawberry.ID | None = stored("Its global id; null when nothing was removed.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Limits.")
class LimitRuleMutation:
    """Limits."""

    @strawberry.mutation(description="Sets how many trainees a mentor takes, or how many of a group.")
    async def set_limit_rule(
        self,
        info: MutationInfo,
        input: Annotated[SetLimitRuleInput, strawberry.argument(description="The limit.")],
    ) -> SetLimitRulePayload:
        """Set a limit."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            rule = await set_limit_rule(
                session,
                info.context.actor,
                row_id(input.cohort_id, "Cohort", "cohortId"),
                input.kind,
                input.number,
                reason=input.reason,
                mentor_id=row_id(input.mentor_id, "Mentor", "mentorId") if input.mentor_id else None,
                grouped_by=input.grouped_by,
                value=input.value or "",
                expires_on=input.expires_on,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"limitRule": Stored("LimitRule", rule.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Removes a limit.")
    async def remove_limit_rule(
        self,
        info: MutationInfo,
        input: Annotated[RemoveLimitRuleInput, strawberry.argument(description="Which limit.")],
    ) -> RemoveLimitRulePayload:
        """Remove a limit."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            await remove_limit_rule(
                session,
                info.context.actor,
                row_id(input.limit_rule_id, "LimitRule", "limitRuleId"),
                expected_version=input.expected_version,
            )
            return {"limitRuleId": input.limit_rule_id}

        return await answer(info, work)  # type: ignore[no-any-return]
