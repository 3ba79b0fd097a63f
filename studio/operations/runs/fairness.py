"""How evenly a run treats people: stored with the run, and anew when people change its pairs."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from studio.arrays.fairness import FairnessFigures
from studio.store.fairness import RunFairness
from studio.store.runs import MatchRun


def fairness_row(run: MatchRun, figures: FairnessFigures) -> RunFairness:
    """Return what is stored of how evenly a run treats people."""
    return RunFairness(studio_id=run.studio_id, run_id=run.id, **vars(figures))


async def replace_fairness(session: AsyncSession, run: MatchRun, figures: FairnessFigures | None) -> None:
    """Store the figures of a run whose pairs have changed; where there are none, the old ones go all the same."""
    await session.execute(sa.delete(RunFairness).where(col(RunFairness.run_id) == run.id))
    if figures is not None:
        session.add(fairness_row(run, figures))
