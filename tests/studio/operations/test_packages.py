from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.contents.recommendations import recommend_contents
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.pairings import override_pairing
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.package_enums import Ability
from studio.store.rows import chunks
from studio.store.tables import (
    Mentor,
    MentoringPackage,
    PackageEvent,
    PackageGoal,
    PackageItem,
    PainPoint,
    Pairing,
    Trainee,
    TraineeNeed,
)
from tests.studio.operations.conftest import csv_file, ids


async def generate(engine: AsyncEngine, organizer: Actor, run_id: UUID, **options: Any) -> int:
    async with writing(engine) as session:
        return await write_packages(session, organizer, run_id, **options)


async def numbers(engine: AsyncEngine) -> dict[UUID, list[int]]:
    """Package numbers by trainee."""
    found: dict[UUID, list[int]] = {}
    async with reading(engine) as session:
        query = select(MentoringPackage.trainee_id, MentoringPackage.number)
        for trainee_id, number in (await session.execute(query.order_by(MentoringPackage.number))).all():
            found.setdefault(trainee_id, []).append(number)
    return found


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the SQL that is sent meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_packages_are_made_once_while_nothing_changes(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    assert await generate(engine, organizer, run_id) == 4
    assert await generate(engine, organizer, run_id) == 0
    assert list((await numbers(engine)).values()) == [[1]] * 4


async def test_overridden_pair_gets_a_package_with_the_new_mentor(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    await generate(engine, organizer, run_id)
    trainee = await ids(engine, Trainee, "赵强")
    async with reading(engine) as session:
        before = (
            await session.execute(
                select(Pairing.mentor_id).where(Pairing.run_id == run_id, Pairing.trainee_id == trainee)
            )
        ).scalar_one()
    others = [await ids(engine, Mentor, name) for name in ("周兰", "陈松")]
    other = next(mentor for mentor in others if mentor != before)
    async with writing(engine) as session:
        await override_pairing(session, organizer, run_id, trainee, other, reason="路近")
    assert await generate(engine, organizer, run_id) == 1
    found = await numbers(engine)
    # With another mentor a package begins anew.
    assert found.pop(trainee) == [1, 1]
    assert list(found.values()) == [[1]] * 3


async def test_second_wave_renews_the_package_with_its_words(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run_id: UUID
) -> None:
    await generate(engine, organizer, run_id)
    trainee = await ids(engine, Trainee, "赵强")
    later = csv_file(
        ("姓名", "社区", "最棘手的问题", "最急迫的难题"), ("赵强", "茶园社区", "独居老人没人照看", "")
    )
    async with writing(engine) as session:
        await import_survey(session, organizer, later, "later.csv", 3, 2)
        await recommend_contents(session, organizer, cohort_id=cohort_id)
    assert await generate(engine, organizer, run_id) >= 1
    assert (await numbers(engine))[trainee] == [1, 2]
    async with reading(engine) as session:
        words = await session.execute(
            select(PainPoint.text)
            .join(PackageItem, PackageItem.pain_point_id == PainPoint.id)
            .join(MentoringPackage, MentoringPackage.id == PackageItem.package_id)
            .where(MentoringPackage.trainee_id == trainee, MentoringPackage.number == 2)
            .distinct()
        )
        assert words.scalars().all() == ["独居老人没人照看"]
    assert await generate(engine, organizer, run_id) == 0


async def test_package_has_a_goal_for_each_ability_and_goes_on_after_the_week(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    await generate(engine, organizer, run_id)
    trainee = await ids(engine, Trainee, "赵强")
    async with reading(engine) as session:
        package = (
            await session.execute(select(MentoringPackage).where(MentoringPackage.trainee_id == trainee))
        ).scalar_one()
        goals = (
            (
                await session.execute(
                    select(PackageGoal)
                    .where(PackageGoal.package_id == package.id)
                    .order_by(PackageGoal.position)
                )
            )
            .scalars()
            .all()
        )
        assert [goal.ability for goal in goals] == list(Ability)
        for goal in goals:
            need = await session.scalar(
                select(TraineeNeed).where(
                    TraineeNeed.trainee_id == trainee, TraineeNeed.topic_id == goal.topic_id
                )
            )
            if goal.need:
                # The sentence is the one that shows this very need.
                assert goal.pain_point_id == need.pain_point_id
                assert goal.need <= need.need
        events = (
            (
                await session.execute(
                    select(PackageEvent)
                    .where(PackageEvent.package_id == package.id)
                    .order_by(PackageEvent.month)
                )
            )
            .scalars()
            .all()
        )
        assert [event.month for event in events] == [1, 2, 3]
        week = await session.execute(
            select(PackageItem.content_id).where(
                PackageItem.package_id == package.id, PackageItem.content_id.is_not(None)
            )
        )
        later = [event.content_id for event in events if event.content_id]
        assert not {content for (content,) in week} & set(later)


async def test_more_pairs_need_no_more_queries(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    async with reading(engine) as session:
        pairing_ids = list((await session.execute(select(Pairing.id))).scalars())
    with statements(engine) as for_one:
        assert await generate(engine, organizer, run_id, pairing_ids=pairing_ids[:1]) == 1
    with statements(engine) as for_three:
        assert await generate(engine, organizer, run_id, pairing_ids=pairing_ids[1:]) == 3
    assert len(for_three) == len(for_one)


async def test_catalogue_is_loaded_once_however_many_chunks_of_pairs(
    engine: AsyncEngine, organizer: Actor, run_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.operations.packages.packages.chunks", lambda pairs: chunks(pairs, 1))
    with statements(engine) as sent:
        assert await generate(engine, organizer, run_id) == 4
    bodies = [statement for statement in sent if "content.body" in statement and "FROM content " in statement]
    # Once as what is offered, once as what a week is laid out with.
    assert len([statement for statement in bodies if "WHERE content.studio_id" in statement]) == 2
