"""Offering a free place of a published run to a trainee who waits for one."""

import asyncio
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.affinity import affinity_of
from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_run, require_version
from studio.operations.pairings.override_moves import Move, weigh_moves
from studio.operations.pairings.publishing import last_day_to_answer
from studio.operations.pairings.violations import violated
from studio.operations.rules.limit_conflicts import require_quotas
from studio.operations.rules.match_input import first_free_place, match_input
from studio.operations.rules.seats import barred, has_already, seat_to_fill
from studio.operations.runs.carrying import pairings_of, schedule_expiry
from studio.operations.runs.pair_weeks import book_weeks_of, choose_week, taken_code
from studio.operations.runs.pairing_states import UNDER_WAY, Check, IllegalMove, step
from studio.operations.runs.runs import score_parts
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import PairingOrigin, PairingState, PublishState, RuleKind
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing, ScorePart, Seat
from studio.store.people import Mentor, Trainee
from studio.store.rows import insert_rows
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun, Unmatched


async def offer_place(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    *,
    reason: str,
    kind: PairingKind | None = None,
    week: date | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> Pairing:
    """Give a trainee whom the published run could not place a mentor's free place; both sides are then asked.

    Where trainees have two mentors it is for the one who is missing; `kind` says which, where neither is there and
    the mentor can play both parts. In a cohort with weeks the pair gets `week`, or without one the first that is free.

    However many ask at once for a last place, one gets it.

    Raises NOT_FOUND, REASON_MISSING, CONFLICT_VERSION, ILLEGAL_TRANSITION (the run is not published), TRAINEE_IN_RUN
    (the run has this mentor of the trainee already: a proposal moves it), KIND_MISSING, KIND_NOT_IN_RUN, MENTOR_TWICE
    (the mentor is the trainee's other one), CONSTRAINT_VIOLATED (a rule or the same unit forbids the pair),
    CAPACITY_EXCEEDED, and of weeks what `choose_week` raises.
    """
    require(actor, "offer_place")
    given = ({} if kind is None else {"kind": kind.value}) | {
        "run_id": run_id.hex,
        "trainee_id": trainee_id.hex,
        "mentor_id": mentor_id.hex,
        "reason": reason,
        "expected_version": expected_version,
        **({"week": week.isoformat()} if week is not None else {}),
    }
    done = await once(session, actor, idempotency_key, "offer_place", given)
    if done is not None:
        return await own(session, actor, Pairing, done, "idempotencyKey")
    require_reason(reason)
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    if run.publish_state is not PublishState.PUBLISHED:
        raise IllegalMove(Check.RUN_PUBLISHED, run.publish_state, "runId")
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    await own(session, actor, Mentor, mentor_id, "mentorId")
    if trainee.cohort_id != run.cohort_id:
        raise NotFound("Trainee", field="traineeId")
    pairings = await pairings_of(session, run.id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    cohort = await session.get_one(Cohort, run.cohort_id)
    rows, arrays = await match_input(session, cohort, policy, run)
    filled = {pairing.seat for pairing in pairings}
    seat = seat_to_fill(
        rows, trainee_id, mentor_id, kind, free=[each for each in rows.seats if each not in filled]
    )
    if seat in filled:
        raise Conflict("TRAINEE_IN_RUN", field="traineeId")
    if has_already([each for each in pairings if each.state in UNDER_WAY], seat, mentor_id):
        raise StudioError("MENTOR_TWICE", field="mentorId")
    under_way = [pairing for pairing in pairings if pairing.state in UNDER_WAY]
    mentor_of = {each.seat: each.mentor_id for each in under_way}
    require_quotas(rows, arrays, {**mentor_of, seat: mentor_id}, "mentorId")
    place_id = first_free_place(rows, mentor_id, {pairing.place_id for pairing in under_way})
    chosen = choose_week(rows, under_way, seat, mentor_id, week)
    pairing, parts = await _scored(run, rows, arrays, seat, mentor_id, place_id)
    if chosen is not None:
        await book_weeks_of(session, rows.weeks, [*under_way, pairing], {seat: chosen})
    pairing.reason, pairing.decided_at = reason.strip(), now()
    pairing.answer_by = await last_day_to_answer(session, run.cohort_id)
    entered = step(pairing, PairingState.AWAITING_CONSENT, by=actor.role)
    try:
        await insert_rows(session, [pairing, *parts, entered])
    except IntegrityError as error:
        # Somebody else took or closed the place between our look and our write.
        raise Conflict(taken_code(error), field="mentorId") from error
    await _note_placed(session, run, pairing)
    await schedule_expiry(session, run.studio_id, run.cohort_id, [pairing])
    await audit(session, actor, "offer_place", "Pairing", pairing.id)
    await remember(session, actor, idempotency_key, "offer_place", given, pairing.id)
    return pairing


async def _scored(
    run: MatchRun, rows: MatchRows, arrays: MatchArrays, seat: Seat, mentor_id: UUID, place_id: UUID
) -> tuple[Pairing, list[ScorePart]]:
    """Return the pair with the parts of its score, unless a rule stands against it."""
    if barred(rows, arrays, seat, mentor_id):
        raise violated(rows, [(seat.trainee_id, mentor_id)], RuleKind.FORBID, "mentorId")

    def weighed() -> Move:
        affinity = affinity_of(rows.weights).fit(arrays.mentors)
        (move,) = weigh_moves(rows, arrays, affinity, {seat: mentor_id}, {seat: place_id})
        return move

    move = await asyncio.to_thread(weighed)
    pairing = Pairing(
        studio_id=run.studio_id,
        run_id=run.id,
        **seat._asdict(),
        mentor_id=mentor_id,
        place_id=place_id,
        score=move.score,
        origin=PairingOrigin.OVERRIDE,
    )
    return pairing, score_parts(pairing, move.parts or {}, move.shown)


async def _note_placed(session: AsyncSession, run: MatchRun, pairing: Pairing) -> None:
    """Count the trainee as placed; the certificate stays that of the pairs that were computed and published."""
    await session.execute(
        sa.delete(Unmatched).where(
            col(Unmatched.run_id) == run.id,
            col(Unmatched.trainee_id) == pairing.trainee_id,
            col(Unmatched.kind) == pairing.kind,
        )
    )
    placed = await session.scalar(
        select(sa.func.count()).select_from(Pairing).where(Pairing.run_id == run.id)
    )
    run.matched, run.total = placed or 0, max(run.total, placed or 0)
    run.version += 1
    await session.flush()
