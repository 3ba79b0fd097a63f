"""Rules of a match: pins, conflicts and preferences."""

from datetime import date

import strawberry

from graph.enums import RuleKind
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Cohort, Mentor, Trainee


@strawberry.type(description="A rule between a trainee and a mentor that every match heeds.")
class Rule(Node):
    """A rule between a trainee and a mentor."""

    version: int = stored("Rises with every change.")
    kind: RuleKind = stored("What it asks.")
    trainee: Trainee | None = stored("The trainee.")
    mentor: Mentor | None = stored("The mentor.")
    cohort: Cohort | None = stored("The cohort whose matches heed it.")
    reason: str | None = stored("Why; for organizers only.")
    author: str = stored("Who set it: the role, or IMPORT.")
    expires_on: date | None = stored("Last day on which it holds; null for always.")
    in_force: bool = stored("Whether it holds today: matches do not heed one that has expired.")
