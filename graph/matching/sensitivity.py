"""How much to trust a run and its pairs."""

import strawberry

from graph.reading.stored import stored
from graph.references import Mentor


@strawberry.type(
    description="How far a run's pairs depend on uncertain figures: the cohort was matched anew many times, each time "
    "with other weights and with the topics of what trainees wrote drawn by how sure the classifier is of them. "
    "Ratings, ticks, orders of urgency and mentors' strengths stay as they are."
)
class RunSensitivity:
    """How far a run's pairs depend on uncertain figures."""

    draws: int = stored("How often the cohort was matched anew.")
    firm_from: float = stored("The share of these times in which a firm pair comes up again at least.")
    weight_change: float = stored("How far each weight was moved at most, up or down, as a share of itself.")
    examined: int = stored("Pairs that no pin and no lock holds, as the run chose them.")
    firm: int = stored("How many of them are firm.")
    share: float = stored("Firm pairs as a share of the examined ones, 0–1.")


@strawberry.type(description="Whether a pair is firm or close, and who comes next.")
class PairSensitivity:
    """Whether a pair is firm or close, and who comes next."""

    stays: float = stored("Share of the times the cohort was matched anew in which the pair came up again.")
    firm: bool = stored(
        "Whether it came up again often enough and no other mentor is exactly as good; otherwise it is close."
    )
    runner_up: Mentor | None = stored(
        "The mentor whom the trainee got most often instead, or could have at the least loss; null when nobody "
        "else is possible."
    )
    margin: float | None = stored(
        "What the sum of scores loses if the runner-up takes the trainee now; null where somebody would be left "
        "without a mentor."
    )
