"""What an override would cost, or why it cannot be, before anything is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.arrays.limit_checks import minimums_missed_by, quotas_broken_by
from studio.arrays.matches import MatchArrays, match_arrays
from studio.arrays.week_matches import week_changes
from studio.arrays.what_if import Proposal
from studio.errors import NotFound, StudioError
from studio.operations.rules.limit_conflicts import InfeasibleLimits
from studio.operations.rules.rule_conflicts import InfeasibleRules
from studio.operations.rules.seats import has_already, seat_to_fill
from studio.operations.runs.pair_weeks import choose_week
from studio.operations.suppositions.forcing import forced
from studio.operations.suppositions.obstacles import Obstacle, ObstacleKind, fixed_pair, obstacle_to, of_limit
from studio.operations.suppositions.what_if import (
    STABILITY,
    Change,
    Someone,
    Standing,
    someones,
    standing_run,
)
from studio.permissions import Actor, require
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Seat

DECIMALS = 6


class Verdict(StrEnum):
    """What an override comes to."""

    CHOSEN = "CHOSEN"
    FORBIDDEN = "FORBIDDEN"
    PINNED_ELSEWHERE = "PINNED_ELSEWHERE"
    NO_PLACES = "NO_PLACES"
    NO_COMMON_WEEK = "NO_COMMON_WEEK"
    RULED_OUT = "RULED_OUT"
    LOWERS_COVERAGE = "LOWERS_COVERAGE"
    LOWERS_TOTAL = "LOWERS_TOTAL"
    SAME_TOTAL = "SAME_TOTAL"
    RAISES_TOTAL = "RAISES_TOTAL"


@dataclass(frozen=True)
class Effect:
    """What saving would do: the change of the run's total (in score, and as a share), and whose mentor changes."""

    change: float
    relative: float | None
    matched: int
    changes: tuple[Change, ...]

    @property
    def others(self) -> tuple[Change, ...]:
        """Everybody else whose mentor changes; the one who is asked about comes first."""
        return self.changes[1:]


@dataclass(frozen=True)
class OverridePreview:
    """What an override would cost.

    `alone`: when only this trainee changes mentors, None where the mentor has no place left in the run. `together`:
    when a few others move along; `best`: when as many move as the highest total asks for.
    """

    trainee: Someone
    mentor: Someone
    verdict: Verdict
    input_changed: bool
    obstacles: tuple[Obstacle, ...] = ()
    alone: Effect | None = None
    together: Effect | None = None
    best: Effect | None = None
    # The caps that leave the mentor no place in the run, and what saving comes to once they let one more through,
    # with nobody else moving; None where no cap does, or where that is not enough.
    caps: tuple[Obstacle, ...] = ()
    relaxed: Effect | None = None
    # Which of the trainee's mentors is replaced.
    kind: PairingKind = PairingKind.SOLE


async def preview_override(
    session: AsyncSession,
    actor: Actor,
    run_id: UUID,
    trainee_id: UUID,
    mentor_id: UUID,
    kind: PairingKind | None = None,
) -> OverridePreview:
    """Tell what giving a trainee this mentor would cost the run, or what stands against it; writes nothing.

    `kind` tells which of two mentors is replaced, where this one can play both parts. Raises NOT_FOUND,
    RUN_NOT_COMPUTED, KIND_MISSING and KIND_NOT_IN_RUN.
    """
    require(actor, "what_if")
    standing = await standing_run(session, actor, run_id)
    rows, people = standing.rows, someones(standing.rows)
    if trainee_id not in {row.id for row, _, _ in rows.trainees}:
        raise NotFound("Trainee", field="traineeId")
    if mentor_id not in {row.id for row, _, _ in rows.mentors}:
        raise NotFound("Mentor", field="mentorId")
    seat = seat_to_fill(rows, trainee_id, mentor_id, kind)
    caps = [] if _has_place(standing, mentor_id) else rows.caps_holding(mentor_id)

    def found(verdict: Verdict, *obstacles: Obstacle, **effects: Effect | None) -> OverridePreview:
        return OverridePreview(
            people[trainee_id],
            people[mentor_id],
            verdict,
            standing.input_changed,
            obstacles,
            **effects,
            caps=tuple(of_limit(rows, cap, seat, mentor_id) for cap in caps),
            kind=seat.kind,
        )

    if standing.mentor_of.get(seat) == mentor_id:
        return found(Verdict.CHOSEN)
    arrays = match_arrays(rows)
    obstacle = obstacle_to(standing, arrays, seat, mentor_id)
    if obstacle is not None:
        elsewhere = obstacle.kind in (ObstacleKind.PIN, ObstacleKind.CONFIRMED)
        return found(Verdict.PINNED_ELSEWHERE if elsewhere else Verdict.FORBIDDEN, obstacle)
    relaxed = await _relaxed(standing, arrays, seat, mentor_id, caps)
    if not rows.places.get(mentor_id):
        return found(Verdict.NO_PLACES, relaxed=relaxed)
    if rows.weeks is not None and not rows.weeks.common_weeks(trainee_id, mentor_id):
        return found(Verdict.NO_COMMON_WEEK)
    try:
        few, most = await forced(rows, standing.pairings, seat, mentor_id, STABILITY, 0.0)
    except InfeasibleRules as refused:
        fixed = dict.fromkeys(
            each for one in refused.conflicts for each in one.pairs if each != (trainee_id, mentor_id)
        )
        held = (fixed_pair(rows, each) for each in fixed)
        return found(Verdict.RULED_OUT, *held, relaxed=relaxed)
    except InfeasibleLimits as refused:
        full = (of_limit(rows, one.rule, seat, mentor_id) for one in refused.conflicts)
        return found(Verdict.RULED_OUT, *full, relaxed=relaxed)
    together, best = (_effect(standing, seat, each) for each in (few, most))
    alone = _alone(standing, arrays, seat, mentor_id, few) if _has_place(standing, mentor_id) else None
    effects = {"alone": alone, "together": together, "best": best, "relaxed": relaxed}
    return found(_verdict(standing, alone or together), **effects)


def _alone(
    standing: Standing, arrays: MatchArrays, seat: Seat, mentor_id: UUID, proposal: Proposal
) -> Effect | None:
    """Return what comes of it if nobody else moves; None where a limit, a week or the other part forbids that."""
    mentor_of = {**standing.mentor_of, seat: mentor_id}
    broken = [*quotas_broken_by(arrays, mentor_of), *minimums_missed_by(arrays, mentor_of)]
    week = _own_week(standing, seat, mentor_id)
    if week is None or broken or has_already(standing.pairings, seat, mentor_id):
        return None
    weeks = {each: day for each, day in standing.week_of.items() if day is not None} | week
    return _effect(standing, seat, replace(proposal, mentor_of=mentor_of, week_of=weeks))


async def _relaxed(
    standing: Standing, arrays: MatchArrays, seat: Seat, mentor_id: UUID, caps: Sequence[LimitRule]
) -> Effect | None:
    """Return what comes of it if the caps that hold the mentor back let one more through, and nobody else moves."""
    if not caps:
        return None
    held = {cap.id for cap in caps}
    rows = replace(standing.rows, limits=[rule for rule in standing.rows.limits if rule.id not in held])
    try:
        (proposal,) = await forced(rows, standing.pairings, seat, mentor_id, STABILITY)
    except StudioError:
        return None
    return _alone(standing, arrays, seat, mentor_id, proposal)


def _has_place(standing: Standing, mentor_id: UUID) -> bool:
    used = {pairing.place_id for pairing in standing.pairings}
    return any(place.id not in used for place in standing.rows.places.get(mentor_id, ()))


def _own_week(standing: Standing, seat: Seat, mentor_id: UUID) -> dict[Seat, date] | None:
    """Return the week that the pair would get if nobody else moves, none without weeks; None where none is free."""
    try:
        week = choose_week(standing.rows, standing.pairings, seat, mentor_id)
    except StudioError:
        return None
    return {} if week is None else {seat: week}


def _effect(standing: Standing, asked: Seat, proposal: Proposal) -> Effect:
    """Return what changes from the run to a proposal; stored scores count for the pairs that there are."""
    people, before, weeks = someones(standing.rows), standing.mentor_of, standing.week_of
    after, score_of, weeks_after = proposal.mentor_of, proposal.score_of, proposal.week_of
    stored = {pairing.seat: pairing.score for pairing in standing.pairings}
    moved = [asked] + [
        seat
        for seat in standing.rows.seats
        if seat != asked and (before.get(seat) != after.get(seat) or week_changes(seat, weeks, weeks_after))
    ]
    parted = [each for each in moved if before.get(each) != after.get(each)]
    change = sum(score_of[each] for each in parted if each in after)
    change -= sum(stored.get(each, 0.0) for each in parted)
    objective = standing.run.objective
    changes = tuple(
        Change(
            people[each.trainee_id],
            people[before[each]] if each in before else None,
            people[after[each]] if each in after else None,
            joins=False,
            leaves=False,
            kind=each.kind,
            before_week=weeks.get(each),
            after_week=weeks_after.get(each),
        )
        for each in moved
    )
    return Effect(
        round(change, DECIMALS),
        round(change / objective, DECIMALS) if objective else None,
        len(after),
        changes,
    )


def _verdict(standing: Standing, effect: Effect) -> Verdict:
    if effect.matched < standing.run.matched:
        return Verdict.LOWERS_COVERAGE
    if effect.change == 0:
        return Verdict.SAME_TOTAL
    return Verdict.LOWERS_TOTAL if effect.change < 0 else Verdict.RAISES_TOTAL
