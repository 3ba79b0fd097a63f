"""Values of single survey cells: scales of all kinds, ticks, ranks, words beside 其他, free text."""

import pytest

from studio.imports.survey import SurveySheet, parse_survey
from studio.imports.survey_cells import AnswerState, scale_of, split_option, tick
from studio.store.enums import Measure, QuestionKind

from .making import NOW, TOPICS, lines, read_csv, told


def column(header: str, cells: list[str]) -> SurveySheet:
    rows = [["姓名", "社区", header, "最棘手"]]
    rows += [[f"学员{at}", "翠竹", cell, "材料"] for at, cell in enumerate(cells)]
    return parse_survey(read_csv(rows), topics=TOPICS, now=NOW)


def ratings(header: str, cells: list[str]) -> list[float | None]:
    sheet = column(header, cells)
    assert told(sheet.issues) == []
    assert sheet.questions[0].kind is QuestionKind.SCALE
    return [row.answers[0].number for row in sheet.rows]


SEVERITY = "棘手程度—党建业务"


def test_numbers_labels_with_numbers_and_stars() -> None:
    cells = ["4", "４", "4分", "比较棘手(4)", "比较棘手（4）", "4、比较棘手", "★★★★☆", "4.0"]
    assert ratings(SEVERITY, cells) == [4] * len(cells)


@pytest.mark.parametrize(
    "labels",
    [
        "完全不棘手|不太棘手|一般|比较棘手|非常棘手",
        "非常不棘手|不棘手|一般|棘手|非常棘手",
        "很不棘手|不棘手|一般|棘手|很棘手",
        "不棘手|不太棘手|一般|比较棘手|非常棘手",
        "毫无困难|不太困难|有些困难|比较困难|十分困难",
        "完全不急迫|不太急迫|一般|比较急迫|非常急迫",
        "低|较低|中|较高|很高",
        "not at all|slightly|moderately|quite|extremely",
    ],
)
def test_scales_of_words_run_from_one_to_five(labels: str) -> None:
    expected = [1, 2, 3, 4, 5]
    assert ratings(SEVERITY, labels.split("|")) == expected


def test_words_mean_the_same_in_every_row_of_the_matrix() -> None:
    """不棘手 is 2 where another row of the matrix has 完全不棘手."""
    sheet = parse_survey(
        read_csv(
            lines(
                "姓名 | 社区 | 棘手程度—党建业务 | 棘手程度—网格治理\n"
                "甲甲 | 东 | 不棘手 | 完全不棘手\n乙乙 | 东 | 非常棘手 | 一般"
            )
        ),
        topics=TOPICS,
        now=NOW,
    )
    assert sheet.rows[0].answers[0].number == 2


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("棘手程度(1-10分)—党建业务", ["1", "10", "5.5"], [1, 5, 3]),
        ("棘手程度(0-10分)—党建业务", ["0", "10", "5"], [1, 5, 3]),
        ("棘手程度(0~10)—党建业务", ["0", "10"], [1, 5]),
        ("棘手程度(10分制)—党建业务", ["1", "10"], [1, 5]),
        ("棘手程度(满分10分)—党建业务", ["1", "10"], [1, 5]),
        ("棘手程度(1—5分)—党建业务", ["1", "5"], [1, 5]),
        ("棘手程度(1=不棘手,5=最棘手)—党建业务", ["1", "5"], [1, 5]),
        ("棘手程度(1=最棘手,5=不棘手)—党建业务", ["1", "5", "2"], [5, 1, 4]),
        ("棘手程度(1为最棘手)—党建业务", ["1", "5"], [5, 1]),
        ("棘手程度(1表示非常棘手,10表示完全不棘手)—党建业务", ["1", "10"], [5, 1]),
        ("棘手程度(5分最棘手)—党建业务", ["1", "5"], [1, 5]),
        ("棘手程度(1-7分)—党建业务", ["1", "4", "7"], [1, 3, 5]),
    ],
)
def test_header_tells_width_and_direction(header: str, cells: list[str], expected: list[float]) -> None:
    sheet = column(header, cells)
    assert told(sheet.issues) == []
    assert [row.answers[0].number for row in sheet.rows] == expected
    assert [row.answers[0].text for row in sheet.rows] == cells
    assert sheet.questions[0].scale == scale_of(header)


@pytest.mark.parametrize("cell", ["6", "0", "-1", "7", "55", "比较棘手(6)", "好吃", "★★★★★★", "十"])
def test_value_off_the_scale_is_reported_and_counts_as_blank(cell: str) -> None:
    sheet = column(SEVERITY, ["4", "3", cell])
    assert told(sheet.issues) == [(4, SEVERITY, "OUT_OF_SCALE")]
    assert sheet.rows[2].answers[0].state is AnswerState.BLANK


def test_cells_never_widen_a_scale_that_the_header_does_not_name() -> None:
    assert told(column(SEVERITY, ["10", "9", "8", "3", "4", "5", "2"]).issues) == [
        (row, SEVERITY, "OUT_OF_SCALE") for row in (2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("", "BLANK"),
        ("(空)", "BLANK"),
        ("（空）", "BLANK"),
        ("-2", "BLANK"),
        ("/", "BLANK"),
        ("(跳过)", "NOT_SHOWN"),
        ("（跳过）", "NOT_SHOWN"),
        ("-3", "NOT_SHOWN"),
    ],
)
def test_not_answered_and_not_shown_are_kept_apart(cell: str, state: str) -> None:
    sheet = column(SEVERITY, ["4", cell])
    assert told(sheet.issues) == []
    assert sheet.rows[1].answers[0].state is AnswerState(state)


def test_free_text_is_kept_word_for_word() -> None:
    texts = [
        "  材料 写到半夜 ，又被退回。。 ",
        "=HYPERLINK(1)",
        "無物業小區😀",
        "一、a\n二、b",
        "/",
        "无",
        "长" * 20_000,
    ]
    rows = [["姓名", "社区", "最棘手的问题"], *([f"学员{at}", "东", text] for at, text in enumerate(texts))]
    sheet = parse_survey(read_csv(rows), topics=TOPICS, now=NOW)
    assert [row.answers[0].text for row in sheet.rows] == texts
    assert told(sheet.issues) == []


@pytest.mark.parametrize("text", ["(空)", "(跳过)", "-2", "-3", " (空) ", " \u3000"])
def test_unanswered_open_question_is_no_text(text: str) -> None:
    sheet = parse_survey(read_csv([["最棘手", "最急迫"], ["材料", text]]), topics=TOPICS, now=NOW)
    assert sheet.rows[0].answers[1].text == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("其他〖台账多〗", ("其他", "台账多")),
        ("其他〖〗", ("其他", "")),
        ("其他(台账多)", ("其他", "台账多")),
        ("其他（请注明）〖台账多┋系统多〗", ("其他", "台账多┋系统多")),
        ("其它:台账多", ("其他", "台账多")),
        ("其他：台账多", ("其他", "台账多")),
        ("其他______", ("其他", "")),
        ("Other: ledgers", ("Other", "ledgers")),
        ("党建业务", ("党建业务", "")),
        ("党建业务(三会一课等)", ("党建业务(三会一课等)", "")),
    ],
)
def test_words_beside_an_option(text: str, expected: tuple[str, str]) -> None:
    assert split_option(text) == expected


def test_separator_inside_the_words_beside_other_does_not_split() -> None:
    sheet = column("困难的方面(多选)", ["党建业务┋其他〖台账┋系统〗", "网格治理"])
    assert (sheet.rows[0].answers[0].options, sheet.rows[0].answers[0].text) == (
        ("党建业务", "其他"),
        "台账┋系统",
    )


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1", (True, "")),
        ("√", (True, "")),
        ("是", (True, "")),
        ("TRUE", (True, "")),
        ("党建业务", (True, "")),
        ("0", (False, "")),
        ("", (False, "")),
        ("否", (False, "")),
        ("-3", (False, "")),
        ("7", None),
        ("也许", None),
    ],
)
def test_ticks(cell: str, expected: tuple[bool, str] | None) -> None:
    assert tick(cell, "党建业务") == expected


def test_unreadable_tick_is_reported_in_its_column() -> None:
    rows = (
        "姓名 | 社区 | 4、困难(党建业务) | 4、困难(网格治理) | 最棘手\n甲甲 | 东 | 7 | 1 | 材料\n"
        + "\n".join(f"学员{n} | 东 | 1 | 0 | 材料" for n in range(9))
    )
    sheet = parse_survey(read_csv(lines(rows)), topics=TOPICS, now=NOW)
    assert told(sheet.issues) == [(2, "4、困难(党建业务)", "OPTION_UNREADABLE")]


@pytest.mark.parametrize("denial", ["以上都没有", "没有困难", "无", "暂无", "以上均无", "都不困难"])
def test_denial_together_with_an_option_is_contradictory(denial: str) -> None:
    sheet = column("困难的方面(多选)", [f"党建业务┋{denial}", denial])
    assert told(sheet.issues) == [(2, "困难的方面(多选)", "CONTRADICTORY_OPTIONS")]
    assert sheet.rows[1].answers[0].options == (denial,)


@pytest.mark.parametrize("option", ["没有经费", "无物业小区", "没有年轻干部"])
def test_real_trouble_that_begins_with_no_is_an_option_like_any(option: str) -> None:
    assert told(column("困难的方面(多选)", [f"党建业务┋{option}"]).issues) == []


RANKS = (
    "姓名 | 社区 | 按急迫程度排序(党建业务) | 按急迫程度排序(网格治理) | 按急迫程度排序(文稿写作) | 最棘手\n"
)


@pytest.mark.parametrize(
    ("places", "code"),
    [
        ("1 | 1 | 2", "RANK_PLACE_TWICE"),
        ("1 | 4 | 2", "RANK_PLACE_INVALID"),
        ("1 | 第二 | 3", "RANK_PLACE_INVALID"),
    ],
)
def test_impossible_places_are_reported_in_their_column(places: str, code: str) -> None:
    sheet = parse_survey(read_csv(lines(f"{RANKS}甲甲 | 东 | {places} | 材料")), topics=TOPICS, now=NOW)
    assert told(sheet.issues) == [(2, "按急迫程度排序(网格治理)", code)]


def test_places_give_the_order() -> None:
    sheet = parse_survey(
        read_csv(lines(f"{RANKS}甲甲 | 东 | 3 | 1 | 2 | 材料\n乙乙 | 东 | -2 | 1 | -2 | 材料")),
        topics=TOPICS,
        now=NOW,
    )
    assert [row.answers[0].options for row in sheet.rows] == [
        ("网格治理", "文稿写作", "党建业务"),
        ("网格治理",),
    ]
    assert sheet.questions[0].measures is Measure.URGENCY_ORDER


def test_option_ranked_twice_is_reported() -> None:
    sheet = column("按棘手程度排序", ["文稿写作→党建业务→文稿写作", "党建业务→网格治理"])
    assert told(sheet.issues) == [(2, "按棘手程度排序", "RANK_OPTION_TWICE")]
    assert sheet.questions[0].measures is Measure.DIFFICULTY
