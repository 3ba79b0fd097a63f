"""Studios, regions, persons, trainees and mentors: tables and the SQL about them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import Row, StudioRow, UserText, enum_type, finite
from studio.store.enums import Level, RegionKind, TraineeRole
from studio.store.mentor_enums import MentorKind
from studio.store.topics import Topic

LONGEST_HONOUR = 300


def _free_weeks() -> Any:
    """Declare the weeks in which somebody is free, as `stored_weeks` makes them; NULL is every week."""
    return Field(default=None, sa_type=sa.JSON(none_as_null=True))


class Studio(Row, table=True):
    """A mentoring studio (工作室); every other row belongs to one."""

    name: str = Field(unique=True, sa_type=UserText(200, "name"))
    leader_name: str | None = Field(default=None, sa_type=UserText(100, "leaderName"))
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
    name: str = Field(sa_type=UserText(100, "name"))
    # The name without 社区/居委会 and blanks, for finding people by community.
    name_key: str = Field(sa_type=UserText(100, "name"))
    # Names of the county and town above (or of the place itself), repeated so that no read climbs the tree.
    county: str = Field(default="", sa_type=UserText(100, "county"))
    town: str = Field(default="", sa_type=UserText(100, "town"))


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

    name: str = Field(sa_type=UserText(100, "name"))
    name_key: str = Field(sa_type=UserText(100, "name"))
    community_id: UUID | None = Field(default=None, foreign_key="region.id", index=True)
    phone: str | None = Field(default=None, max_length=20)


class Honour(StudioRow, table=True):
    """A commendation of a person, shown as evidence on a mentor's profile."""

    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)

    person_id: UUID = Field(foreign_key="person.id", index=True, ondelete="CASCADE")
    position: int = 0
    name: str = Field(sa_type=UserText(LONGEST_HONOUR, "honours"))


class Trainee(StudioRow, table=True):
    """A person in a cohort."""

    __table_args__ = (sa.UniqueConstraint("cohort_id", "person_id"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    person_id: UUID = Field(foreign_key="person.id", index=True)
    role: TraineeRole = Field(sa_type=enum_type(TraineeRole))
    level: Level | None = Field(default=None, sa_type=enum_type(Level))
    in_post_since: date | None = None
    free_weeks: list[dict[str, Any]] | None = _free_weeks()
    # The row of the roster it came from: with community and name the natural key that breaks ties.
    roster_row: int = 0


class Mentor(StudioRow, table=True):
    """A person who mentors; capacity is the number of open `MentorPlace` rows."""

    __table_args__ = (
        sa.CheckConstraint("capacity >= 0", "capacity_not_negative"),
        sa.CheckConstraint("weekly_capacity >= 1", "weekly_capacity_from_one"),
        sa.CheckConstraint(
            f"({finite('tenure_years')}) AND (tenure_years IS NULL OR tenure_years >= 0)", "tenure"
        ),
    )

    person_id: UUID = Field(foreign_key="person.id", unique=True)
    capacity: int = 0
    tenure_years: float | None = None
    free_weeks: list[dict[str, Any]] | None = _free_weeks()
    # Most trainees in one and the same week.
    weekly_capacity: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    # Null: nobody has said; then the mentor has no part where trainees have two, unless a pin gives one.
    kind: MentorKind | None = Field(default=None, sa_type=enum_type(MentorKind))
    roster_row: int = 0


class MentorPlace(StudioRow, table=True):
    """One place with a mentor: a pairing takes one, so a capacity cannot be exceeded by any race."""

    __tablename__ = "mentor_place"
    __table_args__ = (
        sa.UniqueConstraint("mentor_id", "number"),
        sa.UniqueConstraint("id", "mentor_id"),
        sa.UniqueConstraint("id", "open"),
        sa.CheckConstraint("number >= 1", "number_from_one"),
    )

    mentor_id: UUID = Field(foreign_key="mentor.id", ondelete="CASCADE")
    number: int
    # A place is closed, not deleted, when a capacity shrinks: old runs still refer to it. A held one stays open.
    open: bool = True


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
    text: str = Field(sa_type=UserText(field="text"))


async def community_of(session: AsyncSession, studio_id: UUID) -> dict[UUID, Region]:
    """Return all communities of a studio by id."""
    rows = await session.execute(
        select(Region).where(Region.studio_id == studio_id, Region.kind == RegionKind.COMMUNITY)
    )
    return {region.id: region for region in rows.scalars()}


def may_be_one_place(one: Region, other: Region) -> bool:
    """Tell whether two rows may mean one community: one name, and one county and town as far as both say them.

    A list of mentors often leaves out the town that the roster gives.
    """
    return (
        one.name_key == other.name_key
        and (not one.county or not other.county or one.county == other.county)
        and (not one.town or not other.town or one.town == other.town)
    )


async def persons_by_key(
    session: AsyncSession, studio_id: UUID
) -> dict[tuple[str, UUID | None], list[Person]]:
    """Return all persons of a studio by name key and community."""
    found: dict[tuple[str, UUID | None], list[Person]] = {}
    rows = await session.execute(
        select(Person).where(Person.studio_id == studio_id).order_by(col(Person.created_at), col(Person.id))
    )
    for person in rows.scalars():
        found.setdefault((person.name_key, person.community_id), []).append(person)
    return found


async def trainees_of(
    session: AsyncSession, cohort_id: UUID
) -> Sequence[tuple[Trainee, Person, Region | None]]:
    """Return a cohort's trainees with person and community, in natural order (community, name, roster row)."""
    rows = await session.execute(
        select(Trainee, Person, Region)
        .join(Person, col(Person.id) == Trainee.person_id)
        .join(Region, col(Region.id) == Person.community_id, isouter=True)
        .where(Trainee.cohort_id == cohort_id)
    )
    return sorted(
        ((trainee, person, region) for trainee, person, region in rows.all()),
        key=lambda row: _natural_key(row[1], row[2], row[0].roster_row),
    )


async def mentors_of(
    session: AsyncSession, studio_id: UUID
) -> Sequence[tuple[Mentor, Person, Region | None]]:
    """Return a studio's mentors with person and community, in natural order (community, name, roster row)."""
    rows = await session.execute(
        select(Mentor, Person, Region)
        .join(Person, col(Person.id) == Mentor.person_id)
        .join(Region, col(Region.id) == Person.community_id, isouter=True)
        .where(Mentor.studio_id == studio_id)
    )
    return sorted(
        ((mentor, person, region) for mentor, person, region in rows.all()),
        key=lambda row: _natural_key(row[1], row[2], row[0].roster_row),
    )


async def strengths_of(session: AsyncSession, studio_id: UUID) -> dict[UUID, dict[UUID, float]]:
    """Return each mentor's strength by top topic; a strength in a leaf is one in its parent, the highest counts."""
    top = sa.func.coalesce(Topic.parent_id, Topic.id)
    found = await session.execute(
        select(MentorTopic.mentor_id, top, sa.func.max(MentorTopic.strength))
        .join(Topic, col(Topic.id) == MentorTopic.topic_id)
        .where(MentorTopic.studio_id == studio_id)
        .group_by(col(MentorTopic.mentor_id), top)
    )
    strengths: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    for mentor_id, topic_id, strength in found.all():
        strengths[mentor_id][topic_id] = strength
    return strengths


def _natural_key(person: Person, community: Region | None, roster_row: int) -> tuple[str, str, str, str, int]:
    place = (community.county, community.town, community.name_key) if community else ("", "", "")
    return (*place, person.name_key, roster_row)
