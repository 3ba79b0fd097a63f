"""Rules from a file: kinds in every usual word, and rows that contradict each other."""

import datetime as dt

import pytest

from studio.imports.issues import ImportCode, ImportRefused
from studio.imports.rules import RuleSheet, parse_rule_kind, parse_rules
from studio.store.enums import RuleKind

from .making import lines, read_csv, told


def rules(text: str) -> RuleSheet:
    return parse_rules(read_csv(lines(text)))


def test_rules_are_read_with_communities_and_expiry() -> None:
    rule = rules("""
        学员姓名 | 学员社区 | 导师姓名 | 导师社区 | 规则类型 | 原因 | 有效期至
        林晓禾 | 翠竹社区 | 周 望山 | 清溪 | 必须 | 延续上期结对 | 2026-12-31
    """).rows[0]
    assert (rule.trainee, rule.trainee_community, rule.mentor, rule.mentor_community) == (
        "林晓禾",
        "翠竹社区",
        "周望山",
        "清溪",
    )
    assert (rule.kind, rule.reason, rule.expires_on) == (RuleKind.PIN, "延续上期结对", dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("必须|指定|固定|PIN|pin", RuleKind.PIN),
        ("回避|禁止|不得配对|不能|FORBID|优先回避", RuleKind.FORBID),
        ("优先|尽量|PREFER", RuleKind.PREFER),
    ],
)
def test_words_for_kinds(words: str, kind: RuleKind) -> None:
    assert [parse_rule_kind(word) for word in words.split("|")] == [kind] * (words.count("|") + 1)


def test_every_fault_is_reported_at_once() -> None:
    sheet = rules("""
        trainee | mentor | kind | reason
        林晓禾 | 周望山 | 必须 |
        吴小满 | 周望山 | 随便 | 亲属
        郑一川 | 周望山 | 必须 | 同片区
        郑一川 | 周望山 | 回避 | 亲属
        郑一川 | 周望山 | 必须 | 同片区
        | 周望山 | 回避 | 亲属
    """)
    assert told(sheet.issues) == [
        (2, "reason", "VALUE_MISSING"),
        (3, "kind", "UNKNOWN_RULE_KIND"),
        (5, "kind", "CONTRADICTORY_RULES"),
        (6, "trainee", "DUPLICATE_ROW"),
        (7, "trainee", "VALUE_MISSING"),
    ]
    assert [row.row for row in sheet.rows] == [4]


def test_pair_has_one_rule() -> None:
    sheet = rules("""
        trainee | mentor | kind | reason
        林晓禾 | 周望山 | 必须 | 同片区
        林晓禾 | 周望山 | 优先 | 同片区
    """)
    assert told(sheet.issues) == [(3, "trainee", "DUPLICATE_ROW")]


def test_rule_file_without_reasons_is_refused() -> None:
    with pytest.raises(ImportRefused) as caught:
        rules("学员 | 导师 | 类型\n林晓禾 | 周望山 | 必须")
    assert (caught.value.code, caught.value.values["field"]) == (ImportCode.COLUMN_MISSING, "reason")


def test_columns_that_a_file_of_limits_lacks_are_named_by_the_headings_that_they_should_have() -> None:
    sheet = rules("""
        类型 | 人数 | 原因
        限额 | 2 | 不扎堆
        必须 | | 路近
        最多 | 3 | 带得过来
    """)
    assert told(sheet.issues) == [
        (2, "限额对象 (group)", "LIMIT_GROUP"),
        (3, "学员 (trainee)", "VALUE_MISSING"),
        (3, "导师 (mentor)", "VALUE_MISSING"),
    ]
    assert [limit.number for limit in sheet.limits] == [3]


def test_quota_of_all_mentors_of_a_county_names_none() -> None:
    sheet = rules("""
        师傅 | 类型 | 人数 | 数谁 | 原因
        周望山 | 限额 | 2 | 播州区导师 | 不扎堆
        周望山 | 限额 | 2 | | 不扎堆
    """)
    assert told(sheet.issues) == [(2, "师傅", "LIMIT_NAMES_MENTOR"), (3, "数谁", "LIMIT_GROUP")]
    assert "“数谁”" in sheet.issues[1].suggestion("zh")
