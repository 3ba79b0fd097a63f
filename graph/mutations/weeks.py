"""Saying which weeks a cohort offers for shadowing, and in which weeks people are free."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.matching.pairings import Pairing
from graph.payloads import MutationInfo, Stored, UserError, answer, input_field, row_id, user_errors
from graph.people.cohorts import Cohort
from graph.people.people import Mentor, Trainee
from graph.reading.stored import stored
from studio.operations.pairings.week_moves import move_pairing_to_week
from studio.operations.people.weeks import set_cohort_weeks, set_mentor_weeks, set_trainee_weeks

_VERSION = "The version that you have read; refused when it has changed."
_FREE = (
    "The Mondays of all weeks in which {who} is free, in the place of those of before; null for every week, an empty "
    "list for none."
)


@strawberry.input(description="Which weeks a cohort offers.")
class SetCohortWeeksInput:
    """Which weeks a cohort offers."""

    cohort_id: strawberry.ID = input_field("The cohort's global id.")
    weeks: list[date] = input_field(
        "The Mondays of all weeks that it offers, in the place of those of before; an empty list for no weeks."
    )
    expected_version: int = input_field(_VERSION)


@strawberry.input(description="In which weeks a mentor is free.")
class SetMentorWeeksInput:
    """In which weeks a mentor is free."""

    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    free_weeks: list[date] | None = input_field(_FREE.format(who="the mentor"))
    weekly_capacity: int | None = input_field(
        "How many trainees the mentor takes in one and the same week at most; left as it is when left out.",
        default=None,
    )
    expected_version: int = input_field(_VERSION)


@strawberry.input(description="In which weeks a trainee is free.")
class SetTraineeWeeksInput:
    """In which weeks a trainee is free."""

    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    free_weeks: list[date] | None = input_field(_FREE.format(who="the trainee"))
    expected_version: int = input_field(_VERSION)


@strawberry.input(description="Which pairing moves to which week.")
class MovePairingToWeekInput:
    """Which pairing moves to which week."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    week: date = input_field(
        "The Monday of the week: one that the cohort offers, and in which both are free."
    )
    expected_version: int = input_field(_VERSION)
    reason: str | None = input_field(
        "Why; needed once the pair is published, and kept in its history.", default=None
    )


@strawberry.type(description="The pairing in its week.")
class MovePairingToWeekPayload:
    """The pairing in its week."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The cohort with its weeks.")
class SetCohortWeeksPayload:
    """The cohort with its weeks."""

    cohort: Cohort | None = stored("The cohort; its next match decides mentor and week.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The mentor with the free weeks.")
class SetMentorWeeksPayload:
    """The mentor with the free weeks."""

    mentor: Mentor | None = stored("The mentor.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="The trainee with the free weeks.")
class SetTraineeWeeksPayload:
    """The trainee with the free weeks."""

    trainee: Trainee | None = stored("The trainee.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Weeks of shadowing.")
class WeekMutation:
    """Weeks of shadowing."""

    @strawberry.mutation(
        description="Says which weeks a cohort offers for shadowing: its next match decides mentor and week. Pairs "
        "that there are keep their weeks. For organizers."
    )
    async def set_cohort_weeks(
        self,
        info: MutationInfo,
        input: Annotated[SetCohortWeeksInput, strawberry.argument(description="Which weeks.")],
    ) -> SetCohortWeeksPayload:
        """Set the weeks of a cohort."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            cohort = await set_cohort_weeks(
                session,
                info.context.actor,
                row_id(input.cohort_id, "Cohort", "cohortId"),
                input.weeks,
                expected_version=input.expected_version,
            )
            return {"cohort": Stored("Cohort", cohort.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Says in which weeks a mentor is free, and how many trainees may come in one week. For the mentor "
        "and organizers."
    )
    async def set_mentor_weeks(
        self,
        info: MutationInfo,
        input: Annotated[SetMentorWeeksInput, strawberry.argument(description="Who, and which weeks.")],
    ) -> SetMentorWeeksPayload:
        """Set the free weeks of a mentor."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            mentor = await set_mentor_weeks(
                session,
                info.context.actor,
                row_id(input.mentor_id, "Mentor", "mentorId"),
                input.free_weeks,
                expected_version=input.expected_version,
                weekly_capacity=input.weekly_capacity,
            )
            return {"mentor": Stored("Mentor", mentor.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Says in which weeks a trainee is free. For the trainee and organizers.")
    async def set_trainee_weeks(
        self,
        info: MutationInfo,
        input: Annotated[SetTraineeWeeksInput, strawberry.argument(description="Who, and which weeks.")],
    ) -> SetTraineeWeeksPayload:
        """Set the free weeks of a trainee."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            trainee = await set_trainee_weeks(
                session,
                info.context.actor,
                row_id(input.trainee_id, "Trainee", "traineeId"),
                input.free_weeks,
                expected_version=input.expected_version,
            )
            return {"trainee": Stored("Trainee", trainee.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Moves a pair of a draft, or a published one that is under way, to another week in which both are "
        "free; the mentor stays. Both sides of a published pair that has not started are asked again. For organizers."
    )
    async def move_pairing_to_week(
        self,
        info: MutationInfo,
        input: Annotated[MovePairingToWeekInput, strawberry.argument(description="Which, and when.")],
    ) -> MovePairingToWeekPayload:
        """Move a pair to another week."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await move_pairing_to_week(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                input.week,
                expected_version=input.expected_version,
                reason=input.reason,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
