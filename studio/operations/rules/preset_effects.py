"""What rules of a whole cohort change in what a match reads: weights, places, and who may mentor."""

from collections.abc import Mapping, Sequence

from studio.arrays.seats import ONE_EACH, TWO_EACH
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.mentor_enums import PairingKind
from studio.store.pairing_enums import MeetingKind
from studio.store.preset_enums import PresetKind
from studio.store.presets import CohortRule

HUNDRED = 100


def weights_under(weights: Mapping[str, float], rules: Sequence[CohortRule]) -> dict[str, float]:
    """Return the weights of a policy with those that rules ask for; the others shrink in proportion.

    Of two rules that ask for the same part the higher counts. Weights are whole hundredths and sum to 1.
    """
    asked: dict[str, float] = {}
    for rule in rules:
        if rule.kind is PresetKind.WEIGHTS:
            for part, weight in rule.parameters.items():
                asked[part] = max(asked.get(part, 0.0), weight)
    if not asked:
        return dict(weights)
    fixed = {part: round(weight * HUNDRED) for part, weight in asked.items()}
    others = {part: weight for part, weight in weights.items() if part not in fixed}
    left = HUNDRED - sum(fixed.values())
    if left < 0 or not others:
        # Together they ask for more than there is: each gives way in proportion.
        shared = _shares(dict(fixed), HUNDRED)
        return {part: shared.get(part, 0) / HUNDRED for part in weights}
    shared = {**fixed, **_shares(others, left)}
    return {part: shared[part] / HUNDRED for part in weights}


def _shares(weights: Mapping[str, float], whole: int) -> dict[str, int]:
    """Divide `whole` in proportion to weights, by largest remainders; ties go to the earlier part."""
    total = sum(weights.values())
    if not total:
        weights, total = dict.fromkeys(weights, 1.0), float(len(weights))
    exact = {part: weight / total * whole for part, weight in weights.items()}
    shares = {part: int(share) for part, share in exact.items()}
    order = sorted(exact, key=lambda part: shares[part] - exact[part])
    for part in order[: whole - sum(shares.values())]:
        shares[part] += 1
    return shares


def limits_of(rule: CohortRule) -> list[LimitRule]:
    """Return the limits that a preset of numbers sets for every mentor of a cohort; they go when it goes."""

    def limit(kind: LimitKind, number: float, grouped_by: LimitGroup | None = None) -> LimitRule:
        return LimitRule(
            studio_id=rule.studio_id,
            cohort_id=rule.cohort_id,
            kind=kind,
            number=int(number),
            grouped_by=grouped_by,
            reason=rule.reason,
            author=rule.author,
            expires_on=rule.expires_on,
            cohort_rule_id=rule.id,
        )

    if rule.kind is PresetKind.LOAD:
        return [limit(LimitKind.CAP, rule.parameters["most"])]
    if rule.kind is PresetKind.MINIMUM:
        return [limit(LimitKind.MINIMUM, rule.parameters["least"])]
    if rule.kind is PresetKind.QUOTA:
        return [
            limit(LimitKind.QUOTA, number, LimitGroup(name.upper()))
            for name, number in rule.parameters.items()
        ]
    return []


def kinds_under(rules: Sequence[CohortRule]) -> Sequence[PairingKind]:
    """Return what mentors each trainee is to have: one, unless a rule asks for two of different kinds."""
    return TWO_EACH if any(rule.kind is PresetKind.TWO_MENTORS for rule in rules) else ONE_EACH


def tenure_rule(rules: Sequence[CohortRule]) -> CohortRule | None:
    """Return the rule that asks most years in post of a mentor, or None."""
    asking = [rule for rule in rules if rule.kind is PresetKind.TENURE]
    return max(asking, key=lambda rule: rule.parameters["years"], default=None)


def days_to_answer(rules: Sequence[CohortRule]) -> int | None:
    """Return how many days both sides have to consent, as the strictest rule asks, or None."""
    days = [int(rule.parameters["days"]) for rule in rules if rule.kind is PresetKind.CONSENT]
    return min(days, default=None)


def days_between(rules: Sequence[CohortRule]) -> dict[MeetingKind, int]:
    """Return after how many days a pair should meet again for each kind of meeting, as the strictest rule asks."""
    asking = [rule.parameters for rule in rules if rule.kind is PresetKind.CADENCE]
    return {
        kind: int(min(parameters[f"{kind.value.lower()}_days"] for parameters in asking))
        for kind in MeetingKind
        if asking
    }
