"""Meetings: organizers read all of them, mentors and trainees those of their own pairs."""

import sqlalchemy as sa

from studio.reading.fields import Alias, Condition, Entity, ToMany, by, day, integer, text, word
from studio.reading.own import both, of_mentor, of_trainee, tables


def _of_pair(row: Alias, meeting: Alias) -> Condition:
    """Join the meetings of a pair, in whichever run they were."""
    return sa.and_(meeting.c.trainee_id == row.c.trainee_id, meeting.c.mentor_id == row.c.mentor_id)


MEETINGS_OF_PAIR = ToMany("Meeting", _of_pair, by("held_on", "kind"))
MEETINGS = (
    Entity(
        "Meeting",
        tables["meeting"],
        {
            "kind": word("kind"),
            "heldOn": day("held_on"),
            "note": text("note"),
            "recordedBy": word("recorded_by"),
            "version": integer("version"),
        },
        own=both(of_trainee("trainee_id"), of_mentor("mentor_id")),
    ),
)
