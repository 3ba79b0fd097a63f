"""Rules from a file: about whom they are, and two about one pair."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.errors import StudioError
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import import_rules, set_rule
from studio.permissions import Actor
from studio.store.clock import today
from studio.store.database import writing
from studio.store.enums import RuleKind
from studio.store.tables import Mentor, Rule, Trainee
from tests.databases import remembered
from tests.studio.operations.conftest import MENTORS, ROSTER, csv_file, ids
from tests.studio.operations.test_imports import count


@remembered
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


async def test_pins_that_cannot_hold_are_rejected_by_row(engine: AsyncEngine, people: Actor) -> None:
    rules = csv_file(
        ("学员", "学员社区", "导师", "类型", "原因", "有效期"),
        ("王芳", "", "陈松", "必须配对", "商定", ""),
        ("王芳", "", "吴桂", "必须配对", "也商定", ""),
        ("赵强", "", "周兰", "必须配对", "商定", ""),
        ("李明", "桂语社区", "周兰", "必须配对", "只有一个名额", ""),
        ("李明", "松涛社区", "周兰", "必须配对", "早已过期", "2020-01-01"),
        ("李明", "松涛社区", "陈松", "优先", "路近", ""),
    )
    async with writing(engine) as session:
        report = await import_rules(session, people, rules, "rules.csv", 3, skip_bad_rows=True)
    assert [(issue.row, issue.column, issue.code.value) for issue in report.rejected] == [
        (3, "学员", "TRAINEE_FIXED_TWICE"),
        (5, "导师", "MENTOR_FIXED_BEYOND_PLACES"),
    ]
    assert "王芳" in report.rejected[0].message("zh")
    assert "周兰 在这一批有 1 个名额" in report.rejected[1].message("zh")
    assert await count(engine, Rule) == 4
    # What a file says of a pair replaces the rule there was: the place moves within one file.
    moved = csv_file(
        ("学员", "导师", "类型", "原因"),
        ("王芳", "吴桂", "必须配对", "改由吴桂带"),
        ("王芳", "陈松", "优先", "原来的导师"),
    )
    async with writing(engine) as session:
        report = await import_rules(session, people, moved, "rules.csv", 3)
    assert (report.rejected, report.new, report.updated) == ([], 1, 1)


async def test_a_pin_too_many_is_refused_by_name(engine: AsyncEngine, people: Actor) -> None:
    wang, zhao = await ids(engine, Trainee, "王芳"), await ids(engine, Trainee, "赵强")
    zhou, chen = await ids(engine, Mentor, "周兰"), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await set_rule(session, people, wang, zhou, RuleKind.PIN, reason="说好的")
        # Setting it once more is no second pin.
        await set_rule(session, people, wang, zhou, RuleKind.PIN, reason="说好的，写清楚些")
    for trainee, mentor, code, field in (
        (wang, chen, "TRAINEE_FIXED_TWICE", "traineeId"),
        (zhao, zhou, "MENTOR_FIXED_BEYOND_PLACES", "mentorId"),
    ):
        with pytest.raises(StudioError) as refusal:
            async with writing(engine) as session:
                await set_rule(session, people, trainee, mentor, RuleKind.PIN, reason="也说好的")
        assert (refusal.value.code, refusal.value.field) == (code, field)
        for language in ("zh", "en"):
            message = refusal.value.message(language)
            assert ("王芳" if trainee is wang else "赵强") in message
            assert ("陈松" if mentor is chen else "周兰") in message
    async with writing(engine) as session:
        past = today() - timedelta(days=1)
        await set_rule(session, people, zhao, zhou, RuleKind.PIN, reason="过期的不算", expires_on=past)
