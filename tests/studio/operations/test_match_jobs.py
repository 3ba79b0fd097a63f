"""Match runs as jobs: progress, cancel with nothing half-written, one effect after a killed worker."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import Match
from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict
from studio.operations.background import match_jobs
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.runs.run_cancelling import cancel_match_run
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import JobState, MatchRunState
from studio.store.tables import Job, MatchRun, Pairing, Unmatched

compute = match_jobs.compute_match


async def start(engine: AsyncEngine, organizer: Actor, cohort_id: Any) -> MatchRun:
    async with writing(engine) as session:
        return await start_match_run(session, organizer, cohort_id)


async def found(engine: AsyncEngine, run: MatchRun) -> tuple[MatchRun, Job, int]:
    """Return a run and its job as they are now, and how many rows came of it."""
    async with reading(engine) as session:
        rows = 0
        for table in (Pairing, Unmatched):
            count = select(sa.func.count()).select_from(table).where(table.run_id == run.id)
            rows += (await session.execute(count)).scalar_one()
        return await session.get_one(MatchRun, run.id), await session.get_one(Job, run.job_id), rows


async def cancel(engine: AsyncEngine, organizer: Actor, run: MatchRun) -> MatchRun:
    async with writing(engine) as session:
        return await cancel_match_run(session, organizer, run.id)


class Slow:
    """A match that takes until it is told to stop, and says how far it is."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.stopped = threading.Event()

    async def __call__(
        self,
        rows: MatchRows,
        arrays: MatchArrays,
        *,
        progress: Callable[[float], object],
        cancel: Callable[[], bool],
        **_needs: Any,
    ) -> Any:
        def work() -> None:
            progress(0.5)
            self.begun.set()
            while not cancel():
                time.sleep(0.01)
            self.stopped.set()

        await asyncio.to_thread(work)


async def until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 60)


async def test_waiting_run_is_cancelled_at_once(
    engine: AsyncEngine, organizer: Actor, cohort_id: Any
) -> None:
    run = await start(engine, organizer, cohort_id)
    for _ in range(2):
        assert (await cancel(engine, organizer, run)).state is MatchRunState.CANCELLED
    assert not await Worker(engine, HANDLERS).run_once()
    now, job, rows = await found(engine, run)
    assert (now.state, job.state, rows) == (MatchRunState.CANCELLED, JobState.CANCELLED, 0)


async def test_running_run_is_cancelled_with_nothing_written_and_tells_its_progress(
    engine: AsyncEngine, organizer: Actor, cohort_id: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(match_jobs, "compute_match", slow)
    monkeypatch.setattr(match_jobs, "LOOK", 0.02)
    monkeypatch.setattr("studio.operations.jobs.PROGRESS_INTERVAL", 0.0)
    run = await start(engine, organizer, cohort_id)
    turn = asyncio.create_task(Worker(engine, HANDLERS).run_once())
    await until(slow.begun)
    job = (await found(engine, run))[1]
    for _ in range(500):
        if job.done >= 50:
            break
        await asyncio.sleep(0.02)
        job = (await found(engine, run))[1]
    assert (job.done, job.total) == (50, 100)
    assert (await cancel(engine, organizer, run)).state is MatchRunState.RUNNING
    assert await turn
    assert slow.stopped.is_set()
    now, job, rows = await found(engine, run)
    assert (now.state, job.state, rows) == (MatchRunState.CANCELLED, JobState.CANCELLED, 0)
    assert (now.input_hash, now.objective, now.matched) == (None, None, 0)


async def test_computed_run_cannot_be_cancelled(
    engine: AsyncEngine, organizer: Actor, cohort_id: Any
) -> None:
    run = await start(engine, organizer, cohort_id)
    assert await Worker(engine, HANDLERS).run_once()
    now, job, rows = await found(engine, run)
    assert (now.state, job.state, rows) == (MatchRunState.OPTIMAL, JobState.DONE, 4)
    assert (job.done, job.total) == (100, 100)
    async with writing(engine) as session:
        here_and_now = await match_cohort(session, organizer, cohort_id)
    for computed in (run, here_and_now):
        with pytest.raises(Conflict) as refusal:
            await cancel(engine, organizer, computed)
        assert (refusal.value.code, refusal.value.field) == ("JOB_ENDED", "runId")
        assert refusal.value.message("en")


async def test_worker_killed_in_the_middle_leaves_one_effect(
    engine: AsyncEngine, organizer: Actor, cohort_id: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker is stopped while it computes; the second computes anew, and writes once."""
    begun = asyncio.Event()
    computed: list[Match] = []

    async def stopped_the_first_time(rows: MatchRows, arrays: MatchArrays, **watch: Any) -> Any:
        if not begun.is_set():
            begun.set()
            await asyncio.sleep(60)
        computed.append(await compute(rows, arrays, **watch))  # type: ignore[arg-type]
        return computed[-1]

    monkeypatch.setattr(match_jobs, "compute_match", stopped_the_first_time)
    run = await start(engine, organizer, cohort_id)
    first = asyncio.create_task(Worker(engine, HANDLERS, lease=timedelta(seconds=30)).run_once())
    await asyncio.wait_for(begun.wait(), 60)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert (await found(engine, run))[2] == 0
    assert await Worker(engine, HANDLERS).run_once()
    assert not await Worker(engine, HANDLERS).run_once()
    now, job, rows = await found(engine, run)
    assert (now.state, job.state, rows) == (MatchRunState.OPTIMAL, JobState.DONE, 4)
    assert len(computed) == 1
