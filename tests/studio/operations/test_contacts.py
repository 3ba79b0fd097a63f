"""Who should be in touch again: by the cadence in force, from the last sign of each pair, in whichever run it was."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from seed.presets import load_presets
from studio.errors import Forbidden, NotFound, StudioError
from studio.operations.pairings.consents import accept_pairing
from studio.operations.pairings.contacts import ContactDue, ContactsDue, Due, contacts_due
from studio.operations.pairings.meetings import record_meeting, remove_meeting
from studio.operations.pairings.pair_ratings import rate_pairing
from studio.operations.pairings.pairing_moves import pause_pairing, start_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.rules.presets import apply_rule_preset, install_presets
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.clock import held_at, today
from studio.store.database import reading
from studio.store.enums import PairingState, Role
from studio.store.pairing_enums import MeetingKind
from studio.store.tables import Meeting, Pairing, RulePreset
from tests.studio.operations.published import Published, published

__all__ = ["published"]
TALK, REVIEW, ASSESSMENT = MeetingKind.TALK, MeetingKind.REVIEW, MeetingKind.ASSESSMENT


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


def talk(pair: ContactDue) -> Due:
    return pair.dues[0]


async def confirm(here: Published, *pairings: Pairing) -> None:
    for pairing in pairings:
        for side in await here.both(pairing):
            await here.do(accept_pairing, side, pairing.id)


async def test_nothing_is_due_without_a_cadence_in_force(published: Published) -> None:
    await confirm(published, *await published.pairings())
    assert await due(published) == ContactsDue({}, ())
    await cadence(published, expires_on=today())
    assert (await due(published)).days == {TALK: 31, REVIEW: 92, ASSESSMENT: 366}
    assert (await due(published, 40)).days == {}


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
    assert {(pair.last_sign_on, talk(pair).due_on, talk(pair).overdue) for pair in fresh.pairs} == {
        (today(), today() + timedelta(31), False)
    }
    assert not any(talk(pair).overdue for pair in (await due(published, 31)).pairs)
    assert all(talk(pair).overdue for pair in (await due(published, 32)).pairs)
    # The first meeting of one of them is a sign; so is what one of the two says of it later.
    with held_at(datetime.now(UTC) + timedelta(days=20)):
        now = await published.get(Pairing, first.id)
        await published.do(start_pairing, published.organizer, first.id, expected_version=now.version)
    late = await due(published, 40)
    assert [(pair.pairing_id, pair.state, talk(pair).overdue) for pair in late.pairs] == [
        (second.id, PairingState.CONFIRMED, True),
        (first.id, PairingState.ACTIVE, False),
    ]
    with held_at(datetime.now(UTC) + timedelta(days=50)):
        await published.do(rate_pairing, (await published.both(first))[1], first.id, 4)
    assert [
        talk(pair).due_on for pair in (await due(published, 60)).pairs if pair.pairing_id == first.id
    ] == [today() + timedelta(81)]


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
    assert [(pair.pairing_id != pairing.id, talk(pair).overdue) for pair in found] == [(True, True)]


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_who_is_overdue_is_for_organizers(published: Published, role: Role) -> None:
    with pytest.raises(Forbidden):
        await due(published, actor=Actor(role, published.organizer.studio_id))


async def record(
    here: Published, actor: Actor, pairing: Pairing, days: int, *kind: MeetingKind, **how: Any
) -> Meeting:
    """Write down a meeting `days` from now, on that day."""
    with held_at(datetime.now(UTC) + timedelta(days=days)):
        return await here.do(record_meeting, actor, pairing.id, *(kind or [TALK]), today(), **how)


async def test_meetings_that_were_written_down_are_what_counts(published: Published) -> None:
    await cadence(published)
    met, silent, *_ = await published.pairings()
    await confirm(published, met, silent)
    mentor, trainee = await published.both(met)
    await record(published, mentor, met, 30)
    # Of who writes meetings down a rating says nothing; of the others it is a sign of life.
    for pairing in (met, silent):
        now = await published.get(Pairing, pairing.id)
        await published.do(start_pairing, published.organizer, pairing.id, expected_version=now.version)
    with held_at(datetime.now(UTC) + timedelta(days=60)):
        await published.do(rate_pairing, trainee, met.id, 4)
        await published.do(rate_pairing, (await published.both(silent))[1], silent.id, 4)
    found = {pair.pairing_id: pair for pair in (await due(published, 62)).pairs}
    first, other = found[met.id], found[silent.id]
    assert (talk(first).last_on, talk(first).overdue) == (today() + timedelta(30), True)
    assert (talk(other).last_on, talk(other).due_on) == (None, today() + timedelta(91))
    assert first.last_sign_on == today() + timedelta(30)


async def test_look_backs_and_assessments_are_due_in_their_own_time(published: Published) -> None:
    await cadence(published)
    pairing, *_ = await published.pairings()
    await confirm(published, pairing)
    mentor, _ = await published.both(pairing)
    for day in (30, 60, 90):
        await record(published, mentor, pairing, day)
    late = (await due(published, 93)).pairs[0].dues
    assert [(each.kind, each.overdue) for each in late] == [
        (TALK, False),
        (REVIEW, True),
        (ASSESSMENT, False),
    ]
    # A look-back is a talk as well, a talk is no look-back.
    await record(published, mentor, pairing, 100, REVIEW, note="三个月下来，材料能独立写了")
    after = (await due(published, 122)).pairs[0].dues
    assert [(each.last_on, each.overdue) for each in after] == [
        (today() + timedelta(100), False),
        (today() + timedelta(100), False),
        (None, False),
    ]
    assert [each.overdue for each in (await due(published, 367)).pairs[0].dues] == [True, True, True]
    await record(published, published.organizer, pairing, 370, ASSESSMENT)
    assert [each.overdue for each in (await due(published, 371)).pairs[0].dues] == [False, True, False]


async def test_meetings_follow_the_pair_into_the_next_run(published: Published) -> None:
    await cadence(published)
    pairing = (await published.pairings())[0]
    await confirm(published, pairing)
    await record(published, published.organizer, pairing, 20)
    with held_at(datetime.now(UTC) + timedelta(days=30)):
        how = {"reopen_confirmed": True}
        run = await published.do(match_cohort, published.organizer, published.cohort_id, **how)
        await published.do(
            publish_match_run, published.organizer, run.id, expected_version=run.version, end_under_way=True
        )
    found = [pair for pair in (await due(published, 40)).pairs if pair.trainee_id == pairing.trainee_id]
    assert [talk(pair).last_on for pair in found] == [today() + timedelta(20)]


async def test_meeting_is_written_down_once_a_day_and_taken_back(published: Published) -> None:
    pairing = (await published.pairings())[0]
    await confirm(published, pairing)
    mentor, trainee = await published.both(pairing)
    first = await record(published, mentor, pairing, 0, note="谈了电梯")
    again = await record(published, published.organizer, pairing, 0, note=" ")
    assert (again.id, again.note, again.recorded_by) == (first.id, None, Role.ORGANIZER)
    other = next(each for each in await published.pairings() if each.mentor_id != pairing.mentor_id)
    stranger, _ = await published.both(other)
    with pytest.raises(NotFound):
        await published.do(remove_meeting, stranger, first.id)
    with pytest.raises(Forbidden):
        await published.do(remove_meeting, trainee, first.id)
    await published.do(remove_meeting, mentor, first.id, expected_version=again.version)
    with pytest.raises(NotFound):
        await published.do(remove_meeting, mentor, first.id)


async def test_meetings_that_cannot_be_are_refused(published: Published) -> None:
    pairing, *_ = await published.pairings()
    mentor, trainee = await published.both(pairing)
    with pytest.raises(StudioError) as refusal:
        await published.do(record_meeting, mentor, pairing.id, TALK, today())
    assert refusal.value.code == "ILLEGAL_TRANSITION"
    await confirm(published, pairing)
    for day in (today() + timedelta(1), today() - timedelta(20_000)):
        with pytest.raises(StudioError) as refusal:
            await published.do(record_meeting, mentor, pairing.id, TALK, day)
        assert refusal.value.code == "MEETING_DAY"
        assert refusal.value.message("zh") != refusal.value.message("en")
    with pytest.raises(Forbidden):
        await published.do(record_meeting, trainee, pairing.id, TALK, today())
    foreign = next(each for each in await published.pairings() if each.mentor_id != pairing.mentor_id)
    with pytest.raises(NotFound):
        await published.do(record_meeting, mentor, foreign.id, TALK, today())
