"""The review queue: pain points whose topics a person should decide."""

from studio.reading.dialect import Kind
from studio.reading.fields import Column, Entity, Filter, Hop, Sort, ToOne, integer, one, word
from studio.reading.own import tables

ITEM, PAIN_POINT = tables["review_item"], tables["pain_point"]
TO_PAIN_POINT = Hop("pain_point", PAIN_POINT, lambda item, point: point.c.id == item.c.pain_point_id)

REVIEW = (
    Entity(
        "ReviewItem",
        ITEM,
        {
            "painPoint": one("PainPoint", "pain_point_id"),
            "reason": word("reason"),
            "copies": integer("copies"),
            "guess": ToOne("Topic", lambda point, topic: topic.c.id == point.c.guess_id, (TO_PAIN_POINT,)),
            "confidence": Column(lambda point: point.c.guess_confidence, Kind.FLOAT, (TO_PAIN_POINT,)),
            "margin": Column(lambda point: point.c.margin, Kind.FLOAT, (TO_PAIN_POINT,)),
        },
        orders={"HELP": (Sort(lambda row: row.c.position, Kind.INT),)},
        filters={"cohortId": Filter("Cohort", lambda row, value: row.c.cohort_id == value)},
    ),
)
