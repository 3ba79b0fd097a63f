"""Trainees, mentors, places and rules as the arrays of `matching.match`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import AssignmentProblem, GroupQuota, MentorTable, TraineeTable
from studio.arrays.input_digest import input_digest
from studio.arrays.limits import LimitArrays, limit_arrays, strictest_caps
from studio.arrays.same_unit import same_unit
from studio.arrays.seats import ONE_EACH, Pair, cannot_play, fixed_kinds
from studio.arrays.seniority import level_code, seniority
from studio.arrays.topics import topic_matrix
from studio.arrays.weeks import CohortWeeks, WeekArrays, in_seats, week_arrays
from studio.store.enums import MatchObjective, RuleKind
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Lock, Seat
from studio.store.people import Mentor, MentorPlace, Person, Region, Trainee
from studio.store.presets import CohortRule
from studio.store.rules import Rule

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Quotas = list[GroupQuota] | None


class TextRow(NamedTuple):
    """A pain point or a case."""

    id: UUID
    text: str


@dataclass(frozen=True)
class MatchRows:
    """What a match run reads, in natural order (community, name, roster row)."""

    # As of which years in post are counted.
    day: date
    trainees: Sequence[tuple[Trainee, Person, Region | None]]
    mentors: Sequence[tuple[Mentor, Person, Region | None]]
    top_topics: Sequence[UUID]
    needs: Mapping[UUID, Mapping[UUID, float]]
    pain_points: Mapping[UUID, Sequence[TextRow]]
    strengths: Mapping[UUID, Mapping[UUID, float]]
    cases: Mapping[UUID, Sequence[TextRow]]
    # Open places that no other cohort holds, by mentor, lowest number first.
    free_places: Mapping[UUID, Sequence[MentorPlace]]
    rules: Sequence[Rule]
    # Pairs that people have locked.
    locked: Mapping[tuple[UUID, UUID], Lock]
    weights: Mapping[str, float]
    objective: MatchObjective = MatchObjective.COVERAGE_THEN_TOTAL
    # Pairs that one side has declined: only a pin brings them together again.
    declined: Collection[tuple[UUID, UUID]] = ()
    # Pairs that both sides have confirmed: they stay unless a pin or a conflict says otherwise.
    confirmed: Collection[tuple[UUID, UUID]] = ()
    # The rule of the cohort that asks years in post of a mentor; who says none is not held to it.
    tenure_rule: CohortRule | None = None
    # How many trainees a mentor takes at most and at least, and of which groups; `places` heeds the caps.
    limits: Sequence[LimitRule] = ()
    # The weeks of a cohort that offers some.
    weeks: CohortWeeks | None = None
    # What mentors each trainee is to have, in this order; and the part that a fixed pair is for, where somebody says.
    kinds: Sequence[PairingKind] = ONE_EACH
    said_kinds: Mapping[Pair, PairingKind] = field(default_factory=dict)
    # The parts that the mentors of confirmed pairs play.
    confirmed_kinds: Mapping[Pair, PairingKind] = field(default_factory=dict)

    @cached_property
    def places(self) -> Mapping[UUID, Sequence[MentorPlace]]:
        """The places that this cohort may take: caps close the others, but part nobody whom both have confirmed."""
        held = Counter(mentor_id for _, mentor_id in self.confirmed)
        return {
            mentor_id: free[: max(caps[0].number, held[mentor_id])]
            if (caps := strictest_caps(self.limits, mentor_id))
            else free
            for mentor_id, free in self.free_places.items()
        }

    def caps_holding(self, mentor_id: UUID) -> list[LimitRule]:
        """Return the caps that close places of a mentor; more than one only if they ask the same."""
        closes = len(self.places.get(mentor_id, ())) < len(self.free_places.get(mentor_id, ()))
        return strictest_caps(self.limits, mentor_id) if closes else []

    @property
    def seats(self) -> list[Seat]:
        """What is to be filled, trainee after trainee."""
        return [Seat(trainee.id, kind) for trainee, _, _ in self.trainees for kind in self.kinds]

    def kinds_of(self, pairs: Iterable[Pair]) -> dict[Pair, PairingKind]:
        """Return for which part each of these pairs is fixed, in natural order of the mentors."""
        place = {mentor.id: place for place, (mentor, _, _) in enumerate(self.mentors)}
        known = sorted(
            (pair for pair in pairs if pair[1] in place), key=lambda pair: (pair[0], place[pair[1]])
        )
        kind_of = {mentor.id: mentor.kind for mentor, _, _ in self.mentors}
        locked = {pair: lock.kind for pair, lock in self.locked.items()}
        return fixed_kinds(known, self.kinds, kind_of, {**locked, **self.confirmed_kinds, **self.said_kinds})


@dataclass(frozen=True)
class MatchArrays:
    """The engine's input, with whose rows and columns they are; a trainee has a row for each mentor to be found."""

    seats: Sequence[Seat]
    mentor_ids: Sequence[UUID]
    trainees: TraineeTable
    mentors: MentorTable
    capacity: NDArray[np.int64]
    forbidden: Booleans
    pinned: Booleans
    objective: MatchObjective
    limits: LimitArrays
    # Of everything but the ids: the same people give the same hash in any database.
    input_hash: str
    # None where the cohort offers no weeks.
    weeks: WeekArrays | None = None

    @property
    def aim(self) -> str:
        """The objective as the engine calls it."""
        return self.objective.value.lower()

    @property
    def trainee_ids(self) -> list[UUID]:
        """Whose each row is."""
        return [seat.trainee_id for seat in self.seats]

    @property
    def seats_each(self) -> int:
        """Rows of one trainee, which follow one another."""
        return len({seat.kind for seat in self.seats}) or 1

    def position(self, seat: Seat, mentor_id: UUID) -> tuple[int, int]:
        """Return row and column of a pair; raises ValueError for people who are not in the match."""
        return self.seats.index(seat), self.mentor_ids.index(mentor_id)

    def problem(
        self, scores: Floats, need: int | Sequence[int] = 1, groups: Quotas = None
    ) -> AssignmentProblem:
        """Return the engine's problem for these scores, shape (n_seats, n_mentors), with further limits."""
        return AssignmentProblem.from_scores(
            scores,
            self.capacity,
            need=need,
            forbidden=self.forbidden,
            pinned=self.pinned,
            **self.limits.keys(groups),
        )


def match_arrays(rows: MatchRows) -> MatchArrays:
    """Return the arrays of a match run.

    Forbidden: same community, conflicts, declined; pinned: pins, locks, and confirmed pairs.
    """
    trainee_ids = [trainee.id for trainee, _, _ in rows.trainees]
    mentor_ids = [mentor.id for mentor, _, _ in rows.mentors]
    n_kinds = len(rows.kinds)
    counties = _county_codes(rows)
    wish = _rule_matrix(rows, trainee_ids, mentor_ids, RuleKind.PREFER)
    forbidden, pinned = _ruled(rows, trainee_ids, mentor_ids)
    trainees = TraineeTable(
        needs=np.repeat(topic_matrix(rows.needs, trainee_ids, rows.top_topics), n_kinds, axis=0),
        county=np.repeat(_codes(rows.trainees, counties), n_kinds),
        level=np.array(
            [seniority(trainee, rows.day) for trainee, _, _ in rows.trainees for _ in rows.kinds],
            dtype=np.int64,
        ),
        pain_texts=_texts(rows.pain_points, [seat.trainee_id for seat in rows.seats]),
        wish=np.repeat(wish.astype(np.float64), n_kinds, axis=0) if wish.any() else None,
    )
    mentors = MentorTable(
        strengths=topic_matrix(rows.strengths, mentor_ids, rows.top_topics),
        county=_codes(rows.mentors, counties),
        tenure_years=np.array(
            [np.nan if mentor.tenure_years is None else mentor.tenure_years for mentor, _, _ in rows.mentors],
            dtype=np.float64,
        ),
        cases=_texts(rows.cases, mentor_ids),
    )
    capacity = np.array([len(rows.places.get(mentor_id, ())) for mentor_id in mentor_ids], dtype=np.int64)
    levels = [level_code(trainee, rows.day) for trainee, _, _ in rows.trainees for _ in rows.kinds]
    # A trainee has a row for each mentor to be found.
    people = [row for row in rows.trainees for _ in rows.kinds]
    limits = limit_arrays(
        rows.limits, people, rows.mentors, capacity, levels, [seat.kind for seat in rows.seats]
    )
    weeks = _weeks(rows, trainee_ids, mentor_ids)
    digest = input_digest(rows, trainees, mentors, capacity, forbidden, pinned, weeks)
    ruled = forbidden, pinned
    return MatchArrays(
        rows.seats, mentor_ids, trainees, mentors, capacity, *ruled, rows.objective, limits, digest, weeks
    )


def _weeks(rows: MatchRows, trainee_ids: Sequence[UUID], mentor_ids: Sequence[UUID]) -> WeekArrays | None:
    """Return the weeks of the seats, and who is on both sides; None where the cohort offers none."""
    if rows.weeks is None:
        return None
    weeks = week_arrays(rows.weeks, trainee_ids, mentor_ids, rows.locked, confirmed_to_keep(rows))
    teaches = {person.id: column for column, (_, person, _) in enumerate(rows.mentors)}
    both = [
        (row, teaches[person.id]) for row, (_, person, _) in enumerate(rows.trainees) if person.id in teaches
    ]
    weeks = replace(weeks, same_person=np.array(both, dtype=np.int64).reshape(-1, 2))
    fixed = {
        (trainee_ids[row], mentor_ids[column]): (row, column)
        for row, column, _ in (*weeks.wanted.tolist(), *weeks.kept.tolist())
    }
    kinds = {fixed[pair]: rows.kinds.index(kind) for pair, kind in rows.kinds_of(fixed).items()}
    return in_seats(weeks, len(rows.kinds), kinds)


def confirmed_to_keep(rows: MatchRows) -> set[tuple[UUID, UUID]]:
    """Return the confirmed pairs that no rule parts: neither a conflict between the two nor another pin."""
    parted = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.FORBID}
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    kinds = rows.kinds_of({*pins, *rows.confirmed})
    pinned = {(trainee_id, kinds[trainee_id, mentor_id]) for trainee_id, mentor_id in pins & kinds.keys()}
    return {
        pair
        for pair in rows.confirmed
        if pair in kinds and pair not in parted and (pair in pins or (pair[0], kinds[pair]) not in pinned)
    }


def _ruled(
    rows: MatchRows, trainee_ids: Sequence[UUID], mentor_ids: Sequence[UUID]
) -> tuple[Booleans, Booleans]:
    """Return which mentors each seat must not have, and which it must."""
    n_kinds = len(rows.kinds)
    forbidden = _rule_matrix(rows, trainee_ids, mentor_ids, RuleKind.FORBID) | same_unit(
        rows.trainees, rows.mentors
    )
    for row, column in _positions(rows.declined, trainee_ids, mentor_ids):
        forbidden[row, column] = True
    forbidden |= _too_short_in_post(rows)
    forbidden = np.repeat(forbidden, n_kinds, axis=0)
    forbidden |= cannot_play(rows.kinds, len(trainee_ids), [mentor.kind for mentor, _, _ in rows.mentors])
    pinned = np.zeros_like(forbidden)
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    kept = confirmed_to_keep(rows)
    kinds = rows.kinds_of({*pins, *rows.locked, *kept})
    settled = {(trainee_id, kinds[trainee_id, mentor_id]) for trainee_id, mentor_id in kept}
    for pair, kind in kinds.items():
        for row, column in _positions([pair], trainee_ids, mentor_ids):
            seat = row * n_kinds + rows.kinds.index(kind)
            # A lock of an earlier draft does not part what has been confirmed since.
            holds = not forbidden[seat, column] and (pair[0], kind) not in settled
            pinned[seat, column] = pair in pins or pair in kept or holds
            if pinned[seat, column]:
                # One mentor is one of the two, never both.
                forbidden[row * n_kinds : (row + 1) * n_kinds, column] = True
    # Whoever pins a pair of the same community has said so on purpose, with a reason.
    forbidden &= ~pinned
    return forbidden, pinned


def fixed_pairs(arrays: MatchArrays) -> list[tuple[Seat, UUID]]:
    """Return the pairs that pins and locks ask for."""
    return [
        (arrays.seats[row], arrays.mentor_ids[column]) for row, column in np.argwhere(arrays.pinned).tolist()
    ]


def _county_codes(rows: MatchRows) -> dict[str, int]:
    names = {region.county for _, _, region in (*rows.trainees, *rows.mentors) if region and region.county}
    return {name: code for code, name in enumerate(sorted(names))}


def _codes(
    people: Sequence[tuple[Trainee | Mentor, Person, Region | None]], counties: Mapping[str, int]
) -> NDArray[np.int64]:
    return np.array(
        [counties.get(region.county, -1) if region else -1 for _, _, region in people], dtype=np.int64
    )


def _texts(rows: Mapping[UUID, Sequence[TextRow]], owners: Sequence[UUID]) -> list[list[str]]:
    return [[row.text for row in rows.get(owner, ())] for owner in owners]


def _rule_matrix(
    rows: MatchRows, trainee_ids: Sequence[UUID], mentor_ids: Sequence[UUID], kind: RuleKind
) -> Booleans:
    matrix = np.zeros((len(trainee_ids), len(mentor_ids)), dtype=np.bool_)
    pairs = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is kind}
    for row, column in _positions(pairs, trainee_ids, mentor_ids):
        matrix[row, column] = True
    return matrix


def _positions(
    pairs: Iterable[tuple[UUID, UUID]], trainee_ids: Sequence[UUID], mentor_ids: Sequence[UUID]
) -> Sequence[tuple[int, int]]:
    row_of = {trainee_id: row for row, trainee_id in enumerate(trainee_ids)}
    column_of = {mentor_id: column for column, mentor_id in enumerate(mentor_ids)}
    return sorted(
        (row_of[trainee_id], column_of[mentor_id])
        for trainee_id, mentor_id in pairs
        if trainee_id in row_of and mentor_id in column_of
    )


def _too_short_in_post(rows: MatchRows) -> Booleans:
    """Mark the columns of mentors who have been in post for fewer years than a rule asks, shape (1, n_mentors)."""
    least = rows.tenure_rule.parameters["years"] if rows.tenure_rule is not None else 0.0
    return np.array(
        [[mentor.tenure_years is not None and mentor.tenure_years < least for mentor, _, _ in rows.mentors]],
        dtype=np.bool_,
    )
