"""The course plan of a cohort: the next monthly event, the salon and the next teaching visit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching import CoursePlan, plan_courses
from studio.arrays.courses import CourseArrays, Floats, course_arrays
from studio.operations.needs.heat import GroupNeeds
from studio.operations.rules.match_input import free_places
from studio.store.catalogue import Content, ContentTopic, on_offer
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import ContentKind, CourseEvent
from studio.store.packages import CoursePlanContent, CoursePlanItem, CoursePlanSpeaker
from studio.store.people import mentors_of, strengths_of
from studio.store.rows import insert_rows
from studio.store.topics import Topic

CONTENTS_PER_EVENT = 3
DECIMALS = 6


async def store_course_plan(
    session: AsyncSession,
    cohort: Cohort,
    topics: Sequence[Topic],
    need: Floats,
    by_county: GroupNeeds[str],
) -> None:
    """Plan the cohort's next events from its needs (rows: respondents, columns: top topics) and store the plan.

    Without respondents or mentors there is no plan.
    """
    mentors = await mentors_of(session, cohort.studio_id)
    wanted: list[tuple[CoursePlanItem, list[UUID]]] = []
    if len(need) and mentors:
        strengths = await strengths_of(session, cohort.studio_id)
        free = {mentor: len(places) for mentor, places in (await free_places(session, cohort)).items()}
        arrays = course_arrays(topics, mentors, strengths, free, need, by_county.groups, by_county.heat)
        wanted = _items(cohort, arrays, _plan(arrays))
    if await _stored(session, cohort) == [_outline(item, speakers) for item, speakers in wanted]:
        return
    await session.execute(sa.delete(CoursePlanItem).where(col(CoursePlanItem.cohort_id) == cohort.id))
    await insert_rows(session, [item for item, _ in wanted])
    await insert_rows(session, [row for item, speakers in wanted for row in _speakers(item, speakers)])
    used: set[UUID] = set()
    for item, _ in wanted:
        chosen = await _contents(session, item, used)
        used.update(row.content_id for row in chosen)
        await insert_rows(session, chosen)


def _plan(arrays: CourseArrays) -> CoursePlan:
    known = bool(arrays.counties)
    return plan_courses(
        arrays.need,
        arrays.strength,
        arrays.capacity,
        county_need=arrays.county_need if known else None,
        county_trainees=arrays.county_trainees if known else None,
        mentor_county=arrays.mentor_county,
    )


def _items(cohort: Cohort, arrays: CourseArrays, plan: CoursePlan) -> list[tuple[CoursePlanItem, list[UUID]]]:
    event, salon, visit = plan.event, plan.salon, plan.outreach
    proposals: list[tuple[CourseEvent, int, str | None, dict[str, float], Sequence[int]]] = [
        (
            CourseEvent.MONTHLY_TOPIC,
            event.topic,
            None,
            {"demand": event.demand, "supply": event.supply, "gap": event.gap},
            event.speakers,
        )
    ]
    if salon.topics:
        figures = {"coverage": salon.coverage}
        proposals.append((CourseEvent.QUARTERLY_SALON, salon.topics[0], None, figures, salon.speakers))
    if visit is not None:
        county = arrays.counties[visit.county]
        figures = {"need": visit.need}
        proposals.append((CourseEvent.OUTREACH_TEACHING, visit.topic, county, figures, visit.speakers))
    return [
        (
            CoursePlanItem(
                studio_id=cohort.studio_id,
                cohort_id=cohort.id,
                position=position,
                event=kind,
                topic_id=arrays.topics[topic].id,
                county=county,
                figures={name: round(float(value), DECIMALS) for name, value in figures.items()},
            ),
            [arrays.mentors[speaker].id for speaker in speakers],
        )
        for position, (kind, topic, county, figures, speakers) in enumerate(proposals)
    ]


def _outline(item: CoursePlanItem, speakers: Sequence[UUID]) -> tuple[Any, ...]:
    return item.position, item.event, item.topic_id, item.county, item.figures, list(speakers)


async def _stored(session: AsyncSession, cohort: Cohort) -> list[tuple[Any, ...]]:
    items = await session.execute(
        select(CoursePlanItem)
        .where(CoursePlanItem.cohort_id == cohort.id)
        .order_by(col(CoursePlanItem.position))
    )
    speakers: Mapping[UUID, list[UUID]] = defaultdict(list)
    found = await session.execute(
        select(CoursePlanSpeaker.item_id, CoursePlanSpeaker.mentor_id)
        .join(CoursePlanItem, col(CoursePlanItem.id) == CoursePlanSpeaker.item_id)
        .where(CoursePlanItem.cohort_id == cohort.id)
        .order_by(col(CoursePlanSpeaker.position))
    )
    for item_id, mentor_id in found.all():
        speakers[item_id].append(mentor_id)
    return [_outline(item, speakers[item.id]) for item in items.scalars()]


def _speakers(item: CoursePlanItem, mentor_ids: Sequence[UUID]) -> list[CoursePlanSpeaker]:
    return [
        CoursePlanSpeaker(studio_id=item.studio_id, item_id=item.id, mentor_id=mentor_id, position=position)
        for position, mentor_id in enumerate(mentor_ids)
    ]


# What suits an event best: courses to hear, cases to discuss, tools to leave behind.
_FITTING: dict[CourseEvent, list[str]] = {
    CourseEvent.MONTHLY_TOPIC: [ContentKind.COURSE, ContentKind.CASE, ContentKind.TEMPLATE],
    CourseEvent.QUARTERLY_SALON: [ContentKind.CASE, ContentKind.COURSE, ContentKind.TEMPLATE],
    CourseEvent.OUTREACH_TEACHING: [ContentKind.TEMPLATE, ContentKind.COURSE, ContentKind.CASE],
}


async def _contents(session: AsyncSession, item: CoursePlanItem, used: set[UUID]) -> list[CoursePlanContent]:
    """Choose contents for an event: mainly about its topic, of the kind that suits it, fresh ones first."""
    found = await session.execute(
        select(Content.id, Content.kind, Content.code)
        .join(ContentTopic, col(ContentTopic.content_id) == Content.id)
        .join(Topic, col(Topic.id) == ContentTopic.topic_id)
        .where(
            Content.studio_id == item.studio_id,
            on_offer(today()),
            ContentTopic.position == 0,
            sa.func.coalesce(Topic.parent_id, Topic.id) == item.topic_id,
        )
    )
    order = {kind: place for place, kind in enumerate(_FITTING[item.event])}
    rows = sorted(found.all(), key=lambda row: (row[0] in used, order.get(row[1], len(order)), row[2]))
    return [
        CoursePlanContent(studio_id=item.studio_id, item_id=item.id, content_id=content_id, position=position)
        for position, (content_id, _, _) in enumerate(rows[:CONTENTS_PER_EVENT])
    ]
