"""Matching rules from a file: who must, must not or should be paired with whom, and how many at most and at least."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.imports import fields
from studio.imports.columns import ColumnMapping, FieldNames, map_columns, require, words
from studio.imports.issues import ImportCode, RowIssue, in_row_order
from studio.imports.keys import community_key, name_key, text_key
from studio.imports.limits import LimitRow, parse_limit_kind, read_limit
from studio.imports.rowreader import RowReader, field_columns, shown
from studio.imports.tables import Table
from studio.store.enums import RuleKind
from studio.store.rules import LONGEST_REASON

_FIELDS: tuple[FieldNames, ...] = (
    FieldNames(
        "trainee_community",
        words(
            "学员社区 学员所在社区 学员单位 学员所在单位 学员村 traineecommunity traineescommunity traineeunit"
        ),
    ),
    FieldNames(
        "mentor_community",
        words("导师社区 导师所在社区 导师单位 导师所在单位 mentorcommunity mentorscommunity mentorunit"),
    ),
    FieldNames(
        "trainee", words("学员 学员姓名 徒弟 被带教人 培养对象 学员名字 trainee traineename mentee student")
    ),
    FieldNames("mentor", words("导师 导师姓名 师傅 带教导师 带教人 带教老师 mentor mentorname")),
    FieldNames(
        "kind",
        words(
            "规则 类型 规则类型 约束 约束类型 关系 规则类别 配对要求 匹配要求 kind type rule rulekind"
            " ruletype"
        ),
        words("要求 类别 方式 constraint"),
    ),
    FieldNames(
        "number",
        words("人数 名额 限额人数 最多人数 最少人数 几人 number count howmany limit"),
        words("数量 上限 下限"),
    ),
    FieldNames(
        "group",
        words("限额对象 限额分组 分组 分组依据 按什么分 数谁 group groupedby of"),
        words("对象 范围"),
    ),
    FieldNames(
        "reason",
        words("原因 理由 依据 事由 规则原因 reason why justification"),
        words("说明 备注 note notes remark"),
    ),
    FieldNames(
        "expires_on",
        words(
            "有效期 有效期至 有效到 截止日期 失效日期 到期日 到期时间 截止时间 expires expireson validuntil expiry"
        ),
    ),
    FieldNames(fields.SERIAL.field, fields.SERIAL.strong),
)
# 优先回避 is a FORBID and 不得配对 too, so refusals are looked for first.
_KINDS: tuple[tuple[str, RuleKind], ...] = (
    (
        r"回避|禁|不得|不可|不能|不宜|避免|排除|冲突|不配|forbid|exclude|conflict|avoid|mustnot",
        RuleKind.FORBID,
    ),
    (r"优先|尽量|倾向|推荐|意向|prefer|favour|favor|should", RuleKind.PREFER),
    (r"必须|指定|固定|锁定|必配|一定|绑定|pin|must|fix|lock|require", RuleKind.PIN),
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule about one trainee and one mentor; communities tell namesakes apart and may be empty."""

    row: int
    trainee: str
    trainee_community: str
    mentor: str
    mentor_community: str
    kind: RuleKind
    reason: str
    expires_on: dt.date | None


@dataclass(frozen=True, slots=True)
class RuleSheet:
    """What a file of rules holds: rows without an issue, and all issues; `n_rows` counts both."""

    rows: tuple[RuleRow, ...]
    limits: tuple[LimitRow, ...]
    issues: tuple[RowIssue, ...]
    mapping: tuple[ColumnMapping, ...]
    n_rows: int


def parse_rules(table: Table, *, overrides: Mapping[str, str] | None = None) -> RuleSheet:
    """Return the rules of a file with everything wrong in it, also two rows that contradict each other.

    A file with a column of numbers may hold limits, too, or nothing else. Raises ImportRefused when kind or reason has
    no column, or trainee or mentor where there are no limits.
    """
    mapping = map_columns(table, _FIELDS, overrides or {})
    has_limits = any(column.field == "number" for column in mapping)
    require(mapping, _FIELDS, ("kind", "reason") if has_limits else ("trainee", "mentor", "kind", "reason"))
    reader = RowReader(table, mapping, _FIELDS)
    rows: list[RuleRow] = []
    limits: list[LimitRow] = []
    seen: dict[tuple[str, ...], RuleRow] = {}
    for row in table.rows:
        if not reader.begin(row):
            continue
        limit_kind = parse_limit_kind(reader.optional("kind")) if has_limits else None
        if limit_kind is not None:
            limit = read_limit(reader, row.number, limit_kind)
            limits += [limit] if limit is not None else []
            continue
        rule = _rule(reader, row.number)
        if rule is None:
            continue
        twin = seen.setdefault(_pair(rule), rule)
        if twin is not rule:
            field, code, values = clash(rule, twin)
            reader.note(field, code, **values)
        if reader.is_sound:
            rows.append(rule)
    issues = in_row_order(reader.issues, field_columns(mapping))
    return RuleSheet(tuple(rows), tuple(limits), issues, tuple(mapping), len(table.rows))


def _rule(reader: RowReader, number: int) -> RuleRow | None:
    for field in ("trainee", "mentor"):
        if not reader.has(field):
            # A file of limits may do without, but not a row of it that is a rule.
            reader.note(field, ImportCode.VALUE_MISSING)
    trainee, mentor = reader.name("trainee"), reader.name("mentor")
    kind = parse_rule_kind(text := reader.required("kind"))
    if text and kind is None:
        reader.note("kind", ImportCode.UNKNOWN_RULE_KIND, value=shown(text))
    rule = RuleRow(
        row=number,
        trainee=trainee,
        trainee_community=reader.place("trainee_community"),
        mentor=mentor,
        mentor_community=reader.place("mentor_community"),
        kind=kind or RuleKind.PREFER,
        reason=reader.required("reason", LONGEST_REASON),
        expires_on=reader.date("expires_on"),
    )
    return rule if trainee and mentor and kind else None


def parse_rule_kind(text: str) -> RuleKind | None:
    """Return the kind that a word means (必须/指定, 回避/禁止, 优先, PIN, FORBID, PREFER), or None."""
    key = re.sub(r"[\W_]", "", text_key(text))
    return next((kind for pattern, kind in _KINDS if re.search(pattern, key)), None)


def _pair(rule: RuleRow) -> tuple[str, ...]:
    return (
        name_key(rule.trainee),
        community_key(rule.trainee_community),
        name_key(rule.mentor),
        community_key(rule.mentor_community),
    )


def clash(rule: RuleRow, earlier: RuleRow) -> tuple[str, ImportCode, dict[str, object]]:
    """Return the field, the code and the values of the issue that two rows about one pair are.

    A pair has one rule: two that do not contradict each other are one too many as well.
    """
    if (rule.kind is RuleKind.FORBID) != (earlier.kind is RuleKind.FORBID):
        values = {"other_row": earlier.row, "trainee": rule.trainee, "mentor": rule.mentor}
        return "kind", ImportCode.CONTRADICTORY_RULES, values
    return "trainee", ImportCode.DUPLICATE_ROW, {"other_row": earlier.row}
