"""Limits in a file of rules: kinds and groups in every usual word, and everything wrong in a row at once."""

import datetime as dt

import pytest

from studio.imports.issues import ImportRefused
from studio.imports.limits import group_words, parse_group, parse_limit_kind
from studio.imports.rules import RuleSheet, parse_rules
from studio.store.enums import Level, RuleKind, TraineeRole
from studio.store.limit_enums import LimitGroup, LimitKind

from .making import lines, read_csv, told

CAP, MINIMUM, QUOTA = LimitKind.CAP, LimitKind.MINIMUM, LimitKind.QUOTA
VALUES: dict[LimitGroup, list[str]] = {
    LimitGroup.TRAINEE_COUNTY: ["", "播州区", "务川仡佬族苗族自治县"],
    LimitGroup.TRAINEE_ROLE: ["", *TraineeRole],
    LimitGroup.TRAINEE_LEVEL: ["", *Level],
    LimitGroup.MENTOR_COUNTY: ["", "播州区"],
    LimitGroup.PAIRING_KIND: ["", "THEORY", "PRACTICE"],
}


def rules(text: str) -> RuleSheet:
    return parse_rules(read_csv(lines(text)))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("最多|上限|CAP|at most|最多人数", CAP),
        ("最少|至少|MINIMUM|least|最少人数", MINIMUM),
        ("限额|QUOTA|quota|分组限额", QUOTA),
    ],
)
def test_words_for_kinds(words: str, kind: LimitKind) -> None:
    assert [parse_limit_kind(word) for word in words.split("|")] == [kind] * (words.count("|") + 1)


@pytest.mark.parametrize("word", ["必须", "回避", "不得配对", "PIN", "优先", "随便", ""])
def test_kinds_of_pairs_are_no_limits(word: str) -> None:
    assert parse_limit_kind(word) is None


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("group", "value"), [(group, value) for group in VALUES for value in VALUES[group]])
def test_words_for_groups_are_read_as_what_they_were_written_for(
    group: LimitGroup, value: str, language: str
) -> None:
    assert parse_group(group_words(group, value, language)) == (group, value)


def test_limits_stand_among_rules_of_pairs() -> None:
    sheet = rules("""
        学员 | 导师 | 导师社区 | 类型 | 人数 | 限额对象 | 原因 | 有效期
        林晓禾 | 周望山 | | 必须 | | | 延续上期结对 |
        | 周望山 | 清溪 | 最多 | 2人 | | 身体原因 | 2026-12-31
        | 每位导师 | | 最少 | 1 | | 人人带 |
        | | | 限额 | 2 | 同县 | 避免扎堆 |
        | 周望山 | | 限额 | 1 | 理论导师 | 少讲课 |
    """)
    assert not sheet.issues
    assert [rule.kind for rule in sheet.rows] == [RuleKind.PIN]
    assert [(one.kind, one.number, one.mentor, one.grouped_by, one.value) for one in sheet.limits] == [
        (CAP, 2, "周望山", None, ""),
        (MINIMUM, 1, "", None, ""),
        (QUOTA, 2, "", LimitGroup.TRAINEE_COUNTY, ""),
        (QUOTA, 1, "周望山", LimitGroup.PAIRING_KIND, "THEORY"),
    ]
    first = sheet.limits[0]
    assert (first.mentor_community, first.reason, first.expires_on) == (
        "清溪",
        "身体原因",
        dt.date(2026, 12, 31),
    )


def test_every_fault_of_a_limit_is_reported_at_once() -> None:
    sheet = rules("""
        trainee | mentor | kind | number | group | reason
        林晓禾 | 周望山 | cap | 2 | | 忙
        | 周望山 | cap | -1 | | 忙
        | 周望山 | minimum | 0 | |
        | 周望山 | cap | | 同县 | 忙
        | | quota | 1 | | 忙
        | 周望山 | quota | 1 | 播州区导师 | 忙
        | | quota | 1.5 | 同县 | 忙
    """)
    assert told(sheet.issues) == [
        (2, "trainee", "LIMIT_NAMES_TRAINEE"),
        (3, "number", "NUMBER_INVALID"),
        (4, "number", "NUMBER_INVALID"),
        (4, "reason", "VALUE_MISSING"),
        (5, "number", "VALUE_MISSING"),
        (5, "group", "LIMIT_GROUP"),
        (6, "group", "LIMIT_GROUP"),
        (7, "mentor", "LIMIT_NAMES_MENTOR"),
        (8, "number", "NUMBER_INVALID"),
    ]
    assert sheet.limits == ()


def test_file_of_limits_alone_needs_neither_trainees_nor_mentors() -> None:
    assert len(rules("类型 | 人数 | 限额对象 | 原因\n限额 | 2 | 同县 | 避免扎堆").limits) == 1
    with pytest.raises(ImportRefused, match="COLUMN_MISSING"):
        rules("类型 | 限额对象 | 原因\n限额 | 同县 | 避免扎堆")


def test_last_day_is_read_under_the_word_by_which_limits_are_shown() -> None:
    sheet = rules(
        """
        规则 | 人数 | 原因 | 有效到
        上限 | 2 | 忙 | 2027-01-01
        """
    )
    assert [limit.expires_on for limit in sheet.limits] == [dt.date(2027, 1, 1)]
