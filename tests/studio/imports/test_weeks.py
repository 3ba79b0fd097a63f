"""Weeks as people write them in the lists of people."""

from datetime import date

import pytest

from studio.imports.mentors import parse_mentors
from studio.imports.roster import parse_roster
from studio.imports.weeks import Calendar, SaidWeeks, WeekUnreadable, parse_weeks

from .making import lines, read_csv, told

TODAY = date(2026, 3, 2)
W14, W15, W16, W17 = date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13), date(2026, 4, 20)


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("第14周、第15周", (W14, W15)),
        ("第14、15周", (W14, W15)),
        ("第十四周和第十六周", (W14, W16)),
        ("14-16周", (W14, W15, W16)),
        ("第14周至第16周；第17周", (W14, W15, W16, W17)),
        ("14,15", (W14, W15)),
        ("14周/15周", (W14, W15)),
        ("2026年第14周", (W14,)),
        ("2026-W14 — 2026-W15", (W14, W15)),
        ("4月6日那周", (W15,)),
        ("4月8日", (W15,)),
        ("4月6日至10日", (W15,)),
        ("4月6日-4月20日", (W15, W16, W17)),
        ("2026-04-06", (W15,)),
        ("2026/4/6、2026.4.13", (W15, W16)),
        ("2026-04-06至2026-04-20", (W15, W16, W17)),
        ("46118", (W15,)),
        ("第１４周", (W14,)),
        ("第52周-第2周", (date(2025, 12, 22), date(2025, 12, 29), date(2026, 1, 5))),
        ("都可以", None),
    ],
)
def test_weeks_are_read(text: str, weeks: tuple[date, ...] | None) -> None:
    assert parse_weeks(text, today=TODAY) == weeks


@pytest.mark.parametrize(
    "text", ["下周", "除第15周", "4月上旬", "第60周", "2026-05", "2月30日", "第16-14月", "、"]
)
def test_what_names_no_week_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(WeekUnreadable):
        parse_weeks(text, today=TODAY)


def test_offered_weeks_say_which_year_is_meant() -> None:
    offered = [date.fromisocalendar(2027, 14, 1)]
    assert parse_weeks("第14周", today=TODAY, offered=offered) == tuple(offered)
    assert parse_weeks("第15周", today=TODAY, offered=offered) == (W15,)


def test_roster_tells_free_weeks_and_unreadable_ones_by_row() -> None:
    table = read_csv(
        lines(
            "姓名 | 职务 | 社区 | 空闲周次\n张丽 | 副书记 | 清溪 | 第14周\n"
            "李勇 | 副书记 | 竹园 | 14周，下周\n王敏 | 副书记 | 和平 |"
        )
    )
    sheet = parse_roster(table, today=TODAY)
    assert [row.weeks for row in sheet.rows] == [SaidWeeks((W14,)), None]
    assert told(sheet.issues) == [(3, "空闲周次", "WEEK_UNREADABLE")]
    assert "下周" in sheet.issues[0].message()
    assert "第14周" in sheet.issues[0].suggestion()


def test_mentors_tell_free_weeks_and_how_many_in_a_week() -> None:
    table = read_csv(
        lines(
            "姓名 | 社区 | 有空的周 | 每周可带人数\n周望山 | 清溪 | 都可以 | 2人\n"
            "吴青 | 竹园 | 14-15周 |\n陈松 | 和平 | 无 | 0"
        )
    )
    sheet = parse_mentors(table, topics=(), calendar=Calendar(TODAY))
    assert [(row.weeks, row.weekly_capacity) for row in sheet.rows] == [
        (SaidWeeks(None), 2),
        (SaidWeeks((W14, W15)), None),
    ]
    assert told(sheet.issues) == [(4, "每周可带人数", "NUMBER_INVALID")]
