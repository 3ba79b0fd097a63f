"""A run tells which of its pairs are firm under other weights and topics, and who comes next in the others."""

from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.needs.need_input import need_input
from studio.operations.needs.needs import refresh_needs
from studio.operations.rules.match_input import match_input
from studio.operations.rules.rules import set_rule
from studio.operations.runs import sensitivity as subject
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.operations.runs.sensitivity import draw_needs
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import RuleKind
from studio.store.needs import PainPoint, PainPointTopic, TraineeNeed
from studio.store.rules import MatchPolicy
from studio.store.tables import (
    Cohort,
    Mentor,
    Pairing,
    PairSensitivity,
    RunSensitivity,
    Trainee,
)
from studio.store.topics import topics_of
from tests.studio.operations.conftest import ids


async def stored(
    engine: AsyncEngine, run_id: UUID
) -> tuple[RunSensitivity | None, dict[UUID, PairSensitivity]]:
    async with reading(engine) as session:
        of_run = await session.scalar(select(RunSensitivity).where(RunSensitivity.run_id == run_id))
        found = await session.execute(
            select(Pairing.trainee_id, PairSensitivity)
            .join(PairSensitivity, PairSensitivity.pairing_id == Pairing.id)
            .where(Pairing.run_id == run_id)
        )
        return of_run, dict(found.all())


async def drawn(engine: AsyncEngine, cohort_id: UUID, seeds: int) -> np.ndarray:
    """Needs of the cohort's trainees in so many draws, shape (seeds, n_trainees, n_topics)."""
    async with reading(engine) as session:
        cohort = await session.get_one(Cohort, cohort_id)
        policy = (await session.execute(select(MatchPolicy))).scalars().first()
        _, arrays = await match_input(session, cohort, policy)
        draw = await draw_needs(session, cohort, arrays)
    return np.stack([draw(np.random.default_rng(seed)) for seed in range(seeds)])


async def test_every_free_pair_is_marked_and_the_run_counts_them(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    of_run, marks = await stored(engine, run.id)
    assert of_run is not None
    assert (of_run.draws, of_run.firm_from, of_run.weight_change) == (100, 0.9, 0.2)
    assert of_run.examined == len(marks) == run.matched == 4
    assert of_run.firm == sum(mark.firm for mark in marks.values())
    assert of_run.share == round(of_run.firm / 4, 6)
    async with reading(engine) as session:
        pairs = (await session.execute(select(Pairing).where(Pairing.run_id == run.id))).scalars()
        for pairing in pairs:
            mark = marks[pairing.trainee_id]
            assert mark.mentor_id == pairing.mentor_id != mark.runner_up_id
            assert not mark.firm or mark.stays >= 0.9


async def test_worker_and_call_mark_the_same_pairs_alike(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        here = await match_cohort(session, organizer, cohort_id)
    async with writing(engine) as session:
        queued = await start_match_run(session, organizer, cohort_id)
    assert await Worker(engine, HANDLERS).run_once()
    first, second = await stored(engine, here.id), await stored(engine, queued.id)
    assert first[0] is not None
    assert second[0] is not None
    assert (first[0].firm, first[0].examined) == (second[0].firm, second[0].examined)
    for trainee_id, mark in first[1].items():
        again = second[1][trainee_id]
        assert (mark.stays, mark.firm, mark.runner_up_id, mark.margin) == (
            again.stays,
            again.firm,
            again.runner_up_id,
            again.margin,
        )


async def test_pinned_pair_is_not_examined(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> None:
    li_ming, chen_song = await ids(engine, Trainee, "李明", 2), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await set_rule(session, organizer, li_ming, chen_song, RuleKind.PIN, reason="两人熟悉")
        run = await match_cohort(session, organizer, cohort_id)
    of_run, marks = await stored(engine, run.id)
    assert of_run is not None
    assert of_run.examined == len(marks) == run.matched - 1
    assert li_ming not in marks


async def test_topics_are_drawn_as_often_as_the_classifier_is_sure(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await match_cohort(session, organizer, cohort_id)
        await session.execute(sa.update(PainPointTopic).values(confidence=0.4))
        await session.execute(sa.update(PainPoint).values(abstained=False))
    async with reading(engine) as session:
        topics = await topics_of(session, organizer.studio_id)
        said = await need_input(session, cohort_id, topics)
    table = await drawn(engine, cohort_id, 200)
    assert table.std(axis=0).max() > 0.05
    assert set(np.unique(said.topic_chances)) == {0.0, 0.4}


async def test_confirmed_topics_never_change_in_a_draw(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await match_cohort(session, organizer, cohort_id)
        await session.execute(sa.update(PainPointTopic).values(confidence=1.0))
        await session.execute(sa.update(PainPoint).values(abstained=False))
    table = await drawn(engine, cohort_id, 5)
    assert (table == table[0]).all()
    async with writing(engine) as session:
        await refresh_needs(session, cohort_id)
    async with reading(engine) as session:
        stored_needs = (await session.execute(select(TraineeNeed.need))).scalars().all()
    np.testing.assert_allclose(
        np.sort(table[0][table[0] >= 0.01]), np.sort(np.array(stored_needs)), atol=1e-6
    )


async def test_abstained_text_may_be_about_its_guess(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        await match_cohort(session, organizer, cohort_id)
        await session.execute(sa.delete(PainPointTopic))
        point = (
            (await session.execute(select(PainPoint).where(PainPoint.guess_id.is_not(None), ~PainPoint.junk)))
            .scalars()
            .first()
        )
        await session.execute(sa.update(PainPoint).values(abstained=False))
        point.abstained, point.guess_confidence = True, 0.25
    async with reading(engine) as session:
        topics = await topics_of(session, organizer.studio_id)
        said = await need_input(session, cohort_id, topics)
    assert said.point_topics.max() == 0
    assert said.topic_chances.sum() == 0.25
    row = said.point_ids.index(point.id)
    assert said.topic_chances[row].max() == 0.25


@pytest.mark.parametrize(("most", "draws"), [(10**9, 100), (12 * 30, 30), (12 * 19, 0)])
async def test_large_cohorts_are_matched_anew_less_often(
    engine: AsyncEngine,
    organizer: Actor,
    cohort_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    draws: int,
) -> None:
    monkeypatch.setattr(subject, "_MOST_SCORED", most)
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    of_run, marks = await stored(engine, run.id)
    assert (of_run.draws if of_run else 0) == draws
    assert len(marks) == (4 if draws else 0)
