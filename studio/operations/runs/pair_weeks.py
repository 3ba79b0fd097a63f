"""The week of a pair beside those of its run: chosen, refused with the reason, and written without meeting another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from studio.arrays.matches import MatchRows
from studio.arrays.weeks import CohortWeeks
from studio.arrays.what_if import Proposal
from studio.errors import Conflict, StudioError
from studio.operations.runs.pairing_states import UNDER_WAY
from studio.store.enums import PairingState
from studio.store.pairings import Pairing, Seat

# States in which a pairing of a run takes its week there; the database's own index names those that do not.
_GONE = frozenset({PairingState.COMPLETED, PairingState.ENDED, PairingState.DECLINED, PairingState.EXPIRED})


def choose_week(
    rows: MatchRows,
    pairings: Iterable[Pairing],
    seat: Seat,
    mentor_id: UUID,
    week: date | None = None,
) -> date | None:
    """Return the week of a pair: the one that is asked for, or else the seat's own, or the first that is free.

    Nobody is in two places: not with the trainee's other mentor, and who is on both sides not on the other one.
    None where the cohort offers no weeks. Raises NO_WEEKS_OFFERED, WEEK_NOT_OFFERED, MENTOR_NOT_FREE, TRAINEE_NOT_FREE,
    PERSON_BOOKED, WEEK_FULL, NO_COMMON_WEEK and WEEKS_FULL, with names and weeks.
    """
    weeks = rows.weeks
    if weeks is None:
        if week is not None:
            raise StudioError("NO_WEEKS_OFFERED", field="week")
        return None
    trainee_id = seat.trainee_id
    others = [pairing for pairing in pairings if pairing.seat != seat and pairing.state not in _GONE]
    own = next((pairing.week for pairing in pairings if pairing.seat == seat), None)
    away = weeks_elsewhere(rows, others, trainee_id, mentor_id)
    common = [day for day in weeks.common_weeks(trainee_id, mentor_id) if day not in away]
    full = [day for day in common if _number(weeks, others, mentor_id, day) is None]
    if week is not None:
        _require_free(rows, weeks, trainee_id, mentor_id, week)
        if week in away:
            told = {"name": _name(rows, away[week]), "week": week.isoformat(), **_iso(week)}
            raise Conflict("PERSON_BOOKED", field="week", **told)
        if week in full:
            raise Conflict(
                "WEEK_FULL", field="week", mentor=_name(rows, mentor_id), week=week.isoformat(), **_iso(week)
            )
        return week
    free = [day for day in common if day not in full]
    if own in free:
        return own
    if free:
        return free[0]
    names = {"trainee": _name(rows, trainee_id), "mentor": _name(rows, mentor_id)}
    if not common:
        raise StudioError("NO_COMMON_WEEK", field="mentorId", **names)
    raise Conflict("WEEKS_FULL", field="mentorId", **names, weeks=[day.isoformat() for day in common])


def weeks_elsewhere(
    rows: MatchRows, others: Iterable[Pairing], trainee_id: UUID, mentor_id: UUID
) -> dict[date, UUID]:
    """Return the weeks in which one of the two is somewhere else in the run, with whom that concerns.

    The trainee is with the other mentor or teaches, or the mentor learns.
    """
    person_of = {row.id: person.id for row, person, _ in (*rows.trainees, *rows.mentors)}
    learner, teacher = person_of.get(trainee_id), person_of.get(mentor_id)
    away: dict[date, UUID] = {}
    for other in others:
        if other.week is None:
            continue
        learns, teaches = person_of.get(other.trainee_id), person_of.get(other.mentor_id)
        if other.trainee_id == trainee_id or (learner is not None and teaches == learner):
            away[other.week] = trainee_id
        elif teacher is not None and learns == teacher:
            away[other.week] = mentor_id
    return away


def changed_weeks(pairings: Sequence[Pairing], proposal: Proposal) -> dict[Seat, date]:
    """Return the weeks of those whose mentor or week a proposal changes."""
    before = {pairing.seat: (pairing.mentor_id, pairing.week) for pairing in pairings}
    return {
        seat: week
        for seat, week in proposal.week_of.items()
        if before.get(seat) != (proposal.mentor_of[seat], week)
    }


def release_weeks(pairings: Iterable[Pairing], seats: Collection[Seat]) -> None:
    """Take the weeks of these seats' pairings away, so that they can change them among one another."""
    for pairing in pairings:
        if pairing.seat in seats:
            pairing.week = pairing.week_place = None


async def book_weeks_of(
    session: AsyncSession,
    weeks: CohortWeeks | None,
    pairings: Sequence[Pairing],
    week_of: Mapping[Seat, date],
) -> None:
    """Write the weeks of these seats' pairings, each with a place that nobody else has.

    Raises WEEK_TAKEN when somebody else has taken it meanwhile.
    """
    if weeks is None:
        return
    for pairing in pairings:
        week = week_of.get(pairing.seat)
        if week is None:
            continue
        others = [other for other in pairings if other.seat != pairing.seat]
        number = _number(weeks, others, pairing.mentor_id, week)
        if number is None:
            raise Conflict("WEEK_TAKEN", field="week", week=week.isoformat())
        pairing.week, pairing.week_place = week, number
    try:
        await session.flush()
    except IntegrityError as error:
        raise Conflict(taken_code(error), field="week", week="") from error


def taken_code(error: IntegrityError) -> str:
    """Return what somebody else has taken, by the constraint that says so."""
    return "WEEK_JUST_TAKEN" if "week" in str(error.orig) else "CAPACITY_EXCEEDED"


def same_week(one: Pairing, other: Pairing) -> bool:
    """Tell whether two pairings say nothing different of the week."""
    return one.week is None or other.week is None or one.week == other.week


def goes_on(source: Pairing, target: Pairing, state: PairingState) -> bool:
    """Tell whether a pair goes on in another run where it stands: in the same week, or completed, as it was then."""
    if state is PairingState.COMPLETED:
        target.week, target.week_place = source.week, source.week_place
        return True
    return same_week(source, target)


def check_weeks(rows: MatchRows, pairings: Sequence[Pairing], kept: Collection[UUID]) -> None:
    """Hold the weeks of a draft against those of today; pairs that are `kept` stay where they are.

    Raises WEEKS_CHANGED when the cohort has begun to offer weeks since, or does not offer one any more, or when one
    side is not free any more, and WEEK_TAKEN when another cohort has taken a week.
    """
    weeks = rows.weeks
    if weeks is None:
        return
    for pairing in pairings:
        if pairing.id in kept:
            continue
        if pairing.week is None or pairing.week not in weeks.common_weeks(
            pairing.trainee_id, pairing.mentor_id
        ):
            raise Conflict("WEEKS_CHANGED", field="runId", trainee=_name(rows, pairing.trainee_id))
        held = weeks.taken.get((pairing.mentor_id, pairing.week), ())
        place = pairing.week_place or 0
        if place in held or place > weeks.most_in(pairing.mentor_id):
            raise Conflict("WEEK_TAKEN", field="runId", week=pairing.week.isoformat())


def weeks_gone(
    weeks: CohortWeeks | None, pairings: Iterable[Pairing], states: Mapping[UUID, PairingState]
) -> list[Pairing]:
    """Return the pairings whose week another cohort holds now, of those that would be under way."""
    if weeks is None:
        return []
    return [
        pairing
        for pairing in pairings
        if states[pairing.id] in UNDER_WAY
        and pairing.week is not None
        and pairing.week_place in weeks.taken.get((pairing.mentor_id, pairing.week), ())
    ]


def _require_free(rows: MatchRows, weeks: CohortWeeks, trainee_id: UUID, mentor_id: UUID, week: date) -> None:
    told = {"week": week.isoformat(), **_iso(week)}
    if week not in weeks.offered:
        offered = [day.isoformat() for day in weeks.offered]
        raise StudioError("WEEK_NOT_OFFERED", field="week", weeks=offered, **told)
    if not weeks.mentor_is_free(mentor_id, week):
        raise StudioError("MENTOR_NOT_FREE", field="week", name=_name(rows, mentor_id), **told)
    if not weeks.trainee_is_free(trainee_id, week):
        raise StudioError("TRAINEE_NOT_FREE", field="week", name=_name(rows, trainee_id), **told)


def _number(weeks: CohortWeeks, others: Iterable[Pairing], mentor_id: UUID, week: date) -> int | None:
    used = {
        other.week_place or 0
        for other in others
        if (other.mentor_id, other.week) == (mentor_id, week) and other.state not in _GONE
    }
    return weeks.free_number(mentor_id, week, used)


def _name(rows: MatchRows, row_id: UUID) -> str:
    return next(person.name for row, person, _ in (*rows.trainees, *rows.mentors) if row.id == row_id)


def _iso(week: date) -> dict[str, object]:
    return {"number": week.isocalendar().week}
