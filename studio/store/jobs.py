"""Jobs: long work leased from a table of the same database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

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
