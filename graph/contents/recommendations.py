"""Recommendations: contents for a trainee, with the reasons and the trainee's own words."""

import strawberry

from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Content, PainPoint, Trainee


@strawberry.type(description="A reason for a recommendation.")
class Reason:
    """A reason for a recommendation."""

    code: str = stored("Stable code, such as NEED or OWN_WORDS.")
    weight: float = stored("How much it adds to the score.")
    label: str = stored("The reason in words, in the language of the request.")


@strawberry.type(description="A content recommended to a trainee.")
class Recommendation(Node):
    """A content recommended to a trainee."""

    rank: int = stored("Place among the trainee's recommendations, from 1.")
    content: Content | None = stored("What is recommended.")
    score: float = stored("Score, 0–1.")
    reasons: list[Reason] = stored("Why, the weightiest first.")
    because_of: list[PainPoint] = stored("The trainee's own words that it answers.")
    trainee: Trainee | None = stored("To whom it is recommended.")
    model_version: str = stored("The version of the model that recommended it.")
