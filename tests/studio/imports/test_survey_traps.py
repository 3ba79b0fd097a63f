"""Surveys as they come on bad days: each was once read wrongly."""

import pytest

from studio.imports.survey import SurveySheet, parse_survey
from studio.imports.tables import read_table

from .making import NOW, TOPICS, lines, read_csv, told


def parse(text: str) -> SurveySheet:
    return parse_survey(read_csv(lines(text)), topics=TOPICS, now=NOW)


def fields(sheet: SurveySheet) -> list[str]:
    return [column.field for column in sheet.mapping]


@pytest.mark.parametrize("header", ["来自IP地址", "来源IP", "提交者IP", "填写人ip", "微信OpenID", "IP属地"])
def test_addresses_are_dropped_whoever_they_are_said_to_be_of(header: str) -> None:
    sheet = parse(f"姓名 | 社区 | 最棘手的问题 | {header}\n林晓禾 | 翠竹 | 材料写到半夜 | 203.0.113.50")
    assert fields(sheet)[-1] == "dropped:personal"
    assert len(sheet.questions) == 1


@pytest.mark.parametrize(
    "address", ["203.0.113.50(贵州-遵义)", "2001:db8::7", "oABCDEFGHIJKLMNOPQRSTUVWXYZ0"]
)
def test_column_of_addresses_is_dropped_whatever_its_header(address: str) -> None:
    sheet = parse(f"""
        姓名 | 社区 | 最棘手的问题 | 终端 | 日程
        林晓禾 | 翠竹 | 材料写到半夜 | {address} | 8:30:00
        周望山 | 清溪 | 台账 | {address} | 9:15:00
        吴小满 | 东门 | {address} | | 第 1.2.3.4 条
    """)
    assert fields(sheet)[2:] == ["thorniest", "dropped:personal", "other_text"]


def test_question_about_a_shipped_tip_is_not_taken_for_an_address() -> None:
    assert fields(parse("姓名 | 最棘手的问题 | 您的tip\n林晓禾 | a | b"))[-1] == "other_text"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("您认为最棘手的问题有哪些？", "thorniest"),
        ("您认为最急迫需要解决的难题有哪些？", "most_urgent"),
        ("最棘手的问题是哪个", "thorniest"),
    ],
)
def test_open_question_that_asks_which_keeps_its_sentences(header: str, field: str) -> None:
    answers = ("信息、台账", "材料写到半夜，领导还不满意、没人帮", "矛盾调解", "一老一小", "台账")
    rows = "\n".join(f"人{at} | 翠竹 | {answer}" for at, answer in enumerate(answers))
    sheet = parse(f"姓名 | 社区 | {header}\n{rows}")
    assert fields(sheet)[-1] == field
    assert [row.answers[0].text for row in sheet.rows] == list(answers)


def test_open_question_that_offers_options_is_a_choice() -> None:
    sheet = parse("姓名 | 社区 | 最棘手的问题有哪些（多选）\n林晓禾 | 翠竹 | 台账、矛盾调解")
    assert sheet.rows[0].answers[0].options == ("台账", "矛盾调解")


def test_upper_header_line_that_is_mostly_empty_names_all_its_columns() -> None:
    sheet = parse("""
        姓名 | 社区 | 棘手程度 | | | | | 最棘手的问题 | 最急迫的难题
         | | 党建业务 | 网格治理 | 群众工作 | 民生服务 | 文稿写作 | |
        林晓禾 | 翠竹 | 4 | 2 | 3 | 4 | 5 | aa | bb
    """)
    assert told(sheet.issues) == []
    codes = ("PARTY_AFFAIRS", "GRID", "MASS_WORK", "LIVELIHOOD", "WRITING")
    assert fields(sheet) == [
        "name",
        "community",
        *(f"severity:{code}" for code in codes),
        "thorniest",
        "most_urgent",
    ]
    assert [row.row for row in sheet.rows] == [3]


def test_one_bad_tick_is_reported_and_turns_nothing_into_a_rating() -> None:
    head = " | ".join(f"4、感到困难的方面({name})" for name in ("党建业务", "网格治理", "文稿写作"))
    sheet = parse(f"""
        姓名 | 社区 | {head} | 最棘手
        林晓禾 | 翠竹 | 1 | 0 | 0 | aa
        周望山 | 清溪 | 1 | 2 | 0 | bb
        吴小满 | 东门 | 1 | 0 | 1 | cc
    """)
    assert told(sheet.issues) == [(3, "4、感到困难的方面(网格治理)", "OPTION_UNREADABLE")]
    assert sheet.rows[2].answers[0].options == ("党建业务", "文稿写作")


def test_surname_of_a_column_of_its_own_belongs_to_the_name_and_is_no_answer() -> None:
    text = "姓 | 名 | 社区 | 最棘手\n林 | 晓禾 | 翠竹 | 材料"
    sheet = parse(text)
    assert (sheet.rows[0].name, fields(sheet)) == ("林晓禾", ["surname", "name", "community", "thorniest"])
    nameless = parse_survey(read_csv(lines(text)), topics=TOPICS, now=NOW, anonymous=True)
    assert fields(nameless)[:3] == ["dropped:personal"] * 3


def test_line_of_totals_is_told_as_one_and_counted() -> None:
    sheet = parse("姓名 | 社区 | 最棘手\n林晓禾 | 翠竹 | 材料\n合计 | | 1")
    assert (told(sheet.issues), sheet.n_rows) == ([(3, "", "SUMMARY_ROW")], 2)
    assert [row.row for row in sheet.rows] == [2]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_read(encoding: str) -> None:
    content = "姓名\t社区\t最棘手的问题\r\n林晓禾\t翠竹社区\t材料写到半夜\r\n".encode(encoding)
    sheet = parse_survey(read_table(content, "a.csv"), topics=TOPICS, now=NOW)
    assert [(row.name, row.answers[0].text) for row in sheet.rows] == [("林晓禾", "材料写到半夜")]


def test_very_long_answer_is_no_fault_of_quotes() -> None:
    sheet = parse(f"姓名 | 社区 | 最棘手的问题\n林晓禾 | 翠竹 | {'长' * 140_000}")
    assert told(sheet.issues) == []
    assert len(sheet.rows[0].answers[0].text) == 140_000
