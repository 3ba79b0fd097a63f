from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.needs.needs import compute_needs
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.tables import Cohort, CountyNeed, RoleNeed, Topic, TopicTrend, TraineeNeed
from tests.databases import remembered
from tests.studio.operations.conftest import MENTORS, ROSTER, SURVEY, csv_file


@remembered
async def people(engine: AsyncEngine, organizer: Actor) -> Actor:
    """The organizer of a cohort of four, with three mentors."""
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
    return organizer


async def answer(engine: AsyncEngine, actor: Actor, survey: bytes, wave: int = 1) -> None:
    async with writing(engine) as session:
        await import_survey(session, actor, survey, "survey.csv", 3, wave)


async def by_topic(engine: AsyncEngine, table: Any) -> dict[str, list[Any]]:
    """Return the rows of a table by their topic's code."""
    async with reading(engine) as session:
        found = await session.execute(select(Topic.code, table).join(table, table.topic_id == Topic.id))
        rows: dict[str, list[Any]] = {}
        for code, row in found.all():
            rows.setdefault(code, []).append(row)
    return rows


async def test_heat_map_is_the_mean_of_those_who_answered(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, SURVEY)
    needs = await by_topic(engine, TraineeNeed)
    roles, counties = await by_topic(engine, RoleNeed), await by_topic(engine, CountyNeed)
    # 赵强 of 湄潭县 did not answer: the role and the county of nobody else are left out.
    for cells in roles.values():
        answered = {cell.role: cell.answered for cell in cells}
        assert answered == {"DEPUTY_SECRETARY": 1, "RESERVE_CADRE": 1, "SECRETARY_AND_DIRECTOR": 1}
    for code, cells in counties.items():
        assert {cell.county: cell.answered for cell in cells} == {"汇川区": 2, "播州区": 1}
        total = sum(cell.mean * cell.answered for cell in cells)
        assert total == pytest.approx(sum(need.need for need in needs[code]), abs=0.02)
    writing_by_county = {cell.county: cell.respondents for cell in counties["WRITING"]}
    assert writing_by_county == {"汇川区": 1, "播州区": 0}


async def test_who_says_it_twice_is_counted_once(engine: AsyncEngine, people: Actor) -> None:
    rows = [("王芳", "竹园社区", "材料写到半夜还被退回来", "公文格式总出错")]
    await answer(engine, people, csv_file(("姓名", "社区", "最棘手的问题", "最急迫的难题"), *rows))
    (cell,) = (await by_topic(engine, RoleNeed))["WRITING"]
    assert (cell.respondents, cell.answered) == (1, 1)


async def test_anonymous_answers_are_in_no_cell(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, csv_file(("最棘手的问题", "最急迫的难题"), ("材料写到半夜还被退回来", "")))
    assert await by_topic(engine, RoleNeed) == {}
    assert await by_topic(engine, CountyNeed) == {}


async def test_computing_again_changes_nothing(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, SURVEY)

    async def stored() -> list[tuple[Any, ...]]:
        tables = [await by_topic(engine, table) for table in (RoleNeed, CountyNeed)]
        return [(row.id, row.version) for rows in tables for cells in rows.values() for row in cells]

    before = await stored()
    async with writing(engine) as session:
        cohort = (await session.execute(select(Cohort))).scalar_one()
        await compute_needs(session, people, cohort.id)
    assert await stored() == before


OPEN_HEADER = ("最棘手的问题", "最急迫的难题")
# Short enough to be honest repeats, and no two the same: an import would not take one twice.
PAPERS, LIFTS = "材料写到半夜{}回", "加装电梯不同意{}"


def open_answers(papers: int, lifts: int) -> bytes:
    """Return an anonymous survey."""
    rows = [(PAPERS.format(number), "") for number in range(papers)]
    return csv_file(OPEN_HEADER, *rows, *((LIFTS.format(number), "") for number in range(lifts)))


async def test_first_wave_has_no_trend(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, open_answers(6, 2))
    assert await by_topic(engine, TopicTrend) == {}


async def test_topic_that_more_people_name_is_rising(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, open_answers(1, 9))
    await answer(engine, people, open_answers(9, 1), wave=2)
    trends = {code: rows[0] for code, rows in (await by_topic(engine, TopicTrend)).items()}
    papers, lifts = trends["WRITING"], trends["LIVELIHOOD"]
    assert (papers.wave_before, papers.wave, papers.named_before, papers.named_after) == (1, 2, 1, 9)
    assert (papers.share_before, papers.share_after, papers.rising) == (0.1, 0.9, True)
    assert papers.rise_probability + lifts.rise_probability == pytest.approx(1, abs=1e-3)
    assert (lifts.share_before, lifts.share_after, lifts.rising) == (0.9, 0.1, False)
    assert [papers.position, lifts.position] == [0, 2]


async def test_four_people_are_no_rise(engine: AsyncEngine, people: Actor) -> None:
    await answer(engine, people, open_answers(0, 20))
    await answer(engine, people, open_answers(4, 1), wave=2)
    (papers,) = (await by_topic(engine, TopicTrend))["WRITING"]
    assert papers.rise_probability > 0.95
    assert not papers.rising


async def test_the_last_two_waves_are_compared(engine: AsyncEngine, people: Actor) -> None:
    for wave, papers in ((1, 9), (2, 1), (4, 5)):
        await answer(engine, people, open_answers(papers, 10 - papers), wave)
    (papers,) = (await by_topic(engine, TopicTrend))["WRITING"]
    assert (papers.wave_before, papers.wave, papers.named_before, papers.named_after) == (2, 4, 1, 5)
