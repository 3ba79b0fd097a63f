"""Presets of rules, and the rules of a whole cohort that come of applying them."""

from datetime import date

import strawberry

from graph.enums import PresetKind
from graph.node import Node
from graph.references import Cohort
from graph.stored import stored


@strawberry.type(description="A number that a preset goes by.")
class PresetParameter:
    """A number that a preset goes by."""

    name: str = stored(
        "Its name: of WEIGHTS a part of the score, of TENURE years, of LOAD most, of CONSENT days, of CADENCE "
        "talk_days, review_days and assessment_days."
    )
    value: float = stored("Its value.")


@strawberry.type(description="A rule that other counties go by, ready to be applied to a cohort.")
class RulePreset(Node):
    """A rule that other counties go by."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    code: str = stored("Its code in this studio, such as SAME_COUNTY.")
    name: str = stored("Its name.")
    kind: PresetKind = stored("What it asks.")
    parameters: list[PresetParameter] = stored("Its numbers.")
    reason: str = stored("Why; the reason of whoever applies it, unless another is given.")
    author: str = stored("Who wrote it: the role, or STARTER.")
    expires_on: date | None = stored("Last day on which it holds where it is applied; null for always.")
    archived: bool = stored("Whether it is kept only for the cohorts that have it.")


@strawberry.type(description="A rule of a whole cohort's match, which came of a preset.")
class CohortRule(Node):
    """A rule of a whole cohort's match."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    cohort: Cohort | None = stored("The cohort.")
    preset: RulePreset | None = stored("The preset that it came of.")
    name: str = stored("The preset's name when it was applied.")
    kind: PresetKind = stored("What it asks.")
    parameters: list[PresetParameter] = stored("Its numbers.")
    reason: str = stored("Why.")
    author: str = stored("Who applied it: the role.")
    expires_on: date | None = stored("Last day on which it holds; null for always.")
