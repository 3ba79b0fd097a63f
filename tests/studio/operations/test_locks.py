"""Locks: what people decided about a pair is kept, changed and undone by later decisions, run after run."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.pairings.pairings import lock_pairing, override_pairing
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort, start_match_run
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import MatchRunState, PairingOrigin, RuleKind
from studio.store.tables import MatchRun, Mentor, Pairing, RuleConflict, Trainee
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file, ids, pairs

ROOMY = csv_file(
    MENTOR_HEADER,
    ("周兰", "竹园社区", "汇川区", 3, 12, "文稿写作:5;网格治理:2", "", ""),
    ("陈松", "和平社区", "播州区", 4, 8, "民生服务:5;网格治理:4", "", ""),
    ("吴桂", "桂语社区", "汇川区", 2, 3, "网格治理:5", "", ""),
)


@pytest.fixture
async def run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> MatchRun:
    """A draft of mentors with places to spare."""
    async with writing(engine) as session:
        await import_mentors(session, organizer, ROOMY, "mentors.csv")
        return await match_cohort(session, organizer, cohort_id)


async def pairing_of(engine: AsyncEngine, run_id: UUID, trainee_id: UUID) -> Pairing:
    async with reading(engine) as session:
        found = await session.execute(
            select(Pairing).where(Pairing.run_id == run_id, Pairing.trainee_id == trainee_id)
        )
        return found.scalar_one()


async def other_mentor(engine: AsyncEngine, run: MatchRun, name: str) -> str:
    found = await pairs(engine, run.id)
    return next(mentor for mentor in ("陈松", "周兰") if mentor != found[name, 5])


async def another_run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID, years: int) -> MatchRun:
    """Match again after a mentor has changed."""
    changed = csv_file(MENTOR_HEADER, ("吴桂", "桂语社区", "汇川区", 2, years, "网格治理:5", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, changed, "mentors.csv")
        return await match_cohort(session, organizer, cohort_id)


async def test_a_kept_override_keeps_its_origin_reason_and_lock(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run: MatchRun
) -> None:
    zhao = await ids(engine, Trainee, "赵强")
    mentor = await other_mentor(engine, run, "赵强")
    async with writing(engine) as session:
        mentor_id = await ids(engine, Mentor, mentor)
        await override_pairing(session, organizer, run.id, zhao, mentor_id, reason="路近")
    again = await another_run(engine, organizer, cohort_id, 4)
    kept = await pairing_of(engine, again.id, zhao)
    assert (kept.mentor_id, kept.locked, kept.origin, kept.reason) == (
        mentor_id,
        True,
        PairingOrigin.OVERRIDE,
        "路近",
    )
    assert (again.verified, again.gap) == (True, 0)
    # Nothing has changed since: the run with the kept lock is the answer.
    async with writing(engine) as session:
        assert (await match_cohort(session, organizer, cohort_id)).id == again.id


async def test_the_latest_decision_counts_whichever_run_it_is_in(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run: MatchRun
) -> None:
    zhao = await ids(engine, Trainee, "赵强")
    mentor = await other_mentor(engine, run, "赵强")
    async with writing(engine) as session:
        await override_pairing(
            session, organizer, run.id, zhao, await ids(engine, Mentor, mentor), reason="路近"
        )
    second = await another_run(engine, organizer, cohort_id, 4)
    assert (await pairs(engine, second.id))["赵强", 5] == mentor
    # Unlocked in the older run, after the newer one had kept it.
    first = await pairing_of(engine, run.id, zhao)
    async with writing(engine) as session:
        await lock_pairing(session, organizer, first.id, locked=False, expected_version=first.version)
    third = await another_run(engine, organizer, cohort_id, 5)
    assert (await pairs(engine, third.id))["赵强", 5] != mentor
    # Locked again in the oldest run: it holds although two runs since know nothing of it.
    first = await pairing_of(engine, run.id, zhao)
    async with writing(engine) as session:
        await lock_pairing(session, organizer, first.id, locked=True, expected_version=first.version)
    fourth = await another_run(engine, organizer, cohort_id, 6)
    assert (await pairs(engine, fourth.id))["赵强", 5] == mentor


async def test_a_locked_pair_is_not_kept_apart(engine: AsyncEngine, organizer: Actor, run: MatchRun) -> None:
    zhao = await ids(engine, Trainee, "赵强")
    pairing = await pairing_of(engine, run.id, zhao)
    async with writing(engine) as session:
        await lock_pairing(session, organizer, pairing.id, locked=True, expected_version=pairing.version)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await set_rule(session, organizer, zhao, pairing.mentor_id, RuleKind.FORBID, reason="亲属")
    assert (refusal.value.code, refusal.value.field) == ("PAIR_LOCKED", "mentorId")
    assert "赵强" in refusal.value.message("zh")
    other = await ids(engine, Mentor, await other_mentor(engine, run, "赵强"))
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await set_rule(session, organizer, zhao, other, RuleKind.PIN, reason="指定")
    assert refusal.value.code == "TRAINEE_FIXED_TWICE"
    async with writing(engine) as session:
        pairing = await session.get_one(Pairing, pairing.id)
        await lock_pairing(session, organizer, pairing.id, locked=False, expected_version=pairing.version)
        await set_rule(session, organizer, zhao, pairing.mentor_id, RuleKind.FORBID, reason="亲属")


async def test_a_run_without_a_solution_names_who_is_fixed_too_often(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, run: MatchRun
) -> None:
    wang, zhao = await ids(engine, Trainee, "王芳"), await ids(engine, Trainee, "赵强")
    chen = await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        for trainee in (wang, zhao):
            await set_rule(session, organizer, trainee, chen, RuleKind.PIN, reason="说好的")
        fewer = csv_file(MENTOR_HEADER, ("陈松", "和平社区", "播州区", 1, 8, "民生服务:5", "", ""))
        await import_mentors(session, organizer, fewer, "mentors.csv")
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await match_cohort(session, organizer, cohort_id)
    assert refusal.value.code == "INFEASIBLE"
    assert "陈松 有 1 个名额，却固定要带 2 人（王芳、赵强）" in refusal.value.message("zh")
    assert "陈松 has 1 places but 2 trainees" in refusal.value.message("en")
    async with writing(engine) as session:
        queued = await start_match_run(session, organizer, cohort_id)
    assert await Worker(engine, HANDLERS).run_once()
    async with reading(engine) as session:
        failed = await session.get_one(MatchRun, queued.id)
        conflict = (
            await session.execute(select(RuleConflict).where(RuleConflict.run_id == failed.id))
        ).scalar_one()
    assert (failed.state, failed.failure) == (MatchRunState.INFEASIBLE, "INFEASIBLE")
    assert (conflict.code, conflict.mentor_id, conflict.trainee_id) == (
        "MENTOR_FIXED_BEYOND_PLACES",
        chen,
        None,
    )
    assert (conflict.fixed, conflict.allowed) == (2, 1)
