"""Meetings of mentors and trainees that took place."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import Role
from studio.store.pairing_enums import MeetingKind


class Meeting(StudioRow, table=True):
    """A meeting of a pair, in whichever run it is: a talk, a look-back or an assessment, one of each kind a day."""

    __table_args__ = (sa.UniqueConstraint("trainee_id", "mentor_id", "held_on", "kind"),)

    trainee_id: UUID = Field(foreign_key="trainee.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    kind: MeetingKind = Field(sa_type=enum_type(MeetingKind))
    held_on: date
    note: str | None = Field(default=None, sa_type=UserText(500, "note"))
    recorded_by: Role = Field(sa_type=enum_type(Role))
