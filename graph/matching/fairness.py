"""How evenly a run treats people."""

import strawberry

from graph.enums import TraineeRole
from graph.reading.stored import stored


@strawberry.type(description="How a figure spreads over the mentors.")
class Spread:
    """How a figure spreads over the mentors."""

    least: float = stored("The smallest.")
    most: float = stored("The largest.")
    mean: float = stored("The mean.")
    deviation: float = stored("The standard deviation: 0 when all have the same.")


@strawberry.type(description="How the scores of a run's pairs spread.")
class ScoreSpread:
    """How the scores of a run's pairs spread."""

    lowest: float = stored("The score of the worst-off pair.")
    lower_quartile: float = stored("A quarter of the pairs score this or less.")
    median: float = stored("Half of the pairs score this or less.")
    upper_quartile: float = stored("Three quarters of the pairs score this or less.")
    highest: float = stored("The highest score.")


@strawberry.type(description="How a group of trainees fares in a run.")
class GroupFairness:
    """How a group of trainees fares in a run."""

    trainees: int = stored("How many of the group were to be placed.")
    unmatched: int = stored("How many of them have no mentor.")
    mean_score: float | None = stored("Mean score of the group's pairs; null without one.")


@strawberry.type(description="How the trainees of one county fare in a run.")
class CountyFairness(GroupFairness):
    """How the trainees of one county fare in a run."""

    county: str = stored("Their county (县、市、区).")


@strawberry.type(description="How the trainees of one role fare in a run.")
class RoleFairness(GroupFairness):
    """How the trainees of one role fare in a run."""

    role: TraineeRole = stored("Their role.")


@strawberry.type(
    description="How evenly a run treats trainees and mentors. Scores say how well two people fit, never what "
    "anybody is worth: nobody is named, and nobody put in an order."
)
class RunFairness:
    """How evenly a run treats trainees and mentors."""

    loads: Spread = stored("Trainees per mentor.")
    uses: Spread = stored("Share of a mentor's places that are taken, over the mentors with a place, 0–1.")
    scores: ScoreSpread | None = stored("Scores of the pairs; null without pairs.")
    blocking_pairs: int = stored(
        "Pairs that were allowed and not chosen although both would score higher than with whom they have; a match of "
        "the highest sum may have some."
    )
    envious: int = stored("Trainees who would score higher with a mentor whom somebody else has.")
    counties: list[CountyFairness] = stored("Means by county, by name; who has no county is in none.")
    roles: list[RoleFairness] = stored("Means by role, in the order of the roles.")
