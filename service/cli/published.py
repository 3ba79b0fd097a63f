"""The published run of a cohort, which many commands are about."""

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.operations.pairings.publishing import published_run
from studio.permissions import Actor
from studio.store.cohorts import Cohort
from studio.store.runs import MatchRun


async def run_published(session: AsyncSession, _actor: Actor, cohort: Cohort) -> MatchRun:
    """Return the run that is published; raises NOT_PUBLISHED, with the command that publishes one."""
    found = await published_run(session, cohort.id)
    if found is None:
        raise StudioError("NOT_PUBLISHED", field="cohort", number=cohort.number)
    return found
