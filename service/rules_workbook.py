"""The rules and limits of a cohort as a workbook that `yanzhen import rules` takes in again."""

from typing import Any

from service.spreadsheets import workbook
from studio.imports.limits import group_words
from studio.messages import translate, word
from studio.store.enums import RuleKind
from studio.store.limit_enums import LimitGroup, LimitKind

_COLUMNS = (
    "SHEET_TRAINEE",
    "SHEET_TRAINEE_COMMUNITY",
    "SHEET_MENTOR",
    "SHEET_MENTOR_COMMUNITY",
    "SHEET_RULE_KIND",
    "SHEET_NUMBER",
    "SHEET_GROUP",
    "SHEET_RULE_REASON",
    "SHEET_UNTIL",
)


def rules_workbook(rules: list[dict[str, Any]], limits: list[dict[str, Any]], language: str) -> bytes:
    """Return a workbook with a row for each rule and each limit."""
    rows = [[translate(name, language) for name in _COLUMNS]]
    rows += [
        [
            *_person(rule["trainee"]),
            *_person(rule["mentor"]),
            word(RuleKind(rule["kind"]), language),
            "",
            "",
            rule["reason"],
            rule["expiresOn"] or "",
        ]
        for rule in rules
    ]
    rows += [_limit(limit, language) for limit in limits]
    return workbook([(translate("SHEET_RULES", language), rows)])


def _limit(limit: dict[str, Any], language: str) -> list[Any]:
    group = LimitGroup(limit["groupedBy"]) if limit["groupedBy"] else None
    return [
        "",
        "",
        *_person(limit["mentor"]),
        word(LimitKind(limit["kind"]), language),
        limit["number"],
        group_words(group, limit["value"], language) if group is not None else "",
        limit["reason"],
        limit["expiresOn"] or "",
    ]


def _person(row: dict[str, Any] | None) -> list[str]:
    if row is None:
        return ["", ""]
    return [row["displayName"], row["community"]["name"] if row["community"] else ""]
