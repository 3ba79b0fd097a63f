"""Columns are told by the user where headers are not enough, and the user's slips are named."""

import datetime as dt

import pytest

from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.roster import parse_roster

from .making import lines, read_csv

TABLE = read_csv(lines("1、谁 | 干啥的 | 社区 | 单位\n林晓禾 | 书记 | 翠竹 | 清溪"))


def parse(overrides: dict[str, str]):  # type: ignore[no-untyped-def]
    return parse_roster(TABLE, today=dt.date(2026, 11, 24), overrides=overrides)


@pytest.mark.parametrize("column", ["1、谁", "谁", "A"])
def test_column_is_named_by_header_bare_header_or_letter(column: str) -> None:
    sheet = parse({column: "name", "干啥的": "role"})
    assert sheet.rows[0].name == "林晓禾"
    assert (sheet.mapping[0].field, sheet.mapping[0].confidence) == ("name", 1.0)


def test_strong_header_wins_over_a_weak_one() -> None:
    assert parse({"A": "name", "B": "role"}).rows[0].community == "翠竹"


def test_user_wins_over_every_header() -> None:
    assert parse({"A": "name", "B": "role", "单位": "community"}).rows[0].community == "清溪"


def test_column_can_be_ignored() -> None:
    sheet = parse({"A": "name", "B": "role", "社区": "ignored"})
    assert sheet.mapping[2].field == "ignored"
    assert sheet.rows[0].community == "清溪"


@pytest.mark.parametrize(
    ("overrides", "code", "near"),
    [
        ({"干什": "role"}, ImportCode.MAP_UNKNOWN_COLUMN, "干啥的"),
        ({"A": "names"}, ImportCode.MAP_UNKNOWN_FIELD, "name"),
    ],
)
def test_slip_in_a_map_names_what_is_near(overrides: dict[str, str], code: ImportCode, near: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        parse(overrides)
    assert caught.value.code == code
    assert near in caught.value.message()


def test_field_given_twice_is_refused() -> None:
    with pytest.raises(ImportRefused) as caught:
        parse({"A": "name", "B": "name"})
    assert caught.value.code == ImportCode.MAP_FIELD_TWICE
    assert "name" in caught.value.message()
