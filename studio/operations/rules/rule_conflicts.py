"""Pins and locks that cannot all hold: a trainee fixed to two mentors, a mentor to more than there are places."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from matching import MatchingError, MinimumLoadError
from studio.arrays.matches import MatchArrays, MatchRows, fixed_pairs
from studio.arrays.seats import can_play, fixed_kinds, locks_under
from studio.arrays.week_conflicts import most_in_weeks
from studio.errors import StudioError
from studio.imports.issues import ImportCode
from studio.messages import listed, translate
from studio.operations.rules.limit_conflicts import limit_conflicts, limit_refusal
from studio.operations.rules.match_input import free_places, ruled_kinds, rules_in_force
from studio.store.cohorts import Cohort
from studio.store.enums import RuleKind
from studio.store.mentor_enums import MentorKind, PairingKind
from studio.store.pairings import Lock, Seat, locks_of
from studio.store.people import Mentor
from studio.store.runs import MatchRun, RuleConflict

Pair = tuple[UUID, UUID]
# Which of a rule's two people each refusal is about.
REFUSED_COLUMNS = {
    ImportCode.TRAINEE_FIXED_TWICE: "trainee",
    ImportCode.TRAINEE_KIND_FIXED_TWICE: "trainee",
    ImportCode.MENTOR_FIXED_BEYOND_PLACES: "mentor",
    ImportCode.MENTOR_FIXED_BEYOND_WEEKS: "mentor",
    ImportCode.PAIR_FIXED_BEYOND_WEEKS: "trainee",
    ImportCode.PAIR_LOCKED: "mentor",
}


@dataclass(frozen=True)
class Conflict:
    """One person with more fixed pairs than can be; `pairs` are all of theirs."""

    code: ImportCode
    person_id: UUID
    allowed: int
    pairs: tuple[Pair, ...]


class InfeasibleRules(StudioError):
    """A run without a solution: who is fixed too often, by name."""

    def __init__(self, conflicts: Collection[Conflict], names: Mapping[UUID, str]) -> None:
        """Tell the conflicts; `names` are of all trainees and mentors in them."""
        super().__init__("INFEASIBLE")
        self.conflicts = tuple(conflicts)
        self._names = names

    def message(self, language: str = "zh") -> str:
        """Return all conflicts in one text, and what to do."""
        told = [
            translate(
                f"DETAIL_{conflict.code}",
                language,
                person=self._names[conflict.person_id],
                others=[
                    self._names[other]
                    for pair in conflict.pairs
                    for other in pair
                    if other != conflict.person_id
                ],
                fixed=len(conflict.pairs),
                allowed=conflict.allowed,
            )
            for conflict in self.conflicts
        ]
        return translate("INFEASIBLE", language, detail=listed(told, language))


class RuleRefused(StudioError):
    """A rule that cannot hold beside what is fixed already."""

    def message(self, language: str = "zh") -> str:
        """Return what is wrong and what to do, as an import tells it in two parts."""
        return f"{super().message(language)} {translate(f'{self.code}_FIX', language, **self.values)}"


def find_conflicts(pairs: Iterable[tuple[Seat, UUID]], n_places: Mapping[UUID, int]) -> list[Conflict]:
    """Return who has more fixed pairs than can be, trainees first, in the order of `pairs`."""
    of_seat: dict[Seat, list[Pair]] = defaultdict(list)
    of_mentor: dict[UUID, list[Pair]] = defaultdict(list)
    for seat, mentor_id in pairs:
        of_seat[seat].append((seat.trainee_id, mentor_id))
        of_mentor[mentor_id].append((seat.trainee_id, mentor_id))
    return [
        Conflict(_fixed_twice(seat.kind), seat.trainee_id, 1, tuple(fixed))
        for seat, fixed in of_seat.items()
        if len(fixed) > 1
    ] + [
        Conflict(ImportCode.MENTOR_FIXED_BEYOND_PLACES, mentor_id, n_places.get(mentor_id, 0), tuple(fixed))
        for mentor_id, fixed in of_mentor.items()
        if len(fixed) > n_places.get(mentor_id, 0)
    ]


def _fixed_twice(kind: PairingKind) -> ImportCode:
    """Return the code of a trainee with two fixed mentors for one part."""
    if kind is PairingKind.SOLE:
        return ImportCode.TRAINEE_FIXED_TWICE
    return ImportCode.TRAINEE_KIND_FIXED_TWICE


def unsolvable(rows: MatchRows, arrays: MatchArrays) -> StudioError | None:
    """Return why there can be no match: nobody on one side, or rules that cannot all hold; else None."""
    if not arrays.trainee_ids:
        return StudioError("NO_TRAINEES")
    if not arrays.mentor_ids:
        return StudioError("NO_MENTORS")
    for kind in rows.kinds:
        if not any(can_play(mentor.kind, kind) for mentor, _, _ in rows.mentors):
            return StudioError(f"NO_MENTORS_OF_{kind.value}")
    n_places = {mentor_id: len(places) for mentor_id, places in rows.free_places.items()}
    conflicts = find_conflicts(fixed_pairs(arrays), n_places) or _week_conflicts(arrays)
    if not conflicts:
        return limit_conflicts(rows, arrays)
    return InfeasibleRules(conflicts, _names(rows))


def _week_conflicts(arrays: MatchArrays) -> list[Conflict]:
    """Return the mentors to whom more is fixed than there is room for in weeks in which both sides are free."""
    if arrays.weeks is None:
        return []
    of_mentor: dict[UUID, list[Seat]] = defaultdict(list)
    for seat, mentor_id in fixed_pairs(arrays):
        of_mentor[mentor_id].append(seat)
    conflicts = []
    for mentor_id, seats in of_mentor.items():
        rows = [arrays.seats.index(seat) for seat in seats]
        most = most_in_weeks(arrays, arrays.mentor_ids.index(mentor_id), rows)
        if most < len(seats):
            fixed = tuple((seat.trainee_id, mentor_id) for seat in seats)
            conflicts.append(Conflict(ImportCode.MENTOR_FIXED_BEYOND_WEEKS, mentor_id, most, fixed))
    return conflicts


def engine_refusal(rows: MatchRows, arrays: MatchArrays, error: MatchingError) -> StudioError:
    """Return what the engine refused in words of the rules: the fewest that would have to be given up, by name."""
    if not isinstance(error, MinimumLoadError) or not error.left_out:
        return limit_refusal(rows, arrays, error)
    fixed = [
        (seat, mentor) for seat, mentor in fixed_pairs(arrays) if arrays.seats.index(seat) in error.left_out
    ]
    conflicts = [
        Conflict(ImportCode.PAIR_FIXED_BEYOND_WEEKS, seat.trainee_id, 0, ((seat.trainee_id, mentor),))
        for seat, mentor in fixed
    ]
    return InfeasibleRules(conflicts, _names(rows))


def _names(rows: MatchRows) -> dict[UUID, str]:
    return {row.id: person.name for row, person, _ in (*rows.trainees, *rows.mentors)}


class Standing:
    """What is fixed in a cohort as it stands: pins in force and locks, and the places that there are for it."""

    def __init__(
        self,
        pins: Iterable[Pair],
        locks: Mapping[Pair, Lock],
        n_places: Mapping[UUID, int],
        kinds: Sequence[PairingKind],
        kind_of: Mapping[UUID, MentorKind | None],
    ) -> None:
        self.n_places = n_places
        self._kinds, self._kind_of = kinds, kind_of
        self._said = {pair: lock.kind for pair, lock in locks.items()}
        self._locks = set(locks)
        self._mentors: dict[UUID, set[UUID]] = defaultdict(set)
        self._trainees: dict[UUID, set[UUID]] = defaultdict(set)
        for pair in (*pins, *self._locks):
            self.pin(pair)

    def pin(self, pair: Pair) -> None:
        """Take in a pin."""
        trainee_id, mentor_id = pair
        self._mentors[trainee_id].add(mentor_id)
        self._trainees[mentor_id].add(trainee_id)

    def refusal(self, pair: Pair, kind: RuleKind) -> ImportCode | None:
        """Return why a rule cannot hold beside what is fixed, or None."""
        trainee_id, mentor_id = pair
        if kind is RuleKind.FORBID and pair in self._locks:
            return ImportCode.PAIR_LOCKED
        if kind is not RuleKind.PIN:
            return None
        fixed = sorted((trainee_id, each) for each in self._mentors[trainee_id] | {mentor_id})
        seats = list(fixed_kinds(fixed, self._kinds, self._kind_of, self._said).values())
        if len(set(seats)) < len(seats):
            return _fixed_twice(self._kinds[0])
        if len(self._trainees[mentor_id] | {trainee_id}) > self.n_places.get(mentor_id, 0):
            return ImportCode.MENTOR_FIXED_BEYOND_PLACES
        return None


async def standing_of(session: AsyncSession, cohort: Cohort, *, without: Collection[Pair] = ()) -> Standing:
    """Return what is fixed in a cohort now, leaving out the pins of the pairs `without`."""
    rules = await rules_in_force(session, cohort.id)
    places = await free_places(session, cohort)
    pins = {(rule.trainee_id, rule.mentor_id) for rule in rules if rule.kind is RuleKind.PIN}
    kinds = await ruled_kinds(session, cohort.id)
    mentors = await session.execute(
        select(Mentor.id, Mentor.kind).where(Mentor.studio_id == cohort.studio_id)
    )
    kind_of: dict[UUID, MentorKind | None] = dict(mentors.all())
    return Standing(
        pins.difference(without),
        locks_under(await locks_of(session, cohort.id), kinds),
        {mentor_id: len(found) for mentor_id, found in places.items()},
        kinds,
        kind_of,
    )


def rows_of(run: MatchRun, refused: InfeasibleRules) -> list[RuleConflict]:
    """Return the rows that keep a run's conflicts."""
    return [
        RuleConflict(
            studio_id=run.studio_id,
            run_id=run.id,
            position=position,
            code=conflict.code.value,
            trainee_id=conflict.person_id if REFUSED_COLUMNS[conflict.code] == "trainee" else None,
            mentor_id=conflict.person_id if REFUSED_COLUMNS[conflict.code] == "mentor" else None,
            fixed=len(conflict.pairs),
            allowed=conflict.allowed,
        )
        for position, conflict in enumerate(refused.conflicts)
    ]
