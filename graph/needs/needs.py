"""Needs: how much a trainee, or a cohort, needs a topic."""

import strawberry

from graph.reading.stored import stored
from graph.references import PainPoint, Topic


@strawberry.type(description="How much a trainee needs a topic.")
class TraineeNeed:
    """How much a trainee needs a topic."""

    topic: Topic | None = stored("The topic.")
    severity: float = stored("How thorny it is to the trainee (棘手), 0–1.")
    urgency: float = stored("How urgent it is to the trainee (急迫), 0–1.")
    need: float = stored("Need, 0–1, of severity and urgency together.")
    pain_point: PainPoint | None = stored("The own words that tell of it best.")


@strawberry.type(description="How much a cohort needs a topic, with a 90 % interval.")
class CohortNeed:
    """How much a cohort needs a topic."""

    rank: int = stored("Place among the topics, from 1.")
    topic: Topic | None = stored("The topic.")
    mean: float = stored("Mean need of the respondents, 0–1.")
    low: float = stored("Lower end of the interval of the mean.")
    high: float = stored("Upper end of the interval of the mean.")
    borda: float = stored("Borda score: how high respondents rank the topic.")
    respondents: int = stored("How many respondents named the topic.")
