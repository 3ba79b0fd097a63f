"""Limits that cannot hold, in words: one that many mentors cannot meet is told once."""

from collections.abc import Iterable
from typing import NamedTuple

from studio.messages import listed, translate

MINIMUM_UNMET = "MINIMUM_UNMET"


class ToldConflict(NamedTuple):
    """A limit in words that asks for `asked` pairs where there can be `possible`; of a mentor, or "" of several."""

    code: str
    rule: str
    reason: str
    mentor: str
    asked: int
    possible: int


def told_conflicts(conflicts: Iterable[ToldConflict], language: str) -> str:
    """Return all conflicts in one text, each with its smallest relaxation."""
    by_rule: dict[tuple[str, str, str], list[ToldConflict]] = {}
    for conflict in conflicts:
        by_rule.setdefault((conflict.code, conflict.rule, conflict.reason), []).append(conflict)
    told = [text for same in by_rule.values() for text in _told(same, language)]
    return translate("INFEASIBLE_LIMITS", language, detail=listed(told, language))


def _told(same: list[ToldConflict], language: str) -> list[str]:
    """Return what is wrong with one limit."""
    first = same[0]
    if first.code != MINIMUM_UNMET or len(same) == 1:
        return [_of_one(one, language) for one in same]
    mentors = [f"{one.mentor} {one.possible}" for one in same]
    lowest = min(one.possible for one in same)
    words = {"rule": first.rule, "reason": first.reason, "count": len(same), "mentors": mentors}
    return [translate("DETAIL_MINIMUM_UNMET_BY_SEVERAL", language, **words, possible=lowest)]


def _of_one(conflict: ToldConflict, language: str) -> str:
    words = {name: value for name, value in conflict._asdict().items() if name != "code"}
    return translate(f"DETAIL_{conflict.code}", language, **words)
