"""Pairings of a run as an organizer names them: by the trainee, and the mentor where there are two."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from service.cli.published import run_published
from studio.errors import StudioError
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.whom import Whom, whom
from studio.operations.runs.carrying import pairings_of
from studio.operations.suppositions.overridable import run_to_override
from studio.permissions import Actor
from studio.store.cohorts import Cohort
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun

FindRun = Callable[[AsyncSession, Actor, Cohort], Awaitable[MatchRun]]


class NamedPairings:
    """Pairings of a cohort's run, by the names of their trainees."""

    def __init__(self, session: AsyncSession, run_row: MatchRun, cohort: Cohort, people: Whom) -> None:
        self._session, self.run, self.cohort, self._people = session, run_row, cohort, people

    @classmethod
    async def published(cls, session: AsyncSession, actor: Actor, number: int) -> "NamedPairings":
        """Return those of a cohort's published run; raises NOT_PUBLISHED."""
        return await cls._of(session, actor, number, run_published)

    @classmethod
    async def open_to_change(cls, session: AsyncSession, actor: Actor, number: int) -> "NamedPairings":
        """Return those of the cohort's newest draft, or else of its published run; raises NO_RUN."""
        return await cls._of(session, actor, number, run_to_override)

    @classmethod
    async def _of(
        cls, session: AsyncSession, actor: Actor, number: int, find_run: FindRun
    ) -> "NamedPairings":
        cohort = await find_cohort(session, actor.studio_id, number)
        run_row = await find_run(session, actor, cohort)
        return cls(session, run_row, cohort, await whom(session, actor, cohort))

    async def pairing(self, text: str, kind: PairingKind | None = None) -> Pairing:
        """Return the pairing of a trainee; of two it is named as TRAINEE=MENTOR, or by the kind of mentor."""
        who, _, mentor = (part.strip() for part in text.replace("＝", "=").partition("="))
        trainee_id = self._people.trainee(who)
        mentor_id = self._people.mentor(mentor) if mentor else None
        found = [
            each
            for each in await pairings_of(self._session, self.run.id)
            if each.trainee_id == trainee_id
            and mentor_id in (None, each.mentor_id)
            and kind in (None, each.kind)
        ]
        if not found:
            raise StudioError("NOT_IN_RUN", name=text)
        if len(found) > 1:
            raise StudioError("TWO_PAIRINGS", name=text)
        return found[0]
