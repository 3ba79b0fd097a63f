"""A run tells how evenly it treats people: against plain counting, and anew when people change its pairs."""

from collections import Counter, defaultdict
from statistics import mean, pstdev
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from matching import MentorAffinity
from studio.arrays import fairness as arrays_subject
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.pairings.pairings import override_pairing
from studio.operations.rules.match_input import match_input
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.people import trainees_of
from studio.store.rules import MatchPolicy
from studio.store.tables import Cohort, MatchRun, Mentor, Pairing, RunFairness, Trainee
from tests.studio.operations.conftest import ids


async def stored(engine: AsyncEngine, run_id: UUID) -> RunFairness | None:
    async with reading(engine) as session:
        return await session.scalar(select(RunFairness).where(RunFairness.run_id == run_id))


async def counted(session: AsyncSession, run: MatchRun) -> dict[str, object]:
    """The same figures by plain loops over stored pairs and the table of scores."""
    cohort = await session.get_one(Cohort, run.cohort_id)
    policy = await session.get_one(MatchPolicy, run.policy_id)
    rows, arrays = await match_input(session, cohort, policy)
    table = MentorAffinity().set_params(**rows.weights).fit(arrays.mentors).transform(arrays.trainees)
    found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
    mentor_of = {pairing.trainee_id: pairing.mentor_id for pairing in found.scalars()}
    score = {
        (trainee, mentor): table[row][column]
        for row, trainee in enumerate(arrays.trainee_ids)
        for column, mentor in enumerate(arrays.mentor_ids)
        if not arrays.forbidden[row][column]
    }
    load = Counter(mentor_of.values())
    places = dict(zip(arrays.mentor_ids, arrays.capacity.tolist(), strict=True))
    lowest: dict[UUID, float] = {}
    for trainee, mentor in mentor_of.items():
        lowest[mentor] = min(lowest.get(mentor, 9.0), score[trainee, mentor])
    blocking, envious = 0, set()
    for (trainee, mentor), worth in score.items():
        own = score[trainee, mentor_of[trainee]] if trainee in mentor_of else -1.0
        if mentor_of.get(trainee) == mentor or worth <= own:
            continue
        blocking += places[mentor] > load[mentor] or worth > lowest.get(mentor, 9.0)
        if load[mentor]:
            envious.add(trainee)
    groups: dict[str, list[float]] = defaultdict(list)
    size: Counter[str] = Counter()
    for trainee, _, region in await trainees_of(session, cohort.id):
        for name in (trainee.role.value, region.county if region else ""):
            size[name] += 1
            if trainee.id in mentor_of:
                groups[name].append(score[trainee.id, mentor_of[trainee.id]])
    loads = [load[mentor] for mentor in arrays.mentor_ids]
    return {
        "loads": (min(loads), max(loads), mean(loads), pstdev(loads)),
        "scores": sorted(score[pair] for pair in mentor_of.items()),
        "blocking": blocking,
        "envious": len(envious),
        "groups": {
            name: (size[name], size[name] - len(groups[name]), mean(groups[name]) if groups[name] else None)
            for name in size
            if name
        },
    }


def assert_figures(found: RunFairness | None, expected: dict[str, object]) -> None:
    assert found is not None
    assert tuple(found.loads.values()) == pytest.approx(expected["loads"], abs=1e-6)
    scores = expected["scores"]
    assert found.scores is not None
    assert (found.scores["lowest"], found.scores["highest"]) == pytest.approx(
        (scores[0], scores[-1]), abs=1e-6
    )
    assert (found.blocking_pairs, found.envious) == (expected["blocking"], expected["envious"])
    groups = {
        group.get("county") or group["role"]: (
            group["trainees"],
            group["unmatched"],
            pytest.approx(group["meanScore"], abs=1e-6),
        )
        for group in [*found.counties, *found.roles]
    }
    assert groups == expected["groups"]


async def test_run_tells_what_plain_counting_tells(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
        expected = await counted(session, run)
    found = await stored(engine, run.id)
    assert_figures(found, expected)
    assert [group["county"] for group in found.counties] == sorted(
        group["county"] for group in found.counties
    )


async def test_worker_stores_what_the_call_stores(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with writing(engine) as session:
        here = await match_cohort(session, organizer, cohort_id)
    async with writing(engine) as session:
        queued = await start_match_run(session, organizer, cohort_id)
    assert await Worker(engine, HANDLERS).run_once()
    first, second = await stored(engine, here.id), await stored(engine, queued.id)
    assert first is not None
    assert second is not None
    names = ("loads", "uses", "scores", "blocking_pairs", "envious", "counties", "roles")
    assert [getattr(first, name) for name in names] == [getattr(second, name) for name in names]


async def test_override_computes_it_anew(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> None:
    li_ming, chen_song = await ids(engine, Trainee, "李明", 2), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    before = await stored(engine, run.id)
    async with writing(engine) as session:
        await override_pairing(
            session, organizer, run.id, li_ming, chen_song, reason="自己提出", move_others=True
        )
        expected = await counted(session, run)
    after = await stored(engine, run.id)
    assert_figures(after, expected)
    assert before is not None
    assert (before.scores, before.loads) != (after.scores, after.loads)


async def test_changed_proposal_tells_it_of_whom_it_is_to_place(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    li_ming, chen_song = await ids(engine, Trainee, "李明", 2), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        first = await match_cohort(session, organizer, cohort_id)
        second = await start_match_run(session, organizer, cohort_id)
    assert await Worker(engine, HANDLERS).run_once()
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, second.id)
        run.based_on_id = first.id
    before = await stored(engine, second.id)
    async with writing(engine) as session:
        await override_pairing(
            session, organizer, second.id, li_ming, chen_song, reason="自己提出", move_others=True
        )
    after = await stored(engine, second.id)
    assert before is not None
    assert after is not None
    assert before.scores != after.scores
    assert sum(role["trainees"] for role in after.roles) == 4


async def test_very_large_cohorts_go_without(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays_subject, "_MOST_PAIRS", 11)
    async with writing(engine) as session:
        run = await match_cohort(session, organizer, cohort_id)
    assert await stored(engine, run.id) is None
