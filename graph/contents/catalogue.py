"""The catalogue: courses, cases, activities, templates and policies."""

from datetime import date

import strawberry

from graph.enums import ContentKind, Level, Origin, ShadowStep, ThreePoint
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import Topic


@strawberry.type(description="Something to learn from or work with.")
class Content(Node):
    """Something to learn from or work with."""

    code: str = stored("Stable code.")
    kind: ContentKind = stored("What it is.")
    title: str = stored("Its title.")
    body: str = stored("What it says.")
    level: Level = stored("For whom: its level.")
    minutes: int = stored("How long it takes, in minutes.")
    three_point: ThreePoint | None = stored("Its three-point tag (三点).")
    origin: Origin = stored("Where it comes from.")
    source: str = stored("Its source in words.")
    starts_on: date | None = stored("First day on which it is offered; null for always.")
    ends_on: date | None = stored("Last day on which it is offered; null for always.")
    topics: list[Topic] = stored("What it is about, the main topic first.")
    prerequisites: list["Content"] = stored("Contents that should come before it.")
    steps: list[ShadowStep] = stored("Steps of the shadowing week that it suits.")
