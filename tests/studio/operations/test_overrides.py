"""An override is weighed before the transaction that writes it: what holds, and what is weighed again."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from studio.errors import Conflict
from studio.operations.needs.needs import refresh_needs
from studio.operations.pairings import pairings
from studio.operations.pairings.pairings import (
    WeighedOverride,
    lock_pairing,
    override_pairing,
    weigh_override,
)
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.match_input import match_stamp
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import PairingState, RuleKind
from studio.store.tables import Cohort, MatchRun, Mentor, Pairing, PairingChange, Trainee
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER_HEADER, csv_file, ids

Change = Callable[[AsyncSession, Actor, UUID], Awaitable[object]]


async def a_run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> tuple[MatchRun, UUID, UUID]:
    """Return a draft, and a trainee with a mentor that may take that trainee besides the present ones."""
    mentors = csv_file(MENTOR_HEADER, ("陈松", "和平社区", "播州区", 4, 8, "", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, mentors, "mentors.csv")
        run = await match_cohort(session, organizer, cohort_id)
    return run, await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")


async def weigh(engine: AsyncEngine, organizer: Actor, run: MatchRun, *pair: UUID) -> WeighedOverride:
    async with reading(engine) as session:
        weighed = await weigh_override(session, organizer, run.id, *pair, reason="路近")
    assert weighed
    return weighed


async def test_weighed_override_is_written_without_solving_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, trainee_id, mentor_id = await a_run(engine, organizer, cohort_id)
    weighed = await weigh(engine, organizer, run, trainee_id, mentor_id)
    monkeypatch.delattr(pairings, "certify")
    async with writing(engine) as session:
        done = await override_pairing(
            session, organizer, run.id, trainee_id, mentor_id, reason="路近", weighed=weighed
        )
    assert (done.pairing.mentor_id, done.pairing.score) == (mentor_id, weighed.score)
    async with reading(engine) as session:
        now = await session.get_one(MatchRun, run.id)
        total = await session.scalar(select(sa.func.sum(Pairing.score)).where(Pairing.run_id == run.id))
    assert now.objective == pytest.approx(total, abs=1e-6)
    assert (now.objective, now.bound, now.gap) == (
        weighed.figures.objective,
        weighed.figures.bound,
        weighed.figures.gap,
    )


async def test_override_is_weighed_again_when_the_run_has_changed_meanwhile(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run, trainee_id, mentor_id = await a_run(engine, organizer, cohort_id)
    other = await ids(engine, Trainee, "王芳")
    weighed = await weigh(engine, organizer, run, trainee_id, mentor_id)
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, other, mentor_id, reason="路近")
    async with writing(engine) as session:
        await override_pairing(
            session, organizer, run.id, trainee_id, mentor_id, reason="路近", weighed=weighed
        )
    async with reading(engine) as session:
        now = await session.get_one(MatchRun, run.id)
        total = await session.scalar(select(sa.func.sum(Pairing.score)).where(Pairing.run_id == run.id))
        places = (await session.execute(select(Pairing.place_id).where(Pairing.run_id == run.id))).scalars()
        assert len(set(places)) == now.matched
    assert now.objective == pytest.approx(total, abs=1e-6)
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await override_pairing(
                session,
                organizer,
                run.id,
                trainee_id,
                mentor_id,
                reason="路近",
                expected_version=run.version,
                weighed=weighed,
            )
    assert refusal.value.code == "CONFLICT_VERSION"


async def test_repeated_override_gives_its_first_result_again(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    newcomer = csv_file(MENTOR_HEADER, ("吴启", "新华社区", "正安县", 4, 0, "", "", ""))
    async with writing(engine) as session:
        await import_mentors(session, organizer, newcomer, "mentors.csv")
    run, trainee_id, _ = await a_run(engine, organizer, cohort_id)
    mentor_id = await ids(engine, Mentor, "吴启")
    how: dict[str, Any] = {"reason": "路近", "expected_version": run.version, "idempotency_key": "a"}
    async with writing(engine) as session:
        first = await override_pairing(session, organizer, run.id, trainee_id, mentor_id, **how)
    # By now the run has another version, so that a second override would be refused.
    async with reading(engine) as session:
        assert await weigh_override(session, organizer, run.id, trainee_id, mentor_id, **how) is None
    async with writing(engine) as session:
        again = await override_pairing(session, organizer, run.id, trainee_id, mentor_id, **how)
    assert first.change != 0
    assert (again.pairing.id, again.change) == (first.pairing.id, first.change)
    assert again.pairing.version == first.pairing.version
    how["reason"] = "同乡"
    with pytest.raises(Conflict) as refusal:
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, trainee_id, mentor_id, **how)
    assert refusal.value.code == "IDEMPOTENCY_MISMATCH"


async def _rule(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    trainee = await session.scalar(select(Trainee.id).order_by(Trainee.roster_row).limit(1))
    mentor = await session.scalar(select(Mentor.id).limit(1))
    assert trainee
    assert mentor
    await set_rule(session, organizer, trainee, mentor, RuleKind.PREFER, reason="熟悉")


async def _lock(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    pairing = (await session.execute(select(Pairing).limit(1))).scalar_one()
    await lock_pairing(session, organizer, pairing.id, locked=True, expected_version=pairing.version)


async def _mentor(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    row = ("周兰", "竹园社区", "汇川区", 1, 12, "文稿写作:1", "", "")
    await import_mentors(session, organizer, csv_file(MENTOR_HEADER, row), "mentors.csv")


async def _capacity(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    row = ("周兰", "竹园社区", "汇川区", 9, 12, "", "", "")
    await import_mentors(session, organizer, csv_file(MENTOR_HEADER, row), "mentors.csv")


async def _trainee(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    row = ("孙立", "副书记", "播州区", "", "新开社区", "", "")
    await import_roster(session, organizer, csv_file(ROSTER_HEADER, row), "roster.csv", 3)


async def _leaver(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    last = select(sa.func.max(Trainee.roster_row)).scalar_subquery()
    await session.execute(sa.delete(Pairing))
    await session.execute(sa.delete(Trainee).where(Trainee.roster_row == last))


async def _nothing(session: AsyncSession, organizer: Actor, cohort_id: UUID) -> None:
    await refresh_needs(session, cohort_id)


@pytest.mark.parametrize("change", [_rule, _lock, _mentor, _capacity, _trainee, _leaver, _nothing])
async def test_stamp_differs_when_what_a_match_reads_has_changed(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, change: Change
) -> None:
    await a_run(engine, organizer, cohort_id)
    async with reading(engine) as session:
        before = await match_stamp(session, await session.get_one(Cohort, cohort_id))
    async with writing(engine) as session:
        await change(session, organizer, cohort_id)
    async with reading(engine) as session:
        after = await match_stamp(session, await session.get_one(Cohort, cohort_id))
    assert (after == before) == (change is _nothing)


async def test_decided_pair_is_under_review_with_propensity_one(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run, trainee_id, mentor_id = await a_run(engine, organizer, cohort_id)
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, trainee_id, mentor_id, reason="路近")
        found = await session.execute(select(Pairing).where(Pairing.run_id == run.id))
        decided, others = None, []
        for pairing in found.scalars():
            if pairing.trainee_id == trainee_id:
                decided = pairing
            else:
                others.append(pairing)
        assert decided
        assert (decided.state, decided.propensity) == (PairingState.UNDER_REVIEW, 1.0)
        assert {one.state for one in others} == {PairingState.SUGGESTED}
        assert all(one.propensity is not None for one in others)
        locked = await lock_pairing(
            session, organizer, others[0].id, locked=True, expected_version=others[0].version
        )
        assert locked.state is PairingState.UNDER_REVIEW
        await publish_match_run(session, organizer, run.id, expected_version=run.version + 1)
        steps = await session.execute(
            select(PairingChange.from_state, PairingChange.to_state)
            .where(PairingChange.pairing_id == decided.id)
            .order_by(PairingChange.number)
        )
    assert steps.all() == [
        (PairingState.SUGGESTED, PairingState.UNDER_REVIEW),
        (PairingState.UNDER_REVIEW, PairingState.AWAITING_CONSENT),
    ]
