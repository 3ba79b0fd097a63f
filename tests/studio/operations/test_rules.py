"""Rules from a file: about whom they are, and two about one pair."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.operations.mentors import import_mentors
from studio.operations.roster import import_roster
from studio.operations.rules import import_rules
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.tables import Rule
from tests.studio.operations.conftest import MENTORS, ROSTER, csv_file
from tests.studio.operations.test_imports import count


@pytest.fixture
async def people(engine: AsyncEngine, organizer: Actor) -> Actor:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
    return organizer


async def test_rules_are_found_by_name_and_told_when_not(engine: AsyncEngine, people: Actor) -> None:
    rules = csv_file(
        ("学员", "导师", "类型", "原因"),
        ("王芳", "陈松", "必须配对", "电梯经验对口"),
        ("赵强", "周兰", "回避", "亲属"),
        ("李明", "周兰", "回避", "两个李明"),
        ("王芳", "没有这人", "回避", "写错了"),
    )
    async with writing(engine) as session:
        report = await import_rules(session, people, rules, "rules.csv", 3, skip_bad_rows=True)
    assert {(issue.row, issue.code.value) for issue in report.rejected} == {
        (4, "AMBIGUOUS_PERSON"),
        (5, "UNKNOWN_PERSON"),
    }
    assert await count(engine, Rule) == 2


async def test_rules_about_one_pair_are_compared_by_whom_they_mean(
    engine: AsyncEngine, people: Actor
) -> None:
    rules = csv_file(
        ("学员", "学员社区", "导师", "类型", "原因"),
        ("王芳", "", "陈松", "必须配对", "商定"),
        ("王芳", "竹园", "陈松", "禁止配对", "矛盾"),
        ("赵强", "茶园社区", "周兰", "回避", "亲属"),
        ("赵强", "", "周兰", "回避", "亲属"),
        ("没有这人", "", "周兰", "随便", "亲属"),
        ("没有这人", "", "也没有这人", "回避", "亲属"),
        ("赵强", "", "陈松", "随便", "亲属"),
    )
    async with writing(engine) as session:
        report = await import_rules(session, people, rules, "rules.csv", 3)
    assert [(issue.row, issue.column, issue.code.value) for issue in report.rejected] == [
        (3, "类型", "CONTRADICTORY_RULES"),
        (5, "学员", "DUPLICATE_ROW"),
        (6, "类型", "UNKNOWN_RULE_KIND"),
        (7, "学员", "UNKNOWN_PERSON"),
        (7, "导师", "UNKNOWN_PERSON"),
        (8, "类型", "UNKNOWN_RULE_KIND"),
    ]
    assert (report.rows, report.accepted, report.written) == (7, 2, False)
