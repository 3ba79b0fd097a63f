"""Weeks under pressure: whoever comes at once for the last free week of a mentor, exactly one gets it."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.week_moves import move_pairing_to_week
from studio.permissions import Actor
from studio.store.tables import Mentor, Pairing
from tests.studio.operations.conftest import ids
from tests.studio.operations.test_last_place import Work, together
from tests.studio.operations.test_week_matching import W14, free, matched, offer, pairs, weekly

__all__ = ["weekly"]
FIVE = [W14 + timedelta(days=7 * number) for number in range(5)]
ROUNDS = 6


@pytest.fixture
async def one_mentor(engine: AsyncEngine, organizer: Actor, weekly: UUID) -> UUID:
    """A draft in which one mentor has all four trainees, in four of five weeks."""
    await offer(engine, organizer, weekly, *FIVE)
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    run = await matched(engine, organizer, weekly)
    assert run.matched == 4
    return run.id


async def booked(engine: AsyncEngine, run_id: UUID) -> Counter[date | None]:
    return Counter(pairing.week for pairing in (await pairs(engine, run_id)).values())


async def test_four_pairs_move_to_the_one_free_week_at_once(
    engine: AsyncEngine, organizer: Actor, one_mentor: UUID
) -> None:
    def move(pairing: Pairing, week: date) -> Work:
        version = pairing.version
        return lambda session: move_pairing_to_week(
            session, organizer, pairing.id, week, expected_version=version
        )

    for _ in range(ROUNDS):
        before = await booked(engine, one_mentor)
        (left,) = set(FIVE) - set(before)
        done = await together(
            engine, [move(each, left) for each in (await pairs(engine, one_mentor)).values()]
        )
        assert done == {"": 1, "WEEK_FULL": 3}
        after = await booked(engine, one_mentor)
        assert set(after.values()) == {1}
        assert left in after


async def test_four_trainees_are_given_the_one_free_week_at_once(
    engine: AsyncEngine, organizer: Actor, one_mentor: UUID
) -> None:
    chen = await ids(engine, Mentor, "陈松")

    def give(trainee_id: UUID, week: date) -> Work:
        how = {"reason": "那周有活动", "week": week}
        return lambda session: override_pairing(session, organizer, one_mentor, trainee_id, chen, **how)

    for _ in range(ROUNDS):
        (left,) = set(FIVE) - set(await booked(engine, one_mentor))
        done = await together(engine, [give(each, left) for each in await pairs(engine, one_mentor)])
        assert done == {"": 1, "WEEK_FULL": 3}
        assert set((await booked(engine, one_mentor)).values()) == {1}
