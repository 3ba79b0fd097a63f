"""Rosters: every usual way of writing one gives the same trainees, and every fault is named."""

import datetime as dt

import pytest

from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.roster import RosterRow, RosterSheet, parse_roster
from studio.imports.tables import read_table
from studio.store.enums import Level, TraineeRole

from .making import Rows, csv_bytes, lines, read_csv, told, xlsx_bytes

TODAY = dt.date(2026, 11, 24)


def roster(text: str) -> RosterSheet:
    return parse_roster(read_csv(lines(text)), today=TODAY)


def test_chinese_roster_is_read_whole() -> None:
    sheet = roster("""
        第三期学员名册 | | | | | | | |
        序号 | 姓名 | 现任职务 | 县(市、区) | 乡镇(街道) | 所在社区 | 联系电话 | 任现职时间 | 层级 | 意向导师
        1 | 林 晓禾 | 书记、主任 | 东县 | 城关镇 | 翠竹社区 | １００ 0000 0001 | 2019年7月 | 能治理 | 周 望山
    """)
    assert sheet.rows == (
        RosterRow(
            row=3,
            name="林晓禾",
            role=TraineeRole.SECRETARY_AND_DIRECTOR,
            county="东县",
            town="城关镇",
            community="翠竹社区",
            phone="10000000001",
            in_post_since=dt.date(2019, 7, 1),
            level=Level.ABLE,
        ),
    )
    assert sheet.issues == ()
    assert {c.field for c in sheet.mapping} >= {
        "name",
        "role",
        "county",
        "town",
        "community",
        "phone",
        "in_post_since",
    }


def test_english_headers_are_read() -> None:
    sheet = roster("""
        Name | Role | County | Town | Community | Phone | In post since
        林晓禾 | DEPUTY_SECRETARY | 东县 | 城关镇 | 翠竹 | 10000000001 | 2019-07
    """)
    assert sheet.rows[0].role is TraineeRole.DEPUTY_SECRETARY
    assert sheet.rows[0].in_post_since == dt.date(2019, 7, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_xlsx_and_csv_give_the_same_trainees(encoding: str) -> None:
    rows = [
        ["姓名", "职务", "社区", "手机号码", "任职时间"],
        ["林晓禾", "书记", "翠竹", "10000000001", "2019/7/1"],
    ]
    excel: Rows = [rows[0], ["林晓禾", "书记", "翠竹", 10000000001, dt.date(2019, 7, 1)]]
    serial: Rows = [rows[0], ["林晓禾", "书记", "翠竹", 10000000001, 43647]]
    sheets = [
        read_table(csv_bytes(rows, encoding), "a.csv"),
        *(read_table(xlsx_bytes(r), "a.xlsx") for r in (excel, serial)),
    ]
    assert len({parse_roster(table, today=TODAY).rows for table in sheets}) == 1


def test_unit_in_one_cell_is_taken_apart() -> None:
    sheet = roster("""
        姓名 | 职务 | 工作单位
        林晓禾 | 书记 | 东山区城关街道翠竹社区
        周望山 | 书记 | 清溪村
    """)
    assert [(r.county, r.town, r.community) for r in sheet.rows] == [
        ("东山区", "城关街道", "翠竹社区"),
        ("", "", "清溪村"),
    ]


@pytest.mark.parametrize(
    ("headers", "cells", "name"),
    [
        ("姓 | 名", "欧阳 | 晓禾", "欧阳晓禾"),
        ("名 | 姓", "晓禾 | 林", "林晓禾"),
        ("First name | Last name", "Anna | Lee", "Anna Lee"),
        ("姓 | 姓名", "林 | 林晓禾", "林晓禾"),
        ("名 | 备注", "林晓禾 | x", "林晓禾"),
    ],
)
def test_name_in_two_columns_is_put_together(headers: str, cells: str, name: str) -> None:
    sheet = roster(f"{headers} | 职务 | 社区\n{cells} | 书记 | 翠竹")
    assert [row.name for row in sheet.rows] == [name]


def test_line_of_totals_is_told_as_one() -> None:
    sheet = roster("姓名 | 职务 | 社区\n林晓禾 | 书记 | 翠竹\n合计：1人 | |\n总计划 | 书记 | 翠竹")
    assert told(sheet.issues) == [(3, "", "SUMMARY_ROW")]
    assert ([row.name for row in sheet.rows], sheet.n_rows) == (["林晓禾", "总计划"], 3)


def test_name_that_begins_like_a_region_stays_whole() -> None:
    sheet = roster("""
        姓名 | 职务 | 县区 | 乡镇 | 社区
        林晓禾 | 书记 | 东县 | | 东区花园社区
        周望山 | 书记 | 东县 | | 新镇和平社区
        吴小满 | 书记 | 东县 | 城关镇 | 河东区花园社区
        郑一川 | 书记 | 东县 | 城关镇 | 东县城关镇花园社区
        冯小池 | 书记 | | | 城关镇花园社区
    """)
    assert [(r.county, r.town, r.community) for r in sheet.rows] == [
        ("东县", "", "东区花园社区"),
        ("东县", "", "新镇和平社区"),
        ("东县", "城关镇", "河东区花园社区"),
        ("东县", "城关镇", "花园社区"),
        ("", "城关镇", "花园社区"),
    ]


def test_every_fault_is_reported_at_once() -> None:
    sheet = roster("""
        姓名 | 职务 | 社区 | 电话 | 任职时间 | 层级
        林晓禾 | 镇长 | | 123 | 2030年1月 | 超级
        | 书记 | 翠竹 | | 去年 |
        周望山 | | 清溪 | | |
        吴小满 | 书记 | 清溪 | | |
    """)
    assert told(sheet.issues) == [
        (2, "职务", "UNKNOWN_ROLE"),
        (2, "社区", "VALUE_MISSING"),
        (2, "电话", "PHONE_INVALID"),
        (2, "任职时间", "DATE_IN_FUTURE"),
        (2, "层级", "UNKNOWN_LEVEL"),
        (3, "姓名", "VALUE_MISSING"),
        (3, "任职时间", "DATE_UNREADABLE"),
        (4, "职务", "VALUE_MISSING"),
    ]
    assert [row.name for row in sheet.rows] == ["吴小满"]
    assert sheet.n_rows == 4


def test_unknown_role_suggests_the_known_ones() -> None:
    issue = roster("姓名 | 职务 | 社区\n林晓禾 | 镇长 | 翠竹").issues[0]
    assert "副书记" in issue.suggestion()


def test_same_person_twice_is_reported_and_namesakes_are_not() -> None:
    sheet = roster("""
        姓名 | 职务 | 社区 | 电话
        林晓禾 | 书记 | 翠竹社区 | 10000000001
        林 晓禾 | 主任 | 翠竹 |
        林晓禾 | 书记 | 清溪 |
        林晓禾 | 副书记 | 翠竹 | 10000000002
    """)
    assert told(sheet.issues) == [(3, "姓名", "DUPLICATE_ROW")]
    assert sheet.issues[0].values["other_row"] == 2
    assert [row.row for row in sheet.rows] == [2, 4, 5]


def test_hostile_cells_are_text() -> None:
    sheet = roster("姓名 | 职务 | 社区\n=cmd()!A1 | 书记 | @翠竹😀")
    assert (sheet.rows[0].name, sheet.rows[0].community) == ("=cmd()!A1", "@翠竹😀")


def test_overlong_name_is_reported() -> None:
    assert told(roster(f"姓名 | 职务 | 社区\n{'长' * 500} | 书记 | 翠竹").issues) == [
        (2, "姓名", "VALUE_TOO_LONG")
    ]


def test_missing_column_names_field_and_what_was_found() -> None:
    with pytest.raises(ImportRefused) as caught:
        roster("代号 | 职务\nA | 书记")
    assert caught.value.code == ImportCode.COLUMN_MISSING
    assert "姓名 (name)" in caught.value.message()
    assert "代号" in caught.value.message()


def test_identity_card_numbers_are_dropped() -> None:
    sheet = roster("姓名 | 职务 | 社区 | 身份证号\n林晓禾 | 书记 | 翠竹 | 1")
    assert sheet.mapping[3].field == "dropped:personal"
