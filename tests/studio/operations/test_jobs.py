import asyncio
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.audit import audit
from studio.operations.jobs import Handler, JobContext, JobLost, cancel_job
from studio.operations.worker import Worker
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState, Role
from studio.store.jobs import Job, claim, enqueue, finish, give_back, renew
from studio.store.tables import AuditEvent, Studio

KINDS = frozenset({JobKind.MATCH_RUN})
LEASE = timedelta(seconds=30)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def studio(engine: AsyncEngine) -> Studio:
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


async def test_worker_leaves_kinds_without_handler(engine: AsyncEngine, studio: Studio) -> None:
    async with writing(engine) as session:
        await enqueue(session, studio.id, JobKind.SURVEY_IMPORT, {})
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


def organizer(studio: Studio) -> Actor:
    return Actor(Role.ORGANIZER, studio.id)


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
    monkeypatch.setattr("studio.operations.worker.FAULT_PAUSE", 0.01)
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


async def test_effects_after_the_end_are_a_defect(engine: AsyncEngine, studio: Studio) -> None:
    job_id = await add_job(engine, studio, max_attempts=1)

    async def twice(job: JobContext) -> None:
        await write_number(job)
        await write_number(job)

    await worker_with(engine, twice).run_once()
    assert await effects_of(engine) == {1: 1}
    assert (await job_of(engine, job_id)).state is JobState.DONE


# A worker in a process of its own: writes 20 effects with checkpoints, and hangs for good after the seventh.
DOOMED = """
import asyncio, sys
sys.path.insert(0, {root!r})
from tests.studio.operations.test_jobs import KINDS, twenty_effects
from studio.operations.audit import audit
from studio.operations.jobs import Handler
from studio.operations.worker import Worker
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


async def twenty_effects(job: JobContext, after_seven: object = None) -> None:
    for step in range(job.checkpoint.get("next", 0), 20):
        async with job.effects(checkpoint={"next": step + 1}) as session:
            await add_effect(session, job.studio_id, step)
        if step == 6 and after_seven is not None:
            await after_seven()  # type: ignore[operator]


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
