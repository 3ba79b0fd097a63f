"""The review queue: pain points whose topics a person should decide."""

import strawberry

from graph.enums import ReviewReason
from graph.reading.stored import stored
from graph.references import PainPoint, Topic


@strawberry.type(
    description="A pain point whose topics a person should decide, for itself and its near-copies."
)
class ReviewItem:
    """A pain point whose topics a person should decide."""

    pain_point: PainPoint | None = stored("The pain point, with the topics that it has now.")
    reason: ReviewReason = stored("Why a person should look at it.")
    guess: Topic | None = stored("What the classifier would say of its least sure part.")
    confidence: float | None = stored("How sure it is of that, 0–1; null for words read long ago.")
    margin: float | None = stored("How far that lies above the second best topic, 0–1.")
    copies: int = stored("How many others say nearly the same and are decided with it.")
