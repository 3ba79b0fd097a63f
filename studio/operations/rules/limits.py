"""Setting and removing the limits of a cohort's match."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from studio.arrays.seats import TWO_EACH
from studio.errors import StudioError
from studio.imports.limits import MOST
from studio.operations.audit import audit
from studio.operations.idempotency import once, remember
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own, require_version
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.enums import Level, TraineeRole
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.locks import lock_cohort
from studio.store.people import Mentor, mentors_of, trainees_of
from studio.store.presets import CohortRule
from studio.store.rows import changed

_CODES = {
    LimitGroup.TRAINEE_ROLE: [role.value for role in TraineeRole],
    LimitGroup.TRAINEE_LEVEL: [level.value for level in Level],
    LimitGroup.PAIRING_KIND: [kind.value for kind in TWO_EACH],
}


async def set_limit_rule(
    session: AsyncSession,
    actor: Actor,
    cohort_id: UUID,
    kind: LimitKind,
    number: int,
    *,
    reason: str,
    mentor_id: UUID | None = None,
    grouped_by: LimitGroup | None = None,
    value: str = "",
    expires_on: date | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> LimitRule:
    """Set a limit, in the place of the one of this kind that was set for the same mentor and group.

    Raises NOT_FOUND, REASON_MISSING, LIMIT_NUMBER, LIMIT_GROUP, LIMIT_VALUE, EXPIRY_PAST and CONFLICT_VERSION.
    """
    require(actor, "set_limit_rule")
    given = {
        "cohort_id": cohort_id.hex,
        "kind": kind.value,
        "number": number,
        "reason": reason,
        "mentor_id": None if mentor_id is None else mentor_id.hex,
        "grouped_by": grouped_by,
        "value": value,
        "expires_on": expires_on,
        "expected_version": expected_version,
    }
    done = await once(session, actor, idempotency_key, "set_limit_rule", given)
    if done is not None:
        return await own(session, actor, LimitRule, done, "idempotencyKey")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    if mentor_id is not None:
        await own(session, actor, Mentor, mentor_id, "mentorId")
    value = value.strip()
    check_limit(kind, number, mentor_id is not None, grouped_by, value)
    if value and grouped_by in (LimitGroup.TRAINEE_COUNTY, LimitGroup.MENTOR_COUNTY):
        counties = await counties_of(session, cohort, grouped_by)
        if value not in counties:
            raise StudioError("LIMIT_VALUE", field="value", given=value[:40], known=counties)
    require_reason(reason)
    if expires_on is not None and expires_on < today():
        raise StudioError("EXPIRY_PAST", field="expiresOn", date=expires_on.isoformat())
    await lock_cohort(session, cohort.id)
    rule = await _same(session, cohort.id, kind, mentor_id, grouped_by, value)
    require_version_of(rule, expected_version)
    values: dict[str, Any] = {
        "number": number,
        "reason": reason.strip(),
        "author": actor.role.value,
        "expires_on": expires_on,
    }
    if rule is None:
        rule = LimitRule(
            studio_id=actor.studio_id,
            cohort_id=cohort.id,
            kind=kind,
            mentor_id=mentor_id,
            grouped_by=grouped_by,
            value=value,
            **values,
        )
        session.add(rule)
    else:
        changed(rule, **values)
    await session.flush()
    await refresh_soon(session, cohort.id)
    await remember(session, actor, idempotency_key, "set_limit_rule", given, rule.id)
    await audit(session, actor, "set_limit_rule", "LimitRule", rule.id, kind=kind.value, number=number)
    return rule


def require_version_of(rule: LimitRule | None, expected: int | None) -> None:
    """Refuse with CONFLICT_VERSION unless the limit is as the client has seen it; a new one has no version."""
    if rule is not None:
        require_version(rule, expected)
    elif expected is not None:
        raise StudioError("LIMIT_GONE", field="expectedVersion")


def check_limit(
    kind: LimitKind, number: int, has_mentor: bool, grouped_by: LimitGroup | None, value: str
) -> None:
    """Refuse with LIMIT_NUMBER, LIMIT_GROUP or LIMIT_VALUE what is no limit."""
    least = 1 if kind is LimitKind.MINIMUM else 0
    if not least <= number <= MOST:
        raise StudioError("LIMIT_NUMBER", field="number", least=least, most=MOST, given=number)
    is_quota = kind is LimitKind.QUOTA
    of_mentors = grouped_by is LimitGroup.MENTOR_COUNTY
    if is_quota != (grouped_by is not None) or (of_mentors and has_mentor):
        raise StudioError("LIMIT_GROUP", field="groupedBy")
    codes = _CODES.get(grouped_by) if grouped_by is not None else None
    if value and (not is_quota or (codes is not None and value not in codes)):
        raise StudioError("LIMIT_VALUE", field="value", given=value[:40], known=codes or [])


async def counties_of(session: AsyncSession, cohort: Cohort, grouped_by: LimitGroup) -> list[str]:
    """Return the counties that trainees of the cohort, or mentors of the studio, come from."""
    people = (
        await mentors_of(session, cohort.studio_id)
        if grouped_by is LimitGroup.MENTOR_COUNTY
        else await trainees_of(session, cohort.id)
    )
    return sorted({region.county for _, _, region in people if region and region.county})


async def _same(
    session: AsyncSession,
    cohort_id: UUID,
    kind: LimitKind,
    mentor_id: UUID | None,
    grouped_by: LimitGroup | None,
    value: str,
) -> LimitRule | None:
    found = await session.execute(
        select(LimitRule)
        .where(
            LimitRule.cohort_id == cohort_id,
            LimitRule.kind == kind,
            col(LimitRule.mentor_id).is_not_distinct_from(mentor_id),
            col(LimitRule.grouped_by).is_not_distinct_from(grouped_by),
            LimitRule.value == value,
            col(LimitRule.cohort_rule_id).is_(None),
        )
        .with_for_update()
    )
    return found.scalars().first()


async def remove_limit_rule(
    session: AsyncSession, actor: Actor, rule_id: UUID, *, expected_version: int | None = None
) -> None:
    """Remove a limit, unless it has changed since the client has seen it; raises LIMIT_OF_PRESET for a preset's."""
    require(actor, "set_limit_rule")
    rule = await own(session, actor, LimitRule, rule_id, "limitRuleId")
    await lock_cohort(session, rule.cohort_id)
    rule = await own(session, actor, LimitRule, rule_id, "limitRuleId", lock=True)
    require_version(rule, expected_version)
    if rule.cohort_rule_id is not None:
        name = (await session.get_one(CohortRule, rule.cohort_rule_id)).name
        raise StudioError("LIMIT_OF_PRESET", field="limitRuleId", name=name)
    await session.delete(rule)
    await session.flush()
    await refresh_soon(session, rule.cohort_id)
    await audit(session, actor, "remove_limit_rule", "LimitRule", rule_id)
