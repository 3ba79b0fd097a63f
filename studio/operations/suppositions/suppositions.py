"""What an organizer supposes: a mentor leaves, a capacity changes, a pair is fixed or forbidden, somebody joins.

A supposition changes the rows that a match reads, and nothing in the database.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from studio.arrays.matches import MatchRows, TextRow
from studio.arrays.weeks import CohortWeeks
from studio.errors import NotFound, StudioError
from studio.imports.keys import community_key, name_key
from studio.store.enums import Level, MatchObjective, RegionKind, RuleKind, TraineeRole
from studio.store.identity import new_id
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Lock, Seat
from studio.store.people import MentorPlace, Person, Region, Trainee
from studio.store.rules import Rule
from studio.store.weeks import monday_of

Pair = tuple[UUID, UUID]
# More places than any mentor has; larger numbers are slips.
MOST_PLACES = 1000
# What one question may suppose of each kind.
MOST_SUPPOSED = 50


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is not in the roster yet; without words of their own they need what the cohort needs."""

    name: str
    community: str = ""
    county: str = ""
    role: TraineeRole = TraineeRole.OTHER
    level: Level | None = None
    pain_points: Sequence[str] = ()


@dataclass(frozen=True)
class Supposition:
    """Everything that one question supposes; of a person or a pair it counts before what is stored."""

    leaving_mentors: frozenset[UUID] = frozenset()
    leaving_trainees: frozenset[UUID] = frozenset()
    # Places by mentor, over all cohorts.
    capacities: Mapping[UUID, int] = field(default_factory=dict)
    pins: Sequence[Pair] = ()
    forbidden: Sequence[Pair] = ()
    newcomers: Sequence[Newcomer] = ()
    # Weeks in which mentors and trainees would be free, by their ids (None: in every week), and how many trainees
    # mentors would take in one week.
    free_mentors: Mapping[UUID, Collection[date] | None] = field(default_factory=dict)
    free_trainees: Mapping[UUID, Collection[date] | None] = field(default_factory=dict)
    weekly_capacities: Mapping[UUID, int] = field(default_factory=dict)
    # What the match would aim at; the run's own when None.
    objective: MatchObjective | None = None
    # Which of two mentors a pin is for, where it is said.
    said_kinds: Mapping[Pair, PairingKind] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is supposed."""
        return not any(
            (
                self.leaving_mentors,
                self.leaving_trainees,
                self.capacities,
                self.pins,
                self.forbidden,
                self.newcomers,
                self.free_mentors,
                self.free_trainees,
                self.weekly_capacities,
                self.objective,
            )
        )


def suppose(
    rows: MatchRows, supposition: Supposition, needs: Sequence[Mapping[UUID, float]], author: str
) -> MatchRows:
    """Return the rows as they would be; `needs` are those of the newcomers.

    A mentor who leaves has no places any more and stays in the rows, for others are scored beside the cases that
    there are. Raises NOT_FOUND for somebody who is not in the rows, SUPPOSED_TWICE for a pair that is both fixed
    and forbidden or a trainee fixed to two mentors, SUPPOSED_LEAVER for one who leaves and is paired,
    SUPPOSED_NOBODY when no trainee would be left, CAPACITY_OUT_OF_RANGE, NO_WEEKS_OFFERED for weeks of a cohort
    that offers none, and WEEK_NOT_MONDAY or WEEK_NOT_OFFERED for weeks that it does not offer.
    """
    _check(rows, supposition)
    changed = _without(rows, supposition)
    changed = replace(changed, free_places=_places(rows, supposition), weeks=_weeks(rows, supposition))
    changed = replace(
        _with_rules(changed, supposition, author), objective=supposition.objective or rows.objective
    )
    return _with_newcomers(changed, supposition.newcomers, needs)


def _check(rows: MatchRows, supposition: Supposition) -> None:
    trainees = {trainee.id for trainee, _, _ in rows.trainees}
    mentors = {mentor.id for mentor, _, _ in rows.mentors}
    pairs = (*supposition.pins, *supposition.forbidden)
    named_trainees = {
        *supposition.leaving_trainees,
        *supposition.free_trainees,
        *(trainee for trainee, _ in pairs),
    }
    in_weeks = {*supposition.free_mentors, *supposition.weekly_capacities}
    named_mentors = {
        *supposition.leaving_mentors,
        *supposition.capacities,
        *in_weeks,
        *(mentor for _, mentor in pairs),
    }
    if not named_trainees <= trainees:
        raise NotFound("Trainee", field="input")
    if not named_mentors <= mentors:
        raise NotFound("Mentor", field="input")
    names = {row.id: person.name for row, person, _ in (*rows.trainees, *rows.mentors)}
    for pair in pairs:
        for person in pair:
            if person in supposition.leaving_trainees | supposition.leaving_mentors:
                raise StudioError("SUPPOSED_LEAVER", field="input", name=names[person])
    seats = _supposed_seats(rows, supposition)
    often = Counter(seats[pin] for pin in supposition.pins)
    twice = [seat.trainee_id for seat, times in often.items() if times > 1]
    twice += [trainee for trainee, mentor in supposition.pins if (trainee, mentor) in supposition.forbidden]
    if twice:
        raise StudioError("SUPPOSED_TWICE", field="input", name=names[twice[0]])
    for places in (*supposition.capacities.values(), *supposition.weekly_capacities.values()):
        if not 0 <= places <= MOST_PLACES:
            raise StudioError("CAPACITY_OUT_OF_RANGE", field="input", given=places, most=MOST_PLACES)


def _supposed_seats(rows: MatchRows, supposition: Supposition) -> dict[Pair, Seat]:
    """Return whose mentor each supposed pin is, and which of two."""
    fixed = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    said = replace(rows, said_kinds={**rows.said_kinds, **supposition.said_kinds})
    kinds = said.kinds_of({*fixed, *rows.locked, *rows.confirmed, *supposition.pins})
    return {pair: Seat(pair[0], kinds[pair]) for pair in supposition.pins}


def _without(rows: MatchRows, supposition: Supposition) -> MatchRows:
    """Leave out the trainees who leave, and the rules and locks that name somebody who does."""
    gone = supposition.leaving_trainees | supposition.leaving_mentors
    trainees = [row for row in rows.trainees if row[0].id not in supposition.leaving_trainees]
    if not trainees and not supposition.newcomers:
        raise StudioError("SUPPOSED_NOBODY", field="input")
    return replace(
        rows,
        trainees=trainees,
        rules=[rule for rule in rows.rules if not gone & {rule.trainee_id, rule.mentor_id}],
        locked={pair: lock for pair, lock in rows.locked.items() if not gone & set(pair)},
        confirmed=[pair for pair in rows.confirmed if not gone & set(pair)],
    )


def _places(rows: MatchRows, supposition: Supposition) -> dict[UUID, list[MentorPlace]]:
    """Return the free places by mentor; what other cohorts hold of a mentor stays held, and caps hold, too."""
    places = {mentor_id: list(free) for mentor_id, free in rows.free_places.items()}
    for mentor, _, _ in rows.mentors:
        leaves = mentor.id in supposition.leaving_mentors
        capacity = 0 if leaves else supposition.capacities.get(mentor.id)
        if capacity is None:
            continue
        free = places.get(mentor.id, [])
        wanted = max(0, capacity - (mentor.capacity - len(free)))
        more = [
            MentorPlace(studio_id=mentor.studio_id, mentor_id=mentor.id, number=number)
            for number in range(len(free) + 1, wanted + 1)
        ]
        places[mentor.id] = [*free[:wanted], *more]
    return places


def _weeks(rows: MatchRows, supposition: Supposition) -> CohortWeeks | None:
    """Return who would be free when; what is booked stays booked, and confirmed pairs stay in their weeks."""
    supposed = (supposition.free_mentors, supposition.free_trainees, supposition.weekly_capacities)
    if not any(supposed):
        return rows.weeks
    if rows.weeks is None:
        raise StudioError("NO_WEEKS_OFFERED", field="input")
    for free in (*supposition.free_mentors.values(), *supposition.free_trainees.values()):
        _check_offered(rows.weeks, free or ())
    return replace(
        rows.weeks,
        free_mentors=_free(rows.weeks.free_mentors, supposition.free_mentors),
        free_trainees=_free(rows.weeks.free_trainees, supposition.free_trainees),
        weekly_capacity={**rows.weeks.weekly_capacity, **supposition.weekly_capacities},
    )


def _check_offered(weeks: CohortWeeks, free: Collection[date]) -> None:
    """Refuse weeks that the cohort does not offer: being free then would change nothing."""
    days = sorted(set(free))
    wrong = [day for day in days if day != monday_of(day)]
    if wrong:
        meant = [monday_of(day).isoformat() for day in wrong]
        raise StudioError(
            "WEEK_NOT_MONDAY", field="input", weeks=[day.isoformat() for day in wrong], meant=meant
        )
    missing = [day for day in days if day not in weeks.offered]
    if missing:
        offered = [day.isoformat() for day in weeks.offered]
        number, week = missing[0].isocalendar().week, missing[0].isoformat()
        raise StudioError("WEEK_NOT_OFFERED", field="input", weeks=offered, week=week, number=number)


def _free(
    said: Mapping[UUID, Collection[date]], supposed: Mapping[UUID, Collection[date] | None]
) -> dict[UUID, Collection[date]]:
    return {each: weeks for each, weeks in {**said, **supposed}.items() if weeks is not None}


def _with_rules(rows: MatchRows, supposition: Supposition, author: str) -> MatchRows:
    """Put pins and conflicts in the place of rules and locks that say otherwise of the same pair or trainee."""
    supposed = {*supposition.pins, *supposition.forbidden}
    seats = _supposed_seats(rows, supposition)
    filled = set(seats.values())
    before = {(rule.trainee_id, rule.mentor_id) for rule in rows.rules if rule.kind is RuleKind.PIN}
    seat_of = {pair: Seat(pair[0], kind) for pair, kind in rows.kinds_of({*before, *rows.locked}).items()}
    rules = [
        rule
        for rule in rows.rules
        if (pair := (rule.trainee_id, rule.mentor_id)) not in supposed
        and not (rule.kind is RuleKind.PIN and seat_of.get(pair) in filled)
    ]
    kinds = ((RuleKind.PIN, supposition.pins), (RuleKind.FORBID, supposition.forbidden))
    cohorts = {trainee.id: (trainee.studio_id, trainee.cohort_id) for trainee, _, _ in rows.trainees}
    for kind, pairs in kinds:
        for trainee_id, mentor_id in pairs:
            studio_id, cohort_id = cohorts[trainee_id]
            rules.append(
                Rule(
                    studio_id=studio_id,
                    cohort_id=cohort_id,
                    trainee_id=trainee_id,
                    mentor_id=mentor_id,
                    kind=kind,
                    reason="",
                    author=author,
                )
            )
    locked: dict[Pair, Lock] = {
        pair: lock
        for pair, lock in rows.locked.items()
        if seat_of.get(pair) not in filled and pair not in supposed
    }
    said = {**rows.said_kinds, **{pair: seat.kind for pair, seat in seats.items()}}
    return replace(rows, rules=rules, locked=locked, said_kinds=said)


def _with_newcomers(
    rows: MatchRows, newcomers: Sequence[Newcomer], needs: Sequence[Mapping[UUID, float]]
) -> MatchRows:
    if not newcomers:
        return rows
    trainees, all_needs, points = list(rows.trainees), dict(rows.needs), dict(rows.pain_points)
    template = rows.trainees[0][0] if rows.trainees else rows.mentors[0][0]
    known = [region for _, _, region in (*rows.trainees, *rows.mentors) if region is not None]
    for newcomer, theirs in zip(newcomers, needs, strict=True):
        person = Person(studio_id=template.studio_id, name=newcomer.name, name_key=name_key(newcomer.name))
        trainee = Trainee(
            studio_id=template.studio_id,
            cohort_id=new_id(),
            person_id=person.id,
            role=newcomer.role,
            level=newcomer.level,
        )
        trainees.append((trainee, person, _region(newcomer, known, template.studio_id)))
        all_needs[trainee.id] = theirs
        points[trainee.id] = [TextRow(new_id(), text) for text in newcomer.pain_points]
    return replace(rows, trainees=trainees, needs=all_needs, pain_points=points)


def _region(newcomer: Newcomer, known: Sequence[Region], studio_id: UUID) -> Region | None:
    """Return the community that a newcomer comes from: a known one of that name, or a new one."""
    if not newcomer.community:
        return None
    key = community_key(newcomer.community)
    for region in known:
        if region.name_key == key and newcomer.county in ("", region.county):
            return region
    return Region(
        studio_id=studio_id,
        kind=RegionKind.COMMUNITY,
        name=newcomer.community,
        name_key=key,
        county=newcomer.county,
    )
