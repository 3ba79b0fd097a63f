"""Weeks that cohorts offer and in which people are free: set as a whole, by whom, and told by lists."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.people.weeks import set_cohort_weeks, set_mentor_weeks, set_trainee_weeks
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.tables import Cohort, Mentor, Trainee
from studio.store.weeks import mondays_of
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER_HEADER, csv_file, ids

W14, W15, W16 = date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)


async def test_cohort_offers_weeks_as_a_whole(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> None:
    async with writing(engine) as session:
        cohort = await set_cohort_weeks(session, organizer, cohort_id, [W15, W14, W15], expected_version=1)
    assert cohort.weeks == [
        {"monday": "2026-03-30", "year": 2026, "number": 14},
        {"monday": "2026-04-06", "year": 2026, "number": 15},
    ]
    async with writing(engine) as session:
        cohort = await set_cohort_weeks(session, organizer, cohort_id, [W16], expected_version=cohort.version)
    assert mondays_of(cohort.weeks) == (W16,)
    with pytest.raises(Conflict, match="CONFLICT_VERSION"):
        async with writing(engine) as session:
            await set_cohort_weeks(session, organizer, cohort_id, [], expected_version=1)


async def test_weeks_are_mondays_within_the_cohort(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        cohort = await session.get_one(Cohort, cohort_id)
        cohort.starts_on, cohort.ends_on = date(2026, 4, 1), date(2026, 4, 10)
    for weeks, code in (
        ([date(2026, 4, 7)], "WEEK_NOT_MONDAY"),
        ([W14, W15, W16], "WEEK_OUTSIDE_COHORT"),
        ([date.fromisocalendar(2026 + n // 50, 1 + n % 50, 1) for n in range(81)], "TOO_MANY_WEEKS"),
    ):
        with pytest.raises(StudioError, match=code):
            async with writing(engine) as session:
                await set_cohort_weeks(session, organizer, cohort_id, weeks, expected_version=1)
    async with writing(engine) as session:
        # The first week begins before the cohort and ends in it.
        await set_cohort_weeks(session, organizer, cohort_id, [W14, W15], expected_version=1)


async def test_people_say_their_own_free_weeks_and_nobody_elses(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    zhou, chen = await ids(engine, Mentor, "周兰"), await ids(engine, Mentor, "陈松")
    async with reading(engine) as session:
        person = (await session.get_one(Mentor, zhou)).person_id
        trainee = (await session.execute(Trainee.__table__.select())).mappings().first()
    assert trainee is not None
    mentor = Actor(Role.MENTOR, organizer.studio_id, person)
    learner = Actor(Role.TRAINEE, organizer.studio_id, trainee["person_id"])
    async with writing(engine) as session:
        own = await set_mentor_weeks(session, mentor, zhou, [W14], expected_version=1, weekly_capacity=2)
        mine = await set_trainee_weeks(session, learner, trainee["id"], [], expected_version=1)
    assert (mondays_of(own.free_weeks or []), own.weekly_capacity, own.version) == ((W14,), 2, 2)
    assert mine.free_weeks == []
    async with writing(engine) as session:
        again = await set_mentor_weeks(session, organizer, zhou, None, expected_version=2)
        assert (again.free_weeks, again.weekly_capacity) == (None, 2)
    for actor, weeks_of, row in (
        (mentor, set_mentor_weeks, chen),
        (learner, set_mentor_weeks, zhou),
        (mentor, set_trainee_weeks, trainee["id"]),
    ):
        with pytest.raises(NotFound):
            async with writing(engine) as session:
                await weeks_of(session, actor, row, [W14], expected_version=1)
    with pytest.raises(Forbidden):
        async with writing(engine) as session:
            await set_cohort_weeks(session, mentor, cohort_id, [W14], expected_version=1)


@pytest.mark.parametrize("wanted", [0, 51])
async def test_weekly_capacity_has_bounds(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, wanted: int
) -> None:
    zhou = await ids(engine, Mentor, "周兰")
    with pytest.raises(StudioError, match="WEEKLY_CAPACITY_OUT_OF_RANGE"):
        async with writing(engine) as session:
            await set_mentor_weeks(session, organizer, zhou, None, expected_version=1, weekly_capacity=wanted)


async def test_lists_tell_weeks_and_an_empty_cell_says_nothing(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    header = [*MENTOR_HEADER, "空闲周次", "每周可带人数"]
    year = "2026年第14周"

    async def mentors(weeks: str, weekly: str) -> Mentor:
        table = csv_file(header, ("周兰", "竹园社区", *[""] * (len(MENTOR_HEADER) - 2), weeks, weekly))
        async with writing(engine) as session:
            report = await import_mentors(session, organizer, table, "m.csv")
            assert report.written, report.rejected
        async with reading(engine) as session:
            return await session.get_one(Mentor, await ids(engine, Mentor, "周兰"))

    told = await mentors(year, "2")
    assert (mondays_of(told.free_weeks or []), told.weekly_capacity) == ((W14,), 2)
    told = await mentors("", "")
    assert (mondays_of(told.free_weeks or []), told.weekly_capacity) == ((W14,), 2)
    told = await mentors("都可以", "")
    assert (told.free_weeks, told.weekly_capacity) == (None, 2)
    roster = csv_file(
        [*ROSTER_HEADER, "可跟岗周"],
        ("新学员", "副书记", "播州区", "", "新社区", *[""] * (len(ROSTER_HEADER) - 5), "2026-04-06、第16周"),
    )
    async with writing(engine) as session:
        cohort = await session.get_one(Cohort, cohort_id)
        await set_cohort_weeks(session, organizer, cohort_id, [W15, W16], expected_version=cohort.version)
        report = await import_roster(session, organizer, roster, "r.csv", cohort.number)
        assert report.new == 1
    async with reading(engine) as session:
        trainee = await session.get_one(Trainee, await ids(engine, Trainee, "新学员"))
    assert mondays_of(trainee.free_weeks or []) == (W15, W16)
