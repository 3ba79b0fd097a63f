"""Pairings: overriding one after reading what it costs, and locking it."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import MentorAffinity
from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.certificates import RunFigures, certify, note_figures
from studio.operations.idempotency import once, remember
from studio.operations.match_input import Stamp, match_input, match_stamp
from studio.operations.own import own, own_run, require_version
from studio.operations.runs import DECIMALS, Shown, require_draft, score_parts, shown_by
from studio.permissions import Actor, require
from studio.store.access import AuditEvent
from studio.store.clock import now
from studio.store.cohorts import Cohort
from studio.store.enums import PairingOrigin, RuleKind
from studio.store.pairings import Pairing, ScorePart
from studio.store.people import Mentor, Trainee
from studio.store.rows import insert_rows
from studio.store.rules import MatchPolicy
from studio.store.runs import MatchRun, Unmatched


@dataclass(frozen=True)
class Override:
    """An overridden pairing, and by how much the run's objective changed (in score, six decimals)."""

    pairing: Pairing
    change: float


@dataclass(frozen=True)
class WeighedOverride:
    """What an override comes to, worked out before the transaction that writes it, and from what."""

    stamp: Stamp
    parts: Mapping[str, tuple[float, float]]
    shown: Shown | None
    score: float
    place_id: UUID
    figures: RunFigures


async def weigh_override(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    *,
    reason: str,
    lock: bool = True,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> WeighedOverride | None:
    """Work out what an override comes to: scores the pair and solves the cohort, and writes nothing.

    None when the key was used before, for then nothing will be written. Raises as `override_pairing` does.
    """
    require(actor, "override_pairing")
    given = _given(run_id, trainee_id, mentor_id, reason, lock, expected_version)
    if await once(session, actor, idempotency_key, "override_pairing", given) is not None:
        return None
    return await _weigh(session, actor, run_id, trainee_id, mentor_id, reason, expected_version)


async def _weigh(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    reason: str,
    expected_version: int | None,
) -> WeighedOverride:
    _require_reason(reason)
    run = await own(session, actor, MatchRun, run_id, "runId")
    require_version(run, expected_version)
    require_draft(run)
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    trainee = await own(session, actor, Trainee, trainee_id, "traineeId")
    if trainee.cohort_id != cohort.id:
        raise NotFound("Trainee", field="traineeId")
    await own(session, actor, Mentor, mentor_id, "mentorId")
    stamp = await match_stamp(session, cohort)
    rows, arrays = await match_input(session, cohort, policy.weights)
    position = _position(rows, arrays, trainee_id, mentor_id)
    pairings = list((await session.execute(select(Pairing).where(Pairing.run_id == run.id))).scalars())
    place_id = _free_place(rows, pairings, trainee_id, mentor_id)
    others = [pairing for pairing in pairings if pairing.trainee_id != trainee_id]

    def weigh() -> WeighedOverride:
        affinity = MentorAffinity().set_params(**policy.weights).fit(arrays.mentors)
        parts = {
            code: (float(part.value[0]), part.weight)
            for code, part in affinity.weighed_parts(arrays.trainees, [position]).items()
        }
        (evidence,) = affinity.nearest_cases(arrays.trainees, [position])
        shown = shown_by(rows, trainee_id, mentor_id, evidence)
        score = round(math.fsum(value * weight for value, weight in parts.values()), DECIMALS)
        chosen = [(pairing.trainee_id, pairing.mentor_id, pairing.score) for pairing in others]
        kept = {(pairing.trainee_id, pairing.mentor_id) for pairing in others if pairing.decided_before}
        figures = certify(rows, affinity, [*chosen, (trainee_id, mentor_id, score)], kept)
        return WeighedOverride(stamp, parts, shown, score, place_id, figures)

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
    expected_version: int | None = None,
    idempotency_key: str | None = None,
    weighed: WeighedOverride | None = None,
) -> Override:
    """Give a trainee another mentor in a draft run, with a reason.

    `expected_version` is the run's. With a key that was used before, the pairing is given as it is now, with the
    change of that time. What `weigh_override` has worked out before this transaction is taken if
    nothing has changed since; else it is worked out here, while other writers wait. Raises NOT_FOUND,
    CONFLICT_VERSION, REASON_MISSING, ILLEGAL_TRANSITION (not a computed draft), CONSTRAINT_VIOLATED (a rule or the
    same unit forbids the pair, or a pin holds the trainee) and CAPACITY_EXCEEDED (the mentor has no place left in
    this run).
    """
    require(actor, "override_pairing")
    given = _given(run_id, trainee_id, mentor_id, reason, lock, expected_version)
    done = await _first_override(session, actor, idempotency_key, given)
    if done is not None:
        return done
    _require_reason(reason)
    run = await own_run(session, actor, run_id)
    require_version(run, expected_version)
    require_draft(run)
    cohort = await session.get_one(Cohort, run.cohort_id)
    if weighed is None or weighed.stamp != await match_stamp(session, cohort):
        weighed = await _weigh(session, actor, run_id, trainee_id, mentor_id, reason, expected_version)
    pairing = await _pairing_of(session, run, trainee_id)
    before = pairing.score if pairing else 0.0
    is_new = pairing is None
    if pairing is None:
        pairing = Pairing(
            studio_id=run.studio_id,
            run_id=run.id,
            trainee_id=trainee_id,
            mentor_id=mentor_id,
            place_id=weighed.place_id,
            score=weighed.score,
        )
    pairing.mentor_id, pairing.place_id, pairing.score = mentor_id, weighed.place_id, weighed.score
    pairing.locked, pairing.origin, pairing.reason = lock, PairingOrigin.OVERRIDE, reason.strip()
    pairing.decided_at = now()
    await _store(session, pairing, is_new, score_parts(pairing, weighed.parts, weighed.shown))
    if is_new:
        await _note_matched(session, run, trainee_id)
    note_figures(run, weighed.figures)
    await session.flush()
    change = round(weighed.score - before, DECIMALS)
    event = await audit(session, actor, "override_pairing", "Pairing", pairing.id, change=change)
    await remember(session, actor, idempotency_key, "override_pairing", given, event.id)
    return Override(pairing, change)


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
    pairing.version += 1
    await audit(session, actor, "lock_pairing", "Pairing", pairing.id, locked=locked)
    await session.flush()
    return pairing


def _given(
    run_id: UUID, trainee_id: UUID, mentor_id: UUID, reason: str, lock: bool, expected_version: int | None
) -> dict[str, Any]:
    return {
        "run_id": run_id.hex,
        "trainee_id": trainee_id.hex,
        "mentor_id": mentor_id.hex,
        "reason": reason,
        "lock": lock,
        "expected_version": expected_version,
    }


async def _first_override(
    session: AsyncSession, actor: Actor, key: str | None, given: Mapping[str, Any]
) -> Override | None:
    """Return what was done under this key: its event in the audit trail keeps the change of that time."""
    event_id = await once(session, actor, key, "override_pairing", given)
    if event_id is None:
        return None
    event = await session.get_one(AuditEvent, event_id)
    pairing = await own(session, actor, Pairing, event.entity_id, "idempotencyKey")
    return Override(pairing, event.details["change"])


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise StudioError("REASON_MISSING", field="reason")


def _position(rows: MatchRows, arrays: MatchArrays, trainee_id: UUID, mentor_id: UUID) -> tuple[int, int]:
    """Return the pair's place in the arrays, unless a rule stands against it."""
    row, column = arrays.trainee_ids.index(trainee_id), arrays.mentor_ids.index(mentor_id)
    pins = [rule for rule in rows.rules if rule.kind is RuleKind.PIN and rule.trainee_id == trainee_id]
    if pins and pins[0].mentor_id != mentor_id:
        raise StudioError("CONSTRAINT_VIOLATED", field="traineeId", rule="PIN")
    if arrays.forbidden[row, column]:
        raise StudioError("CONSTRAINT_VIOLATED", field="mentorId", rule="FORBID")
    return row, column


async def _pairing_of(session: AsyncSession, run: MatchRun, trainee_id: UUID) -> Pairing | None:
    pairing: Pairing | None = await session.scalar(
        select(Pairing).where(Pairing.run_id == run.id, Pairing.trainee_id == trainee_id)
    )
    return pairing


def _free_place(rows: MatchRows, pairings: Sequence[Pairing], trainee_id: UUID, mentor_id: UUID) -> UUID:
    """Return the mentor's first place that the run does not use yet."""
    for pairing in pairings:
        if pairing.trainee_id == trainee_id and pairing.mentor_id == mentor_id:
            return pairing.place_id
    used = {pairing.place_id for pairing in pairings}
    for place in rows.places.get(mentor_id, ()):
        if place.id not in used:
            return place.id
    raise Conflict("CAPACITY_EXCEEDED", field="mentorId")


async def _store(session: AsyncSession, pairing: Pairing, is_new: bool, parts: list[ScorePart]) -> None:
    try:
        if is_new:
            await insert_rows(session, [pairing])
        else:
            pairing.version += 1
            await session.flush()
        await session.execute(sa.delete(ScorePart).where(col(ScorePart.pairing_id) == pairing.id))
        await insert_rows(session, parts)
    except IntegrityError as error:
        # Somebody else took the place between our look and our write.
        raise Conflict("CAPACITY_EXCEEDED", field="mentorId") from error


async def _note_matched(session: AsyncSession, run: MatchRun, trainee_id: UUID) -> None:
    run.matched += 1
    await session.execute(
        sa.delete(Unmatched).where(col(Unmatched.run_id) == run.id, col(Unmatched.trainee_id) == trainee_id)
    )
