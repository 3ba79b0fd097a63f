"""Demand against supply of a cohort: places with mentors and hours of contents, by topic."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from matching import NeedProfile, topic_gaps
from studio.arrays.gaps import GapArrays, gap_arrays
from studio.arrays.limits import strictest_caps
from studio.arrays.needs import NeedTable
from studio.operations.rules.match_input import free_places, ruled_kinds
from studio.store.catalogue import Content, ContentTopic
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.limits import limits_in_force
from studio.store.people import mentors_of, strengths_of
from studio.store.rows import replace_rows
from studio.store.tables import metadata
from studio.store.topics import Topic

DECIMALS = 6


async def store_gaps(
    session: AsyncSession, cohort: Cohort, topics: Sequence[Topic], said: NeedTable, profile: NeedProfile
) -> None:
    """Hold the needs of a cohort's trainees against free places and contents, and store the gaps.

    Anonymous respondents are left out: nobody can be paired with them. Without others there are no gaps.
    """
    mentors = {mentor.id: mentor.kind for mentor, _, _ in await mentors_of(session, cohort.studio_id)}
    strengths = await strengths_of(session, cohort.studio_id)
    limits = await limits_in_force(session, cohort.id, today())
    free = {
        mentor: min([len(places), *(cap.number for cap in strictest_caps(limits, mentor))])
        for mentor, places in (await free_places(session, cohort)).items()
    }
    kinds = await ruled_kinds(session, cohort.id)
    minutes = await _content_minutes(session, cohort.studio_id)
    arrays = gap_arrays(topics, mentors, kinds, strengths, free, minutes, said, profile)
    wanted = _rows(topics, arrays) if len(arrays.need) else {}
    of = {"studio_id": cohort.studio_id, "cohort_id": cohort.id}
    await replace_rows(session, metadata.tables["topic_gap"], of, ("topic_id",), wanted)


def _rows(topics: Sequence[Topic], arrays: GapArrays) -> dict[tuple[Any, ...], dict[str, Any]]:
    gaps = topic_gaps(
        arrays.need,
        arrays.strength,
        arrays.free,
        mentor_kinds=arrays.kinds,
        content_hours=arrays.content_hours,
    )
    return {
        (topics[column].id,): {
            "position": position,
            "demand": round(float(gaps.demand[column]), DECIMALS),
            "supply": round(float(gaps.supply[column]), DECIMALS),
            "places_short": int(gaps.places_short[column]),
            "mentors": int(gaps.n_mentors[column]),
            "content_minutes": round(60 * float(gaps.content_hours[column])),
            "respondents": int(arrays.named_by[column]),
        }
        for position, column in enumerate(gaps.order.tolist())
    }


async def _content_minutes(session: AsyncSession, studio_id: UUID) -> Mapping[UUID, float]:
    """Return the minutes of the active contents about each top topic; one about several leaves counts once."""
    top = sa.func.coalesce(Topic.parent_id, Topic.id).label("top")
    about = (
        sa.select(col(Content.id), top, col(Content.minutes))
        .join(ContentTopic, col(ContentTopic.content_id) == Content.id)
        .join(Topic, col(Topic.id) == ContentTopic.topic_id)
        .where(col(Content.studio_id) == studio_id, col(Content.active))
        .distinct()
        .subquery()
    )
    found = await session.execute(sa.select(about.c.top, sa.func.sum(about.c.minutes)).group_by(about.c.top))
    return {topic_id: float(minutes) for topic_id, minutes in found.all()}
