"""What trainees did with contents."""

from studio.reading.dialect import Kind
from studio.reading.fields import Entity, Sort, instant, one, word
from studio.reading.own import of_trainee, tables

CONTENT_EVENTS = (
    Entity(
        "ContentEvent",
        tables["content_event"],
        {
            "kind": word("kind"),
            "reason": word("reason"),
            "content": one("Content", "content_id"),
            "trainee": one("Trainee", "trainee_id"),
            "recordedBy": word("recorded_by"),
            "recordedAt": instant("recorded_at"),
        },
        own=of_trainee("trainee_id"),
        orders={"RECORDED": (Sort(lambda row: row.c.recorded_at, Kind.INSTANT, descending=True),)},
    ),
)
