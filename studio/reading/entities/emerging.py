"""Emerging points: what several people say that no topic covers yet."""

from studio.reading.fields import Entity, Link, ToMany, integer, of, one, text, word
from studio.reading.own import tables

EMERGING = (
    Entity(
        "EmergingPoint",
        tables["emerging_point"],
        {
            "label": text("label"),
            "people": integer("people"),
            "state": word("state"),
            "reason": text("reason"),
            "version": integer("version"),
            "cohort": one("Cohort", "cohort_id"),
            "topic": one("Topic", "topic_id"),
            "sentence": one("PainPoint", "pain_point_id"),
            "painPoints": ToMany(
                "PainPoint",
                lambda link, point: point.c.id == link.c.pain_point_id,
                lambda point, link: [link.c.position, point.c.id],
                Link(tables["emerging_member"], of("emerging_point_id")),
            ),
        },
    ),
)
