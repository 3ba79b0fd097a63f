"""Presets of rules, and the rules of a whole cohort that come of applying them."""

from datetime import date

import strawberry

from graph.enums import PresetKind
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Cohort

EFFECT = "What follows for a cohort that has it, and what does not, in the language of the request."


@strawberry.type(description="A number that a preset goes by.")
class PresetParameter:
    """A number that a preset goes by."""

    name: str = stored(
        "Its name: of WEIGHTS the code of a part of the score, of TENURE YEARS, of LOAD MOST, of MINIMUM LEAST, of "
        "QUOTA a LimitGroup, of CONSENT DAYS, of CADENCE TALK_DAYS, REVIEW_DAYS and ASSESSMENT_DAYS."
    )
    label: str = stored("What it is, in the language of the request.")
    value: float = stored("Its value.")


@strawberry.type(description="A rule that other counties go by, ready to be applied to a cohort.")
class RulePreset(Node):
    """A rule that other counties go by."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    code: str = stored("Its code in this studio, such as SAME_COUNTY.")
    name: str = stored("Its name.")
    kind: PresetKind = stored("What it asks.")
    effect: str = stored(EFFECT)
    parameters: list[PresetParameter] = stored("Its numbers.")
    reason: str = stored("Why; the reason of whoever applies it, unless another is given.")
    author: str = stored("Who wrote it: the role, or STARTER.")
    expires_on: date | None = stored("Last day on which it holds where it is applied; null for always.")
    in_force: bool = stored(
        "Whether this day is still to come: one that has expired needs another to be applied."
    )
    archived: bool = stored("Whether it is kept only for the cohorts that have it.")


@strawberry.type(description="A rule of a whole cohort's match, which came of a preset.")
class CohortRule(Node):
    """A rule of a whole cohort's match."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    cohort: Cohort | None = stored("The cohort.")
    preset: RulePreset | None = stored("The preset that it came of.")
    name: str = stored("The preset's name when it was applied.")
    kind: PresetKind = stored("What it asks.")
    effect: str = stored(EFFECT)
    parameters: list[PresetParameter] = stored("Its numbers.")
    reason: str = stored("Why.")
    author: str = stored("Who applied it: the role.")
    expires_on: date | None = stored("Last day on which it holds; null for always.")
    in_force: bool = stored("Whether it holds today: nothing heeds one that has expired.")
