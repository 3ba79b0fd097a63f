"""Mentor lists: capacity, strengths in every usual form, honours and cases."""

import pytest

from studio.imports.mentors import MentorSheet, parse_mentors, split_cases
from studio.store.enums import TraineeRole

from .making import TOPICS, lines, read_csv, told


def mentors(text: str) -> MentorSheet:
    return parse_mentors(read_csv(lines(text)), topics=TOPICS)


def test_mentor_list_is_read_whole() -> None:
    mentor = mentors("""
        导师姓名 | 所在社区 | 县区 | 职务 | 可带人数 | 任职年限 | 擅长领域 | 所获荣誉 | 典型案例
        周 望山 | 清溪社区 | 东县 | 书记 | 3人 | 8年 | 党建业务:5;网格治理:3 | 优秀党务工作者、先进个人 | \
            1、楼道议事;2、旧改
    """).rows[0]
    assert (mentor.name, mentor.community, mentor.county, mentor.role) == (
        "周望山",
        "清溪社区",
        "东县",
        TraineeRole.PARTY_SECRETARY,
    )
    assert (mentor.capacity, mentor.years_in_post) == (3, 8)
    assert mentor.strengths == {"PARTY_AFFAIRS": 1.0, "GRID": 0.6}
    assert mentor.honours == ("优秀党务工作者", "先进个人")
    assert mentor.cases == ("楼道议事", "旧改")


@pytest.mark.parametrize(
    ("cell", "strengths"),
    [
        ("党建业务、文稿写作(强)", {"PARTY_AFFAIRS": 0.8, "WRITING": 1.0}),
        (
            "党建业务（强）、网格治理（中）、文稿写作（弱）",
            {"PARTY_AFFAIRS": 1.0, "GRID": 0.6, "WRITING": 0.2},
        ),
        ("党建业务：0.9；网格治理：0.5", {"PARTY_AFFAIRS": 0.9, "GRID": 0.5}),
        ("党建业务★★★★☆", {"PARTY_AFFAIRS": 0.8}),
        ("写材料，矛盾调解", {"WRITING": 0.8, "MASS_WORK.MEDIATION": 0.8}),
        ("党建业务(三会一课等)", {"PARTY_AFFAIRS": 0.8}),
        ("党建", {"PARTY_AFFAIRS": 0.8}),
        ("擅长调解邻里矛盾", {"MASS_WORK.MEDIATION": 0.8}),
        ("信息上报;信息", {"GRID.REPORTING": 0.8, "WRITING.NEWS": 0.8}),
        ("无", {}),
    ],
)
def test_strengths_in_one_text(cell: str, strengths: dict[str, float]) -> None:
    sheet = parse_mentors(read_csv([["姓名", "社区", "擅长"], ["周望山", "清溪", cell]]), topics=TOPICS)
    assert told(sheet.issues) == []
    assert sheet.rows[0].strengths == strengths


@pytest.mark.parametrize(
    ("cells", "strengths"),
    [
        (("0.9", "0.3"), (0.9, 0.3)),
        (("1", "0"), (1.0, 0.0)),
        (("5", "1"), (1.0, 0.2)),
        (("★★★★★", "★★☆"), (1.0, 0.4)),
        (("强", "中"), (1.0, 0.6)),
        (("90%", "5%"), (0.9, 0.05)),
        (("4分", "２分"), (0.8, 0.4)),
    ],
)
def test_strengths_in_columns(cells: tuple[str, str], strengths: tuple[float, float]) -> None:
    header = ["姓名", "社区", "党建业务(擅长程度)", "擅长程度—文稿写作"]
    sheet = parse_mentors(read_csv([header, ["周望山", "清溪", *cells]]), topics=TOPICS)
    assert told(sheet.issues) == []
    assert tuple(sheet.rows[0].strengths[code] for code in ("PARTY_AFFAIRS", "WRITING")) == strengths
    assert [c.field for c in sheet.mapping[2:]] == ["strength:PARTY_AFFAIRS", "strength:WRITING"]


def test_every_fault_is_reported_at_once() -> None:
    sheet = mentors("""
        姓名 | 社区 | 可带人数 | 任职年限 | 擅长 | 党建业务
        周望山 | 清溪 | -1 | 100 | 划船、文稿写作:9 | 8
        吴小满 | 翠竹 | 2.5 | 3 | 网格治理 | 5
        郑一川 | 翠竹 | 51 | | | 很多
        周望山 | 清溪村 | 2 | | |
        冯小池 | 翠竹 | 0 | | |
    """)
    assert told(sheet.issues) == [
        (2, "可带人数", "NUMBER_INVALID"),
        (2, "任职年限", "NUMBER_INVALID"),
        (2, "擅长", "UNKNOWN_TOPIC"),
        (2, "擅长", "STRENGTH_INVALID"),
        (2, "党建业务", "STRENGTH_INVALID"),
        (3, "可带人数", "NUMBER_INVALID"),
        (4, "可带人数", "NUMBER_INVALID"),
        (4, "党建业务", "STRENGTH_INVALID"),
        (5, "姓名", "DUPLICATE_ROW"),
    ]
    assert [(row.name, row.capacity) for row in sheet.rows] == [("冯小池", 0)]


def test_numbers_are_read_as_people_write_them() -> None:
    sheet = mentors("""
        姓名 | 社区 | 可带人数 | 任职年限
        周望山 | 清溪 | 三 | 十五
        吴小满 | 翠竹 | 两人 | 5年半
    """)
    assert sheet.issues == ()
    assert [(row.capacity, row.years_in_post) for row in sheet.rows] == [(3, 15), (2, 5.5)]


def test_number_out_of_range_is_told_with_an_example_that_fits() -> None:
    count, years = mentors("姓名 | 可带人数 | 任职年限\n周望山 | 很多 | 2010年起").issues
    assert ("3" in count.suggestion(), "5.5" in count.suggestion()) == (True, False)
    assert "5.5" in years.suggestion()


def test_strengths_need_a_topic_tree() -> None:
    sheet = parse_mentors(read_csv(lines("姓名 | 社区 | 擅长\n周望山 | 清溪 | 党建业务")), topics=())
    assert told(sheet.issues) == [(2, "擅长", "NO_TOPIC_TREE")]
    assert "yanzhen init" in sheet.issues[0].suggestion()


def test_capacity_that_is_not_given_is_not_made_up() -> None:
    assert mentors("姓名 | 社区\n周望山 | 清溪").rows[0].capacity is None


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("楼道议事会\n旧改三步法", ("楼道议事会", "旧改三步法")),
        ("楼道议事会；旧改三步法", ("楼道议事会", "旧改三步法")),
        ("1.楼道议事,先听后议 2.旧改三步法", ("楼道议事,先听后议", "旧改三步法")),
        ("(1)楼道议事;(2)旧改", ("楼道议事", "旧改")),
        ("①楼道议事②旧改", ("楼道议事", "旧改")),
        ("一、楼道议事\n二、旧改", ("楼道议事", "旧改")),
        ("2023年用1.5万元修了路灯,12户受益", ("2023年用1.5万元修了路灯,12户受益",)),
    ],
)
def test_cases_are_told_apart(text: str, cases: tuple[str, ...]) -> None:
    assert split_cases(text) == cases
