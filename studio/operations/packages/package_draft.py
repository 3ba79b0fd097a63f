"""A package in the making: edits applied one after the other, and room made for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from matching.packages.plan import DAYTIME_MINUTES
from studio.errors import NotFound, StudioError
from studio.operations.own import own
from studio.operations.packages.package_rows import in_order
from studio.permissions import Actor
from studio.store.catalogue import Content, ContentTopic
from studio.store.enums import DaySlot, ShadowStep
from studio.store.needs import PainPoint, TraineeNeed
from studio.store.package_enums import PackageAction
from studio.store.packages import MentoringPackage, PackageItem
from studio.store.recommendations import Recommendation, RecommendationCause
from studio.store.topics import Topic

N_DAYS = 5
# An evening is longer than its review where a mentor wants to use it, but it is an evening.
EVENING_MINUTES = 120
# The mentor's own work gives way to what is added, down to this; less is no use.
SHORTEST_WORK = 15


@dataclass(frozen=True)
class PackageEdit:
    """One change of a package; `position` is the item's place in the version that was read."""

    action: PackageAction
    position: int | None = None
    day: int | None = None
    slot: DaySlot | None = None
    step: ShadowStep | None = None
    content_id: UUID | None = None
    minutes: int | None = None
    note: str | None = None
    pain_point_id: UUID | None = None


@dataclass
class Draft:
    """A version in the making; `items` are those of the version before, by their positions in it."""

    actor: Actor
    package: MentoringPackage
    items: dict[int, PackageItem]
    added: list[PackageItem]
    # Ids of contents that people took out, in that order.
    taken_out: dict[str, None]

    def all(self) -> list[PackageItem]:
        """Return the items as they stand."""
        return [*self.items.values(), *self.added]

    def named(self, edit: PackageEdit, field: str) -> PackageItem:
        """Return the item that an edit names."""
        if edit.position is None:
            raise StudioError(
                "EDIT_INCOMPLETE", field=f"{field}.position", action=edit.action.value, missing="position"
            )
        if edit.position not in self.items:
            raise StudioError("NO_SUCH_ITEM", field=f"{field}.position", position=edit.position)
        return self.items[edit.position]


async def apply_edit(session: AsyncSession, draft: Draft, edit: PackageEdit, field: str) -> None:
    """Apply one edit; `field` is its place in the input. Raises as `edit_package` does."""
    if edit.action is PackageAction.REMOVE:
        item = draft.named(edit, field)
        del draft.items[item.position]
        _take_out(draft, item.content_id)
        return
    if edit.action is PackageAction.ADD:
        item = _new_item(draft, edit, field)
        draft.added.append(item)
    else:
        item = draft.named(edit, field)
    _PARTS[edit.action](edit, field)
    if edit.content_id is not None:
        await _put_content(session, draft, item, edit, field)
    _put_place(item, edit, field)
    if edit.minutes is not None:
        item.minutes = edit.minutes
    if edit.note is not None:
        item.note = edit.note.strip() or None
    if edit.pain_point_id is not None:
        point = await own(session, draft.actor, PainPoint, edit.pain_point_id, f"{field}.painPointId")
        if point.trainee_id != draft.package.trainee_id:
            raise NotFound("PainPoint", field=f"{field}.painPointId")
        item.pain_point_id = point.id
    if item.minutes < 1:
        raise StudioError("MINUTES_NOT_POSITIVE", field=f"{field}.minutes", minutes=item.minutes)
    item.edited = True


def _needs(*names: str) -> Callable[[PackageEdit, str], None]:
    """Return the check that an edit gives at least one of these."""

    def check(edit: PackageEdit, field: str) -> None:
        if all(getattr(edit, name) is None for name in names):
            missing = [_camel(name) for name in names]
            raise StudioError("EDIT_INCOMPLETE", field=field, action=edit.action.value, missing=missing)

    return check


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


_PARTS: Mapping[PackageAction, Callable[[PackageEdit, str], None]] = {
    PackageAction.ADD: _needs("content_id", "note"),
    PackageAction.REPLACE: _needs("content_id"),
    PackageAction.MOVE: _needs("day", "slot", "step"),
    PackageAction.CHANGE: _needs("minutes", "note", "pain_point_id"),
}


def _new_item(draft: Draft, edit: PackageEdit, field: str) -> PackageItem:
    """Return an item of a day, about what the day is about until its content says otherwise."""
    if edit.day is None:
        raise StudioError("EDIT_INCOMPLETE", field=f"{field}.day", action=edit.action.value, missing="day")
    if edit.content_id is None and edit.minutes is None:
        raise StudioError(
            "EDIT_INCOMPLETE", field=f"{field}.minutes", action=edit.action.value, missing="minutes"
        )
    others = draft.all()
    # A day that was emptied is about what the week begins with.
    like = next((item for item in others if item.day == edit.day), None) or next(iter(others), None)
    if like is None:
        raise StudioError("NO_SUCH_ITEM", field=field, position=0)
    return PackageItem(
        studio_id=draft.package.studio_id,
        package_id=draft.package.id,
        position=0,
        day=edit.day,
        slot=edit.slot or DaySlot.DAYTIME,
        topic_id=like.topic_id,
        pain_point_id=like.pain_point_id,
        minutes=edit.minutes or 1,
    )


def _put_place(item: PackageItem, edit: PackageEdit, field: str) -> None:
    item.day = edit.day if edit.day is not None else item.day
    item.slot = edit.slot or item.slot
    if edit.step is not None or edit.slot is DaySlot.EVENING:
        item.step = edit.step
    if not 1 <= item.day <= N_DAYS:
        raise StudioError("DAY_OUT_OF_RANGE", field=f"{field}.day", day=item.day, most=N_DAYS)
    if (item.slot is DaySlot.DAYTIME) != (item.step is not None):
        raise StudioError("STEP_OF_SLOT", field=f"{field}.step")


async def _put_content(
    session: AsyncSession, draft: Draft, item: PackageItem, edit: PackageEdit, field: str
) -> None:
    assert edit.content_id is not None  # noqa: S101  the caller asks this
    content = await own(session, draft.actor, Content, edit.content_id, f"{field}.contentId")
    if not content.active:
        raise NotFound("Content", field=f"{field}.contentId")
    if any(other.content_id == content.id for other in draft.all() if other is not item):
        raise StudioError("CONTENT_TWICE", field=f"{field}.contentId", title=content.title)
    _take_out(draft, item.content_id)
    draft.taken_out.pop(content.id.hex, None)
    item.content_id, item.minutes = content.id, content.minutes
    topics = await session.execute(
        select(sa.func.coalesce(Topic.parent_id, Topic.id))
        .join(ContentTopic, col(ContentTopic.topic_id) == Topic.id)
        .where(ContentTopic.content_id == content.id)
        .order_by(col(ContentTopic.position), col(Topic.code))
    )
    about = [topic_id for (topic_id,) in topics.all()]
    if about and item.topic_id not in about:
        item.topic_id = about[0]
    item.pain_point_id = await _answered(session, draft.package.trainee_id, content.id, item.topic_id)


def _take_out(draft: Draft, content_id: UUID | None) -> None:
    if content_id is not None:
        draft.taken_out[content_id.hex] = None


async def _answered(session: AsyncSession, trainee_id: UUID, content_id: UUID, topic_id: UUID) -> UUID | None:
    """Return the pain point that a content answers: what it was recommended for, or what shows its topic's need."""
    recommended: UUID | None = await session.scalar(
        select(RecommendationCause.pain_point_id)
        .join(Recommendation, col(Recommendation.id) == RecommendationCause.recommendation_id)
        .where(Recommendation.trainee_id == trainee_id, Recommendation.content_id == content_id)
        .order_by(col(RecommendationCause.position))
        .limit(1)
    )
    if recommended is not None:
        return recommended
    shown: UUID | None = await session.scalar(
        select(TraineeNeed.pain_point_id).where(
            TraineeNeed.trainee_id == trainee_id, TraineeNeed.topic_id == topic_id
        )
    )
    return shown


def fitted(items: Sequence[PackageItem]) -> list[PackageItem]:
    """Make room on days that became too long, and return the items in order; DAY_TOO_FULL where there is none."""
    gone: set[UUID] = set()
    for day in range(1, N_DAYS + 1):
        for slot, most in ((DaySlot.DAYTIME, DAYTIME_MINUTES), (DaySlot.EVENING, EVENING_MINUTES)):
            here = [item for item in items if item.day == day and item.slot is slot]
            gone |= _make_room(here, day, most)
    return in_order([item for item in items if item.id not in gone])


def _make_room(items: Sequence[PackageItem], day: int, most: int) -> set[UUID]:
    """Shorten what nobody decided and no content fills, the longest first; return what is left out for it."""
    total = sum(item.minutes for item in items)
    free = sorted(
        (item for item in items if not item.edited and item.content_id is None),
        key=lambda item: (-item.minutes, item.position),
    )
    gone: set[UUID] = set()
    for least in (SHORTEST_WORK, 0):
        for item in free:
            less = min(max(total - most, 0), max(item.minutes - least, 0))
            item.minutes -= less
            total -= less
            if item.minutes < SHORTEST_WORK and less:
                total -= item.minutes
                gone.add(item.id)
                item.minutes = 0
    if total > most:
        raise StudioError("DAY_TOO_FULL", field="edits", day=day, minutes=total, most=most)
    return gone
