"""What a match reads of weeks: those that the cohort offers, who is free, and what other cohorts have booked."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.arrays.weeks import CohortWeeks
from studio.store.cohorts import Cohort
from studio.store.people import Mentor, Trainee
from studio.store.weeks import bookings_of, mondays_of, weeks_of_confirmed, weeks_of_locks


async def cohort_weeks(session: AsyncSession, cohort: Cohort, *, reopen: bool = False) -> CohortWeeks | None:
    """Return the weeks of a cohort as a match reads them; None where it offers none.

    What its own published run books does not count: another run takes its place. What other cohorts book takes places
    of the mentor's week, and keeps a person who is a trainee there, or a mentor of another trainee, from being in
    two places.
    """
    if not cohort.weeks:
        return None
    mentors = (
        (await session.execute(select(Mentor).where(Mentor.studio_id == cohort.studio_id))).scalars().all()
    )
    trainees = (await session.execute(select(Trainee).where(Trainee.cohort_id == cohort.id))).scalars().all()
    taken: dict[tuple[UUID, date], set[int]] = defaultdict(set)
    learning: dict[UUID, set[date]] = defaultdict(set)
    teaching: dict[UUID, set[date]] = defaultdict(set)
    for booking in await bookings_of(session, cohort.studio_id):
        if booking.cohort_id != cohort.id:
            taken[booking.mentor_id, booking.week].add(booking.number)
            learning[booking.trainee_person_id].add(booking.week)
            teaching[booking.mentor_person_id].add(booking.week)
    busy = {mentor.id: frozenset(learning[mentor.person_id]) for mentor in mentors}
    busy |= {
        trainee.id: frozenset(learning[trainee.person_id] | teaching[trainee.person_id])
        for trainee in trainees
    }
    return CohortWeeks(
        offered=mondays_of(cohort.weeks),
        free_mentors=_said(mentors),
        free_trainees=_said(trainees),
        weekly_capacity={mentor.id: mentor.weekly_capacity for mentor in mentors},
        taken={key: frozenset(numbers) for key, numbers in taken.items()},
        busy={key: weeks for key, weeks in busy.items() if weeks},
        wanted=await weeks_of_locks(session, cohort.id),
        confirmed={} if reopen else await weeks_of_confirmed(session, cohort.id),
    )


def _said(people: Iterable[Mentor | Trainee]) -> dict[UUID, frozenset[date]]:
    return {
        person.id: frozenset(mondays_of(person.free_weeks))
        for person in people
        if person.free_weeks is not None
    }
