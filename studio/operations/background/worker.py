"""The worker: takes jobs from the lease table, runs their handlers, and survives what they do."""

import asyncio
import traceback
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from studio.errors import Conflict, StudioError
from studio.operations.jobs import Handler, JobCancelled, JobContext, JobLost
from studio.store.clock import now
from studio.store.database import reading, writing
from studio.store.enums import JobKind, JobState
from studio.store.faults import refusal_of
from studio.store.jobs import Job, any_due, claim, finish, give_back, give_up

LEASE = timedelta(seconds=30)
# Before the second attempt, the third …, in seconds: the last one repeats.
RETRY_PAUSES = (1, 10, 60)
# After a fault of the worker itself, in seconds.
FAULT_PAUSE = 5.0

log = structlog.get_logger("studio.jobs")


class Worker:
    """Runs one job at a time until it is stopped; any number of workers may share a database."""

    def __init__(
        self,
        engine: AsyncEngine,
        handlers: Mapping[JobKind, Handler],
        *,
        lease: timedelta = LEASE,
        poll: float = 0.5,
        grace: float = 10.0,
    ) -> None:
        """Work for the kinds in `handlers`; look for work every `poll` seconds when idle.

        A job that still runs `grace` seconds after `stop` is put back for another worker.
        """
        self._engine = engine
        self._handlers = dict(handlers)
        self._lease = lease
        self._poll = poll
        self._grace = grace
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let `run_until_stopped` end: no further job is taken."""
        self._stopping.set()

    async def run_until_stopped(self) -> None:
        """Run jobs as they come, until `stop` is called or the task is cancelled."""
        while not self._stopping.is_set():
            turn = asyncio.create_task(self._turn())
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait({turn, stopping}, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.wait({turn}, timeout=self._grace)
            finally:
                turn.cancel()
                stopping.cancel()
                await asyncio.gather(turn, stopping, return_exceptions=True)

    async def _turn(self) -> None:
        try:
            if await self.run_once():
                return
        except (
            Exception
        ) as fault:  # the edge: most often the database is away; its jobs and their leases keep
            log.error("worker_fault", fault=type(fault).__name__, where=_where(fault))
            await self._pause(FAULT_PAUSE)
        await self._pause(self._poll)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def run_once(self) -> bool:
        """Run one job to its end, if there is one to take; tell whether there was."""
        async with reading(self._engine) as session:
            if not await any_due(session, self._handlers):
                return False
        async with writing(self._engine) as session:
            job = await claim(session, self._handlers, self._lease)
            if job is None:
                return False
            if job.cancel_requested:
                await self._give_up(session, job, JobState.CANCELLED, None)
                return True
            if job.attempts > job.max_attempts:
                await self._give_up(session, job, JobState.FAILED, "JOB_ABANDONED")
                return True
        await self._run(job)
        return True

    async def _run(self, job: Job) -> None:
        context = JobContext(self._engine, job, self._lease)
        over = asyncio.Event()
        heartbeat = asyncio.create_task(self._beat(context, over))
        try:
            await self._handlers[job.kind].run(context)
            if not context.finished:
                async with writing(self._engine) as session:
                    await finish(session, job.id, job.fence)
        except JobLost:
            log.warning("job_lost", job=str(job.id), fence=job.fence)
        except JobCancelled:
            await self._end(job, JobState.CANCELLED, None)
        except Conflict as conflict:
            await self._retry(job, conflict.code)
        except StudioError as refusal:
            await self._end(job, JobState.FAILED, refusal.code)
        except asyncio.CancelledError:
            await self._return(job, pause=None)
            raise
        except Exception as fault:  # the edge: whatever a handler does, the worker lives on
            self._log_crash(job, fault)
            away_or_busy = refusal_of(fault)
            await self._retry(job, away_or_busy.code if away_or_busy else "JOB_CRASHED")
        finally:
            over.set()
            await heartbeat

    async def _beat(self, context: JobContext, over: asyncio.Event) -> None:
        """Prolong the lease three times in its length, until the handler is over or the job is lost."""
        while True:
            try:
                await asyncio.wait_for(over.wait(), self._lease.total_seconds() / 3)
                return
            except TimeoutError:
                pass
            try:
                await context.beat()
            except JobCancelled:
                continue  # the handler learns it at its next step; until then the lease is kept
            except JobLost:
                return
            except (DBAPIError, OSError) as fault:
                log.warning("heartbeat_failed", job=str(context.id), fault=type(fault).__name__)

    def _log_crash(self, job: Job, fault: Exception) -> None:
        # Neither the message nor the values of the fault are logged: they may hold a person's words.
        log.error(
            "job_crashed",
            job=str(job.id),
            kind=job.kind.value,
            attempt=job.attempts,
            fault=type(fault).__name__,
            where=_where(fault),
        )

    async def _retry(self, job: Job, failure: str) -> None:
        """Put the job back for another attempt after a pause, or end it with `failure` after the last."""
        if job.attempts < job.max_attempts:
            pause = RETRY_PAUSES[min(job.attempts, len(RETRY_PAUSES)) - 1]
            await self._return(job, pause=timedelta(seconds=pause))
        else:
            await self._end(job, JobState.FAILED, failure)

    async def _return(self, job: Job, *, pause: timedelta | None) -> None:
        """Put the job back: with a pause after a crash, at once and without counting after a clean stop."""
        async with writing(self._engine) as session:
            not_before = None if pause is None else now() + pause
            await give_back(session, job.id, job.fence, not_before=not_before, spent=pause is not None)

    async def _end(self, job: Job, state: JobState, failure: str | None) -> None:
        async with writing(self._engine) as session:
            await self._give_up(session, job, state, failure)

    async def _give_up(self, session: AsyncSession, job: Job, state: JobState, failure: str | None) -> None:
        ended = await give_up(session, job.id, job.fence, state, failure)
        given_up = self._handlers[job.kind].given_up
        if ended is None or given_up is None:
            return
        try:
            async with session.begin_nested():
                await given_up(session, ended)
        except Exception as fault:  # the edge: the job ends all the same, or it would come back for ever
            self._log_crash(job, fault)


def _where(fault: Exception) -> list[str]:
    """Return the innermost lines of our own code that the fault passed."""
    frames = traceback.extract_tb(fault.__traceback__)
    own = [frame for frame in frames if "site-packages" not in Path(frame.filename).parts]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in own[-6:]]
