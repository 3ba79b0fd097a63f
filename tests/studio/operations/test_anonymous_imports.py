"""Surveys that name nobody: they feed the cohort, and are known again when they come again."""

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.tables import CohortNeed, SurveyResponse, TraineeNeed
from tests.databases import remembered
from tests.studio.operations.conftest import ROSTER, csv_file
from tests.studio.operations.test_imports import count


@remembered
async def people(engine: AsyncEngine, organizer: Actor) -> Actor:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
    return organizer


async def test_anonymous_file_feeds_the_cohort_and_nobody_is_guessed(
    engine: AsyncEngine, people: Actor
) -> None:
    nameless = csv_file(
        ("序号", "提交答卷时间", "最棘手的问题是什么", "最急迫的难题是什么"),
        (1, "2026/3/2 10:31:05", "材料写到半夜还被退回来", "停车位不够天天吵"),
        (2, "2026/3/2 10:32:05", "网格员跑不过来", ""),
    )
    async with writing(engine) as session:
        report = await import_survey(session, people, nameless, "anonymous.csv", 3, 1)
    assert report.anonymous
    assert (report.accepted, report.respondents, report.pain_points) == (2, 2, 3)
    async with reading(engine) as session:
        owners = (await session.execute(select(SurveyResponse.trainee_id))).scalars().all()
        needs = (await session.execute(select(CohortNeed.mean, CohortNeed.low, CohortNeed.high))).all()
    assert owners == [None, None]
    assert await count(engine, TraineeNeed) == 0
    assert len(needs) == 3
    assert all(0 <= low <= mean <= high <= 1 for mean, low, high in needs)
    async with writing(engine) as session:
        again = await import_survey(session, people, nameless, "anonymous.csv", 3, 1)
    assert again.unchanged == 2


TIMED = ("提交时间", "最棘手的问题", "最急迫的难题")
TIMED_ROWS = (
    ("2026/3/1 10:00:00", "测试", "测试"),
    ("2026/3/2 10:01:00", "材料写到半夜", "没人帮"),
    ("2026/3/2 10:02:00", "网格员跑不过来", "停车位不够"),
)


async def test_anonymous_rows_without_serial_are_known_again_wherever_they_stand(
    engine: AsyncEngine, people: Actor
) -> None:
    async def imported(header: tuple[str, ...], *rows: tuple[str, ...]) -> tuple[int, int, int]:
        async with writing(engine) as session:
            report = await import_survey(session, people, csv_file(header, *rows), "nameless.csv", 3, 1)
        return report.new, report.updated, report.unchanged

    assert await imported(TIMED, *TIMED_ROWS) == (3, 0, 0)
    assert await imported(TIMED, *TIMED_ROWS[1:]) == (0, 0, 2)
    inserted = ("2026/3/2 10:01:00", "台账太多", "")
    assert await imported(TIMED, TIMED_ROWS[2], inserted, TIMED_ROWS[1]) == (1, 0, 2)
    corrected = (TIMED_ROWS[2][0], "网格员实在跑不过来", TIMED_ROWS[2][2])
    assert await imported(TIMED, corrected, TIMED_ROWS[1]) == (0, 1, 1)
    assert await count(engine, SurveyResponse) == 4


async def test_equal_anonymous_answers_without_a_time_are_as_many_as_they_were(
    engine: AsyncEngine, people: Actor
) -> None:
    rows = (("材料写到半夜", ""), ("材料写到半夜", ""), ("停车位不够", ""))
    for given, expected in ((rows, (3, 0)), (rows[1:], (0, 2)), ((*rows, rows[0]), (1, 3))):
        file = csv_file(TIMED[1:], *given)
        async with writing(engine) as session:
            report = await import_survey(session, people, file, "nameless.csv", 3, 1)
        assert (report.new, report.unchanged, report.updated) == (*expected, 0)


async def test_other_people_of_one_day_overwrite_nobody(engine: AsyncEngine, people: Actor) -> None:
    for trouble in ("材料写到半夜", "停车位不够"):
        file = csv_file(TIMED[:2], ("2026/3/2", trouble))
        async with writing(engine) as session:
            report = await import_survey(session, people, file, "nameless.csv", 3, 1)
        assert (report.new, report.updated) == (1, 0)
