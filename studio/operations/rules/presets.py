"""Presets of rules: kept and edited by the studio, applied to a cohort with reason, author and expiry, and undone."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import select

from studio.arrays.affinity import part_weights
from studio.errors import Conflict, StudioError
from studio.operations.audit import audit
from studio.operations.needs_later import refresh_soon
from studio.operations.own import own, require_version
from studio.operations.rules.preset_effects import limits_of
from studio.operations.said_reasons import require_reason
from studio.permissions import Actor, require
from studio.store.clock import today
from studio.store.cohorts import Cohort
from studio.store.limit_enums import LimitGroup
from studio.store.locks import lock_cohort, lock_studio
from studio.store.preset_enums import PresetKind
from studio.store.presets import CohortRule, RulePreset
from studio.store.rows import changed, insert_rows

# What starts with a studio, not set by one of its people.
STARTER = "STARTER"
# Name → smallest and largest number, of the kinds that have fixed names; all of them must be given.
RANGES: Mapping[PresetKind, Mapping[str, tuple[float, float]]] = {
    PresetKind.TENURE: {"years": (0, 60)},
    PresetKind.LOAD: {"most": (1, 1000)},
    PresetKind.MINIMUM: {"least": (1, 1000)},
    PresetKind.TWO_MENTORS: {},
    PresetKind.CONSENT: {"days": (1, 365)},
    PresetKind.CADENCE: {"talk_days": (1, 1000), "review_days": (1, 1000), "assessment_days": (1, 1000)},
}
# At most so many of one county, role … for each mentor, by what the people share.
QUOTAS: Mapping[str, tuple[float, float]] = {group.value.lower(): (0, 1000) for group in LimitGroup}
# In whole numbers only.
COUNTED = frozenset({"most", "least", "days", "talk_days", "review_days", "assessment_days", *QUOTAS})


@dataclass(frozen=True)
class PresetEntry:
    """A preset as it is brought in."""

    code: str
    name: str
    kind: PresetKind
    parameters: Mapping[str, float]
    reason: str
    expires_on: date | None = None


async def install_presets(session: AsyncSession, studio_id: UUID, entries: Iterable[PresetEntry]) -> int:
    """Bring in presets; those whose code is there stay as people have edited them. Return how many there are."""
    found = await session.execute(select(RulePreset.code).where(RulePreset.studio_id == studio_id))
    known = set(found.scalars())
    rows = []
    for position, entry in enumerate(entries):
        if entry.code not in known:
            rows.append(_row(studio_id, entry, STARTER, position))
    await insert_rows(session, rows)
    return len(known) + len(rows)


def _row(studio_id: UUID, entry: PresetEntry, author: str, position: int) -> RulePreset:
    _check(entry.kind, entry.parameters)
    return RulePreset(
        studio_id=studio_id,
        code=entry.code,
        name=entry.name,
        kind=entry.kind,
        parameters=dict(entry.parameters),
        reason=entry.reason,
        author=author,
        expires_on=entry.expires_on,
        position=position,
    )


async def create_rule_preset(session: AsyncSession, actor: Actor, entry: PresetEntry) -> RulePreset:
    """Add a preset; raises REASON_MISSING, PRESET_UNNAMED, PRESET_CODE_TAKEN and PRESET_PARAMETER."""
    require(actor, "edit_rule_preset")
    _require_words(entry.reason, entry.code, entry.name)
    await lock_studio(session, actor.studio_id)
    of_studio = RulePreset.studio_id == actor.studio_id
    if await session.scalar(select(RulePreset.id).where(of_studio, RulePreset.code == entry.code)):
        raise Conflict("PRESET_CODE_TAKEN", field="code", given=entry.code)
    last = await session.scalar(select(sa.func.max(RulePreset.position)).where(of_studio))
    preset = _row(actor.studio_id, entry, actor.role.value, -1 if last is None else last)
    preset.position += 1
    session.add(preset)
    await session.flush()
    await audit(session, actor, "create_rule_preset", "RulePreset", preset.id, kind=entry.kind.value)
    return preset


async def update_rule_preset(
    session: AsyncSession,
    actor: Actor,
    preset_id: UUID,
    *,
    expected_version: int,
    name: str | None = None,
    parameters: Mapping[str, float] | None = None,
    reason: str | None = None,
    expires_on: date | None = None,
    unlimited: bool = False,
    archived: bool | None = None,
) -> RulePreset:
    """Change what is given of a preset; cohorts that have it keep what they were given.

    `unlimited` takes its last day away. Raises NOT_FOUND, CONFLICT_VERSION,
    REASON_MISSING, PRESET_UNNAMED and PRESET_PARAMETER.
    """
    require(actor, "edit_rule_preset")
    preset = await own(session, actor, RulePreset, preset_id, "presetId", lock=True)
    require_version(preset, expected_version)
    values: dict[str, Any] = {
        "name": preset.name if name is None else name.strip(),
        "parameters": dict(preset.parameters if parameters is None else parameters),
        "reason": preset.reason if reason is None else reason.strip(),
        "archived": preset.archived if archived is None else archived,
        "expires_on": None if unlimited else expires_on or preset.expires_on,
    }
    _require_words(values["reason"], preset.code, values["name"])
    _check(preset.kind, values["parameters"])
    if changed(preset, **values):
        preset.author = actor.role.value
    await session.flush()
    await audit(session, actor, "update_rule_preset", "RulePreset", preset.id, archived=preset.archived)
    return preset


async def apply_rule_preset(
    session: AsyncSession,
    actor: Actor,
    preset_id: UUID,
    cohort_id: UUID,
    *,
    reason: str | None = None,
    expires_on: date | None = None,
) -> CohortRule:
    """Make a preset a rule of a cohort; reason and last day are the preset's unless they are given.

    The next match heeds it, and so does the publication of a draft from before. Raises NOT_FOUND, PRESET_ARCHIVED,
    PRESET_APPLIED when it holds for the cohort, and EXPIRY_PAST.
    """
    require(actor, "apply_rule_preset")
    preset = await own(session, actor, RulePreset, preset_id, "presetId")
    cohort = await own(session, actor, Cohort, cohort_id, "cohortId")
    await lock_cohort(session, cohort.id)
    if preset.archived:
        raise StudioError("PRESET_ARCHIVED", field="presetId", name=preset.name)
    there = select(CohortRule).where(CohortRule.cohort_id == cohort.id, CohortRule.preset_id == preset.id)
    earlier = await session.scalar(there)
    if earlier is not None and (earlier.expires_on is None or earlier.expires_on >= today()):
        raise Conflict("PRESET_APPLIED", field="presetId", name=preset.name, number=cohort.number)
    until = expires_on or preset.expires_on
    if until is not None and until < today():
        raise StudioError("EXPIRY_PAST", field="expiresOn", date=until.isoformat())
    if earlier is not None:
        # It has expired and holds no more; the new one takes its place.
        await session.delete(earlier)
        await session.flush()
    rule = CohortRule(
        studio_id=actor.studio_id,
        cohort_id=cohort.id,
        preset_id=preset.id,
        name=preset.name,
        kind=preset.kind,
        parameters=dict(preset.parameters),
        reason=(reason or "").strip() or preset.reason,
        author=actor.role.value,
        expires_on=until,
    )
    session.add(rule)
    await session.flush()
    session.add_all(limits_of(rule))
    await session.flush()
    await refresh_soon(session, cohort.id)
    await audit(session, actor, "apply_rule_preset", "CohortRule", rule.id, kind=rule.kind.value)
    return rule


async def remove_cohort_rule(
    session: AsyncSession, actor: Actor, rule_id: UUID, *, expected_version: int | None = None
) -> None:
    """Take a preset back from a cohort: the next match knows nothing of it."""
    require(actor, "apply_rule_preset")
    rule = await own(session, actor, CohortRule, rule_id, "cohortRuleId")
    await lock_cohort(session, rule.cohort_id)
    rule = await own(session, actor, CohortRule, rule_id, "cohortRuleId", lock=True)
    require_version(rule, expected_version)
    await session.delete(rule)
    await session.flush()
    await refresh_soon(session, rule.cohort_id)
    await audit(session, actor, "remove_cohort_rule", "CohortRule", rule_id)


def _require_words(reason: str, code: str, name: str) -> None:
    require_reason(reason)
    if not code.strip() or not name.strip():
        raise StudioError("PRESET_UNNAMED", field="name" if code.strip() else "code")


def _check(kind: PresetKind, parameters: Mapping[str, float]) -> None:
    """Refuse parameters that do not fit the kind, saying which there are and in which range."""
    finite = all(map(math.isfinite, parameters.values()))
    if kind is PresetKind.WEIGHTS:
        names = part_weights()
        whole = finite and all(
            abs(weight * 100 - round(weight * 100)) < 1e-9 for weight in parameters.values()
        )
        fits = bool(parameters) and set(parameters) <= set(names) and whole
        if not fits or any(weight < 0 for weight in parameters.values()) or sum(parameters.values()) > 1:
            raise StudioError("PRESET_WEIGHTS", field="parameters", names=[name.upper() for name in names])
        return
    ranges = QUOTAS if kind is PresetKind.QUOTA else RANGES[kind]
    # Of quotas there may be one or several.
    named = (
        bool(parameters) and set(parameters) <= set(ranges)
        if ranges is QUOTAS
        else set(parameters) == set(ranges)
    )
    fits = (
        finite
        and named
        and all(
            ranges[name][0] <= number <= ranges[name][1] and (name not in COUNTED or number == int(number))
            for name, number in parameters.items()
        )
    )
    if not fits:
        expected = [f"{name.upper()} {low:g}–{high:g}" for name, (low, high) in ranges.items()] or ["—"]
        raise StudioError("PRESET_PARAMETER", field="parameters", kind=kind.value, expected=expected)
