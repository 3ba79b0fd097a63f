"""Starting, publishing and planning after match runs; ending long work."""

from datetime import date
from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.jobs import Job
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
from studio.operations.jobs import cancel_job
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.runs.runs import start_match_run


@strawberry.input(description="Which cohort to match.")
class StartMatchRunInput:
    """Which cohort to match."""

    cohort_id: strawberry.ID = input_field("The cohort's global id.")
    reopen_confirmed: bool = input_field(
        "Whether pairs of the published run that both sides have confirmed are up for change, too; otherwise they "
        "stay as they are unless a pin or a conflict says otherwise.",
        default=False,
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The queued run; ask matchRun(id) for its progress.")
class StartMatchRunPayload:
    """The queued run."""

    run: MatchRun | None = stored("The match run.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which draft to publish.")
class PublishMatchRunInput:
    """Which draft to publish."""

    run_id: strawberry.ID = input_field("The match run's global id.")
    expected_version: int = input_field("The version that you have read; refused when it has changed.")
    answer_by: date | None = input_field(
        "The last day on which both sides of a pair can answer; in 14 days when left out.", default=None
    )
    end_under_way: bool = input_field(
        "Whether confirmed pairs that this run does not have may come to their end; without it they are named and "
        "nothing is published.",
        default=False,
    )


@strawberry.type(description="The published run.")
class PublishMatchRunPayload:
    """The published run."""

    run: MatchRun | None = stored("The match run.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="For which run to plan mentoring packages.")
class GeneratePackagesInput:
    """For which run to plan mentoring packages."""

    run_id: strawberry.ID = input_field("The match run's global id.")


@strawberry.type(description="The run with its packages.")
class GeneratePackagesPayload:
    """The run with its packages."""

    run: MatchRun | None = stored("The match run.")
    made: int | None = stored("How many packages were made; pairs whose package is up to date keep it.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which job to end.")
class CancelJobInput:
    """Which job to end."""

    job_id: strawberry.ID = input_field("The job's global id.")


@strawberry.type(description="The job that is asked to end.")
class CancelJobPayload:
    """The job that is asked to end."""

    job: Job | None = stored("The job.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Match runs.")
class RunMutation:
    """Match runs and jobs."""

    @strawberry.mutation(description="Queues a match run of a cohort and returns it at once.")
    async def start_match_run(
        self,
        info: MutationInfo,
        input: Annotated[StartMatchRunInput, strawberry.argument(description="Which cohort.")],
    ) -> StartMatchRunPayload:
        """Queue a match run."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run = await start_match_run(
                session,
                info.context.actor,
                row_id(input.cohort_id, "Cohort", "cohortId"),
                reopen_confirmed=input.reopen_confirmed,
                idempotency_key=input.idempotency_key,
            )
            return {"run": Stored("MatchRun", run.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Publishes a draft: its pairs take their places, those of an earlier run are freed."
    )
    async def publish_match_run(
        self,
        info: MutationInfo,
        input: Annotated[PublishMatchRunInput, strawberry.argument(description="Which draft.")],
    ) -> PublishMatchRunPayload:
        """Publish a draft."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run = await publish_match_run(
                session,
                info.context.actor,
                row_id(input.run_id, "MatchRun", "runId"),
                expected_version=input.expected_version,
                answer_by=input.answer_by,
                end_under_way=input.end_under_way,
            )
            return {"run": Stored("MatchRun", run.id)}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Plans the mentoring week of every pair of a run that has no package yet, or whose mentor, "
        "needs or recommendations have changed since; earlier packages stay under their numbers."
    )
    async def generate_packages(
        self,
        info: MutationInfo,
        input: Annotated[GeneratePackagesInput, strawberry.argument(description="For which run.")],
    ) -> GeneratePackagesPayload:
        """Plan mentoring packages."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            run_id = row_id(input.run_id, "MatchRun", "runId")
            made = await write_packages(session, info.context.actor, run_id)
            return {"run": Stored("MatchRun", run_id), "made": made}

        return await answer(info, work)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Asks for the end of a job; it stops at its next step.")
    async def cancel_job(
        self,
        info: MutationInfo,
        input: Annotated[CancelJobInput, strawberry.argument(description="Which job.")],
    ) -> CancelJobPayload:
        """Ask for the end of a job."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            job = await cancel_job(session, info.context.actor, row_id(input.job_id, "Job", "jobId"))
            return {"job": Stored("Job", job.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
