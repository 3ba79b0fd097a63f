"""What stands against a pair: a rule, a lock, a limit, or that the two are of one community."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from studio.arrays.limit_checks import quotas_broken_by
from studio.arrays.matches import MatchArrays, MatchRows, confirmed_to_keep, fixed_pairs
from studio.arrays.seats import can_play
from studio.operations.rules.seats import barred, pinned_rule
from studio.operations.suppositions.suppositions import Pair
from studio.operations.suppositions.what_if import Someone, Standing, someones
from studio.store.enums import PublishState, RuleKind
from studio.store.limits import LimitRule
from studio.store.pairings import Seat
from studio.store.rules import Rule


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


def obstacle_to(standing: Standing, arrays: MatchArrays, seat: Seat, mentor_id: UUID) -> Obstacle | None:
    """Return what stands against a pair whoever else moves, the most lasting first, or None."""
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


def fixed_pair(rows: MatchRows, pair: Pair) -> Obstacle:
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
