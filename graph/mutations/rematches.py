"""Proposals of few moves, rolling a publication back, and ending a run that is being computed."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import PairingKind
from graph.matching.pairings import Pairing
from graph.matching.runs import MatchRun
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
from studio.operations.pairings.offering import offer_place
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.pairings.rollback import roll_back_match_run
from studio.operations.runs.run_cancelling import cancel_match_run


@strawberry.input(description="Which published run to change as little as possible.")
class ProposeRematchInput:
    """Which published run to change as little as possible."""

    run_id: strawberry.ID = input_field("The published run's global id.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(
    description="The proposal: queued, or the newest one where it would come out the same again; ask matchRun(id) "
    "for its progress and moves."
)
class ProposeRematchPayload:
    """The proposal."""

    run: MatchRun | None = stored("The proposal, a draft based on the published run.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which waiting trainee gets which mentor's free place, and why.")
class OfferPlaceInput:
    """Which waiting trainee gets which mentor's free place, and why."""

    run_id: strawberry.ID = input_field("The published run's global id.")
    trainee_id: strawberry.ID = input_field("The global id of a trainee whom the run could not place.")
    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    reason: str = input_field("Why; kept with the pairing.")
    kind: PairingKind | None = input_field(
        "Which of two mentors it is; needed where trainees have two and this one can teach both.",
        default=None,
    )
    week: date | None = input_field(
        "The Monday of the week of the pair; left out: the first in which both are free and the mentor "
        "has a place.",
        default=None,
    )
    expected_version: int | None = input_field(
        "The run's version that you have read; refused when it has changed.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The pairing that both sides are asked for.")
class OfferPlacePayload:
    """The pairing that both sides are asked for."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which run to end.")
class CancelMatchRunInput:
    """Which run to end."""

    run_id: strawberry.ID = input_field("The match run's global id.")


@strawberry.type(description="The run that is asked to end.")
class CancelMatchRunPayload:
    """The run that is asked to end."""

    run: MatchRun | None = stored("The match run; CANCELLED at once while it waits for a worker.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which publication to take back, and why.")
class RollBackMatchRunInput:
    """Which publication to take back, and why."""

    run_id: strawberry.ID = input_field("The published run's global id.")
    reason: str = input_field("Why; kept with every pair that ends.")
    expected_version: int = input_field("The run's version that you have read; refused when it has changed.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The run that was taken back, and the one in force again.")
class RollBackMatchRunPayload:
    """The run that was taken back, and the one in force again."""

    run: MatchRun | None = stored("The run that was taken back.")
    restored: MatchRun | None = stored("The run that is published again; null when there was none before.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Proposals and roll back.")
class RematchMutation:
    """Proposals and roll back."""

    @strawberry.mutation(
        description="Queues a proposal that finds mentors for those without one, with as few moves as possible: pairs "
        "that are confirmed or under way stay. Nothing is applied; publish the draft or leave it."
    )
    async def propose_rematch(
        self,
        info: MutationInfo,
        input: Annotated[ProposeRematchInput, strawberry.argument(description="Which published run.")],
    ) -> ProposeRematchPayload:
        """Queue a proposal."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run = await propose_rematch(
                session,
                info.context.actor,
                row_id(input.run_id, "MatchRun", "runId"),
                idempotency_key=input.idempotency_key,
            )
            return {"run": Stored("MatchRun", run.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Gives a trainee whom the published run could not place a mentor's free place; both sides are then "
        "asked for their consent."
    )
    async def offer_place(
        self,
        info: MutationInfo,
        input: Annotated[OfferPlaceInput, strawberry.argument(description="Whom, and whose place.")],
    ) -> OfferPlacePayload:
        """Offer a free place."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await offer_place(
                session,
                info.context.actor,
                row_id(input.run_id, "MatchRun", "runId"),
                row_id(input.trainee_id, "Trainee", "traineeId"),
                row_id(input.mentor_id, "Mentor", "mentorId"),
                reason=input.reason,
                kind=input.kind,
                week=input.week,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Ends a run that is not computed yet, with nothing of it kept: at once while it waits, else when "
        "its worker next looks."
    )
    async def cancel_match_run(
        self,
        info: MutationInfo,
        input: Annotated[CancelMatchRunInput, strawberry.argument(description="Which run.")],
    ) -> CancelMatchRunPayload:
        """End a run."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run = await cancel_match_run(
                session, info.context.actor, row_id(input.run_id, "MatchRun", "runId")
            )
            return {"run": Stored("MatchRun", run.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Takes a publication back: the pairs of the run that it replaced stand as they stood, with their "
        "consents; pairs of both runs keep what has happened meanwhile. Refused, with names, where places are gone or "
        "pairs have ended since."
    )
    async def roll_back_match_run(
        self,
        info: MutationInfo,
        input: Annotated[RollBackMatchRunInput, strawberry.argument(description="Which publication.")],
    ) -> RollBackMatchRunPayload:
        """Take a publication back."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run = await roll_back_match_run(
                session,
                info.context.actor,
                row_id(input.run_id, "MatchRun", "runId"),
                reason=input.reason,
                expected_version=input.expected_version,
                idempotency_key=input.idempotency_key,
            )
            return {"run": Stored("MatchRun", run.id), "restored": Stored("MatchRun", run.replaced_id)}

        return await answer(info, work)  # type: ignore[no-any-return]
