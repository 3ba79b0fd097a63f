"""Needs: each trainee's and the cohort's profile that follows from what was said.

The needs of a trainee depend a little on everybody else: ratings are shrunk to the cohort's view of a topic. So one
answer moves thousands of rows in the sixth decimal. Whoever answers gets the own needs at once, read against that view
as it was last computed; a job computes the cohort's again, once for all answers of the last seconds. It gives what a
computation of everything gives, because it is one.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, select

from matching import CohortRatings, NeedProfile, rank_topics
from studio.arrays.needs import NeedTable, deviations_by_code, profile_of, ratings_of
from studio.operations.needs.copies import mark_copies
from studio.operations.needs.courses import store_course_plan
from studio.operations.needs.emerging import store_emerging
from studio.operations.needs.found_needs import FoundNeeds, find_needs, needs_ahead, top_topics
from studio.operations.needs.gaps import store_gaps
from studio.operations.needs.heat import needs_by_group, store_heat
from studio.operations.needs.need_input import need_input
from studio.operations.needs.review import store_review_queue
from studio.operations.needs.trends import store_trends
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own
from studio.permissions import Actor, require
from studio.store.cohorts import Cohort
from studio.store.database import reading, write
from studio.store.enums import JobKind, Measure
from studio.store.jobs import settle_waiting
from studio.store.locks import lock_cohort
from studio.store.needs import CohortRating, TraineeNeed
from studio.store.people import Trainee
from studio.store.rows import chunks, replace_rows, replace_values
from studio.store.stamps import needs_stamp
from studio.store.tables import metadata
from studio.store.topics import Topic, topics_of

# Smaller needs are noise of the shrinkage and are not stored.
LEAST_NEED = 0.01
DECIMALS = 6
_NEEDS = metadata.tables["trainee_need"]
_NEED_COLUMNS = ("id", "trainee_id", "topic_id", "severity", "urgency", "need", "pain_point_id")


async def compute_needs(
    session: AsyncSession, actor: Actor, cohort_id: UUID, ahead: FoundNeeds | None = None
) -> None:
    """Bring the needs of a cohort up to date on request; `ahead` is what was computed before, see `refresh_needs`."""
    require(actor, "refresh_needs")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await refresh_needs(session, cohort.id, ahead)


async def needs_on_request(session: AsyncSession, actor: Actor, cohort_id: UUID) -> FoundNeeds:
    """Compute what `compute_needs` will store, from what the session sees."""
    require(actor, "refresh_needs")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    return await find_needs(session, cohort.studio_id, cohort.id)


async def compute_needs_now(engine: AsyncEngine, actor: Actor, cohort_id: UUID) -> None:
    """Bring the needs of a cohort up to date while others go on writing."""
    require(actor, "refresh_needs")
    async with reading(engine) as session:
        cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    ahead = await needs_ahead(engine, cohort.id)

    await write(engine, lambda session: refresh_needs(session, cohort.id, ahead))


async def refresh_needs(session: AsyncSession, cohort_id: UUID, ahead: FoundNeeds | None = None) -> None:
    """Compute the needs of a cohort from everything that is current, and store what differs.

    What was computed `ahead` of this transaction, by `needs_ahead`, is stored if nothing it rests on has changed since;
    otherwise all is computed here, while other writers wait.
    """
    await lock_cohort(session, cohort_id)
    cohort = await session.get_one(Cohort, cohort_id)
    if ahead is not None and ahead.stamp == await needs_stamp(session, cohort.studio_id, cohort_id):
        found = ahead
    else:
        found = await find_needs(session, cohort.studio_id, cohort_id)
    await _store(session, cohort, found)
    # Jobs that wait to do so have nothing left to do.
    await settle_waiting(session, cohort.studio_id, JobKind.NEEDS, {"cohort_id": cohort_id.hex})


async def _store(session: AsyncSession, cohort: Cohort, found: FoundNeeds) -> None:
    said, profile, top = found.said, found.profile, found.top
    await mark_copies(session, found.copies)
    await _store_trainee_needs(session, cohort, top, said, profile)
    await _forget_silent(session, cohort, said)
    await _store_ratings(session, cohort, top, found.ratings)
    await _store_cohort_needs(session, cohort, top, said, profile)
    by_role, by_county = await needs_by_group(session, cohort, said, profile)
    await store_heat(session, cohort, top, by_role, by_county)
    await store_trends(session, cohort, top, said)
    await store_emerging(session, cohort, found.emerging)
    await store_gaps(session, cohort, top, said, profile)
    await store_course_plan(session, cohort, top, profile.need, by_county)
    await store_review_queue(session, cohort, found.queue)


async def refresh_trainee_needs(session: AsyncSession, cohort_id: UUID, trainee_id: UUID) -> None:
    """Compute the needs of one trainee who has just answered, and leave the cohort's to a job."""
    await lock_cohort(session, cohort_id)
    cohort = await session.get_one(Cohort, cohort_id)
    topics = await topics_of(session, cohort.studio_id)
    top = top_topics(topics)
    said = await need_input(session, cohort_id, topics, trainee_id)
    profile = profile_of(said, await _stored_ratings(session, cohort, top))
    await _store_trainee_needs(session, cohort, top, said, profile)
    await refresh_soon(session, cohort_id)


async def _store_ratings(
    session: AsyncSession,
    cohort: Cohort,
    top: Sequence[Topic],
    ratings: Mapping[Measure, CohortRatings | None],
) -> None:
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {
        (measure,): {"mean": said.mean, "deviations": deviations_by_code(top, said)}
        for measure, said in ratings.items()
        if said is not None
    }
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["cohort_rating"], of, ("measure",), wanted)


async def _stored_ratings(
    session: AsyncSession, cohort: Cohort, top: Sequence[Topic]
) -> dict[Measure, CohortRatings | None]:
    found = await session.execute(select(CohortRating).where(CohortRating.cohort_id == cohort.id))
    return {row.measure: ratings_of(top, row.mean, row.deviations) for row in found.scalars()}


async def _store_trainee_needs(
    session: AsyncSession, cohort: Cohort, top: Sequence[Topic], said: NeedTable, profile: NeedProfile
) -> None:
    """Store the needs of the trainees who said something, some trainees at a time."""
    rows = [(row, owner) for row, owner in enumerate(said.owners) if owner is not None]
    for some in chunks(rows):
        found = await session.execute(
            sa.select(*(_NEEDS.c[name] for name in _NEED_COLUMNS)).where(
                _NEEDS.c.trainee_id.in_([owner for _, owner in some])
            )
        )
        existing = {
            (values["trainee_id"], values["topic_id"]): values
            for values in (dict(zip(_NEED_COLUMNS, row, strict=True)) for row in found.all())
        }
        wanted = {
            (owner, topic.id): values
            for row, owner in some
            for column, topic in enumerate(top)
            if (values := _need_values(said, profile, row, column))
        }
        shared = {
            key: {"studio_id": cohort.studio_id, "trainee_id": key[0], "topic_id": key[1]} for key in wanted
        }
        await replace_values(session, _NEEDS, existing, wanted, shared)


def _need_values(said: NeedTable, profile: NeedProfile, row: int, column: int) -> dict[str, Any] | None:
    need = float(profile.need[row, column])
    if need < LEAST_NEED:
        return None
    point = int(profile.evidence[row, column])
    return {
        "severity": round(float(profile.severity[row, column]), DECIMALS),
        "urgency": round(float(profile.urgency[row, column]), DECIMALS),
        "need": round(need, DECIMALS),
        "pain_point_id": said.point_ids[point] if point >= 0 else None,
    }


async def _forget_silent(session: AsyncSession, cohort: Cohort, said: NeedTable) -> None:
    """Delete the needs of trainees of whom no current response is left."""
    owners = set(said.owners)
    found = await session.execute(
        select(TraineeNeed.trainee_id)
        .join(Trainee, col(Trainee.id) == TraineeNeed.trainee_id)
        .where(Trainee.cohort_id == cohort.id)
        .distinct()
    )
    for some in chunks([trainee_id for trainee_id in found.scalars() if trainee_id not in owners]):
        await session.execute(sa.delete(TraineeNeed).where(col(TraineeNeed.trainee_id).in_(some)))


async def _store_cohort_needs(
    session: AsyncSession, cohort: Cohort, top: Sequence[Topic], said: NeedTable, profile: NeedProfile
) -> None:
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    if len(said.owners):
        ranking = rank_topics(profile.need)
        named_by = said.named.sum(axis=0)
        for place, column in enumerate(ranking.order.tolist(), start=1):
            wanted[(top[column].id,)] = {
                "rank": place,
                "mean": round(float(ranking.mean[column]), DECIMALS),
                "low": round(float(ranking.low[column]), DECIMALS),
                "high": round(float(ranking.high[column]), DECIMALS),
                "borda": round(float(ranking.borda[column]), DECIMALS),
                "respondents": int(named_by[column]),
            }
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["cohort_need"], of, ("topic_id",), wanted)
