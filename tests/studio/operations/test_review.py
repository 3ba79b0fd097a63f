"""Which pain points reach people, and in which order."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from studio.operations.needs.needs import compute_needs
from studio.operations.people.roster import import_roster
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import ReviewReason
from studio.store.tables import Cohort, PainPoint, ReviewItem, Topic
from tests.databases import remembered
from tests.studio.operations.conftest import ROSTER, csv_file

# Words that no topic of the small tree speaks of, three times nearly the same.
STRANGE = "天上的云今天特别好看"
ROWS = (
    (f"{STRANGE}!", ""),
    (f"{STRANGE}。", "材料写到半夜还被退回来"),
    (f"{STRANGE},", "无"),
    ("物业收费太贵", "停车的问题已经解决了"),
)


@remembered
async def strange(engine: AsyncEngine, organizer: Actor) -> Actor:
    """The organizer of a cohort that said strange things, without names."""
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", 3)
        survey = csv_file(("最棘手的问题", "最急迫的难题"), *ROWS)
        await import_survey(session, organizer, survey, "survey.csv", 3, 1)
    return organizer


async def queue(engine: AsyncEngine) -> list[tuple[ReviewItem, PainPoint]]:
    """Return what people see, in its order."""
    async with reading(engine) as session:
        found = await session.execute(
            select(ReviewItem, PainPoint)
            .join(PainPoint, col(PainPoint.id) == ReviewItem.pain_point_id)
            .where(col(ReviewItem.leader_id).is_(None))
            .order_by(col(ReviewItem.position))
        )
        return [(item, point) for item, point in found.all()]


async def test_what_the_classifier_leaves_open_waits_for_people(engine: AsyncEngine, strange: Actor) -> None:
    waiting = await queue(engine)
    reasons = {point.text: item.reason for item, point in waiting}
    assert reasons["物业收费太贵"] is ReviewReason.ABSTAINED
    assert reasons["停车的问题已经解决了"] is ReviewReason.RESOLVED
    # What is clear needs nobody, and what says nothing neither.
    assert not {"材料写到半夜还被退回来", "无"} & set(reasons)
    assert [item.position for item, _ in waiting] == list(range(1, len(waiting) + 1))


async def test_near_copies_are_looked_at_once_and_before_others(engine: AsyncEngine, strange: Actor) -> None:
    (first, point), *others = await queue(engine)
    assert point.text.startswith(STRANGE)
    assert first.copies == 2
    assert not any(other.text.startswith(STRANGE) for _, other in others)
    async with reading(engine) as session:
        followers = await session.execute(
            select(PainPoint.text)
            .join(ReviewItem, col(ReviewItem.pain_point_id) == PainPoint.id)
            .where(ReviewItem.leader_id == point.id)
        )
        assert {text.rstrip("!。,") for text in followers.scalars()} == {STRANGE}


async def test_the_guess_and_its_margin_are_kept(engine: AsyncEngine, strange: Actor) -> None:
    async with reading(engine) as session:
        codes = dict((await session.execute(select(Topic.id, Topic.code))).all())
        points = (await session.execute(select(PainPoint))).scalars().all()
    for point in points:
        if point.junk:
            assert (point.guess_id, point.guess_confidence, point.margin) == (None, None, None)
        else:
            assert point.guess_id in codes
            assert 0 <= point.margin <= point.guess_confidence <= 1
    clear = next(point for point in points if point.text == "材料写到半夜还被退回来")
    assert codes[clear.guess_id] == "WRITING"


async def test_computing_again_changes_nothing(engine: AsyncEngine, strange: Actor) -> None:
    async def stored() -> list[Any]:
        async with reading(engine) as session:
            rows = (await session.execute(select(ReviewItem).order_by(ReviewItem.id))).scalars()
            return [(row.id, row.version) for row in rows]

    before = await stored()
    assert len(before) > 4
    async with writing(engine) as session:
        await compute_needs(session, strange, (await session.execute(select(Cohort.id))).scalar_one())
    assert await stored() == before
