"""Demand against supply by topic."""

from studio.reading.fields import Entity, integer, number, one
from studio.reading.own import tables

GAPS = (
    Entity(
        "TopicGap",
        tables["topic_gap"],
        {
            "topic": one("Topic", "topic_id"),
            "demand": number("demand"),
            "supply": number("supply"),
            "placesShort": integer("places_short"),
            "mentors": integer("mentors"),
            "contentMinutes": integer("content_minutes"),
            "respondents": integer("respondents"),
        },
    ),
)
