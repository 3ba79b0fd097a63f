"""Jobs whose effects can be counted, for the tests of jobs and of the worker."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.operations.audit import audit
from studio.operations.background.worker import Worker
from studio.operations.jobs import Handler, JobContext
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobKind, Role
from studio.store.jobs import Job, enqueue
from studio.store.tables import AuditEvent, Studio

KINDS = frozenset({JobKind.MATCH_RUN})
LEASE = timedelta(seconds=30)


async def add_studio(engine: AsyncEngine) -> Studio:
    async with writing(engine) as session:
        studio = Studio(name="甲")
        session.add(studio)
    return studio


async def add_job(engine: AsyncEngine, studio: Studio, number: int = 1, **options: int) -> UUID:
    async with writing(engine) as session:
        return (await enqueue(session, studio.id, JobKind.MATCH_RUN, {"number": number}, **options)).id


async def job_of(engine: AsyncEngine, job_id: UUID) -> Job:
    async with reading(engine) as session:
        return (await session.execute(select(Job).where(Job.id == job_id))).scalar_one()


async def effects_of(engine: AsyncEngine) -> Counter[int]:
    """How often each effect happened; the database itself would not refuse a second one."""
    async with reading(engine) as session:
        found = await session.execute(select(AuditEvent.details).where(AuditEvent.action == "effect"))
        return Counter(details["number"] for details in found.scalars())


async def add_effect(session: AsyncSession, studio_id: UUID, number: int) -> None:
    await audit(session, Actor(Role.ORGANIZER, studio_id), "effect", "Studio", studio_id, number=number)


async def write_number(job: JobContext) -> None:
    async with job.effects() as session:
        await add_effect(session, job.studio_id, job.payload["number"])


def worker_with(engine: AsyncEngine, run: object, given_up: object = None, **options: float) -> Worker:
    return Worker(engine, {JobKind.MATCH_RUN: Handler(run, given_up)}, **options)  # type: ignore[arg-type]


def organizer(studio: Studio) -> Actor:
    return Actor(Role.ORGANIZER, studio.id)


async def twenty_effects(job: JobContext, after_seven: object = None) -> None:
    for step in range(job.checkpoint.get("next", 0), 20):
        async with job.effects(checkpoint={"next": step + 1}) as session:
            await add_effect(session, job.studio_id, step)
        if step == 6 and after_seven is not None:
            await after_seven()  # type: ignore[operator]
