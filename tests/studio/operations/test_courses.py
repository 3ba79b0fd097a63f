from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.needs.needs import compute_needs
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import CourseEvent
from studio.store.tables import CohortNeed, CoursePlanItem, CoursePlanSpeaker, Mentor, Person, Region
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, SURVEY, csv_file

MENTORS = csv_file(
    MENTOR_HEADER,
    ("周兰", "竹园社区", "汇川区", 1, 12, "文稿写作:4;网格治理:4;民生服务:4", "", ""),
    ("陈松", "和平社区", "播州区", 1, 8, "文稿写作:5;网格治理:5;民生服务:5", "", ""),
    ("吴桂", "茶园社区", "湄潭县", 1, 3, "文稿写作:3;网格治理:3;民生服务:3", "", ""),
)


async def _plan(engine: AsyncEngine, organizer: Actor) -> dict[CourseEvent, CoursePlanItem]:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
        await import_survey(session, organizer, SURVEY, "survey.csv", 3, 1)
        await compute_needs(session, organizer, (await find_cohort(session, organizer.studio_id, 3)).id)
    async with reading(engine) as session:
        return {item.event: item for item in (await session.execute(select(CoursePlanItem))).scalars()}


async def test_three_events_are_planned_on_three_topics(engine: AsyncEngine, organizer: Actor) -> None:
    plan = await _plan(engine, organizer)
    assert set(plan) == set(CourseEvent)
    assert len({item.topic_id for item in plan.values()}) == 3


async def test_demand_of_the_event_is_the_figure_of_the_ranking(
    engine: AsyncEngine, organizer: Actor
) -> None:
    event = (await _plan(engine, organizer))[CourseEvent.MONTHLY_TOPIC]
    async with reading(engine) as session:
        mean = await session.scalar(select(CohortNeed.mean).where(CohortNeed.topic_id == event.topic_id))
    assert event.figures["demand"] == mean


async def test_visit_is_taught_by_mentors_of_other_counties(engine: AsyncEngine, organizer: Actor) -> None:
    plan = await _plan(engine, organizer)
    counties = defaultdict(list)
    async with reading(engine) as session:
        found = await session.execute(
            select(CoursePlanSpeaker.item_id, Region.county)
            .join(Mentor, Mentor.id == CoursePlanSpeaker.mentor_id)
            .join(Person, Person.id == Mentor.person_id)
            .join(Region, Region.id == Person.community_id)
            .order_by(sa.asc(CoursePlanSpeaker.position))
        )
        for item_id, county in found.all():
            counties[item_id].append(county)
    visit, event = plan[CourseEvent.OUTREACH_TEACHING], plan[CourseEvent.MONTHLY_TOPIC]
    assert visit.county == "播州区"
    assert counties[visit.id] == ["汇川区", "湄潭县"]
    # The monthly event has no such wish: the strongest comes first, wherever from.
    assert counties[event.id] == ["播州区", "汇川区", "湄潭县"]
