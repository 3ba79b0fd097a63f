"""Demand against supply by topic: what a cohort needs, and what mentors and contents can give."""

import strawberry

from graph.reading.stored import stored
from graph.references import Topic


@strawberry.type(
    description="What a cohort's trainees need of a topic, beside the free places of mentors who are strong in it "
    "and the contents about it."
)
class TopicGap:
    """What a cohort needs of a topic, and what there is to meet it."""

    topic: Topic | None = stored("The topic.")
    demand: float = stored(
        "Needs of its trainees together, in places: who needs the topic wholly asks for one."
    )
    supply: float = stored(
        "Places that this cohort can have, each counted as far as its mentor is strong in the topic."
    )
    places_short: int = stored("Whole places of mentors fully strong in the topic that would close the gap.")
    mentors: int = stored("Mentors with a free place who are strong in the topic (0.5 or more).")
    content_minutes: int = stored("Minutes of contents about the topic.")
    respondents: int = stored("How many trainees named the topic, each counted once.")
