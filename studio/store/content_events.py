"""What trainees did with contents: shown, opened, done, found useful, dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.catalogue import Content
from studio.store.clock import now
from studio.store.columns import StudioRow, UTCDateTime, enum_type
from studio.store.enums import (
    AGAINST_THE_CONTENT,
    AGAINST_WHAT_FOLLOWS,
    ContentEventKind,
    DismissalReason,
    Role,
)

# What shows interest; being shown something does not.
INTEREST = (ContentEventKind.OPENED, ContentEventKind.DONE, ContentEventKind.USEFUL)


class ContentEvent(StudioRow, table=True):
    """One thing that happened; rows are only ever added.

    They hang on trainee and content: a recommendation comes and goes with every computation.
    """

    __tablename__ = "content_event"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'DISMISSED') = (reason IS NOT NULL)", "reason_of_dismissal"),
    )

    trainee_id: UUID = Field(foreign_key="trainee.id", index=True, ondelete="CASCADE")
    content_id: UUID = Field(foreign_key="content.id", index=True, ondelete="CASCADE")
    kind: ContentEventKind = Field(sa_type=enum_type(ContentEventKind))
    reason: DismissalReason | None = Field(default=None, sa_type=enum_type(DismissalReason))
    recorded_by: Role = Field(sa_type=enum_type(Role))
    recorded_at: datetime = Field(default_factory=now, sa_type=UTCDateTime)


@dataclass(frozen=True)
class Settled:
    """(trainee, content) pairs that are not offered again; what builds on those taken is, on those dismissed not."""

    taken: Sequence[tuple[UUID, UUID]]
    dismissed: Sequence[tuple[UUID, UUID]]


async def settled_contents(session: AsyncSession, trainee_ids: Sequence[UUID]) -> Settled:
    """Return what these trainees are done with, and what they dismissed together with all that builds on it.

    Whoever has no time for a content, knows it or finds it useless may still need what comes after it.
    """
    found = await session.execute(
        select(ContentEvent.trainee_id, ContentEvent.content_id, ContentEvent.kind, ContentEvent.reason)
        .where(
            col(ContentEvent.trainee_id).in_(trainee_ids),
            col(ContentEvent.kind).in_([ContentEventKind.DONE, ContentEventKind.DISMISSED]),
        )
        .distinct()
    )
    known: set[tuple[UUID, UUID]] = set()
    passed: set[tuple[UUID, UUID]] = set()
    dismissed: set[tuple[UUID, UUID]] = set()
    for trainee_id, content_id, kind, reason in found.all():
        if reason in AGAINST_WHAT_FOLLOWS:
            pairs = dismissed
        elif kind is ContentEventKind.DONE or reason is DismissalReason.ALREADY_KNOWN:
            pairs = known
        else:
            pairs = passed
        pairs.add((trainee_id, content_id))
    return Settled(taken=sorted(known | (passed - dismissed)), dismissed=sorted(dismissed))


async def content_ratings(session: AsyncSession, studio_id: UUID) -> dict[UUID, tuple[int, int]]:
    """Return for each rated content how many trainees found it useful, and how many judged it.

    A trainee counts once for a content, by the latest judgement: useful, or dismissed for a reason that speaks
    against the content itself.
    """
    against = sa.and_(
        col(ContentEvent.kind) == ContentEventKind.DISMISSED,
        col(ContentEvent.reason).in_(AGAINST_THE_CONTENT),
    )
    useful = col(ContentEvent.kind) == ContentEventKind.USEFUL
    place = sa.func.row_number().over(
        partition_by=(col(ContentEvent.trainee_id), col(ContentEvent.content_id)),
        order_by=(col(ContentEvent.recorded_at).desc(), col(ContentEvent.id).desc()),
    )
    judged = (
        sa.select(
            col(ContentEvent.content_id).label("content_id"),
            sa.case((useful, 1), else_=0).label("useful"),
            place.label("place"),
        )
        .where(col(ContentEvent.studio_id) == studio_id, sa.or_(useful, against))
        .subquery()
    )
    found = await session.execute(
        sa.select(judged.c.content_id, sa.func.sum(judged.c.useful), sa.func.count())
        .where(judged.c.place == 1)
        .group_by(judged.c.content_id)
    )
    return {content_id: (int(n_useful), int(n_judged)) for content_id, n_useful, n_judged in found.all()}


@dataclass(frozen=True)
class Interaction:
    """That a trainee took a content up, and when first."""

    trainee_id: UUID
    content_id: UUID
    at: datetime


def _interactions(studio_id: UUID) -> sa.Select[UUID, UUID, datetime]:
    """Select what trainees took up and did not dismiss, of the contents that are still offered."""
    dismissed = sa.case((col(ContentEvent.kind) == ContentEventKind.DISMISSED, 1), else_=0)
    return (
        sa.select(
            col(ContentEvent.trainee_id),
            col(ContentEvent.content_id),
            sa.func.min(col(ContentEvent.recorded_at)).label("at"),
        )
        .join(Content, col(Content.id) == col(ContentEvent.content_id))
        .where(
            col(ContentEvent.studio_id) == studio_id,
            col(Content.active),
            col(ContentEvent.kind).in_((*INTEREST, ContentEventKind.DISMISSED)),
        )
        .group_by(col(ContentEvent.trainee_id), col(ContentEvent.content_id))
        .having(sa.func.sum(dismissed) == 0)
    )


async def interactions_of(session: AsyncSession, studio_id: UUID) -> list[Interaction]:
    """Return all interactions of a studio, in no particular order."""
    found = await session.execute(_interactions(studio_id))
    return [Interaction(trainee_id, content_id, at) for trainee_id, content_id, at in found.all()]


async def count_interest(session: AsyncSession, studio_id: UUID, since: datetime | None) -> int:
    """Return how many events of a studio show interest, from a moment on; several may be one interaction."""
    query = sa.select(sa.func.count()).where(
        col(ContentEvent.studio_id) == studio_id, col(ContentEvent.kind).in_(INTEREST)
    )
    if since is not None:
        query = query.where(col(ContentEvent.created_at) >= since)
    return int((await session.scalar(query)) or 0)


async def count_interactions(session: AsyncSession, studio_id: UUID) -> int:
    """Return how many interactions a studio has."""
    return int(
        (await session.scalar(sa.select(sa.func.count()).select_from(_interactions(studio_id).subquery())))
        or 0
    )
