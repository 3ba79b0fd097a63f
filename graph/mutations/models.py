"""Training the topic classifier again."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.jobs import Job
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
from studio.operations.corrections.meaning import start_reading_by_meaning
from studio.operations.corrections.models import start_retraining


@strawberry.input(description="How to train again.")
class RetrainTopicsInput:
    """How to train again."""

    idempotency_key: str | None = idempotency_key()


@strawberry.type(
    description="The queued training; ask job(id) for its progress, topicModel for what came of it."
)
class RetrainTopicsPayload:
    """The queued training."""

    job: Job | None = stored("The job.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Whose words to read.")
class ReadByMeaningInput:
    """Whose words to read."""

    cohort_id: strawberry.ID = input_field("The cohort's global id.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The queued reading; ask job(id) for its progress.")
class ReadByMeaningPayload:
    """The queued reading."""

    job: Job | None = stored("The job.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Topic models.")
class ModelMutation:
    """Topic models."""

    @strawberry.mutation(
        description="Queues a training of the topic classifier with all corrections. The new model is put in force "
        "only if it names topics better on answers that it has not seen."
    )
    async def retrain_topics(
        self,
        info: MutationInfo,
        input: Annotated[RetrainTopicsInput, strawberry.argument(description="How to train again.")],
    ) -> RetrainTopicsPayload:
        """Queue a training."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            job = await start_retraining(session, info.context.actor, idempotency_key=input.idempotency_key)
            return {"job": Stored("Job", job.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Queues the reading of a cohort's words with sentence vectors, which finds topics that no word "
        "names. It takes long and needs the extra `semantic` on the server."
    )
    async def read_by_meaning(
        self,
        info: MutationInfo,
        input: Annotated[ReadByMeaningInput, strawberry.argument(description="Whose words.")],
    ) -> ReadByMeaningPayload:
        """Queue a reading by meaning."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            job = await start_reading_by_meaning(
                session,
                info.context.actor,
                row_id(input.cohort_id, "Cohort", "cohortId"),
                idempotency_key=input.idempotency_key,
            )
            return {"job": Stored("Job", job.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
