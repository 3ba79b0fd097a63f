"""The heat map of pain points: role × topic."""

from collections import defaultdict
from typing import Any

from studio.store.enums import TraineeRole

Node = dict[str, Any]
SHADES = 6


def heat_map(trainees: list[Node], points: list[Node], needs: list[Node]) -> Node:
    """Return rows by role: per topic the mean need, its shade 0–5, and how many people named it in words."""
    topics = [need["topic"] for need in needs]
    named = _named_by(points)
    rows: list[Node] = []
    for role in TraineeRole:
        people = [trainee for trainee in trainees if trainee["role"] == role.value]
        if people:
            rows.append(
                {
                    "role": role.value,
                    "n": len(people),
                    "cells": [_cell(topic, people, named) for topic in topics],
                }
            )
    _shade([cell for row in rows for cell in row["cells"]])
    return {"topics": topics, "rows": rows}


def _shade(cells: list[Node]) -> None:
    """Give each cell its shade, 0–5, relative to the greatest mean need of the table."""
    greatest = max((cell["mean"] for cell in cells), default=0.0)
    for cell in cells:
        cell["shade"] = min(SHADES - 1, int(SHADES * cell["mean"] / greatest)) if greatest else 0


def _named_by(points: list[Node]) -> dict[str, set[str]]:
    """Return who named each top topic in words; what is solved names nothing."""
    named: dict[str, set[str]] = defaultdict(set)
    for point in points:
        if point["trainee"] is None or point["resolved"]:
            continue
        for tag in point["topics"]:
            if tag["topic"]["parent"] is None:
                named[tag["topic"]["code"]].add(point["trainee"]["id"])
    return named


def _cell(topic: Node, people: list[Node], named: dict[str, set[str]]) -> Node:
    values = [
        need["need"]
        for person in people
        for need in person["needs"]
        if need["topic"]["code"] == topic["code"]
    ]
    mean = sum(values) / len(people)
    count = sum(1 for person in people if person["id"] in named[topic["code"]])
    return {"mean": mean, "count": count, "shade": 0}
