"""Pairings of a published run as an organizer names them: by the trainee, and the mentor where there are two."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.pairings.publishing import published_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.whom import Whom, whom
from studio.permissions import Actor
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun


class NamedPairings:
    """Pairings of a cohort's published run, by the names of their trainees."""

    def __init__(self, session: AsyncSession, run_row: MatchRun, people: Whom) -> None:
        self._session, self.run, self._people = session, run_row, people

    @classmethod
    async def of(cls, session: AsyncSession, actor: Actor, number: int) -> "NamedPairings":
        """Return those of a cohort; raises NOT_PUBLISHED."""
        cohort = await find_cohort(session, actor.studio_id, number)
        run_row = await published_run(session, cohort.id)
        if run_row is None:
            raise StudioError("NOT_PUBLISHED", field="cohort", number=number)
        return cls(session, run_row, await whom(session, actor, cohort))

    async def pairing(self, text: str) -> Pairing:
        """Return the pairing of a trainee; of one with two mentors it is named as TRAINEE=MENTOR."""
        who, _, mentor = (part.strip() for part in text.replace("＝", "=").partition("="))
        query = select(Pairing).where(
            Pairing.run_id == self.run.id, Pairing.trainee_id == self._people.trainee(who)
        )
        if mentor:
            query = query.where(Pairing.mentor_id == self._people.mentor(mentor))
        found = list((await self._session.execute(query)).scalars())
        if not found:
            raise StudioError("NOT_IN_RUN", name=text)
        if len(found) > 1:
            raise StudioError("TWO_PAIRINGS", name=text)
        return found[0]
