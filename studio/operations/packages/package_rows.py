"""The rows of a package's next version: what people decided, and what is planned around it."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from matching import AbilityGoal, MonthlyEvent
from matching import PackageItem as PlannedItem
from studio.arrays.packages import LADDER, LibraryArrays, PackageArrays
from studio.operations.packages.package_chains import Chain
from studio.store.columns import StudioRow
from studio.store.enums import DaySlot, ShadowStep
from studio.store.package_enums import Ability, DeliveryMode
from studio.store.packages import MentoringPackage, PackageEvent, PackageGoal, PackageItem
from studio.store.pairings import Pairing

DECIMALS = 6


@dataclass(frozen=True)
class Decided:
    """What planning again must keep of the version before: what people edited and what they took out."""

    before: Sequence[PackageItem] = ()
    taken_out: Sequence[UUID] = ()

    @classmethod
    def by(cls, package: MentoringPackage, items: Sequence[PackageItem]) -> "Decided":
        """Return what was decided in a version."""
        return cls(items, [UUID(hex=content_id) for content_id in package.taken_out])

    @property
    def items(self) -> list[PackageItem]:
        """The items that people edited."""
        return [item for item in self.before if item.edited]


def planned_rows(
    library: LibraryArrays, arrays: PackageArrays, pairing: Pairing, decided: Decided, chain: Chain
) -> list[StudioRow]:
    """Plan a pair's package around what people have decided, and return the rows of its next version."""
    replaced = chain.replaced
    taken_out = {library.row.get(content_id) for content_id in decided.taken_out}
    answers = zip(arrays.contents.tolist(), arrays.content_points.tolist(), strict=True)
    offered = [(content, point) for content, point in answers if content not in taken_out]
    from matching import PackagePlanner

    plan = PackagePlanner().plan(
        arrays.need,
        evidence=arrays.evidence,
        contents=[content for content, _ in offered],
        content_topics=library.topics,
        content_minutes=library.minutes,
        content_steps=library.steps,
        content_points=[point for _, point in offered],
        prerequisites=library.prerequisites,
        mentor_strength=arrays.mentor_strength,
        topic_abilities=library.abilities,
        level=arrays.level,
        kept=[_as_planned(library, item) for item in decided.items],
    )
    package = MentoringPackage(
        studio_id=pairing.studio_id,
        trainee_id=pairing.trainee_id,
        mentor_id=pairing.mentor_id,
        pairing_id=pairing.id,
        number=chain.next_number,
        replaces_id=replaced.id if replaced else None,
        input_hash=arrays.input_hash,
        taken_out=[content_id.hex for content_id in decided.taken_out],
    )
    planned = [_item(library, arrays, package, item) for item in plan.items]
    inherit_lines(planned, [item for item in decided.before if not item.edited])
    items = in_order([*(copied(item, package.id) for item in decided.items), *planned])
    return [
        package,
        *items,
        *_events(library, arrays, package, plan.events),
        *_goals(library, arrays, package, plan.goals),
    ]


def _item(
    library: LibraryArrays, arrays: PackageArrays, package: MentoringPackage, item: PlannedItem
) -> PackageItem:
    return PackageItem(
        studio_id=package.studio_id,
        package_id=package.id,
        position=0,
        day=item.day,
        slot=DaySlot(item.slot),
        step=ShadowStep(item.step) if item.step else None,
        topic_id=library.top[item.topic].id,
        content_id=_content(library, item.content),
        pain_point_id=_point(arrays, item.point),
        minutes=item.minutes,
    )


def _as_planned(library: LibraryArrays, item: PackageItem) -> PlannedItem:
    """Return a kept item as the planner knows it; whose words it answers is no matter of the plan."""
    topics = [topic.id for topic in library.top]
    return PlannedItem(
        day=item.day,
        slot=item.slot.value,
        step=item.step.value if item.step else None,
        content=library.row.get(item.content_id) if item.content_id else None,
        topic=topics.index(item.topic_id) if item.topic_id in topics else 0,
        minutes=item.minutes,
        point=None,
    )


def in_order(items: Sequence[PackageItem]) -> list[PackageItem]:
    """Number items by day, slot and step, contents before the mentor's own work; return them in this order."""

    def place(item: PackageItem) -> tuple[int, bool, int, bool]:
        step = list(ShadowStep).index(item.step) if item.step else 0
        return item.day, item.slot is DaySlot.EVENING, step, item.content_id is None

    ordered = sorted(items, key=place)
    for position, item in enumerate(ordered):
        item.position = position
    return ordered


RowT = TypeVar("RowT", PackageItem, PackageEvent, PackageGoal)


def copied(row: RowT, package_id: UUID) -> RowT:
    """Return the row as part of another version: the same in all but what every row has of its own."""
    values = row.model_dump(exclude={"id", "created_at", "updated_at", "version", "package_id"})
    return type(row)(**values, package_id=package_id)


def inherit_lines(new: Sequence[PackageItem], before: Sequence[PackageItem]) -> None:
    """Let new items be the lines that they continue: the same content wherever, or else what stood in their place."""
    lines: set[UUID] = set()
    named: set[int] = set()
    for same in (_content_of, _place_of):
        known: dict[Hashable, list[UUID]] = defaultdict(list)
        for item in before:
            if item.line_id not in lines and (key := same(item)) is not None:
                known[key].append(item.line_id)
        for item in new:
            found = known.get(same(item), []) if id(item) not in named else []
            if found:
                item.line_id = found.pop(0)
                lines.add(item.line_id)
                named.add(id(item))


def _content_of(item: PackageItem) -> Hashable:
    return item.content_id


def _place_of(item: PackageItem) -> Hashable:
    return item.day, item.slot, item.step, item.content_id is None


def _events(
    library: LibraryArrays, arrays: PackageArrays, package: MentoringPackage, events: Sequence[MonthlyEvent]
) -> list[PackageEvent]:
    return [
        PackageEvent(
            studio_id=package.studio_id,
            package_id=package.id,
            month=event.month,
            mode=DeliveryMode(event.mode),
            topic_id=library.top[event.topic].id,
            content_id=_content(library, event.content),
            pain_point_id=_point(arrays, event.point),
            speaker_id=arrays.speakers.get(library.top[event.topic].id),
        )
        for event in events
    ]


def _goals(
    library: LibraryArrays, arrays: PackageArrays, package: MentoringPackage, goals: Sequence[AbilityGoal]
) -> list[PackageGoal]:
    return [
        PackageGoal(
            studio_id=package.studio_id,
            package_id=package.id,
            position=goal.ability,
            ability=tuple(Ability)[goal.ability],
            need=round(goal.call, DECIMALS),
            standing=LADDER[goal.standing],
            topic_id=library.top[goal.topic].id if goal.topic is not None else None,
            pain_point_id=_point(arrays, goal.point),
            days=list(goal.days),
            months=list(goal.months),
        )
        for goal in goals
    ]


def _content(library: LibraryArrays, content: int | None) -> UUID | None:
    return library.contents[content].id if content is not None else None


def _point(arrays: PackageArrays, point: int | None) -> UUID | None:
    return arrays.points[point] if point is not None else None
