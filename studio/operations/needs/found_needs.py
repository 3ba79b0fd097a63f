"""What follows from all that a cohort said, computed from one state of the database and stored by who holds the lock.

Computing takes seconds for a large wave. Done in the transaction that stores it, it would keep all other writers
waiting; so it is done before, and the transaction only proves that nothing has changed since.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from matching import CohortRatings, NeedProfile, cohort_ratings
from studio.arrays.emerging import Group
from studio.arrays.needs import NeedTable, profile_of
from studio.errors import StudioError
from studio.operations.needs.copies import Copies, find_copied
from studio.operations.needs.emerging import find_emerging
from studio.operations.needs.need_input import need_input
from studio.operations.needs.review import find_queue
from studio.store.cohorts import Cohort
from studio.store.database import reading
from studio.store.enums import Measure
from studio.store.stamps import Stamp, needs_stamp
from studio.store.topics import Topic, topics_of

# How often a cohort's needs are computed beside the writers before they have to wait.
TRIES = 3


@dataclass(frozen=True)
class FoundNeeds:
    """A cohort's needs with all that is computed beside them, and the stamp of what they were computed from."""

    stamp: Stamp
    topics: Sequence[Topic]
    said: NeedTable
    ratings: Mapping[Measure, CohortRatings | None]
    profile: NeedProfile
    copies: Copies
    emerging: Sequence[Group]
    queue: Mapping[tuple[Any, ...], Mapping[str, Any]]

    @property
    def top(self) -> Sequence[Topic]:
        """The top topics, on which needs are counted, in the order of the tree."""
        return top_topics(self.topics)


def top_topics(topics: Sequence[Topic]) -> Sequence[Topic]:
    """Return the topics without a parent, in order; NO_TOPICS when there are fewer than two to tell apart."""
    top = [topic for topic in topics if topic.parent_id is None]
    if len(top) < 2:
        raise StudioError("NO_TOPICS")
    return top


async def find_needs(session: AsyncSession, studio_id: UUID, cohort_id: UUID) -> FoundNeeds:
    """Compute a cohort's needs from what the session sees, in threads, and write nothing."""
    stamp = await needs_stamp(session, studio_id, cohort_id)
    topics = await topics_of(session, studio_id)
    top_topics(topics)
    copies = await find_copied(session, cohort_id)
    emerging = await find_emerging(session, studio_id, cohort_id, copies.voices)
    queue = await find_queue(session, cohort_id)
    said = await need_input(session, cohort_id, topics)
    ratings = {
        Measure.SEVERITY: cohort_ratings(said.severity_ratings),
        Measure.URGENCY: cohort_ratings(said.urgency_ratings),
    }
    profile = await asyncio.to_thread(profile_of, said, ratings)
    return FoundNeeds(stamp, topics, said, ratings, profile, copies, emerging, queue)


async def needs_ahead(engine: AsyncEngine, cohort_id: UUID) -> FoundNeeds:
    """Compute a cohort's needs beside the writers, again where somebody wrote meanwhile, at most a few times.

    `refresh_needs` proves that they still hold.
    """
    for _ in range(TRIES):
        async with reading(engine) as session:
            cohort = await session.get_one(Cohort, cohort_id)
            found = await find_needs(session, cohort.studio_id, cohort_id)
        async with reading(engine) as session:
            if await needs_stamp(session, cohort.studio_id, cohort_id) == found.stamp:
                break
    return found
