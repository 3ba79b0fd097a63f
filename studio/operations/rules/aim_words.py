"""What a match aims at, and what is proven of it, in words that an organizer reads."""

from collections.abc import Mapping
from typing import Any

from studio.errors import StudioError
from studio.messages import translate
from studio.store.enums import MatchObjective

# What an organizer may write for each, beside its value.
WORDS: Mapping[MatchObjective, tuple[str, ...]] = {
    MatchObjective.COVERAGE_THEN_TOTAL: ("coverage", "人人有导师", "默认"),
    MatchObjective.TOTAL: ("总分", "总匹配度"),
    MatchObjective.WORST_OFF_THEN_TOTAL: ("worst_off", "最吃亏", "最吃亏优先"),
    MatchObjective.LEXIMIN: ("逐对", "逐对照顾"),
    MatchObjective.BALANCED_LOAD: ("balanced", "均衡", "负担均匀"),
}
# Their choices are proven by aims that come before the total.
BEFORE_TOTAL = frozenset(
    {MatchObjective.WORST_OFF_THEN_TOTAL, MatchObjective.LEXIMIN, MatchObjective.BALANCED_LOAD}
)


def objective_of(text: str) -> MatchObjective:
    """Return the objective that a word means; raises OBJECTIVE_UNKNOWN."""
    word = text.strip().lower().replace("-", "_")
    for objective, words in WORDS.items():
        if word == objective.value.lower() or word in words:
            return objective
    known = [objective.value.lower() for objective in MatchObjective]
    raise StudioError("OBJECTIVE_UNKNOWN", field="objective", given=text.strip()[:40], known=known)


def told_aim(objective: MatchObjective, language: str) -> str:
    """Return what a match aims at."""
    return translate(f"AIM_{objective.value}", language)


def told_certificate(objective: MatchObjective, certificate: Mapping[str, Any], language: str) -> str:
    """Return which aim is proven of a run, or how far it is from what; `certificate` as the API gives it."""
    aim = told_aim(objective, language)
    if certificate["bound"] is None:
        return translate("JUDGED_UNBOUNDED", language, aim=aim)
    figures = {name: certificate[name] for name in ("objective", "bound", "gap")}
    if certificate["verified"]:
        proven = translate(f"PROVEN_{objective.value}", language, aim=aim)
        return translate("JUDGED_PROVEN", language, proven=proven, **figures)
    code = "JUDGED_BY_TOTAL" if objective in BEFORE_TOTAL else "JUDGED_OPEN"
    return translate(code, language, aim=aim, **figures)
