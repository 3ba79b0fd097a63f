from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from seed.broken import BROKEN_EXAMPLE, broken_rows, faults
from seed.export import export_header, export_path, export_rows, write_export
from seed.people import (
    COHORTS,
    cohort_roster,
)
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.tables import read_csv, write_table
from studio.imports.issues import ImportCode

QUESTIONNAIRE = load_questionnaire()
CODES = [topic.code for topic in QUESTIONNAIRE.topics]


def sheet(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def as_read(rows) -> list[list[object]]:
    """What a reader of xlsx makes of written cells: every number a float."""
    return [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in rows]


@pytest.mark.parametrize("cohort", COHORTS)
def test_committed_export_holds_what_the_answers_give(cohort):
    header, *rows = sheet(export_path(cohort))
    assert header == export_header(QUESTIONNAIRE)
    assert rows == as_read(export_rows(cohort_respondents(cohort, QUESTIONNAIRE), QUESTIONNAIRE))


def test_export_header_is_that_of_the_survey_tool():
    header = export_header(QUESTIONNAIRE)
    assert header[:7] == ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的姓名"]
    assert header[9:12] == [
        "4、目前工作中感到困难的方面",
        "5、以下方面的棘手程度—党建业务",
        "5、以下方面的棘手程度—网格治理",
    ]
    assert header[28:] == [
        "7、请按急迫程度排序",
        "8、最棘手的问题是什么",
        "9、最急迫的难题是什么",
        "10、希望得到什么样的帮助",
    ]


def test_export_joins_ticks_and_ranks_and_marks_blanks():
    rows = {row[6]: row for row in export_rows(cohort_respondents(3, QUESTIONNAIRE), QUESTIONNAIRE)}
    assert rows["覃海燕"][9] == "数字化减负┋其他〖会议多〗"
    assert rows["陶启明"][9] == "群众工作┋民生服务"
    assert rows["何雨薇"][28] == "文稿写作→数字化减负→党建业务"
    assert rows["夏天宇"][30] == "(空)"
    assert rows["夏天宇"][18] == "(空)"
    assert rows["何雨薇"][14] == 5


def test_export_times_rise_and_truth_stays_out():
    rows = list(export_rows(cohort_respondents(3, QUESTIONNAIRE), QUESTIONNAIRE))
    times = [one.answered_at for one in cohort_respondents(3, QUESTIONNAIRE)]
    assert times == sorted(set(times))
    assert rows[0][1] == "2026/3/2 9:12:17"
    assert not any(code in str(cell) for row in rows for cell in row for code in CODES)
    assert all(str(row[5]).startswith("203.0.113.") for row in rows)


def test_csv_and_xlsx_exports_hold_the_same_cells(tmp_path):
    respondents = cohort_respondents(3, QUESTIONNAIRE)
    write_export(tmp_path / "survey.csv", respondents, QUESTIONNAIRE)
    write_export(tmp_path / "survey.xlsx", respondents, QUESTIONNAIRE)
    header, *rows = sheet(tmp_path / "survey.xlsx")
    in_xlsx = [
        [str(int(cell)) if isinstance(cell, float) else cell for cell in row] for row in (header, *rows)
    ]
    in_csv = [
        list(row) if place == 0 else list(row.values())
        for place, row in enumerate([header, *read_csv(tmp_path / "survey.csv")])
    ]
    assert in_csv == in_xlsx


def test_table_keeps_formulas_as_text(tmp_path):
    write_table(tmp_path / "table.xlsx", ["话"], [["=1+1"]])
    assert sheet(tmp_path / "table.xlsx") == [["话"], ["=1+1"]]


def test_table_of_another_suffix_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.csv or \.xlsx"):
        write_table(tmp_path / "table.ods", ["话"], [])


def test_broken_example_holds_what_its_edits_give():
    header, *rows = sheet(BROKEN_EXAMPLE)
    assert header == export_header(QUESTIONNAIRE)
    assert rows == as_read(broken_rows(QUESTIONNAIRE))


def test_broken_example_breaks_each_row_in_its_own_way_and_leaves_good_rows():
    rows = [fault.row for fault in faults()]
    assert len(rows) == len(set(rows)) == 11
    assert len({fault.why for fault in faults()}) == 11
    sheet_rows = set(range(2, 2 + len(broken_rows(QUESTIONNAIRE))))
    assert len(sheet_rows - set(rows)) == 4


def test_broken_example_expects_codes_the_import_knows():
    assert {fault.code for fault in faults()} <= set(ImportCode)


def test_broken_people_are_broken_as_said():
    header = export_header(QUESTIONNAIRE)
    name, community = header.index("1、您的姓名"), header.index("2、所在社区")
    cells = dict(enumerate(broken_rows(QUESTIONNAIRE), start=2))
    cohort = {(row.name, row.community) for row in cohort_roster(3)}
    for fault in faults():
        if fault.code == "UNKNOWN_PERSON":
            assert (cells[fault.row][name], cells[fault.row][community]) not in cohort
        if fault.code == "AMBIGUOUS_PERSON":
            assert Counter(row.name for row in cohort_roster(3))[cells[fault.row][name]] == 2
