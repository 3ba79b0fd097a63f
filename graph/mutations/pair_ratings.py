"""Rating pairings, and learning the affinity's weights from the ratings."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.enums import Party
from graph.jobs import Job
from graph.matching.pairings import Pairing
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
from studio.operations.pairings.pair_ratings import rate_pairing
from studio.operations.runs.affinity_model import start_learning_weights


@strawberry.input(description="Which pairing is rated, and how.")
class RatePairingInput:
    """Which pairing is rated, and how."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    rating: int = input_field("1 (no help at all) to 5 (could not be better).")
    note: str | None = input_field("More about it in words, for the organizers.", default=None)
    on_behalf_of: Party | None = input_field(
        "Whose rating an organizer notes down; mentors and trainees leave it out.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The pairing with its ratings.")
class RatePairingPayload:
    """The pairing with its ratings."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="How to learn the weights.")
class LearnWeightsInput:
    """How to learn the weights."""

    idempotency_key: str | None = idempotency_key()


@strawberry.type(
    description="The queued learning; ask job(id) for its progress, affinityModel for what came of it."
)
class LearnWeightsPayload:
    """The queued learning."""

    job: Job | None = stored("The job.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Ratings of pairings.")
class PairRatingMutation:
    """Ratings of pairings."""

    @strawberry.mutation(
        description="Says how much a pairing has helped, by its mentor or trainee, or by an organizer on their behalf; "
        "rating again replaces what was said before. The other side does not see it."
    )
    async def rate_pairing(
        self,
        info: MutationInfo,
        input: Annotated[RatePairingInput, strawberry.argument(description="Which pairing, and how.")],
    ) -> RatePairingPayload:
        """Rate a pairing."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await rate_pairing(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                input.rating,
                note=input.note,
                party=input.on_behalf_of,
                idempotency_key=input.idempotency_key,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Queues the learning of the affinity's weights from all ratings. They become the policy of the "
        "runs to come only if they foretell the ratings of other cohorts better than the weights in force."
    )
    async def learn_weights(
        self,
        info: MutationInfo,
        input: Annotated[LearnWeightsInput, strawberry.argument(description="How to learn.")],
    ) -> LearnWeightsPayload:
        """Queue the learning of weights."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            job = await start_learning_weights(
                session, info.context.actor, idempotency_key=input.idempotency_key
            )
            return {"job": Stored("Job", job.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
