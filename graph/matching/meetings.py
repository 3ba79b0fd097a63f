"""Meetings of mentors and trainees that took place."""

from datetime import date

import strawberry

from graph.enums import MeetingKind, Role
from graph.reading.node import Node
from graph.reading.stored import stored


@strawberry.type(description="A meeting of a mentor and a trainee that took place.")
class Meeting(Node):
    """A meeting of a mentor and a trainee that took place."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    kind: MeetingKind = stored("What they met for: a talk, a look-back or an assessment.")
    held_on: date = stored("On which day.")
    note: str | None = stored("What came of it in a few words; for organizers and the mentor.")
    recorded_by: Role = stored("As what it was written down.")
