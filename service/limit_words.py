"""Limits of a match as the API gives them, in words."""

from typing import Any

from studio.operations.rules.limit_words import told_ask, told_with_reason
from studio.store.limit_enums import LimitGroup, LimitKind


def told_stored(row: dict[str, Any], language: str = "zh") -> str:
    """Return what a limit asks."""
    grouped_by = LimitGroup(row["groupedBy"]) if row["groupedBy"] else None
    mentor = row["mentor"]["displayName"] if row["mentor"] else None
    return told_ask(LimitKind(row["kind"]), row["number"], mentor, grouped_by, row["value"], language)


def told_full(row: dict[str, Any], language: str = "zh") -> str:
    """Return what a limit asks with its reason and its author."""
    return told_with_reason(told_stored(row, language), row["reason"], row["author"], language)


def limit_json(row: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a limit that is full around somebody, with all of it in words."""
    known = {name: row[name] for name in ("id", "kind", "number", "reason", "author", "expiresOn")}
    return known | {"text": told_full(row, language)}
