"""What a report needs before it can be read: needs, recommendations, a match and packages up to date."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import StudioError
from studio.operations.cohorts import find_cohort
from studio.operations.needs import refresh_needs
from studio.operations.packages import write_packages
from studio.operations.recommendations import refresh_recommendations
from studio.operations.runs import COMPUTED
from studio.permissions import Actor, require
from studio.store.enums import PublishState
from studio.store.locks import lock_studio
from studio.store.runs import MatchRun


async def latest_run(session: AsyncSession, actor: Actor, cohort_number: int) -> MatchRun:
    """Return the cohort's published run, or else its latest computed one; NO_RUN when there is none."""
    require(actor, "export_pairings")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    run = await _best_run(session, cohort.id)
    if run is None:
        raise StudioError("NO_RUN", field="cohort", number=cohort_number)
    return run


async def _best_run(session: AsyncSession, cohort_id: UUID) -> MatchRun | None:
    found = await session.execute(
        select(MatchRun)
        .where(MatchRun.cohort_id == cohort_id, col(MatchRun.state).in_(COMPUTED))
        .order_by(col(MatchRun.number).desc())
    )
    runs = list(found.scalars())
    published = [run for run in runs if run.publish_state is PublishState.PUBLISHED]
    candidates = published or runs
    return candidates[0] if candidates else None


async def prepare_report(session: AsyncSession, actor: Actor, cohort_number: int) -> None:
    """Bring everything that a cohort's report shows up to date; a match is shown if there is one."""
    require(actor, "report")
    cohort = await find_cohort(session, actor.studio_id, cohort_number)
    # Packages are written under the studio's lock, which comes before the cohort's.
    await lock_studio(session, cohort.studio_id)
    await refresh_needs(session, cohort.id)
    await refresh_recommendations(session, cohort.id)
    run = await _best_run(session, cohort.id)
    if run is not None:
        await write_packages(session, actor, run.id)
