"""Keeping presets of rules, and applying them to cohorts."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import PresetKind
from graph.matching.presets import CohortRule, RulePreset
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.reading.stored import stored
from studio.operations.rules.presets import (
    PresetEntry,
    apply_rule_preset,
    create_rule_preset,
    remove_cohort_rule,
    update_rule_preset,
)

_VERSION = "The version that you have read; refused when it has changed."


@strawberry.input(description="A number that a preset goes by.")
class PresetParameterInput:
    """A number that a preset goes by."""

    name: str = input_field("Its name, as PresetParameter says.")
    value: float = input_field("Its value.")


@strawberry.input(description="A new preset.")
class CreateRulePresetInput:
    """A new preset."""

    code: str = input_field("Its code, which no other preset of the studio has.")
    name: str = input_field("Its name.")
    kind: PresetKind = input_field("What it asks.")
    parameters: list[PresetParameterInput] = input_field("Its numbers.")
    reason: str = input_field("Why.")
    expires_on: date | None = input_field("Last day on which it holds; null for always.", default=None)


@strawberry.input(description="What to change of a preset; what is left out stays.")
class UpdateRulePresetInput:
    """What to change of a preset."""

    preset_id: strawberry.ID = input_field("The preset's global id.")
    expected_version: int = input_field(_VERSION)
    name: str | None = input_field("Another name.", default=None)
    parameters: list[PresetParameterInput] | None = input_field("All its numbers.", default=None)
    reason: str | None = input_field("Another reason.", default=None)
    expires_on: date | None = input_field("Another last day.", default=None)
    unlimited: bool = input_field("True to take its last day away.", default=False)


@strawberry.input(description="Which preset to archive.")
class ArchiveRulePresetInput:
    """Which preset to archive."""

    preset_id: strawberry.ID = input_field("The preset's global id.")
    expected_version: int = input_field(_VERSION)
    archived: bool = input_field("False to take it back out of the archive.", default=True)


@strawberry.input(description="Which preset becomes a rule of which cohort.")
class ApplyRulePresetInput:
    """Which preset becomes a rule of which cohort."""

    preset_id: strawberry.ID = input_field("The preset's global id.")
    cohort_id: strawberry.ID = input_field("The cohort's global id.")
    reason: str | None = input_field("Why here; the preset's reason when left out.", default=None)
    expires_on: date | None = input_field("Last day; the preset's when left out.", default=None)


@strawberry.input(description="Which rule of a cohort to take back.")
class RemoveCohortRuleInput:
    """Which rule of a cohort to take back."""

    cohort_rule_id: strawberry.ID = input_field("The cohort rule's global id.")
    expected_version: int | None = input_field(_VERSION, default=None)


@strawberry.type(description="The preset.")
class CreateRulePresetPayload:
    """The preset."""

    preset: RulePreset | None = stored("The preset.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The preset.")
class UpdateRulePresetPayload:
    """The preset."""

    preset: RulePreset | None = stored("The preset.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The preset.")
class ArchiveRulePresetPayload:
    """The preset."""

    preset: RulePreset | None = stored("The preset.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The rule of the cohort.")
class ApplyRulePresetPayload:
    """The rule of the cohort."""

    cohort_rule: CohortRule | None = stored("The rule, which the next match heeds.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The rule of a cohort that is gone.")
class RemoveCohortRulePayload:
    """The rule of a cohort that is gone."""

    cohort_rule_id: strawberry.ID | None = stored("Its global id; null when nothing was removed.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Presets of rules.")
class PresetMutation:
    """Presets of rules."""

    @strawberry.mutation(description="Adds a preset of rules to the studio.")
    async def create_rule_preset(
        self,
        info: MutationInfo,
        input: Annotated[CreateRulePresetInput, strawberry.argument(description="The preset.")],
    ) -> CreateRulePresetPayload:
        """Add a preset."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            entry = PresetEntry(
                input.code.strip(),
                input.name.strip(),
                input.kind,
                _numbers(input.parameters),
                input.reason.strip(),
                input.expires_on,
            )
            preset = await create_rule_preset(session, info.context.actor, entry)
            return {"preset": Stored("RulePreset", preset.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Changes a preset; cohorts to which it was applied keep what they were given."
    )
    async def update_rule_preset(
        self,
        info: MutationInfo,
        input: Annotated[UpdateRulePresetInput, strawberry.argument(description="What to change.")],
    ) -> UpdateRulePresetPayload:
        """Change a preset."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            preset = await update_rule_preset(
                session,
                info.context.actor,
                row_id(input.preset_id, "RulePreset", "presetId"),
                expected_version=input.expected_version,
                name=input.name,
                parameters=None if input.parameters is None else _numbers(input.parameters),
                reason=input.reason,
                expires_on=input.expires_on,
                unlimited=input.unlimited,
            )
            return {"preset": Stored("RulePreset", preset.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Archives a preset, so that nobody applies it any more, or takes it back out."
    )
    async def archive_rule_preset(
        self,
        info: MutationInfo,
        input: Annotated[ArchiveRulePresetInput, strawberry.argument(description="Which preset.")],
    ) -> ArchiveRulePresetPayload:
        """Archive a preset."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            preset = await update_rule_preset(
                session,
                info.context.actor,
                row_id(input.preset_id, "RulePreset", "presetId"),
                expected_version=input.expected_version,
                archived=input.archived,
            )
            return {"preset": Stored("RulePreset", preset.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Makes a preset a rule of a cohort: its next match heeds it. removeCohortRule undoes it."
    )
    async def apply_rule_preset(
        self,
        info: MutationInfo,
        input: Annotated[ApplyRulePresetInput, strawberry.argument(description="Which, and to what.")],
    ) -> ApplyRulePresetPayload:
        """Apply a preset."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            rule = await apply_rule_preset(
                session,
                info.context.actor,
                row_id(input.preset_id, "RulePreset", "presetId"),
                row_id(input.cohort_id, "Cohort", "cohortId"),
                reason=input.reason,
                expires_on=input.expires_on,
            )
            return {"cohortRule": Stored("CohortRule", rule.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Takes a rule back from a cohort: its next match knows nothing of it.")
    async def remove_cohort_rule(
        self,
        info: MutationInfo,
        input: Annotated[RemoveCohortRuleInput, strawberry.argument(description="Which rule.")],
    ) -> RemoveCohortRulePayload:
        """Take a rule back."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            await remove_cohort_rule(
                session,
                info.context.actor,
                row_id(input.cohort_rule_id, "CohortRule", "cohortRuleId"),
                expected_version=input.expected_version,
            )
            return {"cohortRuleId": input.cohort_rule_id}

        return await answer(info, work)  # type: ignore[no-any-return]


def _numbers(given: list[PresetParameterInput]) -> dict[str, float]:
    # Codes are upper case for clients; within they are the names of the engine's parameters.
    return {parameter.name.lower(): parameter.value for parameter in given}
