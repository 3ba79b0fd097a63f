"""Emerging points: what several people say that no topic covers yet."""

import strawberry

from graph.enums import EmergingState
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Cohort, PainPoint, Topic


@strawberry.type(
    description="What at least three people say that no topic covers yet; an organizer names or dismisses it."
)
class EmergingPoint(Node):
    """What several people say that no topic covers yet."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    label: str = stored("Its most telling words.")
    people: int = stored("How many say it, each counted once, and copies as one voice.")
    state: EmergingState = stored("What an organizer made of it.")
    reason: str = stored("Why it was dismissed; empty otherwise.")
    cohort: Cohort | None = stored("The cohort whose answers it comes from.")
    topic: Topic | None = stored("The topic that it became; null unless named.")
    sentence: PainPoint | None = stored("The sentence that is most like the others.")
    pain_points: list[PainPoint] = stored("All that was said, in its order.")
