"""Limits in words that an organizer reads."""

from collections.abc import Mapping
from uuid import UUID

from studio.messages import translate
from studio.store.enums import Level, TraineeRole
from studio.store.labels import label
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule


def told_limit(rule: LimitRule, names: Mapping[UUID, str], language: str) -> str:
    """Return what a limit asks; `names` are of the mentors."""
    mentor = None if rule.mentor_id is None else names.get(rule.mentor_id, "?")
    return told_ask(rule.kind, rule.number, mentor, rule.grouped_by, rule.value, language)


def told_ask(
    kind: LimitKind,
    number: int,
    mentor: str | None,
    grouped_by: LimitGroup | None,
    value: str,
    language: str,
) -> str:
    """Return what a limit of these figures asks; `mentor` is a name, None for each mentor."""
    whose = mentor or translate("LIMIT_EVERY_MENTOR", language)
    if kind is not LimitKind.QUOTA or grouped_by is None:
        return translate(f"LIMIT_{kind.value}", language, mentor=whose, number=number)
    shared = told_value(grouped_by, value, language)
    if not value:
        shared = translate(f"LIMIT_EACH_{grouped_by.value}", language)
    code = "LIMIT_QUOTA_OF_MENTORS" if grouped_by is LimitGroup.MENTOR_COUNTY else "LIMIT_QUOTA"
    return translate(code, language, mentor=whose, shared=shared, number=number)


def told_value(grouped_by: LimitGroup, value: str, language: str) -> str:
    """Return the name of a county, a role or a level."""
    kind = {LimitGroup.TRAINEE_ROLE: TraineeRole, LimitGroup.TRAINEE_LEVEL: Level}.get(grouped_by)
    if kind is None or not value:
        return value
    return value.lower().replace("_", " ") if language == "en" else label(kind(value))
