"""Limits in words that an organizer reads."""

from collections.abc import Mapping
from uuid import UUID

from studio.messages import translate, word
from studio.store.enums import Role
from studio.store.limit_enums import LISTED, LimitGroup, LimitKind
from studio.store.limits import LimitRule

_QUOTAS = {
    LimitGroup.MENTOR_COUNTY: "LIMIT_QUOTA_OF_MENTORS",
    LimitGroup.PAIRING_KIND: "LIMIT_QUOTA_OF_KIND",
}


def told_limit(rule: LimitRule, names: Mapping[UUID, str], language: str) -> str:
    """Return what a limit asks; `names` are of the mentors."""
    mentor = None if rule.mentor_id is None else names.get(rule.mentor_id, "?")
    return told_ask(rule.kind, rule.number, mentor, rule.grouped_by, rule.value, language)


def told_rule(rule: LimitRule, names: Mapping[UUID, str], language: str) -> str:
    """Return what a limit asks with its reason and its author."""
    return told_with_reason(told_limit(rule, names, language), rule.reason, rule.author, language)


def told_with_reason(asked: str, reason: str, author: str, language: str) -> str:
    """Return what a limit asks with why, and who set it."""
    return translate("LIMIT_TOLD", language, rule=asked, reason=reason, author=told_author(author, language))


def told_author(author: str, language: str) -> str:
    """Return who set a rule; a role by its name."""
    if author not in Role.__members__:
        return translate("AUTHOR_IMPORT", language) if author == "IMPORT" else author
    return word(Role(author), language)


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
    code = _QUOTAS.get(grouped_by, "LIMIT_QUOTA")
    return translate(code, language, mentor=whose, shared=shared, number=number)


def told_value(grouped_by: LimitGroup, value: str, language: str) -> str:
    """Return the name of a county, a role or a level."""
    kind = LISTED.get(grouped_by)
    return word(kind(value), language) if kind is not None and value else value
