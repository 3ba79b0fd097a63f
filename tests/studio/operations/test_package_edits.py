from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.packages.package_draft import DAYTIME_MINUTES, EVENING_MINUTES, PackageEdit
from studio.operations.packages.package_edits import edit_package
from studio.operations.packages.packages import write_packages
from studio.operations.people.studios import ContentEntry, install_catalogue
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import ContentKind, DaySlot, Level, Origin, PublishState, Role, ShadowStep
from studio.store.package_enums import PackageAction, PackageOrigin
from studio.store.packages import items_of
from studio.store.tables import (
    Content,
    MatchRun,
    Mentor,
    MentoringPackage,
    PackageEvent,
    PackageGoal,
    PackageItem,
    PainPoint,
    Pairing,
    Trainee,
)
from tests.studio.operations.conftest import csv_file, ids

Items = list[PackageItem]
ADD, REPLACE, MOVE, REMOVE, CHANGE = PackageAction


@pytest.fixture
async def package(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> MentoringPackage:
    """王芳's package in its first version."""
    async with writing(engine) as session:
        await write_packages(session, organizer, run_id)
    return await latest(engine)


async def latest(engine: AsyncEngine) -> MentoringPackage:
    trainee = await ids(engine, Trainee, "王芳")
    async with reading(engine) as session:
        query = select(MentoringPackage).where(MentoringPackage.trainee_id == trainee)
        return list((await session.execute(query.order_by(MentoringPackage.number))).scalars())[-1]


async def items(engine: AsyncEngine, package: MentoringPackage) -> Items:
    async with reading(engine) as session:
        return (await items_of(session, [package.id]))[package.id]


async def edit(
    engine: AsyncEngine, actor: Actor, package: MentoringPackage, *edits: PackageEdit, **more: Any
) -> MentoringPackage:
    more.setdefault("expected_version", package.number)
    async with writing(engine) as session:
        return await edit_package(session, actor, package.id, edits, **more)


async def unused(engine: AsyncEngine, organizer: Actor, *, active: bool = True) -> Content:
    """A content that came into the catalogue after the package was planned."""
    entry = ContentEntry(
        "C9", ContentKind.CASE, "老人有人看", "邻里结对,一日一敲门", ("LIVELIHOOD",), Level.ABLE, 40, None,
        Origin.OWN, "", (), (),
    )  # fmt: skip
    async with writing(engine) as session:
        await install_catalogue(session, organizer.studio_id, [entry])
        content = (await session.execute(select(Content).where(Content.code == "C9"))).scalar_one()
        content.active = active
        return content


def with_content(found: Items) -> PackageItem:
    return next(item for item in found if item.content_id is not None)


def shape(item: PackageItem) -> tuple[Any, ...]:
    return item.day, item.slot, item.step, item.content_id, item.minutes, item.topic_id, item.pain_point_id


async def test_edit_makes_the_next_version_and_leaves_the_first(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    before = await items(engine, package)
    content = await unused(engine, organizer)
    edited = await edit(
        engine,
        organizer,
        package,
        PackageEdit(ADD, day=2, step=ShadowStep.DO, content_id=content.id, note="带上台账"),
        reason=" 他想先练手 ",
    )
    assert (edited.number, edited.origin, edited.reason) == (2, PackageOrigin.EDITED, "他想先练手")
    assert [shape(item) for item in await items(engine, package)] == [shape(item) for item in before]
    after = await items(engine, edited)
    (new,) = (item for item in after if item.content_id == content.id)
    assert (new.day, new.step, new.minutes, new.note, new.edited) == (
        2, ShadowStep.DO, content.minutes, "带上台账", True,
    )  # fmt: skip
    # The mentor's own work gave way; all other items are the lines that they were.
    assert sum(item.minutes for item in after if item.day == 2 and item.slot is DaySlot.DAYTIME) <= 360
    assert {item.line_id for item in after} - {new.line_id} <= {item.line_id for item in before}
    assert [item.position for item in after] == list(range(len(after)))
    async with reading(engine) as session:
        for table in (PackageGoal, PackageEvent):
            found = await session.execute(
                select(table.package_id).where(table.package_id.in_([package.id, edited.id]))
            )
            owners = [owner for (owner,) in found]
            assert owners.count(package.id) == owners.count(edited.id) > 0


async def test_added_content_cites_the_sentence_that_shows_its_need(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    content = await unused(engine, organizer)
    edited = await edit(
        engine, organizer, package, PackageEdit(ADD, day=1, step=ShadowStep.LEARN, content_id=content.id)
    )
    (new,) = (item for item in await items(engine, edited) if item.content_id == content.id)
    async with reading(engine) as session:
        cited = await session.get(PainPoint, new.pain_point_id) if new.pain_point_id else None
    assert cited is not None
    assert cited.text in {"加装电梯一楼不同意", "停车天天吵"}


async def test_what_was_edited_stays_when_the_rest_is_planned_again(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, cohort_id: UUID, package: MentoringPackage
) -> None:
    found = await items(engine, package)
    out = with_content(found)
    moved = next(item for item in found if item.content_id is None and item.day == 3 and item.step)
    edited = await edit(
        engine,
        organizer,
        package,
        PackageEdit(REMOVE, position=out.position),
        PackageEdit(CHANGE, position=moved.position, minutes=45, note="去物业公司"),
    )
    # Nothing has changed in what it is planned from: the edit is no reason to plan again.
    async with writing(engine) as session:
        assert await write_packages(session, organizer, run_id) == 0
    later = csv_file(
        ("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("王芳", "竹园社区", "独居老人没人照看", "")
    )
    async with writing(engine) as session:
        await import_survey(session, organizer, later, "later.csv", 3, 2)
        await recommend_contents(session, organizer, cohort_id=cohort_id)
        assert await write_packages(session, organizer, run_id) >= 1
    again = await latest(engine)
    assert (again.number, again.origin) == (edited.number + 1, PackageOrigin.PLANNED)
    assert again.taken_out == edited.taken_out == [out.content_id.hex]
    after = await items(engine, again)
    assert out.content_id not in {item.content_id for item in after}
    (kept,) = (item for item in after if item.edited)
    assert (kept.line_id, kept.day, kept.step, kept.minutes, kept.note) == (
        moved.line_id, 3, moved.step, 45, "去物业公司",
    )  # fmt: skip
    for day in range(1, 6):
        assert sum(i.minutes for i in after if i.day == day and i.step) <= DAYTIME_MINUTES


async def test_replaced_and_moved_items_keep_their_line(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    found = await items(engine, package)
    old, content = with_content(found), await unused(engine, organizer)
    edited = await edit(
        engine,
        organizer,
        package,
        PackageEdit(REPLACE, position=old.position, content_id=content.id),
        PackageEdit(MOVE, position=old.position, day=5, step=ShadowStep.WATCH),
    )
    (new,) = (item for item in await items(engine, edited) if item.line_id == old.line_id)
    assert (new.content_id, new.day, new.step) == (content.id, 5, ShadowStep.WATCH)
    assert edited.taken_out == [old.content_id.hex]
    # Who brings it back has changed their mind.
    back = await edit(
        engine, organizer, edited, PackageEdit(REPLACE, position=new.position, content_id=old.content_id)
    )
    assert back.taken_out == [content.id.hex]


async def test_same_key_gives_the_first_version_again(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    change = PackageEdit(CHANGE, position=0, note="一")
    first = await edit(engine, organizer, package, change, idempotency_key="k")
    again = await edit(engine, organizer, package, change, idempotency_key="k")
    assert again.id == first.id
    with pytest.raises(Conflict) as refusal:
        await edit(engine, organizer, package, replace(change, note="二"), idempotency_key="k")
    assert refusal.value.code == "IDEMPOTENCY_MISMATCH"
    assert (await latest(engine)).number == 2


async def test_who_has_read_an_older_version_is_told(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    await edit(engine, organizer, package, PackageEdit(CHANGE, position=0, note="一"))
    with pytest.raises(Conflict) as refusal:
        await edit(engine, organizer, package, PackageEdit(CHANGE, position=0, note="二"))
    assert (refusal.value.code, refusal.value.values) == ("CONFLICT_VERSION", {"found": 2, "expected": 1})


async def test_mentor_edits_own_trainees_only_and_once_published(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, package: MentoringPackage
) -> None:
    change = PackageEdit(CHANGE, position=0, note="一")
    async with reading(engine) as session:
        pairing = await session.get_one(Pairing, package.pairing_id)
        mine = await session.get_one(Mentor, pairing.mentor_id)
        others = await session.execute(select(Mentor).where(Mentor.id != mine.id))
        other = others.scalars().first()
    own = Actor(Role.MENTOR, organizer.studio_id, mine.person_id)
    with pytest.raises(NotFound):
        await edit(engine, own, package, change)
    async with writing(engine) as session:
        (await session.get_one(MatchRun, run_id)).publish_state = PublishState.PUBLISHED
    assert (await edit(engine, own, package, change)).number == 2
    stranger = Actor(Role.MENTOR, organizer.studio_id, other.person_id)
    for actor in (stranger, Actor(Role.ORGANIZER, uuid4())):
        with pytest.raises(NotFound):
            await edit(engine, actor, package, change)
    with pytest.raises(Forbidden):
        await edit(engine, Actor(Role.TRAINEE, organizer.studio_id, uuid4()), package, change)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ((), "EDITS_MISSING", "edits"),
        ([PackageEdit(CHANGE, position=0, note="一")] * 51, "TOO_MANY_EDITS", "edits"),
        ((PackageEdit(REMOVE),), "EDIT_INCOMPLETE", "edits.0.position"),
        ((PackageEdit(REMOVE, position=999),), "NO_SUCH_ITEM", "edits.0.position"),
        (
            (PackageEdit(REMOVE, position=0), PackageEdit(CHANGE, position=0, note="x")),
            "NO_SUCH_ITEM",
            "edits.1.position",
        ),
        ((PackageEdit(CHANGE, position=0),), "EDIT_INCOMPLETE", "edits.0"),
        ((PackageEdit(ADD, note="x", minutes=10),), "EDIT_INCOMPLETE", "edits.0.day"),
        ((PackageEdit(ADD, day=1, note="x"),), "EDIT_INCOMPLETE", "edits.0.minutes"),
        ((PackageEdit(ADD, day=1, note="x", minutes=20),), "STEP_OF_SLOT", "edits.0.step"),
        ((PackageEdit(MOVE, position=0, day=6),), "DAY_OUT_OF_RANGE", "edits.0.day"),
        ((PackageEdit(MOVE, position=0, day=0),), "DAY_OUT_OF_RANGE", "edits.0.day"),
        ((PackageEdit(CHANGE, position=0, minutes=0),), "MINUTES_NOT_POSITIVE", "edits.0.minutes"),
        ((PackageEdit(CHANGE, position=0, minutes=DAYTIME_MINUTES + 1),), "DAY_TOO_FULL", "edits"),
        (
            (PackageEdit(ADD, day=1, slot=DaySlot.EVENING, note="x", minutes=EVENING_MINUTES + 1),),
            "DAY_TOO_FULL",
            "edits",
        ),
        ((PackageEdit(REPLACE, position=0, content_id=uuid4()),), "NOT_FOUND", "edits.0.contentId"),
        ((PackageEdit(CHANGE, position=0, pain_point_id=uuid4()),), "NOT_FOUND", "edits.0.painPointId"),
    ],
)
async def test_wrong_edit_is_refused_with_its_place_and_changes_nothing(
    engine: AsyncEngine,
    organizer: Actor,
    package: MentoringPackage,
    change: Any,
    code: str,
    field: str,
) -> None:
    with pytest.raises(StudioError) as refusal:
        await edit(engine, organizer, package, *change)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    for language in ("zh", "en"):
        assert refusal.value.message(language)
    assert (await latest(engine)).number == 1


async def test_no_content_stands_twice_and_no_words_of_another_trainee(
    engine: AsyncEngine, organizer: Actor, package: MentoringPackage
) -> None:
    used = with_content(await items(engine, package))
    with pytest.raises(StudioError) as refusal:
        await edit(
            engine,
            organizer,
            package,
            PackageEdit(ADD, day=1, step=ShadowStep.DO, content_id=used.content_id),
        )
    assert refusal.value.code == "CONTENT_TWICE"
    async with reading(engine) as session:
        others = await session.execute(select(PainPoint.id).where(PainPoint.trainee_id != package.trainee_id))
        foreign = others.scalars().first()
    with pytest.raises(NotFound):
        await edit(engine, organizer, package, PackageEdit(CHANGE, position=0, pain_point_id=foreign))
    retired = await unused(engine, organizer, active=False)
    with pytest.raises(NotFound):
        await edit(engine, organizer, package, PackageEdit(REPLACE, position=0, content_id=retired.id))
