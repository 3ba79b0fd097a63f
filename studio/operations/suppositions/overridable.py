"""Which run of a cohort an override is about."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.errors import StudioError
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.enums import PublishState
from studio.store.runs import COMPUTED, MatchRun


async def run_to_override(session: AsyncSession, actor: Actor, cohort: Cohort) -> MatchRun:
    """Return the cohort's newest computed run that is a draft or published; NO_RUN when there is neither.

    A draft that is older than the published run was left behind: nobody means it any more.
    """
    require(actor, "what_if")
    found = await session.execute(
        select(MatchRun)
        .where(
            MatchRun.cohort_id == cohort.id,
            col(MatchRun.state).in_(COMPUTED),
            col(MatchRun.publish_state).in_((PublishState.DRAFT, PublishState.PUBLISHED)),
        )
        .order_by(col(MatchRun.number).desc())
        .limit(1)
    )
    run = found.scalar_one_or_none()
    if run is None:
        raise StudioError("NO_RUN", field="cohort", number=cohort.number)
    return run
