"""Planning the packages of a published run, as a job."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.operations.jobs import JobContext
from studio.operations.packages.packages import write_packages
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.enums import JobKind, PublishState, Role
from studio.store.jobs import Job, enqueue
from studio.store.pairings import Pairing
from studio.store.rows import chunks
from studio.store.runs import MatchRun

# Pairs whose packages are written in one transaction: other writers wait for no more than that.
PAIRS = 50


async def plan_packages_later(session: AsyncSession, run: MatchRun, author_token_id: UUID | None) -> Job:
    """Queue the planning of a run's packages in the transaction that puts the run in force."""
    payload = {"run_id": run.id.hex}
    return await enqueue(session, run.studio_id, JobKind.PACKAGES, payload, author_token_id=author_token_id)


async def plan_packages(job: JobContext) -> None:
    """Plan the packages of a run, some pairs at a time; of one that is no longer in force none."""
    run_id = UUID(job.payload["run_id"])
    actor = Actor(role=Role.ORGANIZER, studio_id=job.studio_id, token_id=job.author_token_id)
    async with reading(job.engine) as session:
        query = (
            select(Pairing.id)
            .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
            .where(MatchRun.id == run_id, MatchRun.publish_state == PublishState.PUBLISHED)
        )
        pairing_ids = list((await session.execute(query.order_by(col(Pairing.id)))).scalars())
    done = int(job.checkpoint.get("done", 0))
    for some in chunks(pairing_ids[done:], PAIRS):
        await job.progress(done, len(pairing_ids))
        done += len(some)
        async with job.effects(checkpoint={"done": done}) as session:
            await write_packages(session, actor, run_id, pairing_ids=some)
    await job.progress(done, len(pairing_ids))
    async with job.effects():
        pass
