"""Studios, regions, persons, trainees and mentors: tables and the SQL about them."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from studio.store.columns import Row, StudioRow, enum_type, finite
from studio.store.enums import Level, RegionKind, TraineeRole


class Studio(Row, table=True):
    """A mentoring studio (工作室); every other row belongs to one."""

    name: str = Field(unique=True, max_length=200)
    leader_name: str | None = Field(default=None, max_length=100)
    # Demo studios and all their people are invented, and every page says so.
    fictional: bool = False


class Region(StudioRow, table=True):
    """A place of the region tree, down to the community, its grids and buildings."""

    __table_args__ = (
        sa.UniqueConstraint("studio_id", "kind", "county", "town", "name"),
        sa.Index("ix_region_studio_name_key", "studio_id", "kind", "name_key"),
    )

    parent_id: UUID | None = Field(default=None, foreign_key="region.id", index=True)
    kind: RegionKind = Field(sa_type=enum_type(RegionKind))
    name: str = Field(max_length=100)
    # The name without 社区/居委会 and blanks, for finding people by community.
    name_key: str = Field(max_length=100)
    # Names of the county and town above (or of the place itself), repeated so that no read climbs the tree.
    county: str = Field(default="", max_length=100)
    town: str = Field(default="", max_length=100)


class Person(StudioRow, table=True):
    """A person; the same one may be a trainee now and a mentor later."""

    __table_args__ = (
        sa.Index("ix_person_studio_name_key", "studio_id", "name_key"),
        # Two people may share a name and even a community; then their phones tell them apart.
        sa.UniqueConstraint("studio_id", "name_key", "community_id", "phone"),
        sa.Index(
            "uq_person_without_phone",
            "studio_id",
            "name_key",
            "community_id",
            unique=True,
            sqlite_where=sa.text("phone IS NULL"),
            postgresql_where=sa.text("phone IS NULL"),
        ),
    )

    name: str = Field(max_length=100)
    name_key: str = Field(max_length=100)
    community_id: UUID | None = Field(default=None, foreign_key="region.id", index=True)
    phone: str | None = Field(default=None, max_length=20)


class Honour(StudioRow, table=True):
    """A commendation of a person, shown as evidence on a mentor's profile."""

    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    position: int = 0
    name: str = Field(max_length=300)


class Trainee(StudioRow, table=True):
    """A person in a cohort."""

    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: TraineeRole = Field(sa_type=enum_type(TraineeRole))
    level: Level | None = Field(default=None, sa_type=enum_type(Level))
    in_post_since: date | None = None
    # The row of the roster it came from: with community and name the natural key that breaks ties.
    roster_row: int = 0


class Mentor(StudioRow, table=True):
    """A person who mentors; capacity is the number of `MentorPlace` rows."""

    __table_args__ = (
        sa.CheckConstraint("capacity >= 0", "capacity_not_negative"),
        sa.CheckConstraint(
            f"({finite('tenure_years')}) AND (tenure_years IS NULL OR tenure_years >= 0)", "tenure"
        ),
    )

    person_id: UUID = Field(foreign_key="person.id", unique=True)
    capacity: int = 0
    tenure_years: float | None = None
    roster_row: int = 0


class MentorPlace(StudioRow, table=True):
    """One place with a mentor: a pairing takes one, so a capacity cannot be exceeded by any race."""

    __tablename__ = "mentor_place"
    __table_args__ = (
        sa.UniqueConstraint("mentor_id", "number"),
        sa.UniqueConstraint("id", "mentor_id"),
        sa.CheckConstraint("number >= 1", "number_from_one"),
    )

    mentor_id: UUID = Field(foreign_key="mentor.id", ondelete="CASCADE")
    number: int


class MentorTopic(StudioRow, table=True):
    """How strong a mentor is in a topic."""

    __tablename__ = "mentor_topic"
    __table_args__ = (
        sa.UniqueConstraint("mentor_id", "topic_id"),
        sa.CheckConstraint("strength >= 0 AND strength <= 1", "strength_range"),
    )

    mentor_id: UUID = Field(foreign_key="mentor.id", ondelete="CASCADE")
    topic_id: UUID = Field(foreign_key="topic.id", index=True)
    strength: float


class MentorCase(StudioRow, table=True):
    """A past case of a mentor in words, compared with trainees' pain points one by one."""

    __tablename__ = "mentor_case"
    __table_args__ = (sa.UniqueConstraint("mentor_id", "position"),)

    mentor_id: UUID = Field(foreign_key="mentor.id", ondelete="CASCADE")
    position: int
    text: str
