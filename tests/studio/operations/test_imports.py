import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel, select

from studio.errors import Forbidden, StudioError
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.tables import (
    Answer,
    Mentor,
    MentorPlace,
    MentorTopic,
    PainPoint,
    Person,
    Region,
    SurveyResponse,
    Trainee,
    TraineeNeed,
    metadata,
)
from tests.databases import remembered
from tests.studio.operations.conftest import (
    MENTOR_HEADER,
    MENTORS,
    ROSTER,
    ROSTER_HEADER,
    SURVEY,
    SURVEY_HEADER,
    SURVEY_ROWS,
    csv_file,
)


async def count(engine: AsyncEngine, table: type[SQLModel]) -> int:
    async with reading(engine) as session:
        return (await session.execute(select(sa.func.count()).select_from(table))).scalar_one()


async def everything(engine: AsyncEngine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the audit trail."""
    async with reading(engine) as session:
        return {
            table.name: sorted(map(tuple, (await session.execute(sa.select(table))).all()), key=repr)
            for table in metadata.sorted_tables
            if table.name != "audit_event"
        }


@remembered
async def people(engine: AsyncEngine, organizer: Actor) -> Actor:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
    return organizer


async def test_roster_makes_cohort_people_and_places(engine: AsyncEngine, organizer: Actor) -> None:
    async with writing(engine) as session:
        report = await import_roster(session, organizer, ROSTER, "roster.csv", 3)
    assert (report.rows, report.accepted, report.new, report.rejected) == (4, 4, 4, [])
    async with reading(engine) as session:
        rows = await session.execute(
            select(Person.name, Region.name, Region.county, Trainee.role, Trainee.in_post_since)
            .join(Trainee, Trainee.person_id == Person.id)
            .join(Region, Region.id == Person.community_id)
            .order_by(Trainee.roster_row)
        )
        found = rows.all()
    assert [row[:3] for row in found] == [
        ("李明", "桂语社区", "汇川区"),
        ("李明", "松涛社区", "播州区"),
        ("王芳", "竹园社区", "汇川区"),
        ("赵强", "茶园社区", "湄潭县"),
    ]
    assert [row[3].value for row in found] == [
        "DEPUTY_SECRETARY",
        "RESERVE_CADRE",
        "SECRETARY_AND_DIRECTOR",
        "COMMITTEE_DIRECTOR",
    ]
    assert found[2][4].isoformat() == "2015-07-01"


async def test_same_files_twice_change_nothing(engine: AsyncEngine, people: Actor) -> None:
    async with writing(engine) as session:
        await import_survey(session, people, SURVEY, "survey.csv", 3, 1)
    before = await everything(engine)
    async with writing(engine) as session:
        reports = [
            await import_roster(session, people, ROSTER, "roster.csv", 3),
            await import_mentors(session, people, MENTORS, "mentors.csv"),
            await import_survey(session, people, SURVEY, "survey.csv", 3, 1),
        ]
    assert [(report.accepted, report.unchanged, report.new, report.updated) for report in reports] == [
        (4, 4, 0, 0),
        (3, 3, 0, 0),
        (3, 3, 0, 0),
    ]
    assert await everything(engine) == before


async def test_dry_run_counts_what_would_be_written_and_writes_nothing(
    engine: AsyncEngine, people: Actor
) -> None:
    before = await everything(engine)
    async with writing(engine) as session:
        dry = await import_survey(session, people, SURVEY, "survey.csv", 3, 1, dry_run=True)
    assert await everything(engine) == before
    async with writing(engine) as session:
        real = await import_survey(session, people, SURVEY, "survey.csv", 3, 1)
    assert (
        (dry.new, dry.pain_points, dry.respondents)
        == (real.new, real.pain_points, real.respondents)
        == (3, 6, 3)
    )
    assert dry.dry_run
    assert not dry.written
    assert real.written


async def test_bad_rows_are_told_together_and_nothing_is_written(engine: AsyncEngine, people: Actor) -> None:
    bad = csv_file(
        SURVEY_HEADER,
        *SURVEY_ROWS,
        (4, "2026/3/2 11:10:00", "9秒", "", "孙无", "无名社区", 3, 3, 3, "没人认识我", ""),
        (5, "2026/3/2 11:20:00", "60秒", "", "李明", "", 3, 3, 3, "哪个李明", ""),
        (6, "2026/3/2 11:30:00", "60秒", "", "赵强", "茶园社区", 9, 3, 3, "分数写错了", ""),
    )
    before = await everything(engine)
    async with writing(engine) as session:
        report = await import_survey(session, people, bad, "survey.csv", 3, 1)
    assert {(issue.row, issue.code.value) for issue in report.rejected} == {
        (5, "UNKNOWN_PERSON"),
        (6, "AMBIGUOUS_PERSON"),
        (7, "OUT_OF_SCALE"),
    }
    assert all(
        issue.message("zh") and issue.suggestion("zh") and issue.message("en") for issue in report.rejected
    )
    assert report.rows == report.accepted + len(report.rejected_rows) == 6
    assert await everything(engine) == before
    async with writing(engine) as session:
        skipped = await import_survey(session, people, bad, "survey.csv", 3, 1, skip_bad_rows=True)
    assert skipped.written
    assert await count(engine, SurveyResponse) == 3


async def test_corrected_file_updates_and_keeps_unchanged_pain_points(
    engine: AsyncEngine, people: Actor
) -> None:
    async with writing(engine) as session:
        await import_survey(session, people, SURVEY, "survey.csv", 3, 1)
    async with reading(engine) as session:
        before = dict(list((await session.execute(select(PainPoint.text, PainPoint.id))).all()))
    corrected = [list(row) for row in SURVEY_ROWS]
    corrected[0][9] = "讲话稿没有头绪"
    async with writing(engine) as session:
        report = await import_survey(session, people, csv_file(SURVEY_HEADER, *corrected), "survey.csv", 3, 1)
    assert (report.updated, report.unchanged, report.new) == (1, 2, 0)
    async with reading(engine) as session:
        after = dict(list((await session.execute(select(PainPoint.text, PainPoint.id))).all()))
    assert set(after) - set(before) == {"讲话稿没有头绪"}
    assert set(before) - set(after) == {"材料写到半夜还被退"}
    assert after["信息没人采用"] == before["信息没人采用"]


async def test_later_answer_in_a_wave_counts_and_both_are_kept(engine: AsyncEngine, people: Actor) -> None:
    async with writing(engine) as session:
        await import_survey(session, people, SURVEY, "survey.csv", 3, 1)
    again = list(SURVEY_ROWS[0])
    again[1], again[9] = "2026/3/9 08:00:00", "网格员不够"
    async with writing(engine) as session:
        await import_survey(session, people, csv_file(SURVEY_HEADER, again), "later.csv", 3, 1)
    async with reading(engine) as session:
        rows = await session.execute(
            select(SurveyResponse.submitted_at, SurveyResponse.current)
            .join(Trainee, Trainee.id == SurveyResponse.trainee_id)
            .join(Person, Person.id == Trainee.person_id)
            .join(Region, Region.id == Person.community_id)
            .where(Region.name == "桂语社区")
            .order_by(SurveyResponse.submitted_at)
        )
        assert [current for _, current in rows.all()] == [False, True]


async def test_two_open_questions_alone_are_a_complete_survey(engine: AsyncEngine, people: Actor) -> None:
    short = csv_file(
        ("姓名", "社区", "您最棘手的问题", "您最急迫的难题"),
        ("王芳", "竹园", "材料写到半夜还被退回来", "老小区停车位不够"),
    )
    async with writing(engine) as session:
        report = await import_survey(session, people, short, "short.csv", 3, 1)
    assert (report.accepted, report.pain_points, report.rejected) == (1, 2, [])
    async with reading(engine) as session:
        needs = await session.execute(select(TraineeNeed.severity, TraineeNeed.urgency, TraineeNeed.need))
        found = needs.all()
        points = (await session.execute(select(PainPoint.severity, PainPoint.urgency))).all()
    assert found
    # One answer says how thorny, the other how urgent: neither speaks for both.
    assert all((severity > 0) != (urgency > 0) for severity, urgency, _ in found)
    assert sorted(map(tuple, points), key=repr) == [(5.0, None), (None, 5.0)]


async def test_words_are_kept_as_written(engine: AsyncEngine, people: Actor) -> None:
    words = " \u3000=1+1 “引号”,換行\n第二行 😀 1 2\t\n"
    file = csv_file(("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("王芳", "竹园社区", words, ""))
    async with writing(engine) as session:
        await import_survey(session, people, file, "words.csv", 3, 1)
    async with reading(engine) as session:
        assert (await session.execute(select(PainPoint.text))).scalar_one() == words
        assert words in (await session.execute(select(Answer.text))).scalars().all()


async def test_mentor_capacity_becomes_places_and_shrinks_by_closing(
    engine: AsyncEngine, people: Actor
) -> None:
    fewer = csv_file(MENTOR_HEADER, ("陈松", "和平社区", "播州区", 1, 8, "民生服务:5", "", ""))
    async with writing(engine) as session:
        report = await import_mentors(session, people, fewer, "mentors.csv")
    assert report.updated == 1
    async with reading(engine) as session:
        places = await session.execute(
            select(MentorPlace.number, MentorPlace.open)
            .join(Mentor, Mentor.id == MentorPlace.mentor_id)
            .join(Person, Person.id == Mentor.person_id)
            .where(Person.name == "陈松")
            .order_by(MentorPlace.number)
        )
        assert [tuple(row) for row in places.all()] == [(1, True), (2, False)]
    assert await count(engine, MentorTopic) == 2 + 1 + 1


async def test_namesake_of_a_roster_is_told_apart_from_those_who_are_known(
    engine: AsyncEngine, people: Actor
) -> None:
    twin = ("李明", "副书记", "汇川区", "云溪街道", "桂语社区", "19900000009", "")
    async with writing(engine) as session:
        await import_roster(
            session, people, csv_file(ROSTER_HEADER, twin, (*twin[:5], "19900000001", "")), "r", 3
        )
        report = await import_roster(session, people, csv_file(ROSTER_HEADER, (*twin[:5], "", "")), "r", 3)
    (issue,) = report.rejected
    assert (issue.column, issue.code.value) == ("姓名", "AMBIGUOUS_PERSON")
    assert "李明(桂语社区,****0001)、李明(桂语社区,****0009)" in issue.message()


async def test_only_organizers_import(engine: AsyncEngine, people: Actor) -> None:
    mentor = Actor(role=Role.MENTOR, studio_id=people.studio_id)
    async with writing(engine) as session:
        with pytest.raises(Forbidden):
            await import_roster(session, mentor, ROSTER, "roster.csv", 3)


async def test_survey_of_a_missing_cohort_is_refused(engine: AsyncEngine, organizer: Actor) -> None:
    async with writing(engine) as session:
        with pytest.raises(StudioError) as refusal:
            await import_survey(session, organizer, SURVEY, "survey.csv", 9, 1)
    assert refusal.value.code == "NO_COHORT"


async def test_later_header_row_is_not_lost(engine: AsyncEngine, organizer: Actor) -> None:
    titled = "2026年第三批学员花名册,,,,,,\n".encode() + ROSTER
    async with writing(engine) as session:
        report = await import_roster(session, organizer, titled, "roster.csv", 3)
    assert report.accepted == 4
    assert ROSTER_HEADER[0] in {column.column for column in report.mapping}
