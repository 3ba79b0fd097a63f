"""Overriding and locking pairings."""

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
    Work,
    answer,
    answer_after,
    idempotency_key,
    input_field,
    row_id,
    user_errors,
)
from graph.reading.stored import stored
from studio.operations.pairings.pairings import lock_pairing, override_pairing, weigh_override


@strawberry.input(description="Which trainee should get which mentor, and why.")
class OverridePairingInput:
    """Which trainee should get which mentor, and why."""

    run_id: strawberry.ID = input_field("The draft's global id.")
    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    reason: str = input_field("Why; kept with the pairing.")
    kind: PairingKind | None = input_field(
        "Which of two mentors it is; needed where trainees have two and this one can teach both.",
        default=None,
    )
    lock: bool = input_field("Whether later runs keep the pair.", default=True)
    move_others: bool = input_field(
        "Whether those change mentors, too, whom overridePreview names in `together`; without it a mentor who is "
        "full refuses.",
        default=False,
    )
    week: date | None = input_field(
        "The Monday of the week of the pair; left out: the trainee's own, or the first in which both are free and the "
        "mentor has a place.",
        default=None,
    )
    expected_version: int | None = input_field(
        "The run's version that you have read; refused when it has changed.", default=None
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The pair, and what it costs the run.")
class OverridePairingPayload:
    """The pair, and what it costs the run."""

    pairing: Pairing | None = stored("The pairing.")
    score_change: float | None = stored("By how much the run's objective changed; negative is worse.")
    run: MatchRun | None = stored("The run with its new figures.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="Which pairing to lock or unlock.")
class LockPairingInput:
    """Which pairing to lock or unlock."""

    pairing_id: strawberry.ID = input_field("The pairing's global id.")
    locked: bool = input_field("True to keep it in later runs.")
    expected_version: int = input_field(
        "The pairing's version that you have read; refused when it has changed."
    )


@strawberry.type(description="The pairing.")
class LockPairingPayload:
    """The pairing."""

    pairing: Pairing | None = stored("The pairing.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Pairings.")
class PairingMutation:
    """Pairings."""

    @strawberry.mutation(description="Gives a trainee another mentor in a draft, with a reason.")
    async def override_pairing(
        self,
        info: MutationInfo,
        input: Annotated[OverridePairingInput, strawberry.argument(description="Whom, to whom and why.")],
    ) -> OverridePairingPayload:
        """Give a trainee another mentor."""

        async def prepare(reader: AsyncSession) -> Work:
            actor = info.context.actor
            run_id = row_id(input.run_id, "MatchRun", "runId")
            trainee_id = row_id(input.trainee_id, "Trainee", "traineeId")
            mentor_id = row_id(input.mentor_id, "Mentor", "mentorId")
            how: dict[str, Any] = {
                "reason": input.reason,
                "lock": input.lock,
                "kind": input.kind,
                "move_others": input.move_others,
                "week": input.week,
                "expected_version": input.expected_version,
                "idempotency_key": input.idempotency_key,
            }
            weighed = await weigh_override(reader, actor, run_id, trainee_id, mentor_id, **how)

            async def work(session: AsyncSession) -> dict[str, Any]:
                done = await override_pairing(
                    session, actor, run_id, trainee_id, mentor_id, **how, weighed=weighed
                )
                return {
                    "pairing": Stored("Pairing", done.pairing.id),
                    "scoreChange": done.change,
                    "run": Stored("MatchRun", run_id),
                }

            return work

        return await answer_after(info, prepare)  # type: ignore[no-any-return]

    @strawberry.mutation(
        description="Locks a pairing, so that later runs of the cohort keep it, or unlocks it."
    )
    async def lock_pairing(
        self,
        info: MutationInfo,
        input: Annotated[LockPairingInput, strawberry.argument(description="Which pairing.")],
    ) -> LockPairingPayload:
        """Lock or unlock a pairing."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            pairing = await lock_pairing(
                session,
                info.context.actor,
                row_id(input.pairing_id, "Pairing", "pairingId"),
                locked=input.locked,
                expected_version=input.expected_version,
            )
            return {"pairing": Stored("Pairing", pairing.id)}

        return await answer(info, work)  # type: ignore[no-any-return]
