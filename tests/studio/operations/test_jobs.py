import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound
from studio.operations.jobs import JobContext, JobLost, cancel_job
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import writing
from studio.store.enums import JobKind, JobState, Role
from studio.store.jobs import Job, claim, enqueue, finish, give_back, renew
from studio.store.tables import AuditEvent, Studio
from tests.studio.operations.effects import (
    KINDS,
    LEASE,
    add_effect,
    add_job,
    add_studio,
    effects_of,
    job_of,
    organizer,
    worker_with,
    write_number,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def studio(engine: AsyncEngine) -> Studio:
    return await add_studio(engine)


async def test_job_is_done_with_its_effects(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio, 7)
    worker = worker_with(engine, write_number)
    assert await worker.run_once()
    assert not await worker.run_once()
    job = await job_of(engine, job_id)
    assert (job.state, job.attempts, job.fence, job.lease_until) == (JobState.DONE, 1, 1, None)
    assert job.finished_at is not None
    assert await effects_of(engine) == {7: 1}


async def test_job_of_unfinished_transaction_does_not_exist(engine: AsyncEngine, studio: Studio) -> None:
    async with writing(engine) as session:
        await enqueue(session, studio.id, JobKind.MATCH_RUN, {"number": 1})
        await session.rollback()
    assert not await worker_with(engine, write_number).run_once()


async def test_oldest_job_first_and_leased_job_not_twice(engine: AsyncEngine, studio: Studio) -> None:
    ids = [await add_job(engine, studio, number) for number in range(3)]
    taken = []
    for _ in range(4):
        async with writing(engine) as session:
            job = await claim(session, KINDS, LEASE)
            taken.append(job and job.id)
    assert taken == [*ids, None]


async def test_expired_lease_is_taken_over_and_old_fence_writes_nothing(
    engine: AsyncEngine, studio: Studio
) -> None:
    job_id = await add_job(engine, studio)
    with held_at(NOON):
        async with writing(engine) as session:
            early = await claim(session, KINDS, LEASE)
    assert early is not None
    with held_at(NOON + timedelta(seconds=29)):
        async with writing(engine) as session:
            assert await claim(session, KINDS, LEASE) is None
    with held_at(NOON + timedelta(seconds=31)):
        async with writing(engine) as session:
            late = await claim(session, KINDS, LEASE)
        assert late is not None
        assert (late.id, late.fence) == (job_id, early.fence + 1)
        outdated = JobContext(engine, early, LEASE)
        with pytest.raises(JobLost):
            async with outdated.effects() as session:
                await add_effect(session, studio.id, 1)
        with pytest.raises(JobLost):
            await outdated.check_cancelled()
        with pytest.raises(JobLost):
            await outdated.progress(1, 2)
        async with writing(engine) as session:
            assert await renew(session, job_id, early.fence, LEASE) is None
            assert not await finish(session, job_id, early.fence)
            assert not await give_back(session, job_id, early.fence, not_before=None, spent=True)
    assert await effects_of(engine) == {}
    async with JobContext(engine, late, LEASE).effects() as session:
        await add_effect(session, studio.id, 1)
    assert await effects_of(engine) == {1: 1}
    assert (await job_of(engine, job_id)).state is JobState.DONE


async def test_fence_that_rises_inside_effects_undoes_them(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)
    async with writing(engine) as session:
        job = await claim(session, KINDS, LEASE)
    assert job is not None

    async def overtaken() -> None:
        async with JobContext(engine, job, LEASE).effects() as session:
            await add_effect(session, studio.id, 1)
            (await session.get_one(Job, job_id)).fence += 1

    with pytest.raises(JobLost):
        await overtaken()
    assert await effects_of(engine) == {}


async def test_waiting_job_is_cancelled_without_running(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)
    told = []

    async def given_up(_session: AsyncSession, job: Job) -> None:
        told.append(job.state)

    async with writing(engine) as session:
        assert (await cancel_job(session, organizer(studio), job_id)).cancel_requested
    assert await worker_with(engine, write_number, given_up).run_once()
    job = await job_of(engine, job_id)
    assert (job.state, job.failure) == (JobState.CANCELLED, None)
    assert told == [JobState.CANCELLED]
    assert await effects_of(engine) == {}
    async with writing(engine) as session:
        await cancel_job(session, organizer(studio), job_id)
        events = await session.execute(select(AuditEvent.action, AuditEvent.entity_id))
        assert events.all() == [("cancel_job", job_id)]


async def test_cancelled_job_of_a_dead_worker_ends_when_its_lease_is_over(
    engine: AsyncEngine, studio: Studio
) -> None:
    job_id = await add_job(engine, studio)
    with held_at(NOON):
        async with writing(engine) as session:
            await claim(session, KINDS, LEASE)
        async with writing(engine) as session:
            await cancel_job(session, organizer(studio), job_id)
        assert not await worker_with(engine, write_number).run_once()
    with held_at(NOON + 2 * LEASE):
        assert await worker_with(engine, write_number).run_once()
    assert (await job_of(engine, job_id)).state is JobState.CANCELLED
    assert await effects_of(engine) == {}


@pytest.mark.parametrize("way", ["check_cancelled", "progress", "effects"])
async def test_running_job_stops_at_its_next_step(engine: AsyncEngine, studio: Studio, way: str) -> None:
    job_id = await add_job(engine, studio)

    async def run(job: JobContext) -> None:
        async with writing(engine) as session:
            await cancel_job(session, organizer(studio), job_id)
        if way == "check_cancelled":
            await job.check_cancelled()
        elif way == "progress":
            await job.progress(1, 2)
        await write_number(job)

    await worker_with(engine, run).run_once()
    assert (await job_of(engine, job_id)).state is JobState.CANCELLED
    assert await effects_of(engine) == {}


async def test_cancelling_is_for_organizers_of_the_studio_and_before_the_end(
    engine: AsyncEngine, studio: Studio
) -> None:
    job_id = await add_job(engine, studio)
    async with writing(engine) as session:
        with pytest.raises(Forbidden):
            await cancel_job(session, Actor(Role.TRAINEE, studio.id, uuid4()), job_id)
        other = Studio(name="乙")
        session.add(other)
        await session.flush()
        with pytest.raises(NotFound):
            await cancel_job(session, organizer(other), job_id)
    await worker_with(engine, write_number).run_once()
    async with writing(engine) as session:
        with pytest.raises(Conflict) as refusal:
            await cancel_job(session, organizer(studio), job_id)
    assert refusal.value.code == "JOB_ENDED"


async def test_progress_is_seen_while_the_job_runs(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)
    seen = []

    async def run(job: JobContext) -> None:
        await job.progress(3, 10)
        row = await job_of(engine, job_id)
        seen.append((row.state, row.done, row.total))
        with pytest.raises(ValueError, match="done=11"):
            await job.progress(11, 10)

    await worker_with(engine, run).run_once()
    assert seen == [(JobState.RUNNING, 3, 10)]
    assert (await job_of(engine, job_id)).done == 10


async def test_effects_after_the_end_are_a_defect(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio, max_attempts=1)

    async def twice(job: JobContext) -> None:
        await write_number(job)
        await write_number(job)

    await worker_with(engine, twice).run_once()
    assert await effects_of(engine) == {1: 1}
    assert (await job_of(engine, job_id)).state is JobState.DONE


async def test_job_can_be_cancelled_while_it_writes_its_effects(engine: AsyncEngine, studio: Studio) -> None:
    """On PostgreSQL; on SQLite, which has one writer, the request waits and finds the job done."""
    job_id = await add_job(engine, studio)
    refused: list[Conflict] = []

    async def cancel() -> None:
        try:
            async with writing(engine) as session:
                assert (await cancel_job(session, organizer(studio), job_id)).cancel_requested
        except Conflict as refusal:
            refused.append(refusal)

    async def run(job: JobContext) -> None:
        async with job.effects() as session:
            await add_effect(session, studio.id, 1)
            request = asyncio.create_task(cancel())
            requests.append(request)
            if engine.dialect.name == "postgresql":
                await asyncio.wait_for(asyncio.shield(request), 10)

    requests: list[asyncio.Task[None]] = []
    await worker_with(engine, run).run_once()
    await requests[0]
    ended = await job_of(engine, job_id)
    if engine.dialect.name == "postgresql":
        assert (ended.state, ended.cancel_requested, refused) == (JobState.CANCELLED, True, [])
        assert await effects_of(engine) == {}
    else:
        assert (ended.state, ended.cancel_requested) == (JobState.DONE, False)
        assert [refusal.values["state"] for refusal in refused] == ["DONE"]
        assert await effects_of(engine) == {1: 1}


async def test_heartbeat_runs_while_effects_are_written(engine: AsyncEngine, studio: Studio) -> None:
    """On PostgreSQL, where the transaction leaves the job's row free; SQLite has no rival to hold off."""
    job_id = await add_job(engine, studio)
    leases = []

    async def run(job: JobContext) -> None:
        async with job.effects() as session:
            leases.append((await job_of(engine, job_id)).lease_until)
            if engine.dialect.name == "postgresql":
                await job.beat()
            leases.append((await job_of(engine, job_id)).lease_until)
            await add_effect(session, studio.id, 1)

    await worker_with(engine, run).run_once()
    assert (leases[1] > leases[0]) == (engine.dialect.name == "postgresql")
    assert await effects_of(engine) == {1: 1}
