"""Single values as people type them."""

import datetime as dt

import pytest

from studio.imports.cells import (
    CHINA,
    parse_count,
    parse_date,
    parse_duration,
    parse_number,
    parse_phone,
    parse_time,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/3/2", "2026-03-02"),
        ("2026-03-02", "2026-03-02"),
        ("2026.3.2", "2026-03-02"),
        ("2026年3月2日", "2026-03-02"),
        ("２０２６年０３月０２日", "2026-03-02"),
        ("2026-03", "2026-03-01"),
        ("2019年7月", "2019-07-01"),
        ("2019.7", "2019-07-01"),
        ("2019年7月至今", "2019-07-01"),
        ("201907", "2019-07-01"),
        ("20190715", "2019-07-15"),
        ("2019", "2019-01-01"),
        ("2019年", "2019-01-01"),
        ("20年5月", "2020-05-01"),
        ("98年11月3日", "1998-11-03"),
        ("二〇二〇年五月", "2020-05-01"),
        ("二○一〇年十二月二十一日", "2010-12-21"),
        ("31/12/2020", "2020-12-31"),
        ("1/5/2020", "2020-01-05"),
        ("46083", "2026-03-02"),
        ("46083.4", "2026-03-02"),
        ("2026-03-02 10:31:05", "2026-03-02"),
    ],
)
def test_dates_of_all_kinds(text: str, expected: str) -> None:
    assert parse_date(text) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    "text", ["", "去年", "2026-13-01", "2026/2/30", "1026-01-01", "13800000000", "3", "12.5"]
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026/3/2 14:31:05",
        "2026-03-02T14:31:05",
        "2026-03-02 14:31:05.250",
        "2026年3月2日 14时31分05秒",
        "2026/3/2 下午 2:31:05 GMT+8",
        "3/2/2026 14:31:05",
        "3/2/2026 2:31:05 PM",
        "46083.6049189815",
    ],
)
def test_times_of_all_kinds(text: str) -> None:
    assert parse_time(text) == dt.datetime(2026, 3, 2, 14, 31, 5, tzinfo=CHINA)


@pytest.mark.parametrize("text", ["", "刚才", "2026/3/2 25:00:00", "2026/3/2 10:61:00"])
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("125", 125),
        ("125秒", 125),
        ("２分５秒", 125),
        ("2分钟5秒", 125),
        ("0:02:05", 125),
        ("02:05", 125),
        ("2min 5s", 125),
        ("1小时", 3600),
        ("1 day, 0:00:01", 86_401),
        ("-5秒", -5),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "很久", "两分钟", "秒"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "10000000001",
        "100 0000 0001",
        "100-0000-0001",
        "１００００００００01",
        "+86 100 0000 0001",
        "8610000000001",
    ],
)
def test_telephone_numbers(text: str) -> None:
    assert parse_phone(text) == "10000000001"


@pytest.mark.parametrize("text", ["", "1000000000", "100000000012", "100****0001", "1.0E+10", "无"])
def test_what_is_no_telephone_number(text: str) -> None:
    assert parse_phone(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三", 3),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("三十二", 32),
        ("5年半", 5.5),
        ("十年半", 10.5),
        ("4.5", 4.5),
        ("", None),
        ("半", None),
        ("很多", None),
        ("5.5年半", None),
    ],
)
def test_counts_in_chinese(text: str, number: float | None) -> None:
    assert parse_count(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("4", 4), ("４．５", 4.5), ("80%", 0.8), ("1,000", 1000), ("abc", None), ("1e3", None), ("nan", None)],
)
def test_numbers(text: str, number: float | None) -> None:
    assert parse_number(text) == number


def test_phone_that_a_program_took_for_a_number_is_read() -> None:
    assert parse_phone("19900000001.0") == "19900000001"
    assert parse_phone("1990000000.10") is None
