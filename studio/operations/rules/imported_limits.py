"""Taking in the limits of a file of rules."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.imports.issues import ImportCode, RowIssue
from studio.imports.limits import LimitRow
from studio.imports.respondents import PeopleIndex
from studio.operations.import_report import ImportReport
from studio.operations.rules.limits import counties_of
from studio.store.cohorts import Cohort
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.rows import changed
from studio.store.rules import Rule

# The author of what a file says.
IMPORTED = "IMPORT"
# What tells limits apart: one of each kind for the same mentor and group.
Key = tuple[LimitKind, UUID | None, LimitGroup | None, str]
_COUNTIES = (LimitGroup.TRAINEE_COUNTY, LimitGroup.MENTOR_COUNTY)


async def take_limits(
    session: AsyncSession,
    cohort: Cohort,
    rows: Iterable[LimitRow],
    mentors: PeopleIndex,
    report: ImportReport,
) -> list[LimitRule]:
    """Bring the cohort's limits up to a file's, and return the new ones; what cannot be is added to the report."""
    found = await session.execute(
        select(LimitRule).where(LimitRule.cohort_id == cohort.id, col(LimitRule.cohort_rule_id).is_(None))
    )
    existing: dict[Key, LimitRule] = {
        (rule.kind, rule.mentor_id, rule.grouped_by, rule.value): rule for rule in found.scalars()
    }
    counties = {group: await counties_of(session, cohort, group) for group in _COUNTIES}
    seen: dict[Key, int] = {}
    new: list[LimitRule] = []
    for row in rows:
        fault = _fault(row, counties)
        who = mentors.find(row.mentor, community=row.mentor_community) if row.mentor else None
        if who is not None and who.code is not None:
            fault = "mentor", who.code, dict(who.values)
        mentor_id = who.key if who is not None and isinstance(who.key, UUID) else None
        key = row.kind, mentor_id, row.grouped_by, row.value
        if fault is None and seen.setdefault(key, row.row) != row.row:
            fault = "kind", ImportCode.DUPLICATE_ROW, {"other_row": seen[key]}
        if fault is not None:
            field, code, values = fault
            report.rejected.append(RowIssue(row.row, report.column(field), code, values))
            continue
        rule = existing.get(key)
        values = {"number": row.number, "reason": row.reason, "expires_on": row.expires_on}
        if rule is None:
            new.append(_limit(cohort, key, {**values, "author": IMPORTED}))
            report.new += 1
        elif imported(rule, values):
            report.updated += 1
        else:
            report.unchanged += 1
    return new


def imported(rule: Rule | LimitRule, values: dict[str, Any]) -> bool:
    """Make a rule say what a file says, and tell whether it differed; what a file only repeats keeps its author."""
    if all(getattr(rule, name) == value for name, value in values.items()):
        return False
    return changed(rule, **values, author=IMPORTED)


def _fault(
    row: LimitRow, counties: dict[LimitGroup, list[str]]
) -> tuple[str, ImportCode, dict[str, object]] | None:
    known = counties.get(row.grouped_by) if row.grouped_by is not None else None
    if known is None or not row.value or row.value in known:
        return None
    return "group", ImportCode.LIMIT_VALUE, {"given": row.value[:40], "known": known}


def _limit(cohort: Cohort, key: Key, values: dict[str, Any]) -> LimitRule:
    kind, mentor_id, grouped_by, value = key
    return LimitRule(
        studio_id=cohort.studio_id,
        cohort_id=cohort.id,
        kind=kind,
        mentor_id=mentor_id,
        grouped_by=grouped_by,
        value=value,
        **values,
    )
