"""Limits of a match as the API gives them, in words."""

from typing import Any

from studio.operations.rules.limit_words import told_ask
from studio.store.limit_enums import LimitGroup, LimitKind


def told_stored(row: dict[str, Any], language: str = "zh") -> str:
    """Return what a limit asks."""
    grouped_by = LimitGroup(row["groupedBy"]) if row["groupedBy"] else None
    mentor = row["mentor"]["displayName"] if row["mentor"] else None
    return told_ask(LimitKind(row["kind"]), row["number"], mentor, grouped_by, row["value"], language)
