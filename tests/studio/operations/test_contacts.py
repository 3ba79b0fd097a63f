"""Who should be in touch again: by the cadence in force, from the last sign of each pair, in whichever run it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from seed.presets import load_presets
from studio.errors import Forbidden
from studio.operations.pairings.consents import accept_pairing
from studio.operations.pairings.contacts import ContactsDue, contacts_due
from studio.operations.pairings.pair_ratings import rate_pairing
from studio.operations.pairings.pairing_moves import pause_pairing, start_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.rules.presets import apply_rule_preset, install_presets
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.clock import held_at, today
from studio.store.database import reading
from studio.store.enums import PairingState, Role
from studio.store.tables import Pairing, RulePreset
from tests.studio.operations.published import Published, published

__all__ = ["published"]


async def cadence(here: Published, **how: Any) -> None:
    async def put(session: Any, actor: Actor) -> None:
        await install_presets(session, actor.studio_id, load_presets())
        query = select(RulePreset.id).where(RulePreset.code == "MONTH_QUARTER_YEAR")
        preset = (await session.execute(query)).scalar_one()
        await apply_rule_preset(session, actor, preset, here.cohort_id, **how)

    await here.do(put, here.organizer)


async def due(here: Published, days: int = 0, actor: Actor | None = None) -> ContactsDue:
    with held_at(datetime.now(UTC) + timedelta(days=days)):
        async with reading(here.engine) as session:
            return await contacts_due(session, actor or here.organizer, here.cohort_id)


async def confirm(here: Published, *pairings: Pairing) -> None:
    for pairing in pairings:
        for side in await here.both(pairing):
            await here.do(accept_pairing, side, pairing.id)


async def test_nothing_is_due_without_a_cadence_in_force(published: Published) -> None:
    await confirm(published, *await published.pairings())
    assert await due(published) == ContactsDue(None, ())
    await cadence(published, expires_on=today())
    assert (await due(published)).talk_days == 31
    assert (await due(published, 40)).talk_days is None


async def test_confirmed_pair_that_never_starts_is_overdue_after_the_days(published: Published) -> None:
    await cadence(published)
    first, second, paused, *_ = await published.pairings()
    await confirm(published, first, second, paused)
    now = await published.get(Pairing, paused.id)
    await published.do(start_pairing, published.organizer, paused.id, expected_version=now.version)
    now = await published.get(Pairing, paused.id)
    await published.do(pause_pairing, published.organizer, paused.id, expected_version=now.version)
    fresh = await due(published)
    assert {pair.pairing_id for pair in fresh.pairs} == {first.id, second.id}
    assert {(pair.last_sign_on, pair.due_on, pair.overdue) for pair in fresh.pairs} == {
        (today(), today() + timedelta(31), False)
    }
    assert not any(pair.overdue for pair in (await due(published, 31)).pairs)
    assert all(pair.overdue for pair in (await due(published, 32)).pairs)
    # The first meeting of one of them is a sign; so is what one of the two says of it later.
    with held_at(datetime.now(UTC) + timedelta(days=20)):
        now = await published.get(Pairing, first.id)
        await published.do(start_pairing, published.organizer, first.id, expected_version=now.version)
    late = await due(published, 40)
    assert [(pair.pairing_id, pair.state, pair.overdue) for pair in late.pairs] == [
        (second.id, PairingState.CONFIRMED, True),
        (first.id, PairingState.ACTIVE, False),
    ]
    with held_at(datetime.now(UTC) + timedelta(days=50)):
        await published.do(rate_pairing, (await published.both(first))[1], first.id, 4)
    assert [pair.due_on for pair in (await due(published, 60)).pairs if pair.pairing_id == first.id] == [
        today() + timedelta(81)
    ]


async def test_another_publication_is_no_sign_of_a_meeting(published: Published) -> None:
    await cadence(published)
    pairing = (await published.pairings())[0]
    await confirm(published, pairing)
    with held_at(datetime.now(UTC) + timedelta(days=30)):
        how = {"reopen_confirmed": True}
        run = await published.do(match_cohort, published.organizer, published.cohort_id, **how)
        await published.do(
            publish_match_run, published.organizer, run.id, expected_version=run.version, end_under_way=True
        )
    found = [pair for pair in (await due(published, 40)).pairs if pair.trainee_id == pairing.trainee_id]
    assert [(pair.pairing_id != pairing.id, pair.overdue) for pair in found] == [(True, True)]


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_who_is_overdue_is_for_organizers(published: Published, role: Role) -> None:
    with pytest.raises(Forbidden):
        await due(published, actor=Actor(role, published.organizer.studio_id))
