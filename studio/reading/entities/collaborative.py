"""Checks of the collaborative part of the score."""

from studio.reading.fields import Entity, flag, instant, integer, number
from studio.reading.own import tables

COLLABORATIVE = (
    Entity(
        "CollaborativeCheck",
        tables["collaborative_check"],
        {
            "used": flag("used"),
            "interactions": integer("interactions"),
            "trainees": integer("trainees"),
            "ndcg": number("ndcg"),
            "baseline": number("baseline"),
            "low": number("low"),
            "high": number("high"),
            "checkedAt": instant("checked_at"),
        },
    ),
)
