"""The heat map of a cohort: needs by role and by county."""

import strawberry

from graph.enums import TraineeRole
from graph.reading.stored import stored
from graph.references import Topic


@strawberry.type(description="How much a group of trainees needs a topic: a cell of the heat map.")
class HeatCell:
    """How much a group of trainees needs a topic."""

    topic: Topic | None = stored("The topic.")
    mean: float = stored("Mean need of those of the group who answered, 0–1.")
    respondents: int = stored("How many of them named the topic, each counted once.")
    answered: int = stored("How many of the group answered.")


@strawberry.type(description="How much a cohort's trainees of one role need a topic.")
class RoleNeed(HeatCell):
    """How much a cohort's trainees of one role need a topic."""

    role: TraineeRole = stored("Their role.")


@strawberry.type(description="How much a cohort's trainees of one county need a topic.")
class CountyNeed(HeatCell):
    """How much a cohort's trainees of one county need a topic."""

    county: str = stored("Their county (县、市、区).")
