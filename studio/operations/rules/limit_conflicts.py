"""Limits that cannot all hold, by name, with the smallest relaxation; and pairs that would break one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from matching import MatchingError, MinimumLoadError
from studio.arrays.limit_checks import (
    minimums_missed_by,
    minimums_over_places,
    minimums_over_trainees,
    quotas_below_minimums,
    quotas_below_pins,
    quotas_broken_by,
)
from studio.arrays.matches import MatchArrays, MatchRows
from studio.errors import Conflict, StudioError
from studio.messages import LANGUAGES, translate
from studio.operations.rules.conflict_words import MINIMUM_UNMET, ToldConflict, told_conflicts
from studio.operations.rules.limit_words import told_limit, told_rule
from studio.store.limits import LimitRule
from studio.store.pairings import Seat
from studio.store.runs import MatchRun, RuleConflict

LIMIT_BELOW_FIXED = "LIMIT_BELOW_FIXED"
LIMIT_BELOW_MINIMUMS = "LIMIT_BELOW_MINIMUMS"


@dataclass(frozen=True)
class LimitConflict:
    """A limit that asks what cannot be: `asked` pairs where there can be `possible`; of which mentor, if of one."""

    code: str
    rule: LimitRule
    mentor_id: UUID | None
    asked: int
    possible: int


class InfeasibleLimits(StudioError):
    """A run without a solution because of limits: each by its words, and what would be enough."""

    def __init__(self, conflicts: Sequence[LimitConflict], names: Mapping[UUID, str]) -> None:
        """Tell the conflicts; `names` are of all mentors."""
        super().__init__("INFEASIBLE")
        self.conflicts = tuple(conflicts)
        # Told at once: when somebody reads it, the transaction that held the rules is over.
        self._told = {language: self._tell(names, language) for language in LANGUAGES}

    def _tell(self, names: Mapping[UUID, str], language: str) -> str:
        told = (
            ToldConflict(
                conflict.code,
                told_limit(conflict.rule, names, language),
                conflict.rule.reason,
                names.get(conflict.mentor_id, "") if conflict.mentor_id else "",
                conflict.asked,
                conflict.possible,
            )
            for conflict in self.conflicts
        )
        return told_conflicts(told, language)

    def message(self, language: str = "zh") -> str:
        """Return all conflicts in one text, each with its smallest relaxation."""
        return self._told[language]

    def rows(self, run: MatchRun) -> list[RuleConflict]:
        """Return the rows that keep a run's conflicts."""
        return [
            RuleConflict(
                studio_id=run.studio_id,
                run_id=run.id,
                position=position,
                code=conflict.code,
                mentor_id=conflict.mentor_id,
                limit_rule_id=conflict.rule.id,
                fixed=conflict.asked,
                allowed=conflict.possible,
            )
            for position, conflict in enumerate(self.conflicts)
        ]


class LimitBroken(StudioError):
    """Pairs that would break a limit, told by its words and its reason."""

    def __init__(self, rule: LimitRule, names: Mapping[UUID, str], field: str) -> None:
        """Tell the limit; `names` are of all mentors."""
        super().__init__("LIMIT_BROKEN", field=field)
        self._told = {
            language: translate(
                "LIMIT_BROKEN", language, rule=told_limit(rule, names, language), reason=rule.reason
            )
            for language in LANGUAGES
        }

    def message(self, language: str = "zh") -> str:
        """Return which limit, and why it was set."""
        return self._told[language]


class CapacityExceeded(Conflict):
    """A mentor without a place left, with the caps that hold the mentor back, if any do, and the ways out."""

    def __init__(
        self, rows: MatchRows, mentor_id: UUID, field: str, *, others_may_move: bool = False
    ) -> None:
        """Tell the caps; with `others_may_move` also that somebody else can make room."""
        super().__init__("CAPACITY_EXCEEDED", field=field)
        self.others_may_move = others_may_move
        names, caps = mentor_names(rows), rows.caps_holding(mentor_id)
        self._caps = {language: [told_rule(cap, names, language) for cap in caps] for language in LANGUAGES}

    def message(self, language: str = "zh") -> str:
        """Return what is full, which caps make it so, and what to do."""
        code = "CAPACITY_CAPPED" if self._caps[language] else "CAPACITY_EXCEEDED"
        told = translate(code, language, caps=self._caps[language])
        return translate("OTHERS_MAY_MOVE", language, first=told) if self.others_may_move else told


def mentor_names(rows: MatchRows) -> dict[UUID, str]:
    """Return the name of each mentor."""
    return {mentor.id: person.name for mentor, person, _ in rows.mentors}


def limit_conflicts(rows: MatchRows, arrays: MatchArrays) -> InfeasibleLimits | None:
    """Return the limits that pins, places or one another leave no room for, before anything is matched."""
    found = _below_pins(rows, arrays)
    found += _lowered(arrays, minimums_over_places(arrays))
    found += [
        LimitConflict(LIMIT_BELOW_FIXED, rule, rule.mentor_id, count, most)
        for rule, count, most in quotas_below_pins(arrays)
    ]
    if not found:
        found = _lowered(arrays, minimums_over_trainees(arrays))
        found += [
            LimitConflict(LIMIT_BELOW_MINIMUMS, rule, None, asked, most)
            for rule, asked, most in quotas_below_minimums(arrays)
        ]
    return InfeasibleLimits(found, mentor_names(rows)) if found else None


def _below_pins(rows: MatchRows, arrays: MatchArrays) -> list[LimitConflict]:
    """Return the caps that pins and locks exceed."""
    pins = arrays.pinned.sum(axis=0).tolist()
    return [
        LimitConflict(LIMIT_BELOW_FIXED, cap, mentor_id, pins[column], cap.number)
        for column, mentor_id in enumerate(arrays.mentor_ids)
        if pins[column] > arrays.capacity[column]
        for cap in rows.caps_holding(mentor_id)
    ]


def _lowered(arrays: MatchArrays, possible: Mapping[int, int]) -> list[LimitConflict]:
    """Return conflicts of minimums, by the mentors' columns, with what each can have."""
    limits = arrays.limits
    return [
        LimitConflict(MINIMUM_UNMET, rule, arrays.mentor_ids[column], int(limits.minimum_load[column]), most)
        for column, most in possible.items()
        if (rule := limits.minimum_rules[column]) is not None
    ]


def limit_refusal(rows: MatchRows, arrays: MatchArrays, error: MatchingError) -> StudioError:
    """Return what the engine refused in words of the rules; anything that is not about limits is raised again."""
    if isinstance(error, MinimumLoadError):
        minimum = arrays.limits.minimum_load
        # Over weeks a mentor's minimum is one of several columns together.
        short = [*error.shortfall, *((column, missing) for _, column, missing in error.group_shortfall)]
        possible = {column: int(minimum[column]) - missing for column, missing in short}
        return InfeasibleLimits(_lowered(arrays, possible), mentor_names(rows))
    raise error


def require_limits(rows: MatchRows, arrays: MatchArrays, mentor_of: Mapping[Seat, UUID], field: str) -> None:
    """Refuse with LIMIT_BROKEN pairs (seat → mentor) that exceed a quota or leave a mentor below a minimum."""
    require_quotas(rows, arrays, mentor_of, field)
    for rule in minimums_missed_by(arrays, mentor_of):
        raise LimitBroken(rule, mentor_names(rows), field)


def require_quotas(rows: MatchRows, arrays: MatchArrays, mentor_of: Mapping[Seat, UUID], field: str) -> None:
    """Refuse with LIMIT_BROKEN pairs (seat → mentor) that exceed a quota."""
    for rule in quotas_broken_by(arrays, mentor_of):
        raise LimitBroken(rule, mentor_names(rows), field)
