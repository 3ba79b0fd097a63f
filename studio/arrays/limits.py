"""Limits as the engine's minimum loads and quotas, and which of them given pairs would break."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import ColumnGroups, GroupQuota
from matching.problem.quotas import Quota, quotas
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.people import Mentor, Person, Region, Trainee

Integers = NDArray[np.int64]
Mentors = Sequence[tuple[Mentor, Person, Region | None]]
Trainees = Sequence[tuple[Trainee, Person, Region | None]]
# A limit that never binds, for mentors whom a quota does not name.
_ANY = 2**31


@dataclass(frozen=True)
class LimitArrays:
    """Minimum loads, shape (n_mentors,), and quotas, each beside the rule that it came of."""

    minimum_load: Integers
    # For each mentor the rule that asks the minimum, or None.
    minimum_rules: tuple[LimitRule | None, ...]
    groups: tuple[tuple[GroupQuota, LimitRule], ...] = ()
    column_groups: tuple[tuple[ColumnGroups, LimitRule], ...] = ()

    def keys(self, more: Sequence[GroupQuota] | None = None) -> dict[str, Any]:
        """Return the parameters of the engine's problem, with `more` quotas; none that says nothing."""
        found: dict[str, Any] = {}
        if self.minimum_load.any():
            found["minimum_load"] = self.minimum_load
        if self.groups or more:
            found["groups"] = [*(quota for quota, _ in self.groups), *(more or ())]
        if self.column_groups:
            found["column_groups"] = [quota for quota, _ in self.column_groups]
        return found

    def rule_at(self, quota_list: Sequence[Quota], place: int) -> LimitRule | None:
        """Return the rule of a quota of the engine's problem, by its place there."""
        parameter = quota_list[place].parameter
        own = sum(quota.parameter == parameter for quota in quota_list[:place])
        rules = {"groups": self.groups, "column_groups": self.column_groups}.get(parameter, ())
        return rules[own][1] if own < len(rules) else None

    def exceeded(self, pairs: Integers, n_trainees: int) -> list[tuple[LimitRule, int, int]]:
        """Return each quota's rule that pairs, shape (n_pairs, 2), break, with how many there are and may be."""
        shape = n_trainees, len(self.minimum_load)
        of_problem = quotas(
            shape, [quota for quota, _ in self.groups], None, [quota for quota, _ in self.column_groups]
        )
        found = []
        for place, quota in enumerate(of_problem):
            counts = quota.counts(pairs)
            over = np.argwhere(counts > quota.limit)
            rule = self.rule_at(of_problem, place)
            if len(over) and rule is not None:
                cell = tuple(over[0])
                found.append((rule, int(counts[cell]), int(quota.limit[cell])))
        return found

    def missed(self, pairs: Integers) -> list[tuple[LimitRule, int, int]]:
        """Return each mentor's rule whose minimum pairs do not meet, with the mentor's column and the load."""
        load = np.bincount(pairs[:, 1], minlength=len(self.minimum_load))
        short = np.flatnonzero(load < self.minimum_load)
        return [
            (rule, int(column), int(load[column]))
            for column in short
            if (rule := self.minimum_rules[column]) is not None
        ]


def strictest_caps(limits: Iterable[LimitRule], mentor_id: UUID) -> list[LimitRule]:
    """Return the caps that leave a mentor the fewest trainees: one, or several of the same number, or none."""
    caps = [rule for rule in limits if rule.kind is LimitKind.CAP and rule.mentor_id in (None, mentor_id)]
    least = min((rule.number for rule in caps), default=0)
    return [rule for rule in caps if rule.number == least]


def in_natural_order(limits: Iterable[LimitRule], mentors: Mentors) -> list[LimitRule]:
    """Return limits in an order that does not depend on ids: by what they ask and of whom."""
    place = {mentor.id: position for position, (mentor, _, _) in enumerate(mentors)}
    return sorted(limits, key=lambda rule: limit_key(rule, place))


def limit_key(rule: LimitRule, place: Mapping[UUID, int]) -> tuple[str, int, str, str, int]:
    """Return what a limit asks, without ids; `place` is the row of each mentor."""
    mentor = -1 if rule.mentor_id is None else place.get(rule.mentor_id, len(place))
    grouped_by = "" if rule.grouped_by is None else rule.grouped_by.value
    return rule.kind.value, mentor, grouped_by, rule.value, rule.number


def limit_arrays(
    limits: Sequence[LimitRule],
    trainees: Trainees,
    mentors: Mentors,
    capacity: Integers,
    levels: Sequence[str],
    kinds: Sequence[PairingKind],
) -> LimitArrays:
    """Return limits as arrays; limits of nobody here say nothing.

    `levels` are the codes of the trainees' levels, `kinds` the parts for which each row looks for a mentor.
    """
    column_of = {mentor.id: column for column, (mentor, _, _) in enumerate(mentors)}
    ordered = [rule for rule in limits if rule.mentor_id is None or rule.mentor_id in column_of]
    minimum = np.zeros(len(mentors), dtype=np.int64)
    asked_by: list[LimitRule | None] = [None] * len(mentors)
    groups, column_groups = [], []
    for rule in in_natural_order(ordered, mentors):
        if rule.kind is LimitKind.MINIMUM:
            # Each mentor who has a place at all; one who is named must have one.
            columns = np.flatnonzero(capacity > 0) if rule.mentor_id is None else [column_of[rule.mentor_id]]
            for column in columns:
                if rule.number > minimum[column]:
                    minimum[column], asked_by[column] = rule.number, rule
        elif rule.grouped_by is LimitGroup.MENTOR_COUNTY:
            labels = _labels([_county(region) for _, _, region in mentors], rule.value)
            if (labels >= 0).any():
                column_groups.append((ColumnGroups(labels, rule.number), rule))
        elif rule.grouped_by is not None:
            labels = _labels(_shared(rule.grouped_by, trainees, levels, kinds), rule.value)
            if (labels >= 0).any():
                groups.append((GroupQuota(labels, _limit(rule, column_of)), rule))
    return LimitArrays(minimum, tuple(asked_by), tuple(groups), tuple(column_groups))


def _limit(rule: LimitRule, column_of: Mapping[UUID, int]) -> int | Integers:
    if rule.mentor_id is None:
        return rule.number
    limit = np.full((len(column_of), 1), _ANY, dtype=np.int64)
    limit[column_of[rule.mentor_id]] = rule.number
    return limit


def _shared(
    grouped_by: LimitGroup, trainees: Trainees, levels: Sequence[str], kinds: Sequence[PairingKind]
) -> list[str]:
    if grouped_by is LimitGroup.PAIRING_KIND:
        # An only mentor is of no part.
        return ["" if kind is PairingKind.SOLE else kind.value for kind in kinds]
    if grouped_by is LimitGroup.TRAINEE_LEVEL:
        return list(levels)
    if grouped_by is LimitGroup.TRAINEE_ROLE:
        return [trainee.role.value for trainee, _, _ in trainees]
    return [_county(region) for _, _, region in trainees]


def _county(region: Region | None) -> str:
    return (region.county or "") if region else ""


def _labels(shared: Sequence[str], value: str) -> Integers:
    """Return a label for each, -1 for who has nothing to share or another value than the one asked for."""
    known = [value] if value else sorted(set(shared) - {""})
    label_of = {name: label for label, name in enumerate(known)}
    return np.array([label_of.get(name, -1) for name in shared], dtype=np.int64)
