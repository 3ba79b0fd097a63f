"""The collaborative part of the score: what trainees took up together, once it has earned its place.

From a thousand interactions on, and again whenever there are a tenth more, a job tries the part on what trainees took
up last (`matching.check_interactions` says by which rule). The latest check decides whether recommendations use it.
"""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import InteractionCheck, check_interactions, time_split
from studio.arrays.interactions import interaction_arrays, stacked
from studio.operations.contents.content_ranking import COLLABORATIVE_SHARE, content_scores
from studio.operations.contents.recommendation_input import needs_and_words, recommendable, trainees_in
from studio.operations.contents.recommendations import BLOCK, DECIMALS, refresh_recommendations
from studio.operations.jobs import JobContext
from studio.store.cohorts import Cohort
from studio.store.collaborative import CollaborativeCheck, latest_check
from studio.store.content_events import count_interactions, count_interest, interactions_of
from studio.store.database import reading
from studio.store.enums import JobKind
from studio.store.jobs import enqueue, waiting
from studio.store.rows import chunks
from studio.store.topics import topics_of

LEAST_INTERACTIONS = 1000
GROWTH = 1.1


async def check_when_due(session: AsyncSession, studio_id: UUID) -> None:
    """Queue a check where there are interactions enough, and enough new ones, and none waits already."""
    if await waiting(session, studio_id, JobKind.COLLABORATIVE_CHECK):
        return
    last = await latest_check(session, studio_id)
    before, since = (last.interactions, last.checked_at) if last else (0, None)
    due = max(LEAST_INTERACTIONS, GROWTH * before)
    # Events are quickly counted, and no fewer than the interactions that they are: most times that is enough.
    if await count_interest(session, studio_id, since) < due - before:
        return
    if await count_interactions(session, studio_id) >= due:
        await enqueue(session, studio_id, JobKind.COLLABORATIVE_CHECK, {})


async def check_collaborative(job: JobContext) -> None:
    """Try the part on a snapshot, keep the figures, and recommend again where the answer has changed."""
    async with reading(job.engine) as session:
        found = await try_interactions(session, job.studio_id)
    async with job.effects() as session:
        last = await latest_check(session, job.studio_id)
        session.add(_row(job.studio_id, found))
        await session.flush()
        if found.earned != (last is not None and last.used):
            for cohort_id in await _cohorts(session, job.studio_id):
                await refresh_recommendations(session, cohort_id)


async def try_interactions(session: AsyncSession, studio_id: UUID) -> InteractionCheck:
    """Try the collaborative part on a studio's own events.

    Needs and levels are taken as they are now: what a later answer taught the score favours it against the part.
    """
    topics = await topics_of(session, studio_id)
    catalogue = await recommendable(session, studio_id, topics)
    trainees = [
        trainee
        for cohort_id in await _cohorts(session, studio_id)
        for trainee in await trainees_in(session, cohort_id)
    ]
    ids = [trainee.id for trainee in trainees]
    arrays = interaction_arrays(catalogue, ids, await interactions_of(session, studio_id))
    before = time_split(arrays.when)
    earlier = arrays.matrix(before)
    scores = []
    for some in chunks(trainees if catalogue.contents else (), BLOCK):
        words = await needs_and_words(session, catalogue, topics, some)
        taken = arrays.taken_by([trainee.id for trainee in some], before)
        scores.append(await asyncio.to_thread(content_scores, catalogue, words, taken))
    return await asyncio.to_thread(
        check_interactions,
        earlier,
        arrays.matrix(~before),
        stacked(scores, earlier.shape),
        share=COLLABORATIVE_SHARE,
        least=LEAST_INTERACTIONS,
    )


async def _cohorts(session: AsyncSession, studio_id: UUID) -> list[UUID]:
    found = await session.execute(
        select(Cohort.id).where(Cohort.studio_id == studio_id).order_by(col(Cohort.number))
    )
    return list(found.scalars())


def _row(studio_id: UUID, found: InteractionCheck) -> CollaborativeCheck:
    return CollaborativeCheck(
        studio_id=studio_id,
        used=found.earned,
        interactions=found.n_interactions,
        trainees=found.n_users,
        ndcg=round(found.ndcg, DECIMALS),
        baseline=round(found.baseline, DECIMALS),
        low=round(found.low, DECIMALS),
        high=round(found.high, DECIMALS),
    )
