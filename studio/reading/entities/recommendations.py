"""Recommended contents with their reasons."""

from studio.reading.dialect import Kind
from studio.reading.fields import (
    Element,
    Elements,
    Entity,
    Filter,
    Link,
    Sort,
    ToMany,
    integer,
    member,
    member_text,
    number,
    of,
    one,
    text,
)
from studio.reading.own import of_trainee, of_written_trainee, tables

RECOMMENDATIONS = (
    Entity(
        "Recommendation",
        tables["recommendation"],
        {
            "rank": integer("rank"),
            "content": one("Content", "content_id"),
            "score": number("score"),
            "reasons": Elements(
                "Reason",
                lambda row: row.c.reasons,
                {
                    "code": Element(member("code"), Kind.JSON),
                    "weight": Element(member("weight"), Kind.JSON),
                    "label": Element(member_text("code"), Kind.TEXT, labels="REASON"),
                },
            ),
            "becauseOf": ToMany(
                "PainPoint",
                lambda link, point: point.c.id == link.c.pain_point_id,
                lambda point, link: [link.c.position, point.c.id],
                Link(tables["recommendation_cause"], of("recommendation_id")),
            ),
            "trainee": one("Trainee", "trainee_id"),
            "modelVersion": text("model_version"),
        },
        own=of_trainee("trainee_id"),
        written=of_written_trainee,
        orders={"RANK": (Sort(lambda row: row.c.rank, Kind.INT),)},
        filters={"traineeId": Filter("Trainee", lambda row, value: row.c.trainee_id == value)},
    ),
)
