"""Jobs: what a handler is given to work with, and the cancelling of a job."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from studio.errors import Conflict
from studio.operations.audit import audit
from studio.operations.own import own
from studio.permissions import Actor, require
from studio.store.database import reading, writing
from studio.store.enums import JobState
from studio.store.jobs import (
    Job,
    find_job,
    finish,
    renew,
    request_cancel,
    save_checkpoint,
)

# Told steps done and steps in all.
Progress = Callable[[int, int], Awaitable[None]]
# Progress is written at most this often, in seconds: a handler may report every row.
PROGRESS_INTERVAL = 0.5


class JobLost(Exception):
    """Another worker has taken the job over, so this one may not write any more."""


class JobCancelled(Exception):
    """Somebody asked for the end of the job."""


class JobContext:
    """One attempt at a job, as its handler sees it."""

    def __init__(self, engine: AsyncEngine, job: Job, lease: timedelta) -> None:
        self.engine = engine
        self.id = job.id
        self.studio_id = job.studio_id
        self.kind = job.kind
        self.payload: Mapping[str, Any] = job.payload
        self.checkpoint: Mapping[str, Any] = job.checkpoint
        self.attempt = job.attempts
        self.author_token_id = job.author_token_id
        self.fence = job.fence
        self.finished = False
        self._lease = lease
        self._progress: tuple[int, int] | None = None
        self._written_at = 0.0
        # SQLite has one writer: while effects are written there is no heartbeat, and no rival that it would stop.
        self._one_writer = engine.dialect.name == "sqlite"
        self._writing = asyncio.Lock()

    async def progress(self, done: int, total: int) -> None:
        """Report that `done` steps of `total` are done (0 ≤ done ≤ total).

        Raises:
            JobCancelled, JobLost: stop working; let them pass.
        """
        if not 0 <= done <= total:
            raise ValueError(f"progress needs 0 <= done <= total, got done={done}, total={total}")
        self._progress = (done, total)
        if not self._writing.locked() and time.monotonic() - self._written_at >= PROGRESS_INTERVAL:
            await self.beat()
            self._written_at = time.monotonic()

    async def check_cancelled(self) -> None:
        """Raise `JobCancelled` or `JobLost` when there is no use in going on."""
        async with reading(self.engine) as session:
            job = await find_job(session, self.studio_id, self.id)
        held = job is not None and job.fence == self.fence and job.state is JobState.RUNNING
        self._heed(job.cancel_requested if job is not None and held else None)

    async def beat(self) -> None:
        """Prolong the lease and write the progress; the worker does this by itself while a handler runs."""
        async with self._writing, writing(self.engine) as session:
            cancel = await renew(session, self.id, self.fence, self._lease, self._progress)
        self._heed(cancel)

    @asynccontextmanager
    async def effects(self, checkpoint: Mapping[str, Any] | None = None) -> AsyncIterator[AsyncSession]:
        """Open the transaction in which the handler writes; it happens once, or not at all.

        Without a checkpoint the same transaction ends the job as done. With one, the job goes on, and an
        attempt after a crash finds it in `checkpoint` and can skip what is done. The block opens no other
        write transaction: SQLite has one writer.

        Cancel and fence are proven before the block and again behind it, where the transaction takes the job's row:
        until then it is free, so that somebody can ask for the end and the heartbeat can run.
        """
        if self.finished:
            raise RuntimeError(f"job {self.id} has ended: write all effects in one block, or use checkpoints")
        await self.beat()
        async with self._turn(), writing(self.engine) as session:
            yield session
            await session.flush()
            self._heed(await renew(session, self.id, self.fence, self._lease, self._progress))
            if checkpoint is None:
                held = await finish(session, self.id, self.fence)
            else:
                held = await save_checkpoint(session, self.id, self.fence, checkpoint)
            if not held:
                raise JobLost
        self.finished = checkpoint is None
        self.checkpoint = self.checkpoint if checkpoint is None else dict(checkpoint)

    def _turn(self) -> AbstractAsyncContextManager[object]:
        return self._writing if self._one_writer else nullcontext()

    def _heed(self, cancel: bool | None) -> None:
        if cancel is None:
            raise JobLost
        if cancel:
            raise JobCancelled


@dataclass(frozen=True)
class Handler:
    """How jobs of a kind are done.

    `run` awaits database work and puts computing of more than a few seconds in `asyncio.to_thread`, so that
    the heartbeat can run. `given_up` is called in the transaction that ends the job as FAILED or CANCELLED.
    """

    run: Callable[[JobContext], Awaitable[None]]
    given_up: Callable[[AsyncSession, Job], Awaitable[None]] | None = None


async def cancel_job(session: AsyncSession, actor: Actor, job_id: UUID) -> Job:
    """Ask for the end of a job; a worker ends it at its next step, or at once when it still waits.

    Raises:
        NotFound: no such job in the actor's studio.
        Conflict: JOB_ENDED when it has ended otherwise; cancelling twice is no error.
    """
    require(actor, "cancel_job")
    job = await own(session, actor, Job, job_id, "jobId")
    if not job.cancel_requested or job.state in (JobState.DONE, JobState.FAILED):
        if not await request_cancel(session, job_id):
            # It may have ended while we waited for its row.
            await session.refresh(job)
            raise Conflict("JOB_ENDED", field="jobId", state=job.state)
        await audit(session, actor, "cancel_job", "Job", job_id, kind=job.kind.value)
    cancelled = await find_job(session, actor.studio_id, job_id)
    assert cancelled is not None  # noqa: S101  the row was updated just now, in this transaction
    return cancelled
