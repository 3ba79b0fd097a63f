"""What an override would cost, or why it cannot be, before anything is saved."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.arrays.limit_checks import minimums_missed_by, quotas_broken_by
from studio.arrays.matches import MatchArrays, MatchRows, confirmed_to_keep, fixed_pairs, match_arrays
from studio.arrays.seats import can_play
from studio.arrays.week_matches import week_changes
from studio.arrays.what_if import Proposal
from studio.errors import NotFound, StudioError
from studio.operations.rules.limit_conflicts import InfeasibleLimits
from studio.operations.rules.rule_conflicts import InfeasibleRules
from studio.operations.rules.seats import barred, has_already, pinned_rule, seat_to_fill
from studio.operations.runs.pair_weeks import choose_week
from studio.operations.suppositions.forcing import forced
from studio.operations.suppositions.suppositions import Pair
from studio.operations.suppositions.what_if import (
    STABILITY,
    Change,
    Someone,
    Standing,
    someones,
    standing_run,
)
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.enums import PublishState, RuleKind
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Seat
from studio.store.rules import Rule

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


class ObstacleKind(StrEnum):
    """What stands against a pair."""

    FORBID = "FORBID"
    PIN = "PIN"
    LOCK = "LOCK"
    CONFIRMED = "CONFIRMED"
    TENURE = "TENURE"
    DECLINED = "DECLINED"
    LIMIT = "LIMIT"
    SAME_COMMUNITY = "SAME_COMMUNITY"
    SAME_PERSON = "SAME_PERSON"
    MENTOR_KIND = "MENTOR_KIND"


@dataclass(frozen=True)
class Obstacle:
    """A rule or a lock that stands against the pair: of whom, why, by whom and how long."""

    kind: ObstacleKind
    trainee: Someone
    mentor: Someone
    reason: str | None = None
    author: str | None = None
    expires_on: date | None = None
    # The limit that is full, where that is what stands against it.
    limit: LimitRule | None = None


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
    people = someones(standing.rows)
    if trainee_id not in {row.id for row, _, _ in standing.rows.trainees}:
        raise NotFound("Trainee", field="traineeId")
    if mentor_id not in {row.id for row, _, _ in standing.rows.mentors}:
        raise NotFound("Mentor", field="mentorId")
    seat = seat_to_fill(standing.rows, trainee_id, mentor_id, kind)

    def found(verdict: Verdict, *obstacles: Obstacle, **effects: Effect | None) -> OverridePreview:
        return OverridePreview(
            people[trainee_id],
            people[mentor_id],
            verdict,
            standing.input_changed,
            obstacles,
            **effects,
            kind=seat.kind,
        )

    if standing.mentor_of.get(seat) == mentor_id:
        return found(Verdict.CHOSEN)
    arrays = match_arrays(standing.rows, today())
    obstacle = _obstacle(standing, arrays, seat, mentor_id)
    if obstacle is not None:
        elsewhere = obstacle.kind in (ObstacleKind.PIN, ObstacleKind.CONFIRMED)
        return found(Verdict.PINNED_ELSEWHERE if elsewhere else Verdict.FORBIDDEN, obstacle)
    if not standing.rows.places.get(mentor_id):
        return found(Verdict.NO_PLACES)
    if standing.rows.weeks is not None and not standing.rows.weeks.common_weeks(trainee_id, mentor_id):
        return found(Verdict.NO_COMMON_WEEK)
    try:
        few, most = await forced(standing.rows, standing.pairings, seat, mentor_id, STABILITY, 0.0)
    except InfeasibleRules as refused:
        fixed = dict.fromkeys(
            each for one in refused.conflicts for each in one.pairs if each != (trainee_id, mentor_id)
        )
        return found(Verdict.RULED_OUT, *(_fixed(standing.rows, each) for each in fixed))
    except InfeasibleLimits as refused:
        return found(
            Verdict.RULED_OUT,
            *(of_limit(standing.rows, one.rule, seat, mentor_id) for one in refused.conflicts),
        )
    together, best = (_effect(standing, seat, each) for each in (few, most))
    alone = None
    alone_of = {**standing.mentor_of, seat: mentor_id}
    broken = [*quotas_broken_by(arrays, alone_of), *minimums_missed_by(arrays, alone_of)]
    twice = has_already(standing.pairings, seat, mentor_id)
    week = _own_week(standing, (trainee_id, mentor_id))
    if week is not None and _has_place(standing, mentor_id) and not twice and not broken:
        weeks = {each: day for each, day in standing.week_of.items() if day is not None} | week
        alone = _effect(standing, seat, replace(few, mentor_of=alone_of, week_of=weeks))
    return found(_verdict(standing, alone or together), alone=alone, together=together, best=best)


def _obstacle(standing: Standing, arrays: MatchArrays, seat: Seat, mentor_id: UUID) -> Obstacle | None:
    rows, trainee_id = standing.rows, seat.trainee_id
    pair = trainee_id, mentor_id
    held = confirmed_elsewhere(rows, seat, mentor_id)
    if held is not None and standing.run.publish_state is PublishState.DRAFT:
        people = someones(rows)
        return Obstacle(ObstacleKind.CONFIRMED, people[trainee_id], people[held])
    pinned = pinned_rule(rows, seat, mentor_id)
    if pinned is not None:
        return _of_rule(rows, pinned)
    if not barred(rows, arrays, seat, mentor_id):
        return _limit_of(rows, arrays, seat, mentor_id)
    column = arrays.mentor_ids.index(mentor_id)
    for rule in rows.rules:
        if rule.kind is RuleKind.FORBID and (rule.trainee_id, rule.mentor_id) == pair:
            return _of_rule(rows, rule)
    people = someones(rows)
    if pair in rows.declined:
        return Obstacle(ObstacleKind.DECLINED, people[trainee_id], people[mentor_id])
    tenure = rows.tenure_rule
    years = rows.mentors[column][0].tenure_years
    if tenure is not None and years is not None and years < tenure.parameters["years"]:
        names = people[trainee_id], people[mentor_id]
        return Obstacle(ObstacleKind.TENURE, *names, tenure.reason, tenure.author, tenure.expires_on)
    if not can_play(rows.mentors[column][0].kind, seat.kind):
        return Obstacle(ObstacleKind.MENTOR_KIND, people[trainee_id], people[mentor_id])
    person = next(person for trainee, person, _ in rows.trainees if trainee.id == trainee_id)
    same_person = person.id == rows.mentors[column][1].id
    kind = ObstacleKind.SAME_PERSON if same_person else ObstacleKind.SAME_COMMUNITY
    return Obstacle(kind, people[trainee_id], people[mentor_id])


def confirmed_elsewhere(rows: MatchRows, seat: Seat, mentor_id: UUID) -> UUID | None:
    """Return whose confirmed pair stands in the way: another mentor's in this seat, or this one's in another."""
    kinds = rows.kinds_of(confirmed_to_keep(rows))
    held = [
        mentor
        for (trainee, mentor), kind in kinds.items()
        if trainee == seat.trainee_id and (kind is seat.kind) is not (mentor == mentor_id)
    ]
    return held[0] if held else None


def _limit_of(rows: MatchRows, arrays: MatchArrays, seat: Seat, mentor_id: UUID) -> Obstacle | None:
    """Return the limit that leaves no room for the pair whoever else moves: it is full with what is fixed."""
    fixed = {other: mentor for other, mentor in fixed_pairs(arrays) if other != seat}
    broken = quotas_broken_by(arrays, {**fixed, seat: mentor_id})
    return of_limit(rows, broken[0], seat, mentor_id) if broken else None


def of_limit(rows: MatchRows, rule: LimitRule, seat: Seat, mentor_id: UUID) -> Obstacle:
    """Return a limit as what stands against a pair."""
    names = someones(rows)[seat.trainee_id], someones(rows)[mentor_id]
    return Obstacle(ObstacleKind.LIMIT, *names, rule.reason, rule.author, rule.expires_on, rule)


def _of_rule(rows: MatchRows, rule: Rule) -> Obstacle:
    people = someones(rows)
    return Obstacle(
        ObstacleKind(rule.kind.value),
        people[rule.trainee_id],
        people[rule.mentor_id],
        rule.reason,
        rule.author,
        rule.expires_on,
    )


def _fixed(rows: MatchRows, pair: Pair) -> Obstacle:
    """Return the pin or else the lock that holds a pair."""
    for rule in rows.rules:
        if rule.kind is RuleKind.PIN and (rule.trainee_id, rule.mentor_id) == pair:
            return _of_rule(rows, rule)
    people, lock = someones(rows), rows.locked.get(pair)
    if lock is None and pair in rows.confirmed:
        return Obstacle(ObstacleKind.CONFIRMED, people[pair[0]], people[pair[1]])
    return Obstacle(
        ObstacleKind.LOCK, people[pair[0]], people[pair[1]], lock.reason if lock is not None else None
    )


def _has_place(standing: Standing, mentor_id: UUID) -> bool:
    used = {pairing.place_id for pairing in standing.pairings}
    return any(place.id not in used for place in standing.rows.places.get(mentor_id, ()))


def _own_week(standing: Standing, pair: Pair) -> dict[UUID, date] | None:
    """Return the week that the trainee would get if nobody else moves, none without weeks; None where none is free."""
    try:
        week = choose_week(standing.rows, standing.pairings, *pair)
    except StudioError:
        return None
    return {} if week is None else {pair[0]: week}


def _effect(standing: Standing, asked: Seat, proposal: Proposal) -> Effect:
    """Return what changes from the run to a proposal; stored scores count for the pairs that there are."""
    people, before, weeks = someones(standing.rows), standing.mentor_of, standing.week_of
    after, score_of, weeks_after = proposal.mentor_of, proposal.score_of, proposal.week_of
    stored = {pairing.seat: pairing.score for pairing in standing.pairings}
    moved = [asked] + [
        seat
        for seat in standing.rows.seats
        if seat != asked
        and (before.get(seat) != after.get(seat) or week_changes(seat.trainee_id, weeks, weeks_after))
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
            before_week=weeks.get(each.trainee_id),
            after_week=weeks_after.get(each.trainee_id),
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
