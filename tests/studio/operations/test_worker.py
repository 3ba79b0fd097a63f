import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from studio.errors import Conflict, StudioError
from studio.operations.background.worker import Worker
from studio.operations.jobs import Handler, JobContext
from studio.store.clock import held_at
from studio.store.database import writing
from studio.store.enums import JobKind, JobState
from studio.store.jobs import Job, claim, enqueue
from studio.store.tables import Studio
from tests.studio.operations.effects import (
    KINDS,
    LEASE,
    add_effect,
    add_job,
    add_studio,
    effects_of,
    job_of,
    twenty_effects,
    worker_with,
    write_number,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def studio(engine: AsyncEngine) -> Studio:
    return await add_studio(engine)


async def test_worker_leaves_kinds_without_handler(engine: AsyncEngine, studio: Studio) -> None:
    async with writing(engine) as session:
        await enqueue(session, studio.id, JobKind.SURVEY_IMPORT, {})
    assert not await worker_with(engine, write_number).run_once()


async def test_two_rival_workers_do_twenty_jobs_once_each(engine: AsyncEngine, studio: Studio) -> None:
    for number in range(20):
        await add_job(engine, studio, number)

    async def drain(worker: Worker) -> int:
        count = 0
        while (await effects_of(engine)).total() < 20:
            count += await worker.run_once()
        return count

    counts = await asyncio.gather(*(drain(worker_with(engine, write_number)) for _ in range(2)))
    assert await effects_of(engine) == dict.fromkeys(range(20), 1)
    assert sum(counts) == 20


async def test_checkpoint_is_written_with_its_effects_and_found_after_crash(
    engine: AsyncEngine, studio: Studio
) -> None:
    job_id = await add_job(engine, studio)

    async def in_steps(job: JobContext) -> None:
        for step in range(job.checkpoint.get("next", 0), 5):
            async with job.effects(checkpoint={"next": step + 1}) as session:
                await add_effect(session, job.studio_id, step)
                if step == 3 and job.attempt == 1:
                    raise RuntimeError("李四说楼道太脏")
            await job.progress(step + 1, 5)

    worker = worker_with(engine, in_steps)
    await worker.run_once()
    crashed = await job_of(engine, job_id)
    assert (crashed.state, crashed.checkpoint, crashed.failure) == (JobState.QUEUED, {"next": 3}, None)
    assert not await worker.run_once(), "a crashed job pauses before the next attempt"
    with held_at(datetime.now(UTC) + timedelta(seconds=2)):
        assert await worker.run_once()
    done = await job_of(engine, job_id)
    assert (done.state, done.attempts, done.total, done.done) == (JobState.DONE, 2, 5, 5)
    assert await effects_of(engine) == dict.fromkeys(range(5), 1)


async def test_crashing_job_fails_after_its_attempts_with_code_only(
    engine: AsyncEngine, studio: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    job_id = await add_job(engine, studio, max_attempts=2)
    told = []

    async def crash(job: JobContext) -> None:
        async with job.effects() as session:
            await add_effect(session, job.studio_id, 1)
            raise RuntimeError("李四说楼道太脏")

    async def given_up(session: AsyncSession, job: Job) -> None:
        told.append((job.state, job.failure))
        await add_effect(session, job.studio_id, 99)

    worker = worker_with(engine, crash, given_up)
    for hour in range(3):
        with held_at(datetime.now(UTC) + timedelta(hours=hour)):
            await worker.run_once()
    job = await job_of(engine, job_id)
    assert (job.state, job.failure, job.attempts) == (JobState.FAILED, "JOB_CRASHED", 2)
    assert told == [(JobState.FAILED, "JOB_CRASHED")]
    assert await effects_of(engine) == {99: 1}
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "李四" not in logged


async def test_refusal_fails_at_once_with_its_code(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)

    async def refuse(_job: JobContext) -> None:
        raise StudioError("NO_STUDIO")

    await worker_with(engine, refuse).run_once()
    job = await job_of(engine, job_id)
    assert (job.state, job.failure) == (JobState.FAILED, "NO_STUDIO")


async def test_conflict_is_tried_again_and_at_last_fails_with_its_code(
    engine: AsyncEngine, studio: Studio
) -> None:
    ids = [await add_job(engine, studio, number, max_attempts=2) for number in (1, 2)]

    async def conflict(job: JobContext) -> None:
        async with job.effects() as session:
            await add_effect(session, job.studio_id, job.payload["number"])
            if job.attempt == 1 or job.payload["number"] == 2:
                raise Conflict("JOB_ENDED")

    worker = worker_with(engine, conflict)
    for hour in range(2):
        with held_at(datetime.now(UTC) + timedelta(hours=hour)):
            assert await worker.run_once()
            assert await worker.run_once()
    jobs = [await job_of(engine, job_id) for job_id in ids]
    assert [(job.state, job.failure) for job in jobs] == [
        (JobState.DONE, None),
        (JobState.FAILED, "JOB_ENDED"),
    ]
    assert await effects_of(engine) == {1: 1}


async def test_job_whose_workers_die_is_given_up(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio, max_attempts=2)
    worker = worker_with(engine, write_number)
    for minute in range(2):
        with held_at(NOON + timedelta(minutes=minute)):
            async with writing(engine) as session:
                assert await claim(session, KINDS, LEASE) is not None
    with held_at(NOON + timedelta(minutes=3)):
        assert await worker.run_once()
        assert not await worker.run_once()
    job = await job_of(engine, job_id)
    assert (job.state, job.failure) == (JobState.FAILED, "JOB_ABANDONED")
    assert await effects_of(engine) == {}


async def test_job_ends_even_when_its_owner_cannot_be_told(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio, max_attempts=1)

    async def broken(session: AsyncSession, _job: Job) -> None:
        await add_effect(session, studio.id, 1)
        raise LookupError("gone")

    async def crash(_job: JobContext) -> None:
        raise RuntimeError

    assert await worker_with(engine, crash, broken).run_once()
    assert (await job_of(engine, job_id)).failure == "JOB_CRASHED"
    assert await effects_of(engine) == {}


async def test_heartbeat_keeps_a_job_longer_than_its_lease(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)
    leases = []

    async def run(job: JobContext) -> None:
        first = (await job_of(engine, job_id)).lease_until
        while (renewed := (await job_of(engine, job_id)).lease_until) == first:  # noqa: ASYNC110
            await asyncio.sleep(0)
        leases.append((first, renewed))
        await write_number(job)

    worker = worker_with(engine, run, lease=timedelta(seconds=0.6))
    await asyncio.wait_for(worker.run_once(), 10)
    first, renewed = leases[0]
    assert renewed > first
    assert (await job_of(engine, job_id)).attempts == 1


async def test_stopped_worker_gives_its_job_back_at_once(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio)
    started = asyncio.Event()

    async def forever(_job: JobContext) -> None:
        started.set()
        await asyncio.Event().wait()

    worker = worker_with(engine, forever, grace=0.01)
    task = asyncio.create_task(worker.run_until_stopped())
    await asyncio.wait_for(started.wait(), 10)
    worker.stop()
    await asyncio.wait_for(task, 10)
    job = await job_of(engine, job_id)
    assert (job.state, job.attempts, job.lease_until) == (JobState.QUEUED, 0, None)
    assert await worker_with(engine, write_number).run_once()
    assert await effects_of(engine) == {1: 1}


async def test_running_worker_finds_new_jobs_and_ends_the_current_one_before_it_stops(
    engine: AsyncEngine, studio: Studio
) -> None:
    worker = worker_with(engine, write_number, poll=0.01)
    task = asyncio.create_task(worker.run_until_stopped())
    job_id = await add_job(engine, studio)
    async with asyncio.timeout(10):
        while (await job_of(engine, job_id)).state is JobState.QUEUED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        worker.stop()
        await task
    assert (await job_of(engine, job_id)).state is JobState.DONE


async def test_worker_outlives_a_database_that_is_away(
    engine: AsyncEngine, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.operations.background.worker.FAULT_PAUSE", 0.01)
    job_id = await add_job(engine, studio)
    faults = [OSError("away"), OSError("away")]

    class Unlucky(Worker):
        async def run_once(self) -> bool:
            if faults:
                raise faults.pop()
            return await super().run_once()

    worker = Unlucky(engine, {JobKind.MATCH_RUN: Handler(write_number)}, poll=0.01)
    task = asyncio.create_task(worker.run_until_stopped())
    async with asyncio.timeout(10):
        while (await job_of(engine, job_id)).state is not JobState.DONE:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        worker.stop()
        await task
    assert faults == []


# A worker in a process of its own: writes 20 effects with checkpoints, and hangs for good after the seventh.
DOOMED = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.studio.operations.effects import KINDS, twenty_effects
from studio.operations.audit import audit
from studio.operations.jobs import Handler
from studio.operations.background.worker import Worker
from studio.store.database import open_database
from datetime import timedelta

async def run(job):
    async def hang():
        print("seven", flush=True)
        await asyncio.Event().wait()
    await twenty_effects(job, hang)

async def main():
    engine = open_database({url!r})
    await Worker(engine, {{kind: Handler(run) for kind in KINDS}}, lease=timedelta(seconds=0.5)).run_once()

asyncio.run(main())
"""


async def test_job_of_a_killed_process_is_finished_by_another_with_effects_once(
    engine: AsyncEngine, studio: Studio, empty_database: str
) -> None:
    job_id = await add_job(engine, studio)
    script = DOOMED.format(root=str(Path(__file__).parents[3]), url=empty_database)
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    assert child.stdout is not None
    said = await child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    assert await child.wait() == -signal.SIGKILL
    assert said == b"seven\n"
    orphan = await job_of(engine, job_id)
    assert (orphan.state, orphan.checkpoint) == (JobState.RUNNING, {"next": 7})

    rivals = [worker_with(engine, twenty_effects) for _ in range(2)]
    async with asyncio.timeout(15):
        while not any(await asyncio.gather(*(rival.run_once() for rival in rivals))):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    done = await job_of(engine, job_id)
    assert (done.state, done.attempts, done.fence) == (JobState.DONE, 2, 2)
    assert await effects_of(engine) == dict.fromkeys(range(20), 1)
