"""The review queue of a cohort: the pain points whose topics a person should decide, the most helpful first."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from matching import review_queue
from studio.store.cohorts import Cohort
from studio.store.corrections import TopicCorrection
from studio.store.enums import ReviewReason
from studio.store.needs import PainPoint
from studio.store.rows import replace_rows
from studio.store.surveys import SurveyResponse
from studio.store.tables import metadata

# Nearer than this the two best topics are hard to tell apart, whether or not the best one was said.
CLEAR_MARGIN = 0.25
# A queue is for people: of a huge wave only the least sure are compared and kept.
MOST_ITEMS = 5000
# By pain point: its place, and why.
Queue = Mapping[tuple[Any, ...], Mapping[str, Any]]


class Doubtful(NamedTuple):
    """A pain point that nobody has decided and the classifier is unsure of."""

    id: UUID
    text: str
    margin: float | None
    abstained: bool
    resolved: bool

    @property
    def reason(self) -> ReviewReason:
        """Why a person should look at it."""
        if self.resolved:
            return ReviewReason.RESOLVED
        return ReviewReason.ABSTAINED if self.abstained else ReviewReason.UNSURE


async def find_queue(session: AsyncSession, cohort_id: UUID) -> Queue:
    """Put in order what nobody has decided of a cohort's current responses."""
    return await asyncio.to_thread(_items, await _doubtful(session, cohort_id))


async def store_review_queue(session: AsyncSession, cohort: Cohort, queue: Queue) -> None:
    """Make the stored review queue of a cohort the one that was found."""
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["review_item"], of, ("pain_point_id",), queue)


async def _doubtful(session: AsyncSession, cohort_id: UUID) -> Sequence[Doubtful]:
    unsure = sa.or_(col(PainPoint.abstained), col(PainPoint.resolved), col(PainPoint.margin) < CLEAR_MARGIN)
    found = await session.execute(
        sa.select(*(getattr(PainPoint, name) for name in Doubtful._fields))
        .join(SurveyResponse, col(SurveyResponse.id) == PainPoint.response_id)
        .join(TopicCorrection, col(TopicCorrection.pain_point_id) == PainPoint.id, isouter=True)
        .where(
            col(PainPoint.cohort_id) == cohort_id,
            col(SurveyResponse.current).is_(True),
            sa.not_(col(PainPoint.junk)),
            col(TopicCorrection.id).is_(None),
            unsure,
        )
        .order_by(
            sa.func.coalesce(PainPoint.margin, 0.0),
            col(PainPoint.wave),
            col(PainPoint.text),
            col(PainPoint.id),
        )
        .limit(MOST_ITEMS)
    )
    return [Doubtful(*row) for row in found.all()]


def _items(doubtful: Sequence[Doubtful]) -> dict[tuple[Any, ...], dict[str, Any]]:
    queue = review_queue([point.text for point in doubtful], [point.margin or 0.0 for point in doubtful])
    place = {leader: position for position, leader in enumerate(queue.order.tolist(), start=1)}
    size = dict(zip(queue.order.tolist(), queue.n_answers.tolist(), strict=True))
    return {
        (point.id,): {
            "leader_id": None if leader == number else doubtful[leader].id,
            "position": place[leader],
            "reason": point.reason,
            "copies": size[leader] - 1,
        }
        for number, (point, leader) in enumerate(zip(doubtful, queue.leader.tolist(), strict=True))
    }
