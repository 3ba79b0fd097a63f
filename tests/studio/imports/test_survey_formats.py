"""Exports of every survey tool give the same questions and answers."""

import datetime as dt

import pytest

from studio.imports.survey import SurveySheet, parse_survey
from studio.imports.survey_cells import AnswerState
from studio.imports.tables import read_table
from studio.store.clock import CHINA
from studio.store.enums import Measure, QuestionKind, TraineeRole

from .making import NOW, TOPICS, Rows, csv_bytes, lines, read_csv, told, xlsx_bytes

META = "序号 | 提交答卷时间 | 所用时间 | 来源 | 来源详情 | 来自IP | 1、您的姓名 | 2、所在社区 | 3、您的职务"
WHO = (
    "1 | 2026/3/2 10:31:05 | 125秒 | 微信 | N/A | 203.0.113.7(贵州-遵义) | 林 晓禾 | 翠竹社区 | {}",
    "2 | 2026/3/2 11:02:40 | 88秒 | 手机提交 | 直接访问 | 203.0.113.8(贵州-遵义) | 周望山 | 清溪 | {}",
)
TEXT_FLAVOUR = lines(f"""
    {META} | 4、目前工作中感到困难的方面 | 5、以下方面的棘手程度—党建业务 | 5、以下方面的棘手程度—网格治理 | \
        6、以下方面的急迫程度—党建业务 | 6、以下方面的急迫程度—网格治理 | 7、请按急迫程度排序 | \
        8、最棘手的问题是什么 | 9、最急迫的难题是什么
    {WHO[0].format("副书记")} | 党建业务┋文稿写作┋其他〖台账多〗 | 4 | 比较不棘手(2) | 5 | (空) | \
        文稿写作→党建业务 | 材料写到半夜,=也被退回 | (空)
    {WHO[1].format("书记、主任")} | 网格治理 | 1 | (跳过) | 3 | 4 | (跳过) | “一条网线”拉不通 | 无物业小区
""")
INDEX_FLAVOUR = lines(f"""
    {META} | 4、目前工作中感到困难的方面(党建业务) | 4、目前工作中感到困难的方面(网格治理) | \
        4、目前工作中感到困难的方面(文稿写作) | 4、目前工作中感到困难的方面(其他) | \
        5、以下方面的棘手程度—党建业务 | 5、以下方面的棘手程度—网格治理 | 6、以下方面的急迫程度—党建业务 | \
        6、以下方面的急迫程度—网格治理 | 7、请按急迫程度排序(党建业务) | 7、请按急迫程度排序(文稿写作) | \
        8、最棘手的问题是什么 | 9、最急迫的难题是什么
    {WHO[0].format("2")} | 1 | 0 | 1 | 1〖台账多〗 | 4 | 2 | 5 | -2 | 2 | 1 | 材料写到半夜,=也被退回 | -2
    {WHO[1].format("1")} | 0 | 1 | 0 | 0 | 1 | -3 | 3 | 4 | -3 | -3 | “一条网线”拉不通 | 无物业小区
""")
TENCENT = lines("""
    编号 | 开始答题时间 | 结束答题时间 | 答题时长 | 地理位置国家和地区 | 地理位置省 | 地理位置市 | 用户类型 | \
        用户标识 | 昵称 | 自定义字段 | 1.您的姓名 | 2.所在社区 | 3.您的职务 | \
        4.目前工作中感到困难的方面:党建业务 | 4.目前工作中感到困难的方面:网格治理 | \
        4.目前工作中感到困难的方面:文稿写作 | 4.目前工作中感到困难的方面:其他 | \
        5.以下方面的棘手程度:党建业务 | 5.以下方面的棘手程度:网格治理 | 6.以下方面的急迫程度:党建业务 | \
        6.以下方面的急迫程度:网格治理 | 7.请按急迫程度排序 | 8.最棘手的问题是什么 | 9.最急迫的难题是什么
    1 | 2026/3/2 10:29:00 | 2026/3/2 10:31:05 | 2分5秒 | 中国 | 贵州 | 遵义 | 匿名 | oAbc | 晓禾 | \
        | 林 晓禾 | 翠竹社区 | 副书记 | 党建业务 | | 文稿写作 | 其他(台账多) | 4 | 2 | 5 | \
        | 文稿写作→党建业务 | 材料写到半夜,=也被退回 |
    2 | 2026/3/2 11:01:12 | 2026/3/2 11:02:40 | 1分28秒 | 中国 | 贵州 | 遵义 | 匿名 | oDef | 望山 | \
        | 周望山 | 清溪 | 书记、主任 | | 网格治理 | | | 1 | (跳过) | 3 | 4 | (跳过) | “一条网线”拉不通 | \
        无物业小区
""")


def survey(rows: Rows, **options: object) -> SurveySheet:
    return parse_survey(read_csv(rows), topics=TOPICS, now=NOW, **options)  # type: ignore[arg-type]


def told_answers(sheet: SurveySheet) -> list[dict[str, tuple[object, ...]]]:
    """Return per row: question text → what the answer says, whatever the cell looked like."""
    return [
        {
            question.text: (
                row.answers[question.position].state,
                row.answers[question.position].number,
                row.answers[question.position].options,
                "" if question.kind is QuestionKind.SCALE else row.answers[question.position].text,
            )
            for question in sheet.questions
        }
        for row in sheet.rows
    ]


@pytest.mark.parametrize("rows", [TEXT_FLAVOUR, INDEX_FLAVOUR, TENCENT], ids=["text", "index", "tencent"])
def test_every_flavour_says_what_was_answered(rows: Rows) -> None:
    sheet = survey(rows)
    answered, blank, hidden = AnswerState.ANSWERED, AnswerState.BLANK, AnswerState.NOT_SHOWN
    assert told(sheet.issues) == []
    assert not sheet.anonymous
    assert told_answers(sheet) == [
        {
            "目前工作中感到困难的方面": (answered, None, ("党建业务", "文稿写作", "其他"), "台账多"),
            "以下方面的棘手程度—党建业务": (answered, 4, (), ""),
            "以下方面的棘手程度—网格治理": (answered, 2, (), ""),
            "以下方面的急迫程度—党建业务": (answered, 5, (), ""),
            "以下方面的急迫程度—网格治理": (blank, None, (), ""),
            "请按急迫程度排序": (answered, None, ("文稿写作", "党建业务"), ""),
            "最棘手的问题是什么": (answered, None, (), "材料写到半夜,=也被退回"),
            "最急迫的难题是什么": (blank, None, (), ""),
        },
        {
            "目前工作中感到困难的方面": (answered, None, ("网格治理",), ""),
            "以下方面的棘手程度—党建业务": (answered, 1, (), ""),
            "以下方面的棘手程度—网格治理": (hidden, None, (), ""),
            "以下方面的急迫程度—党建业务": (answered, 3, (), ""),
            "以下方面的急迫程度—网格治理": (answered, 4, (), ""),
            "请按急迫程度排序": (hidden, None, (), ""),
            "最棘手的问题是什么": (answered, None, (), "“一条网线”拉不通"),
            "最急迫的难题是什么": (answered, None, (), "无物业小区"),
        },
    ]


@pytest.mark.parametrize("rows", [TEXT_FLAVOUR, INDEX_FLAVOUR, TENCENT], ids=["text", "index", "tencent"])
def test_every_flavour_gives_the_same_questions_and_people(rows: Rows) -> None:
    sheet = survey(rows)
    assert [(q.kind, q.measures, q.topic_code) for q in sheet.questions] == [
        (QuestionKind.MULTI, Measure.DIFFICULTY, None),
        (QuestionKind.SCALE, Measure.SEVERITY, "PARTY_AFFAIRS"),
        (QuestionKind.SCALE, Measure.SEVERITY, "GRID"),
        (QuestionKind.SCALE, Measure.URGENCY, "PARTY_AFFAIRS"),
        (QuestionKind.SCALE, Measure.URGENCY, "GRID"),
        (QuestionKind.RANK, Measure.URGENCY_ORDER, None),
        (QuestionKind.TEXT, Measure.THORNIEST, None),
        (QuestionKind.TEXT, Measure.MOST_URGENT, None),
    ]
    options = {option.text: option.topic_code for option in sheet.questions[0].options}
    assert options == {"党建业务": "PARTY_AFFAIRS", "网格治理": "GRID", "文稿写作": "WRITING", "其他": None}
    assert [(r.row, r.name, r.community, r.duration_seconds, r.serial) for r in sheet.rows] == [
        (2, "林晓禾", "翠竹社区", 125, "1"),
        (3, "周望山", "清溪", 88, "2"),
    ]
    assert sheet.rows[0].submitted_at == dt.datetime(2026, 3, 2, 10, 31, 5, tzinfo=CHINA)


def test_roles_are_read_where_the_export_has_texts() -> None:
    assert [r.role for r in survey(TEXT_FLAVOUR).rows] == [
        TraineeRole.DEPUTY_SECRETARY,
        TraineeRole.SECRETARY_AND_DIRECTOR,
    ]
    assert [r.role for r in survey(INDEX_FLAVOUR).rows] == [None, None]


@pytest.mark.parametrize("rows", [TEXT_FLAVOUR, INDEX_FLAVOUR], ids=["text", "index"])
def test_file_format_and_encoding_change_nothing(rows: Rows) -> None:
    def excel(cell: str) -> object:
        return float(cell) if cell.lstrip("-").isdigit() else cell

    contents = [csv_bytes(rows, encoding) for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    contents.append(xlsx_bytes(rows))
    contents.append(xlsx_bytes([[excel(cell) for cell in row] for row in rows]))
    sheets = [parse_survey(read_table(c, "a"), topics=TOPICS, now=NOW) for c in contents]
    assert all(sheet.rows == sheets[0].rows and sheet.questions == sheets[0].questions for sheet in sheets)


def test_columns_that_identify_a_person_are_dropped() -> None:
    fields = {
        column.column: column.field
        for sheet in map(survey, (TEXT_FLAVOUR, TENCENT))
        for column in sheet.mapping
    }
    dropped = {column for column, field in fields.items() if field == "dropped:personal"}
    assert dropped == {"来自IP", "地理位置国家和地区", "地理位置省", "地理位置市", "用户标识", "昵称"}
    assert fields["来源"] == fields["用户类型"] == "ignored"
    assert fields["5、以下方面的棘手程度—党建业务"] == "severity:PARTY_AFFAIRS"


@pytest.mark.parametrize(
    "headers",
    [
        "5、以下方面的棘手程度—党建业务 | 5、以下方面的棘手程度—网格治理",
        "5、以下方面的棘手程度——党建业务 | 5、以下方面的棘手程度——网格治理",
        "5.以下方面的棘手程度-党建业务 | 5.以下方面的棘手程度-网格治理",
        "5：以下方面的棘手程度（党建业务） | 5：以下方面的棘手程度（网格治理）",
        "5: 以下方面的棘手程度:党建业务 | 5: 以下方面的棘手程度:网格治理",
        "Q5 以下方面的棘手程度 [党建业务] | Q5 以下方面的棘手程度 [网格治理]",
        "以下方面的棘手程度 [党建业务] | 以下方面的棘手程度 [网格治理]",
        "Q5[SQ001]. 以下方面的棘手程度 [党建业务] | Q5[SQ002]. 以下方面的棘手程度 [网格治理]",
        "第5题(党建业务) | 第5题(网格治理)",
        "5_1、党建业务 | 5_2、网格治理",
        "5、以下方面的棘手程度—党建业务 | 网格治理",
        "党建业务 | 网格治理",
        "5、以下方面的棘手程度[矩阵量表题]—党建业务工作 | 5、以下方面的棘手程度[矩阵量表题]—网格治理方面",
        "5、党建业务的棘手程度 | 6、网格治理的棘手程度",
        "5、黨建業務的棘手程度 | 6、網格治理的棘手程度",
        "Severity [PARTY_AFFAIRS] | Severity [GRID]",
    ],
)
def test_matrix_headers_of_all_kinds_rate_the_severity_of_topics(headers: str) -> None:
    sheet = survey(lines(f"姓名 | 社区 | {headers}\n林晓禾 | 翠竹 | 4 | 2\n周望山 | 清溪 | 5 | 5"))
    assert told(sheet.issues) == []
    assert [(q.kind, q.measures, q.topic_code) for q in sheet.questions] == [
        (QuestionKind.SCALE, Measure.SEVERITY, "PARTY_AFFAIRS"),
        (QuestionKind.SCALE, Measure.SEVERITY, "GRID"),
    ]
    assert [sheet.rows[0].answers[p].number for p in (0, 1)] == [4, 2]


@pytest.mark.parametrize(
    "headers",
    [
        "第5题(党建业务) | 第5题(网格治理) | 第6题(党建业务) | 第6题(网格治理)",
        "5_1、党建业务 | 5_2、网格治理 | 6_1、党建业务 | 6_2、网格治理",
        "党建业务 | 网格治理 | 党建业务 | 网格治理",
        "棘手程度—党建业务 | 网格治理 | 急迫程度—党建业务 | 网格治理",
    ],
)
def test_second_matrix_rates_urgency(headers: str) -> None:
    sheet = survey(
        lines(f"姓名 | 社区 | {headers}\n林晓禾 | 翠竹 | 4 | 2 | 5 | 1\n周望山 | 清溪 | 5 | 5 | 3 | 2")
    )
    assert [q.measures for q in sheet.questions] == [Measure.SEVERITY] * 2 + [Measure.URGENCY] * 2
    assert len({q.text for q in sheet.questions}) == 4


@pytest.mark.parametrize("form", ["{}—{}", "{}({})", "{} [{}]", "{1}—{0}", "{}{}", "5、{}:{}"])
def test_severity_and_urgency_may_stand_side_by_side_for_each_topic(form: str) -> None:
    headers = [
        form.format(topic, asked) for topic in ("党建业务", "网格治理") for asked in ("棘手程度", "急迫程度")
    ]
    sheet = survey([["姓名", "社区", *headers], ["林晓禾", "翠竹", "4", "2", "5", "1"]])
    assert [(q.measures, q.topic_code) for q in sheet.questions] == [
        (Measure.SEVERITY, "PARTY_AFFAIRS"),
        (Measure.URGENCY, "PARTY_AFFAIRS"),
        (Measure.SEVERITY, "GRID"),
        (Measure.URGENCY, "GRID"),
    ]


def test_options_and_ranks_without_a_question_are_known_by_their_cells() -> None:
    sheet = survey(
        lines("""
        姓名 | 社区 | 第4题(党建业务) | 第4题(文稿写作) | 第4题(应急安全) | 第5题(党建业务) | \
            第5题(文稿写作) | 第5题(应急安全) | 第6题(党建业务) | 第6题(文稿写作) | 第6题(应急安全)
        林晓禾 | 翠竹 | 1 | 0 | 1 | 4 | 5 | 4 | 3 | 1 | 2
        周望山 | 清溪 | 0 | 0 | 1 | 5 | 1 | 2 | 1 | -2 | 2
    """)
    )
    kinds = [(q.kind, q.measures) for q in sheet.questions]
    assert kinds[0] == (QuestionKind.MULTI, Measure.DIFFICULTY)
    assert kinds[1:4] == [(QuestionKind.SCALE, Measure.SEVERITY)] * 3
    assert kinds[4] == (QuestionKind.RANK, Measure.URGENCY_ORDER)
    assert sheet.rows[0].answers[4].options == ("文稿写作", "应急安全", "党建业务")
    assert sheet.rows[1].answers[4].options == ("党建业务", "应急安全")


@pytest.mark.parametrize("joiner", ["┋", ",", ", ", "，", ";", "；", "、", "\n", "|"])
def test_choices_are_split_at_every_tools_separator(joiner: str) -> None:
    rows = [
        ["姓名", "社区", "困难的方面(多选)"],
        ["林晓禾", "翠竹", joiner.join(["党建业务", "写材料"])],
        ["周望山", "清溪", "党建业务"],
    ]
    sheet = survey(rows)
    assert sheet.rows[0].answers[0].options == ("党建业务", "写材料")
    assert {o.text: o.topic_code for o in sheet.questions[0].options} == {
        "党建业务": "PARTY_AFFAIRS",
        "写材料": "WRITING",
    }


def test_options_that_everybody_ticked_are_no_ratings() -> None:
    sheet = survey(lines("姓名 | 困难方面(党建业务) | 困难方面(网格治理)\n林晓禾 | 1 | 1\n周望山 | 1 | 1"))
    assert [q.kind for q in sheet.questions] == [QuestionKind.MULTI]


def test_choice_of_the_most_urgent_areas_is_urgency() -> None:
    rows = lines("姓名 | 最急需解决的三个方面 | 最急迫的问题\n林晓禾 | 党建业务,网格治理 | 党建业务,网格治理")
    assert [(q.kind, q.measures) for q in survey(rows).questions] == [
        (QuestionKind.MULTI, Measure.URGENCY),
        (QuestionKind.TEXT, Measure.MOST_URGENT),
    ]


def test_google_forms_sheet_is_read() -> None:
    sheet = survey(
        lines("""
        时间戳记 | 电子邮件地址 | 您的姓名 | 您所在的社区 | 感到困难的方面 | 棘手程度 [党建业务] | \
            最棘手的问题 | 最急迫的难题
        2026/3/2 上午 10:31:05 GMT+8 | a@example.org | 林晓禾 | 翠竹 | 党建业务, 文稿写作 | 4 | 材料 | 没人
    """)
    )
    assert sheet.mapping[1].field == "dropped:personal"
    assert sheet.rows[0].submitted_at == dt.datetime(2026, 3, 2, 10, 31, 5, tzinfo=CHINA)
    assert sheet.rows[0].answers[0].options == ("党建业务", "文稿写作")


def test_hand_made_sheet_with_title_and_two_header_lines_is_read() -> None:
    rows: Rows = [
        ["第三期学员需求摸底表", "", "", "", "", "", "", ""],
        ["序号", "姓名", "社区", "棘手程度(1-5分)", "", "急迫程度(1-5分)", "", "最棘手的问题"],
        ["", "", "", "党建业务", "网格治理", "党建业务", "网格治理", ""],
        [1, "林晓禾", "翠竹", 4, 2, 5, 1, "材料写到半夜"],
    ]
    merges = ["A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3"]
    sheet = parse_survey(read_table(xlsx_bytes(rows, merges=merges), "a.xlsx"), topics=TOPICS, now=NOW)
    assert [(q.measures, q.topic_code) for q in sheet.questions] == [
        (Measure.SEVERITY, "PARTY_AFFAIRS"),
        (Measure.SEVERITY, "GRID"),
        (Measure.URGENCY, "PARTY_AFFAIRS"),
        (Measure.URGENCY, "GRID"),
        (Measure.THORNIEST, None),
    ]
    assert (sheet.rows[0].row, sheet.rows[0].name, sheet.rows[0].serial) == (4, "林晓禾", "1")


@pytest.mark.parametrize(
    ("thorny", "urgent"),
    [
        ("最棘手的问题是什么", "最急迫的难题是什么"),
        ("8、您工作中最棘手的问题是什么？(请详述)", "9、您当前最急迫的难题是什么？(请详述)"),
        ("目前最困难的事", "最想解决的问题"),
        ("当前工作中最大的困难", "当前最紧急的事"),
        ("What is your thorniest problem?", "What is your most urgent problem?"),
        ("工作中的难题", "急需解决的事"),
    ],
)
def test_two_open_questions_alone_are_a_survey(thorny: str, urgent: str) -> None:
    sheet = survey(
        [
            ["姓名", "社区", thorny, urgent],
            ["林晓禾", "翠竹", "材料、台账", "党建业务"],
            ["周望山", "清溪", "无", "台账"],
        ]
    )
    assert [(q.kind, q.measures) for q in sheet.questions] == [
        (QuestionKind.TEXT, Measure.THORNIEST),
        (QuestionKind.TEXT, Measure.MOST_URGENT),
    ]
    assert sheet.rows[0].answers[0].text == "材料、台账"
    assert told(sheet.issues) == []


def test_other_questions_are_kept_and_measure_nothing() -> None:
    sheet = survey(
        lines("""
        姓名 | 社区 | 性质 | 对本次培训的满意度 | 您的建议 | 针对最棘手的问题有什么办法 | 最棘手
        林晓禾 | 翠竹 | 城市 | 5 | 多现场教学 | 分类写 | 材料
        周望山 | 清溪 | 城市 | 4 | 多交流 | 请教 | 物业
        吴小满 | 东门 | 农村 | 4 | 无 | 没有 | 网格
        郑一川 | 西门 | 农村 | 3 | 少开会 | 多跑 | 停车
    """)
    )
    assert [(q.kind, q.measures) for q in sheet.questions] == [
        (QuestionKind.SINGLE, Measure.OTHER),
        (QuestionKind.SCALE, Measure.OTHER),
        (QuestionKind.TEXT, Measure.OTHER),
        (QuestionKind.TEXT, Measure.OTHER),
        (QuestionKind.TEXT, Measure.THORNIEST),
    ]


def test_cells_beyond_the_header_are_no_question() -> None:
    sheet = survey(lines("姓名 | 社区 | 最棘手\n林晓禾 | 翠竹 | 材料 | 多出来的"))
    assert [q.text for q in sheet.questions] == ["最棘手"]
    assert (sheet.mapping[3].column, sheet.mapping[3].field) == ("[D]", "ignored")


def test_english_sheet_is_read() -> None:
    sheet = survey(
        lines("""
        Name | Community | Severity [Party affairs] | Urgency [Writing] | Thorniest problem | Most urgent problem
        林晓禾 | 翠竹 | 4 | very urgent | 材料 | 没人
    """)
    )
    assert [(q.measures, q.topic_code) for q in sheet.questions] == [
        (Measure.SEVERITY, "PARTY_AFFAIRS"),
        (Measure.URGENCY, "WRITING"),
        (Measure.THORNIEST, None),
        (Measure.MOST_URGENT, None),
    ]
    assert sheet.rows[0].answers[1].number == 5


def test_user_tells_what_a_column_is() -> None:
    rows = lines("甲 | 乙 | 丙 | 丁\n林晓禾 | 翠竹 | 材料写到半夜 | 4")
    sheet = survey(
        rows, overrides={"甲": "name", "乙": "community", "丙": "thorniest", "丁": "urgency:WRITING"}
    )
    assert [(q.measures, q.topic_code) for q in sheet.questions] == [
        (Measure.THORNIEST, None),
        (Measure.URGENCY, "WRITING"),
    ]
    assert sheet.rows[0].answers[1].number == 4
    assert [c.field for c in sheet.mapping] == ["name", "community", "thorniest", "urgency:WRITING"]
