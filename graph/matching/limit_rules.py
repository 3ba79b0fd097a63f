"""Limits of a match: how many trainees a mentor takes, and of which groups."""

from datetime import date

import strawberry

from graph.enums import LimitGroup, LimitKind
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Cohort, CohortRule, Mentor


@strawberry.type(
    description="How many: at most (CAP) or at least (MINIMUM) so many trainees for a mentor, or at most so many of a "
    "group (QUOTA). Every match of the cohort heeds it."
)
class LimitRule(Node):
    """How many trainees a mentor takes, or how many of a group."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    cohort: Cohort | None = stored("The cohort whose matches heed it.")
    kind: LimitKind = stored("What it asks.")
    number: int = stored("How many.")
    mentor: Mentor | None = stored("Of which mentor; null for each.")
    grouped_by: LimitGroup | None = stored(
        "Of a quota: what the people counted have in common; null otherwise."
    )
    value: str = stored("Of a quota: which county, role, level or part; empty for each of them.")
    reason: str = stored("Why.")
    author: str = stored("Who set it: the role, or IMPORT.")
    expires_on: date | None = stored("Last day on which it holds; null for always.")
    preset: CohortRule | None = stored(
        "The preset that set it when it was applied to the cohort, and takes it along; null for one set by itself."
    )
