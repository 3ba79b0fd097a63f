"""Jobs: long work leased from a table of the same database."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.clock import now
from studio.store.columns import StudioRow, UTCDateTime, enum_type
from studio.store.enums import JobKind, JobState


class Job(StudioRow, table=True):
    """A piece of long work; the fence rises with every claim, so a late worker cannot write any more."""

    __table_args__ = (
        sa.Index("ix_job_claim", "state", "lease_until"),
        sa.CheckConstraint("done <= total OR total = 0", "done_at_most_total"),
    )

    kind: JobKind = Field(sa_type=enum_type(JobKind))
    state: JobState = Field(default=JobState.QUEUED, sa_type=enum_type(JobState))
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    checkpoint: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    done: int = 0
    total: int = 0
    fence: int = 0
    attempts: int = 0
    max_attempts: int = 3
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    cancel_requested: bool = False
    # A stable code, never a traceback or a person's words.
    failure: str | None = Field(default=None, max_length=100)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    author_token_id: UUID | None = None


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


async def enqueue(
    session: AsyncSession,
    studio_id: UUID,
    kind: JobKind,
    payload: Mapping[str, Any],
    *,
    author_token_id: UUID | None = None,
    max_attempts: int = 3,
    not_before: datetime | None = None,
) -> Job:
    """Add a job in the caller's transaction, so that it exists exactly when what it works on does."""
    job = Job(
        studio_id=studio_id,
        kind=kind,
        payload=dict(payload),
        author_token_id=author_token_id,
        max_attempts=max_attempts,
        lease_until=not_before,
    )
    session.add(job)
    await session.flush()
    return job


async def waiting(session: AsyncSession, studio_id: UUID, kind: JobKind) -> list[dict[str, Any]]:
    """Return the payloads of the studio's jobs of a kind that no worker has taken yet."""
    found = await session.execute(
        select(Job.payload).where(
            Job.studio_id == studio_id,
            Job.kind == kind,
            Job.state == JobState.QUEUED,
            sa.not_(col(Job.cancel_requested)),
        )
    )
    return list(found.scalars())


async def settle_waiting(
    session: AsyncSession, studio_id: UUID, kind: JobKind, payload: Mapping[str, Any]
) -> None:
    """End the jobs with this payload that no worker has taken yet: somebody else has just done what they are for."""
    found = await session.execute(
        select(Job.id, Job.payload).where(
            Job.studio_id == studio_id, Job.kind == kind, Job.state == JobState.QUEUED
        )
    )
    done = [job_id for job_id, given in found.all() if given == payload]
    await session.execute(
        sa.update(Job)
        .where(col(Job.id).in_(done), col(Job.state) == JobState.QUEUED)
        .values(state=JobState.DONE, lease_until=None, finished_at=now())
        .execution_options(synchronize_session=False)
    )


async def find_job(session: AsyncSession, studio_id: UUID, job_id: UUID) -> Job | None:
    """Return a job of this studio as it stands now."""
    found = await session.execute(
        select(Job)
        .where(Job.id == job_id, Job.studio_id == studio_id)
        .execution_options(populate_existing=True)
    )
    return found.scalar_one_or_none()


def _due(kinds: Collection[JobKind]) -> sa.ColumnElement[bool]:
    # Before `lease_until` nobody else may take the job: it is a lease, or the pause before a retry.
    free = sa.or_(col(Job.lease_until).is_(None), col(Job.lease_until) <= now())
    unfinished = col(Job.state).in_([JobState.QUEUED, JobState.RUNNING])
    return sa.and_(col(Job.kind).in_(kinds), unfinished, free)


async def any_due(session: AsyncSession, kinds: Collection[JobKind]) -> bool:
    """Tell whether a job of these kinds could be claimed: a read, so that an idle worker locks nothing."""
    return bool(await session.scalar(select(sa.exists().where(_due(kinds)))))


async def claim(session: AsyncSession, kinds: Collection[JobKind], lease: timedelta) -> Job | None:
    """Take the oldest job that waits or whose lease has run out, for `lease`; its fence rises by one.

    The clocks of two machines may differ: a job taken too early costs work, never a second effect,
    because the fence shuts the earlier worker out.
    """
    oldest = (
        select(Job.id)
        .where(_due(kinds))
        .order_by(col(Job.created_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = await session.execute(
        sa.update(Job)
        .where(col(Job.id) == oldest.scalar_subquery())
        .values(
            state=JobState.RUNNING,
            fence=Job.fence + 1,
            attempts=Job.attempts + 1,
            lease_until=now() + lease,
        )
        .returning(Job)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none()


async def renew(
    session: AsyncSession, job_id: UUID, fence: int, lease: timedelta, progress: tuple[int, int] | None = None
) -> bool | None:
    """Prolong the lease and lock the row; tell whether a cancel is asked for; None: the fence has risen."""
    values: dict[str, Any] = {"lease_until": now() + lease}
    if progress is not None:
        values["done"], values["total"] = progress
    return (
        await session.execute(
            sa.update(Job)
            .where(_held(job_id, fence))
            .values(**values)
            .returning(col(Job.cancel_requested))
            .execution_options(synchronize_session=False)
        )
    ).scalar_one_or_none()


async def save_checkpoint(
    session: AsyncSession, job_id: UUID, fence: int, checkpoint: Mapping[str, Any]
) -> bool:
    """Write how far the job has come; False when the fence has risen."""
    return await _write(session, job_id, fence, checkpoint=dict(checkpoint)) is not None


async def finish(session: AsyncSession, job_id: UUID, fence: int) -> bool:
    """End the job as done; False when the fence has risen."""
    ended = await _write(
        session,
        job_id,
        fence,
        state=JobState.DONE,
        failure=None,
        lease_until=None,
        finished_at=now(),
        done=Job.total,
    )
    return ended is not None


async def give_up(
    session: AsyncSession, job_id: UUID, fence: int, state: JobState, failure: str | None
) -> Job | None:
    """End the job as failed (with a stable code) or cancelled; None when the fence has risen."""
    return await _write(
        session, job_id, fence, state=state, failure=failure, lease_until=None, finished_at=now()
    )


async def give_back(
    session: AsyncSession, job_id: UUID, fence: int, *, not_before: datetime | None, spent: bool
) -> bool:
    """Put the job back for another attempt; a try that is not `spent` (a clean stop) does not count."""
    attempts = Job.attempts if spent else Job.attempts - 1
    back = await _write(
        session, job_id, fence, state=JobState.QUEUED, lease_until=not_before, attempts=attempts
    )
    return back is not None


async def request_cancel(session: AsyncSession, job_id: UUID) -> bool:
    """Ask for the end of a job that has not ended; a worker ends it, at once when it waits."""
    asked = await session.execute(
        sa.update(Job)
        .where(col(Job.id) == job_id, col(Job.state).not_in(ENDED))
        .values(
            cancel_requested=True,
            # A waiting job is taken up now, not after the pause before its retry.
            lease_until=sa.case((col(Job.state) == JobState.QUEUED, None), else_=col(Job.lease_until)),
        )
        .returning(col(Job.id))
        .execution_options(synchronize_session=False)
    )
    return asked.scalar_one_or_none() is not None


async def end_waiting(session: AsyncSession, job_id: UUID) -> bool:
    """End as cancelled a job that no worker has; False when one has it, or it has ended."""
    ended = await session.execute(
        sa.update(Job)
        .where(col(Job.id) == job_id, col(Job.state) == JobState.QUEUED)
        .values(state=JobState.CANCELLED, lease_until=None, finished_at=now())
        .returning(col(Job.id))
        .execution_options(synchronize_session=False)
    )
    return ended.scalar_one_or_none() is not None


def _held(job_id: UUID, fence: int) -> sa.ColumnElement[bool]:
    return sa.and_(col(Job.id) == job_id, col(Job.fence) == fence, col(Job.state) == JobState.RUNNING)


async def _write(session: AsyncSession, job_id: UUID, fence: int, **values: Any) -> Job | None:
    written = await session.execute(
        sa.update(Job)
        .where(_held(job_id, fence))
        .values(**values)
        .returning(Job)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return written.scalar_one_or_none()
