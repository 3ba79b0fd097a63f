"""Rows of a survey: impossible ones are reported all at once, anonymous ones name nobody."""

import datetime as dt

import pytest

from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.survey import SurveySheet, parse_survey

from .making import NOW, TOPICS, lines, read_csv, told

HEADER = "姓名 | 社区 | 手机号 | 提交时间 | 所用时间 | 棘手程度—党建业务 | 最棘手"


def survey(text: str, **options: object) -> SurveySheet:
    return parse_survey(read_csv(lines(text)), topics=TOPICS, now=NOW, **options)  # type: ignore[arg-type]


def test_every_impossible_row_is_reported_with_row_and_column() -> None:
    sheet = survey(f"""
        某区问卷结果 | | | | | |
        {HEADER}
        甲甲 | 东 | | 2027/1/1 10:00 | -5秒 | 9 | 材料
        | 东 | | 2026/3/2 10:00 | 10 | 4 | 材料
        乙乙 | 东 | | 昨天 | 很久 | 4 |
        | | | | | |
        丙丙 | 东 | | 2026/3/2 10:00 | 10 | (空) | (跳过)
        丁丁 | 东 | | 2026/3/2 10:00 | 10 | | 材料
    """)
    assert told(sheet.issues) == [
        (3, "提交时间", "TIME_IN_FUTURE"),
        (3, "所用时间", "DURATION_IMPOSSIBLE"),
        (3, "棘手程度—党建业务", "OUT_OF_SCALE"),
        (4, "姓名", "NAME_MISSING"),
        (5, "提交时间", "TIME_UNREADABLE"),
        (5, "所用时间", "DURATION_IMPOSSIBLE"),
        (7, "", "NO_ANSWERS"),
    ]
    assert [row.row for row in sheet.rows] == [3, 4, 5, 7, 8]
    assert sheet.n_rows == 5


def test_end_before_start_is_reported() -> None:
    sheet = survey(
        "姓名 | 开始答题时间 | 结束答题时间 | 最棘手\n甲甲 | 2026/3/2 10:00 | 2026/3/2 9:00 | 材料"
    )
    assert told(sheet.issues) == [(2, "结束答题时间", "TIMES_REVERSED")]


def test_earlier_of_two_answers_is_reported_and_the_later_counts() -> None:
    sheet = survey(f"""
        {HEADER}
        甲 甲 | 东村社区 | | 2026/3/3 10:00 | 10 | 4 | 后答
        甲甲 | 东村 | | 2026/3/2 10:00 | 10 | 4 | 先答
        乙乙 | 东村 | | 2026/3/2 10:00 | 10 | 4 | 同时
        乙乙 | 东村 | | 2026/3/2 10:00 | 10 | 4 | 同时
    """)
    assert told(sheet.issues) == [(3, "姓名", "DUPLICATE_RESPONDENT"), (4, "姓名", "DUPLICATE_RESPONDENT")]
    assert [issue.values["other_row"] for issue in sheet.issues] == [2, 5]


def test_without_times_the_last_row_counts() -> None:
    sheet = survey("姓名 | 社区 | 最棘手\n甲甲 | 东 | a\n甲甲 | 东 | b\n甲甲 | 东 | c")
    assert told(sheet.issues) == [(2, "姓名", "DUPLICATE_RESPONDENT"), (3, "姓名", "DUPLICATE_RESPONDENT")]


def test_namesakes_are_told_apart_by_community_or_telephone() -> None:
    sheet = survey("""
        姓名 | 社区 | 手机号 | 最棘手
        甲甲 | 东 | 10000000001 | a
        甲甲 | 东 | 10000000002 | b
        甲甲 | 西 | | c
        甲甲 | | | d
    """)
    assert told(sheet.issues) == []


def test_sheet_without_names_is_anonymous() -> None:
    sheet = survey(
        "提交时间 | 您的职务 | 所在社区 | 县区 | 最棘手\n"
        "2026/3/2 | 副书记 | 东 | 东县 | 材料\n2026/3/2 | 书记 | 东 | 东县 | 材料"
    )
    assert sheet.anonymous
    assert told(sheet.issues) == []
    assert [(r.name, r.community, r.county) for r in sheet.rows] == [("", "", "东县")] * 2
    assert sheet.rows[0].role == "DEPUTY_SECRETARY"
    assert sheet.name_column == ""


def test_anonymous_import_drops_what_identifies() -> None:
    sheet = survey(
        f"{HEADER}\n甲甲 | 东 | 10000000001 | 2026/3/2 | 10 | 4 | 材料\n | 东 | | 2026/3/2 | 10 | 4 | 材料",
        anonymous=True,
    )
    assert sheet.anonymous
    assert told(sheet.issues) == []
    assert {(r.name, r.community, r.phone) for r in sheet.rows} == {("", "", "")}
    assert [c.field for c in sheet.mapping[:3]] == ["dropped:personal"] * 3


def test_moment_is_judged_in_the_zone_of_the_sheet() -> None:
    text = "姓名 | 提交时间 | 最棘手\n甲甲 | 2026/11/24 16:00:00 | 材料"
    assert told(survey(text).issues) == []
    assert told(survey(text, zone=dt.UTC).issues) == [(2, "提交时间", "TIME_IN_FUTURE")]


def test_sheet_without_questions_is_refused() -> None:
    with pytest.raises(ImportRefused) as caught:
        survey("姓名 | 社区\n甲甲 | 东")
    assert caught.value.code == ImportCode.NO_QUESTIONS
    assert "姓名" in caught.value.message()


def test_questions_of_one_text_are_told_apart() -> None:
    sheet = survey("姓名 | 备注 | 备注\n甲甲 | 一段很长的话没有重复 | 另一段话")
    assert [q.text for q in sheet.questions] == ["备注", "备注 (2)"]


def test_overlong_question_is_cut() -> None:
    assert len(survey(f"姓名 | {'问' * 3000}\n甲甲 | 答").questions[0].text) <= 1000
