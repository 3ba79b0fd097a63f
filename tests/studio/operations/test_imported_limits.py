"""A file of rules brings limits, too: dry, with every fault by row, and again without a change."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.import_report import ImportReport
from studio.operations.rules.presets import PresetEntry, apply_rule_preset, create_rule_preset
from studio.operations.rules.rules import import_rules
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.limits import LimitRule
from studio.store.preset_enums import PresetKind
from studio.store.tables import Rule
from tests.studio.operations.conftest import csv_file

HEADER = ("学员", "导师", "类型", "人数", "限额对象", "原因", "有效期至")
GOOD = (
    ("赵强", "陈松", "必须", "", "", "路近", ""),
    ("", "陈松", "最多", 2, "", "身体原因", "2099-12-31"),
    ("", "", "限额", 1, "同县", "避免扎堆", ""),
    ("", "", "最多", 3, "", "都带得过来", ""),
)


async def take(engine: AsyncEngine, actor: Actor, *rows: tuple[Any, ...], **how: bool) -> ImportReport:
    async with writing(engine) as session:
        return await import_rules(session, actor, csv_file(HEADER, *rows), "规则.csv", 3, **how)


async def limits(engine: AsyncEngine) -> list[LimitRule]:
    async with reading(engine) as session:
        return list((await session.execute(select(LimitRule).order_by(LimitRule.created_at))).scalars())


@pytest.mark.usefixtures("cohort_id")
async def test_limits_are_taken_in_beside_rules_and_again_without_a_change(
    engine: AsyncEngine, organizer: Actor
) -> None:
    dry = await take(engine, organizer, *GOOD, dry_run=True)
    assert (dry.rows, dry.new, dry.rejected, dry.written) == (4, 4, [], False)
    assert await limits(engine) == []
    report = await take(engine, organizer, *GOOD)
    assert (report.new, report.written) == (4, True)
    found = await limits(engine)
    assert {(rule.kind, rule.number, rule.reason, rule.author) for rule in found} == {
        ("CAP", 2, "身体原因", "IMPORT"),
        ("QUOTA", 1, "避免扎堆", "IMPORT"),
        ("CAP", 3, "都带得过来", "IMPORT"),
    }
    again = await take(engine, organizer, *GOOD)
    assert (again.unchanged, again.new, again.updated) == (4, 0, 0)
    for table in (Rule, LimitRule):
        async with writing(engine) as session:
            await session.execute(sa.update(table).values(author="ORGANIZER"))
    # Who set what the file only repeats has still set it.
    again = await take(engine, organizer, *GOOD)
    assert (again.unchanged, {rule.author for rule in await limits(engine)}) == (4, {"ORGANIZER"})
    async with reading(engine) as session:
        assert (await session.execute(select(Rule))).scalar_one().author == "ORGANIZER"
    changed = await take(engine, organizer, ("", "陈松", "上限", 1, "", "身体原因", "2099-12-31"))
    assert (changed.updated, changed.new) == (1, 0)
    assert {(rule.number, rule.author) for rule in await limits(engine) if rule.mentor_id} == {(1, "IMPORT")}
    async with reading(engine) as session:
        assert len((await session.execute(select(Rule))).scalars().all()) == 1


@pytest.mark.usefixtures("cohort_id")
async def test_faults_of_limits_are_told_by_row_and_nothing_is_written(
    engine: AsyncEngine, organizer: Actor
) -> None:
    report = await take(
        engine,
        organizer,
        ("", "周篮", "最多", 2, "", "忙", ""),
        ("", "", "限额", 1, "火星", "远", ""),
        ("", "", "限额", 1, "火星导师", "远", ""),
        ("", "陈松", "最少", 1, "", "基地", ""),
        ("", "陈松", "至少", 2, "", "基地", ""),
        ("赵强", "", "最多", 1, "", "忙", ""),
    )
    assert [(issue.row, issue.column, issue.code.value) for issue in report.rejected] == [
        (2, "导师", "UNKNOWN_PERSON"),
        (3, "限额对象", "LIMIT_VALUE"),
        (4, "限额对象", "LIMIT_VALUE"),
        (6, "类型", "DUPLICATE_ROW"),
        (7, "学员", "LIMIT_NAMES_TRAINEE"),
    ]
    for issue in report.rejected:
        for told in (issue.message, issue.suggestion):
            assert told("zh") != told("en")
    assert "湄潭县" in report.rejected[1].message("zh")
    assert await limits(engine) == []
    skipped = await take(
        engine,
        organizer,
        ("", "", "限额", 1, "火星", "远", ""),
        ("", "陈松", "最少", 1, "", "基地", ""),
        skip_bad_rows=True,
    )
    assert (skipped.written, skipped.new) == (True, 1)


async def test_limits_of_a_preset_stay_beside_those_of_a_file(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        entry = PresetEntry("ONE", "一对一", PresetKind.LOAD, {"most": 1}, "一名导师只带一人")
        preset = await create_rule_preset(session, organizer, entry)
        await apply_rule_preset(session, organizer, preset.id, cohort_id)
    report = await take(engine, organizer, ("", "", "最多", 3, "", "都带得过来", ""))
    assert report.new == 1
    assert sorted(rule.number for rule in await limits(engine)) == [1, 3]
