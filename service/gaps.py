"""Demand against supply of a cohort, summed up: whom to recruit, and what the next events should be about."""

from typing import Any

from studio.store.enums import CourseEvent

Node = dict[str, Any]


def topics_short(gaps: list[Node]) -> list[Node]:
    """Return the topics whose mentors are short of places, most places first."""
    short = [gap for gap in gaps if gap["placesShort"]]
    return sorted(short, key=lambda gap: -gap["placesShort"])


def next_event(plan: list[Node], event: CourseEvent) -> Node | None:
    """Return the plan's event of a kind, or None where there is none."""
    return next((item for item in plan if item["event"] == event.value), None)


def content_hours(gap: Node) -> float:
    """Return the hours of contents about a topic."""
    return round(float(gap["contentMinutes"]) / 60, 1)
