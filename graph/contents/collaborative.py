"""Whether what trainees took up together has earned a part of the score."""

from datetime import datetime

import strawberry

from graph.reading.stored import stored


@strawberry.type(
    description="A check, on the studio's own events, of the collaborative part of a recommendation's score."
)
class CollaborativeCheck:
    """A check of the collaborative part."""

    used: bool = stored("Whether it has earned its part, so that recommendations use it.")
    interactions: int = stored("How many pairs of trainee and content it was tried on.")
    trainees: int = stored("How many trainees took up something new in the later time.")
    ndcg: float = stored("NDCG at 10 of the score with the part, 0–1.")
    baseline: float = stored("NDCG at 10 of the rival that is hardest to beat: without it, or by popularity.")
    low: float = stored("Lower end of the 95 % interval of the difference, paired over trainees.")
    high: float = stored("Upper end of that interval.")
    checked_at: datetime = stored("When it was checked.")
