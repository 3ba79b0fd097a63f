"""Tailor-made mentoring packages (带教套餐) and the course plan of a cohort."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from studio.store.columns import StudioRow, UserText, enum_type
from studio.store.enums import (
    CourseEvent,
    DaySlot,
    Level,
    PublishState,
    ShadowStep,
)
from studio.store.identity import new_id
from studio.store.package_enums import Ability, DeliveryMode, PackageOrigin
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun


class MentoringPackage(StudioRow, table=True):
    """A version of a plan for one trainee with one mentor: a week, the months after it, and its goals.

    Versions go on from run to run as long as the mentor stays; each belongs to the pairing that it was made for.
    """

    __tablename__ = "mentoring_package"
    __table_args__ = (sa.UniqueConstraint("trainee_id", "mentor_id", "number"),)

    trainee_id: UUID = Field(foreign_key="trainee.id", index=True, ondelete="CASCADE")
    # The pairing's when this version was made; the two together name the package whose version it is.
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    pairing_id: UUID = Field(foreign_key="pairing.id", index=True, ondelete="CASCADE")
    # A pair whose input changes gets the next number; the highest of a pairing is in use.
    number: int = 1
    # Another mentor's package that this one takes the place of.
    replaces_id: UUID | None = Field(default=None, foreign_key="mentoring_package.id", ondelete="SET NULL")
    # Fingerprint of what it was planned from; of packages older than this column it is not known.
    input_hash: str | None = Field(default=None, max_length=64)
    origin: PackageOrigin = Field(default=PackageOrigin.PLANNED, sa_type=enum_type(PackageOrigin))
    # Why it was edited; null where it was planned.
    reason: str | None = Field(default=None, sa_type=UserText(500, "reason"))
    # Ids of the contents that people took out: planning again does not bring them back.
    taken_out: list[str] = Field(default_factory=list, sa_type=sa.JSON)


class PackageItem(StudioRow, table=True):
    """What to do on a day of a package, and the pain point that it answers."""

    __tablename__ = "package_item"
    __table_args__ = (
        sa.UniqueConstraint("package_id", "position"),
        sa.CheckConstraint("day >= 1", "day_from_one"),
        sa.CheckConstraint("minutes > 0", "minutes_positive"),
    )

    package_id: UUID = Field(foreign_key="mentoring_package.id", ondelete="CASCADE")
    position: int
    day: int
    slot: DaySlot = Field(sa_type=enum_type(DaySlot))
    step: ShadowStep | None = Field(default=None, sa_type=enum_type(ShadowStep))
    topic_id: UUID = Field(foreign_key="topic.id")
    content_id: UUID | None = Field(default=None, foreign_key="content.id", ondelete="SET NULL")
    pain_point_id: UUID | None = Field(default=None, foreign_key="pain_point.id", ondelete="SET NULL")
    minutes: int
    # The same in every version of the package: by it two versions are compared.
    line_id: UUID = Field(default_factory=new_id)
    # A person's decision, which planning again keeps.
    edited: bool = False
    note: str | None = Field(default=None, sa_type=UserText(500, "note"))


class PackageEvent(StudioRow, table=True):
    """The topic event of one month after the week of a package."""

    __tablename__ = "package_event"
    __table_args__ = (
        sa.UniqueConstraint("package_id", "month"),
        sa.CheckConstraint("month >= 1", "month_from_one"),
    )

    package_id: UUID = Field(foreign_key="mentoring_package.id", ondelete="CASCADE")
    month: int
    mode: DeliveryMode = Field(sa_type=enum_type(DeliveryMode))
    topic_id: UUID = Field(foreign_key="topic.id")
    content_id: UUID | None = Field(default=None, foreign_key="content.id", ondelete="SET NULL")
    pain_point_id: UUID | None = Field(default=None, foreign_key="pain_point.id", ondelete="SET NULL")
    # The own mentor where strong in the topic, or else the strongest of the studio.
    speaker_id: UUID | None = Field(default=None, foreign_key="mentor.id", ondelete="SET NULL")


class PackageGoal(StudioRow, table=True):
    """Where a trainee stands in one of the four abilities and what a package aims at."""

    __tablename__ = "package_goal"
    __table_args__ = (
        sa.UniqueConstraint("package_id", "ability"),
        sa.CheckConstraint("need >= 0 AND need <= 1", "need_range"),
    )

    package_id: UUID = Field(foreign_key="mentoring_package.id", ondelete="CASCADE")
    position: int
    ability: Ability = Field(sa_type=enum_type(Ability))
    # How much the trainee's needs call for the ability.
    need: float
    # The level now; the package aims at the next one.
    standing: Level = Field(sa_type=enum_type(Level))
    # The topic and the sentence that this rests on.
    topic_id: UUID | None = Field(default=None, foreign_key="topic.id")
    pain_point_id: UUID | None = Field(default=None, foreign_key="pain_point.id", ondelete="SET NULL")
    # Days of the week and months after it that train the ability.
    days: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    months: list[int] = Field(default_factory=list, sa_type=sa.JSON)


class CoursePlanItem(StudioRow, table=True):
    """An event that a cohort's course plan proposes: what about, by whom, with which contents, and why."""

    __tablename__ = "course_plan_item"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "position"),)

    cohort_id: UUID = Field(foreign_key="cohort.id", ondelete="CASCADE")
    position: int
    event: CourseEvent = Field(sa_type=enum_type(CourseEvent))
    topic_id: UUID = Field(foreign_key="topic.id")
    county: str | None = Field(default=None, sa_type=UserText(100, "county"))
    # Demand and supply behind the proposal: {"demand": …, "supply": …, "people": …}
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class CoursePlanSpeaker(StudioRow, table=True):
    """A mentor proposed as a speaker of a course plan's event."""

    __tablename__ = "course_plan_speaker"
    __table_args__ = (sa.UniqueConstraint("item_id", "mentor_id"),)

    item_id: UUID = Field(foreign_key="course_plan_item.id", ondelete="CASCADE")
    mentor_id: UUID = Field(foreign_key="mentor.id", index=True, ondelete="CASCADE")
    position: int = 0


class CoursePlanContent(StudioRow, table=True):
    """A content that a course plan's event would use."""

    __tablename__ = "course_plan_content"
    __table_args__ = (sa.UniqueConstraint("item_id", "content_id"),)

    item_id: UUID = Field(foreign_key="course_plan_item.id", ondelete="CASCADE")
    content_id: UUID = Field(foreign_key="content.id", index=True, ondelete="CASCADE")
    position: int = 0


@dataclass(frozen=True)
class Version:
    """A stored version, and how far its run has come."""

    package: MentoringPackage
    publish_state: PublishState

    @property
    def was_published(self) -> bool:
        """Tell whether the version's run is or was published."""
        return self.publish_state is not PublishState.DRAFT


async def versions_of(session: AsyncSession, trainee_ids: Sequence[UUID]) -> dict[UUID, list[Version]]:
    """Return all versions of some trainees' packages by trainee, with any mentor, by number."""
    found = await session.execute(
        select(MentoringPackage, MatchRun.publish_state)
        .join(Pairing, col(Pairing.id) == MentoringPackage.pairing_id)
        .join(MatchRun, col(MatchRun.id) == Pairing.run_id)
        .where(col(MentoringPackage.trainee_id).in_(trainee_ids))
        .order_by(col(MentoringPackage.number))
    )
    versions: dict[UUID, list[Version]] = defaultdict(list)
    for package, publish_state in found.all():
        versions[package.trainee_id].append(Version(package, PublishState(publish_state)))
    return versions


async def items_of(session: AsyncSession, package_ids: Sequence[UUID]) -> dict[UUID, list[PackageItem]]:
    """Return the items of some packages by package, in their order."""
    items: dict[UUID, list[PackageItem]] = defaultdict(list)
    found = await session.execute(
        select(PackageItem)
        .where(col(PackageItem.package_id).in_(package_ids))
        .order_by(col(PackageItem.position))
    )
    for item in found.scalars():
        items[item.package_id].append(item)
    return items
