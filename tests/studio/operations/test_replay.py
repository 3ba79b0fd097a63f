"""A run computed again: the same from the same input, and honest about what has changed since."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from studio.arrays.seniority import SENIOR_YEARS
from studio.errors import Forbidden, StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.replay import InputPart, Replay, ReplayOutcome, replay_run
from studio.operations.suppositions.what_if_words import told_replay
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading, writing
from studio.store.enums import Role, RuleKind, TraineeRole
from studio.store.tables import MatchRun, Mentor, Pairing, Rule, Trainee
from tests.studio.operations.conftest import ids
from tests.studio.operations.test_what_if import ask, capacity, contents


async def replay(engine: AsyncEngine, actor: Actor, run_id: UUID) -> Replay:
    async with reading(engine) as session:
        return await replay_run(session, actor, run_id)


async def test_untouched_run_comes_out_the_same_and_nothing_is_written(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    before = await contents(engine)
    found = await replay(engine, organizer, run_id)
    assert (found.outcome, found.changes, found.hash_now) == (ReplayOutcome.SAME, (), found.stored_hash)
    assert await contents(engine) == before
    assert told_replay(found, "zh") != told_replay(found, "en")


async def test_run_is_computed_as_of_its_own_day(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    """A rule that held on the day of the run still holds in its replay, a year after it has expired."""
    zhao, song = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    day = datetime.now(UTC)
    async with writing(engine) as session:
        kind, until = RuleKind.PREFER, day.date() + timedelta(days=9)
        await set_rule(session, organizer, zhao, song, kind, reason="熟悉", expires_on=until)
        run = await match_cohort(session, organizer, (await session.get_one(MatchRun, run_id)).cohort_id)
    assert run.id != run_id
    with held_at(day + timedelta(days=400)):
        assert (await replay(engine, organizer, run.id)).outcome is ReplayOutcome.SAME


async def test_what_people_changed_in_the_run_is_told_apart(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    zhao, gui = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "吴桂")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run_id, zhao, gui, reason="路近", move_others=True)
    found = await replay(engine, organizer, run_id)
    assert found.outcome is ReplayOutcome.OVERRIDDEN
    moved = {change.trainee.name: change.after.name if change.after else None for change in found.changes}
    assert moved["赵强"] == "吴桂"


async def test_pairs_that_nobody_accounts_for_are_a_fault(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    async with writing(engine) as session:
        await session.execute(sa.update(Pairing).values(score=0.123))
    assert (await replay(engine, organizer, run_id)).outcome is ReplayOutcome.DIFFERENT


async def test_changed_input_is_told_with_what_changed(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    await capacity(engine, organizer, "周兰", 1)
    found = await replay(engine, organizer, run_id)
    assert (found.outcome, found.changes) == (ReplayOutcome.INPUT_CHANGED, ())
    assert InputPart.PLACES in found.changed
    assert InputPart.RULES not in found.changed
    assert found.hash_now != found.stored_hash
    assert "名额" in told_replay(found, "zh")


async def test_what_was_deleted_is_told_too(engine: AsyncEngine, organizer: Actor, run_id: UUID) -> None:
    zhao, song = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await set_rule(session, organizer, zhao, song, RuleKind.PIN, reason="熟悉")
        run = await match_cohort(session, organizer, (await session.get_one(MatchRun, run_id)).cohort_id)
    async with writing(engine) as session:
        await session.execute(sa.delete(Rule))
    found = await replay(engine, organizer, run.id)
    assert (found.outcome, InputPart.RULES in found.changed) == (ReplayOutcome.INPUT_CHANGED, False)
    assert told_replay(found, "en")


async def test_replay_is_for_organizers_and_for_computed_runs(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            await replay(engine, Actor(role, organizer.studio_id), run_id)
    async with writing(engine) as session:
        of_run = sa.update(MatchRun).where(MatchRun.id == run_id)
        await session.execute(of_run.values(state="FAILED"))
    with pytest.raises(StudioError) as refusal:
        await replay(engine, organizer, run_id)
    assert refusal.value.code == "RUN_NOT_COMPUTED"


async def test_growing_older_changes_neither_replay_nor_what_if(
    engine: AsyncEngine, organizer: Actor, run_id: UUID
) -> None:
    """Years in post count as of the run's day, though a secretary becomes a senior one the week after."""
    day = datetime.now(UTC)
    async with writing(engine) as session:
        since = day.date() - timedelta(days=round(365.25 * SENIOR_YEARS) - 5)
        of = sa.update(Trainee).where(col(Trainee.id) == await ids(engine, Trainee, "赵强"))
        await session.execute(of.values(in_post_since=since, role=TraineeRole.PARTY_SECRETARY, level=None))
        cohort_id = (await session.get_one(MatchRun, run_id)).cohort_id
        run = await match_cohort(session, organizer, cohort_id)
    leaves = await ids(engine, Mentor, "陈松")
    told = []
    for later in (timedelta(0), timedelta(days=30)):
        with held_at(day + later):
            assert (await replay(engine, organizer, run.id)).outcome is ReplayOutcome.SAME
            found = await ask(engine, organizer, run.id, capacities={leaves: 0})
            told.append((found.input_changed, found.before, found.after, found.changes))
    assert told[0] == told[1]
    assert not told[0][0]
    with held_at(day + timedelta(days=30)):
        async with writing(engine) as session:
            assert (await match_cohort(session, organizer, cohort_id)).id != run.id
