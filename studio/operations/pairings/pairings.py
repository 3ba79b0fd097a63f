"""Pairings: overriding one after reading what it costs, and locking it."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.arrays.affinity import affinity_of
from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.weeks import CohortWeeks
from studio.errors import Conflict, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.own import own, own_run, require_version
from studio.operations.pairings.override_moves import Move, move_all, places_for, weigh_moves
from studio.operations.pairings.proposals import base_of
from studio.operations.pairings.violations import violated
from studio.operations.rules.limit_conflicts import CapacityExceeded, require_limits
from studio.operations.rules.match_input import Stamp, first_free_place, match_input, match_stamp
from studio.operations.rules.seats import barred, has_already, pinned_rule, seat_to_fill
from studio.operations.runs.certificates import RunFigures, certify, note_figures
from studio.operations.runs.fairness import replace_fairness
from studio.operations.runs.pair_weeks import changed_weeks, choose_week, taken_code
from studio.operations.runs.pairing_states import step
from studio.operations.runs.runs import DECIMALS, require_draft
from studio.operations.said_reasons import require_reason
from studio.operations.suppositions.forcing import forced
from studio.operations.suppositions.obstacles import confirmed_elsewhere
from studio.operations.suppositions.what_if import STABILITY, someones
from studio.permissions import Actor, require
from studio.store.access import AuditEvent
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import PairingOrigin, PairingState, RuleKind
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing, Seat
from studio.store.people import Mentor, Trainee
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun


@dataclass(frozen=True)
class Override:
    """An overridden pairing, and by how much the run's objective changed (in score, six decimals)."""

    pairing: Pairing
    change: float


@dataclass(frozen=True)
class _Asked:
    """What somebody asks of an override, as `override_pairing` explains it."""

    run_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    reason: str
    lock: bool
    kind: PairingKind | None
    move_others: bool
    week: date | None
    expected_version: int | None

    def given(self) -> dict[str, Any]:
        """Return what an idempotency key stands for."""
        said = {} if self.kind is None else {"kind": self.kind.value}
        return said | {
            "run_id": self.run_id.hex,
            "trainee_id": self.trainee_id.hex,
            "mentor_id": self.mentor_id.hex,
            "reason": self.reason,
            "lock": self.lock,
            "move_others": self.move_others,
            **({"week": self.week.isoformat()} if self.week is not None else {}),
            "expected_version": self.expected_version,
        }


@dataclass(frozen=True)
class WeighedOverride:
    """What an override comes to, worked out before the transaction that writes it, and from what."""

    stamp: Stamp
    move: Move
    # Who else changes mentors with it.
    others: Sequence[Move]
    change: float
    figures: RunFigures
    # The weeks of all whose mentor or week changes, and what they were chosen from; none without weeks.
    week_of: Mapping[Seat, date]
    weeks: CohortWeeks | None

    @property
    def score(self) -> float:
        """The pair's score."""
        return self.move.score


async def weigh_override(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    *,
    reason: str,
    lock: bool = True,
    kind: PairingKind | None = None,
    move_others: bool = False,
    week: date | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> WeighedOverride | None:
    """Work out what an override comes to: scores the pair and solves the cohort, and writes nothing.

    None when the key was used before, for then nothing will be written. Raises as `override_pairing` does.
    """
    require(actor, "override_pairing")
    asked = _Asked(run_id, trainee_id, mentor_id, reason, lock, kind, move_others, week, expected_version)
    if await once(session, actor, idempotency_key, "override_pairing", asked.given()) is not None:
        return None
    return await _weigh(session, actor, asked)


async def _weigh(session: AsyncSession, actor: Actor, asked: _Asked) -> WeighedOverride:
    require_reason(asked.reason)
    trainee_id, mentor_id, week = asked.trainee_id, asked.mentor_id, asked.week
    run = await own(session, actor, MatchRun, asked.run_id, "runId")
    require_version(run, asked.expected_version)
    require_draft(run)
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    if trainee.cohort_id != cohort.id:
        raise NotFound("Trainee", field="traineeId")
    await own(session, actor, Mentor, mentor_id, "mentorId")
    stamp = await match_stamp(session, cohort)
    rows, arrays = await match_input(session, cohort, policy, run)
    seat = seat_to_fill(rows, trainee_id, mentor_id, asked.kind)
    _require_allowed(rows, arrays, seat, mentor_id)
    found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
    pairings = list(found.scalars())
    before = {pairing.seat: pairing for pairing in pairings}
    mentor_of: dict[Seat, UUID] = {pairing.seat: pairing.mentor_id for pairing in pairings}
    if asked.move_others:
        choose_week(rows, [], seat, mentor_id, week)
        (proposal,) = await forced(rows, pairings, seat, mentor_id, STABILITY, week=week)
        week_of = changed_weeks(pairings, proposal)
        place_of = places_for(rows, pairings, proposal.mentor_of)
        mentor_of = dict(proposal.mentor_of)
    else:
        if has_already(pairings, seat, mentor_id):
            raise StudioError("MENTOR_TWICE", field="mentorId")
        chosen_week = choose_week(rows, pairings, seat, mentor_id, week)
        week_of = {} if chosen_week is None else {seat: chosen_week}
        place_of, mentor_of[seat] = {}, mentor_id
    if seat not in place_of:
        place_of[seat] = _free_place(rows, pairings, seat, mentor_id)
    require_limits(rows, arrays, mentor_of, "mentorId")
    base = await base_of(session, run.based_on_id, rows) if run.based_on_id is not None else None
    lost = [Move(each, None) for each in before if each not in mentor_of]

    def weigh() -> WeighedOverride:
        affinity = affinity_of(rows.weights).fit(arrays.mentors)
        moves = {move.seat: move for move in weigh_moves(rows, arrays, affinity, mentor_of, place_of)}
        score_of = {each: pairing.score for each, pairing in before.items()}
        score_of |= {each: move.score for each, move in moves.items()}
        chosen = [(each, mentor, score_of[each]) for each, mentor in mentor_of.items()]
        kept = {
            (each.trainee_id, pairing.mentor_id)
            for each, pairing in before.items()
            if pairing.decided_before and each not in moves
        }
        change = math.fsum(
            [*(move.score for move in moves.values())]
            + [-before[each].score for each in before if each in moves or each not in mentor_of]
        )
        move = moves.pop(seat)
        weeks_after = {pairing.seat: pairing.week for pairing in pairings} | week_of
        figures = certify(replace(rows, objective=run.aim), affinity, chosen, kept, base, weeks_after)
        rest = [*lost, *moves.values()], round(change, DECIMALS), figures, week_of, rows.weeks
        return WeighedOverride(stamp, move, *rest)

    return await asyncio.to_thread(weigh)


async def override_pairing(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    *,
    reason: str,
    lock: bool = True,
    kind: PairingKind | None = None,
    move_others: bool = False,
    week: date | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
    weighed: WeighedOverride | None = None,
) -> Override:
    """Give a trainee another mentor in a draft run, with a reason.

    Where trainees have two mentors, `kind` tells which of them is replaced; it may be left out for a new mentor who
    can play one part only. In a cohort with weeks the pair gets `week`, or without one the trainee's own or the first
    that is free for both.

    With `move_others` those change mentors, too, whom `preview_override` names in `together`; one of them may stay
    without a mentor, where nobody else has a place.

    `expected_version` is the run's. With a key that was used before, the pairing is given as it is now, with the
    change of that time. What `weigh_override` has worked out is taken if nothing has changed since; else it is worked
    out here, while others wait. Raises NOT_FOUND, CONFLICT_VERSION, REASON_MISSING, ILLEGAL_TRANSITION (not a computed
    draft), CONSTRAINT_VIOLATED (a rule or the same unit forbids the pair, or a pin holds the trainee), PAIR_CONFIRMED
    (the trainee has a confirmed pair that this run was not to touch), CAPACITY_EXCEEDED (the mentor has no place left
    in this run, and nobody is to move), KIND_MISSING, KIND_NOT_IN_RUN and MENTOR_TWICE (the mentor is the trainee's
    other one), and of weeks what `choose_week` raises.
    """
    require(actor, "override_pairing")
    asked = _Asked(run_id, trainee_id, mentor_id, reason, lock, kind, move_others, week, expected_version)
    done = await _first_override(session, actor, idempotency_key, asked)
    if done is not None:
        return done
    require_reason(reason)
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    require_draft(run)
    cohort = await session.get_one(Cohort, run.cohort_id)
    if weighed is None or weighed.stamp != await match_stamp(session, cohort):
        weighed = await _weigh(session, actor, asked)
    try:
        await move_all(session, run, [*weighed.others, weighed.move], weighed.weeks, weighed.week_of)
    except IntegrityError as error:
        raise Conflict(taken_code(error), field="mentorId") from error
    pairing = await _pairing_of(session, run, weighed.move.seat)
    pairing.locked, pairing.origin, pairing.reason = lock, PairingOrigin.OVERRIDE, reason.strip()
    pairing.decided_at, pairing.propensity = now(), 1.0
    if pairing.state is PairingState.SUGGESTED:
        session.add(step(pairing, PairingState.UNDER_REVIEW, by=actor.role))
    note_figures(run, weighed.figures)
    await replace_fairness(session, run, weighed.figures.fairness)
    await session.flush()
    details: dict[str, Any] = {"change": weighed.change}
    if weighed.others:
        details["moved"] = [move.seat.trainee_id.hex for move in weighed.others]
    event = await audit(session, actor, "override_pairing", "Pairing", pairing.id, **details)
    await remember(session, actor, idempotency_key, "override_pairing", asked.given(), event.id)
    return Override(pairing, weighed.change)


async def lock_pairing(
    session: AsyncSession, actor: Actor, pairing_id: UUID, *, locked: bool, expected_version: int
) -> Pairing:
    """Lock a pairing, so that later runs of the cohort keep it, or unlock it."""
    require(actor, "override_pairing")
    pairing = await own(session, actor, Pairing, pairing_id, "pairingId")
    # With the run's other writers: an override at the same moment writes the same flag.
    await own_run(session, actor, pairing.run_id)
    pairing = await own(session, actor, Pairing, pairing_id, "pairingId", lock=True)
    require_version(pairing, expected_version)
    pairing.locked, pairing.decided_at = locked, now()
    if pairing.state is PairingState.SUGGESTED:
        session.add(step(pairing, PairingState.UNDER_REVIEW, by=actor.role))
    else:
        pairing.version += 1
    await audit(session, actor, "lock_pairing", "Pairing", pairing.id, locked=locked)
    await session.flush()
    return pairing


async def _first_override(
    session: AsyncSession, actor: Actor, key: str | None, asked: _Asked
) -> Override | None:
    """Return what was done under this key: its event in the audit trail keeps the change of that time."""
    event_id = await once(session, actor, key, "override_pairing", asked.given())
    if event_id is None:
        return None
    event = await session.get_one(AuditEvent, event_id)
    pairing = await own(session, actor, Pairing, event.entity_id, "idempotencyKey")
    return Override(pairing, event.details["change"])


def _require_allowed(rows: MatchRows, arrays: MatchArrays, seat: Seat, mentor_id: UUID) -> None:
    """Refuse with CONSTRAINT_VIOLATED if a rule stands against the pair."""
    if pinned_rule(rows, seat, mentor_id) is not None:
        raise violated(rows, [(seat.trainee_id, mentor_id)], RuleKind.PIN, "traineeId")
    if barred(rows, arrays, seat, mentor_id):
        raise violated(rows, [(seat.trainee_id, mentor_id)], RuleKind.FORBID, "mentorId")
    held = confirmed_elsewhere(rows, seat, mentor_id)
    if held is not None:
        people = someones(rows)
        names = {"trainee": people[seat.trainee_id].name, "mentor": people[held].name}
        raise Conflict("PAIR_CONFIRMED", field="traineeId", **names)


async def _pairing_of(session: AsyncSession, run: MatchRun, seat: Seat) -> Pairing:
    found = await session.execute(
        select(Pairing).where(
            Pairing.run_id == run.id, Pairing.trainee_id == seat.trainee_id, Pairing.kind == seat.kind
        )
    )
    return found.scalar_one()


def _free_place(rows: MatchRows, pairings: Sequence[Pairing], seat: Seat, mentor_id: UUID) -> UUID:
    """Return the place of the pair, or else the mentor's first one that the run does not use yet."""
    for pairing in pairings:
        if pairing.seat == seat and pairing.mentor_id == mentor_id:
            return pairing.place_id
    try:
        return first_free_place(rows, mentor_id, {pairing.place_id for pairing in pairings})
    except CapacityExceeded as full:
        full.others_may_move = True
        raise
