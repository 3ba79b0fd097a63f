"""Consents: both sides answer, the state machine refuses all else, and what is not answered expires."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from studio.errors import Conflict, Forbidden, NotFound, StudioError
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.pairing_moves import (
    complete_pairing,
    end_pairing,
    pause_pairing,
    resume_pairing,
    start_pairing,
)
from studio.operations.rules.match_input import free_places
from studio.operations.runs.pairing_states import MOVES, UNDER_WAY, IllegalMove
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.clock import held_at
from studio.store.database import reading
from studio.store.enums import PairingState, Role
from studio.store.pairing_enums import ConsentAnswer, DeclineReason, EndReason, Party
from studio.store.tables import AuditEvent, Cohort, Consent, Pairing
from tests.studio.operations.published import Published, published

__all__ = ["published"]


async def consents(here: Published, pairing: Pairing) -> dict[Party, Consent]:
    async with reading(here.engine) as session:
        found = await session.execute(select(Consent).where(Consent.pairing_id == pairing.id))
        return {one.party: one for one in found.scalars()}


async def refused(here: Published, operation: object, actor: Actor, *given: object, **more: object) -> str:
    """Return the check that failed, or else the code."""
    with pytest.raises(StudioError) as refusal:
        await here.do(operation, actor, *given, **more)  # type: ignore[arg-type]
    for language in ("zh", "en"):
        assert refusal.value.message(language)
    return str(refusal.value.values.get("check", refusal.value.code))


async def confirmed(here: Published) -> Pairing:
    pairing = (await here.pairings())[0]
    for side in await here.both(pairing):
        await here.do(accept_pairing, side, pairing.id)
    return await here.get(Pairing, pairing.id)


async def test_pairing_is_confirmed_once_both_sides_accept(published: Published) -> None:
    pairing = (await published.pairings())[0]
    assert pairing.state is PairingState.AWAITING_CONSENT
    mentor, trainee = await published.both(pairing)
    first = await published.do(accept_pairing, trainee, pairing.id, expected_version=pairing.version)
    assert first.state is PairingState.AWAITING_CONSENT
    second = await published.do(accept_pairing, mentor, pairing.id, expected_version=first.version)
    assert second.state is PairingState.CONFIRMED
    assert second.held_place_id == second.place_id
    given = await consents(published, pairing)
    assert {side: one.answer for side, one in given.items()} == dict.fromkeys(Party, ConsentAnswer.ACCEPTED)
    assert {side: one.recorded_by for side, one in given.items()} == {
        Party.MENTOR: Role.MENTOR,
        Party.TRAINEE: Role.TRAINEE,
    }
    assert await published.steps(pairing.id) == [
        (PairingState.SUGGESTED, PairingState.AWAITING_CONSENT, None, Role.ORGANIZER),
        (PairingState.AWAITING_CONSENT, PairingState.CONFIRMED, None, Role.MENTOR),
    ]


async def test_declining_frees_the_place_and_keeps_the_reason(published: Published) -> None:
    pairing = (await published.pairings())[0]
    mentor, trainee = await published.both(pairing)
    await published.do(accept_pairing, mentor, pairing.id)
    # Whoever has accepted may still step back.
    done = await published.do(
        decline_pairing, mentor, pairing.id, DeclineReason.HEALTH, note=" 住院 ", idempotency_key="k"
    )
    assert (done.state, done.held_place_id) == (PairingState.DECLINED, None)
    again = await published.do(
        decline_pairing, mentor, pairing.id, DeclineReason.HEALTH, note=" 住院 ", idempotency_key="k"
    )
    assert again.version == done.version
    (said,) = (await consents(published, pairing)).values()
    assert (said.answer, said.reason, said.note) == (ConsentAnswer.DECLINED, DeclineReason.HEALTH, "住院")
    assert (await published.steps(pairing.id))[-1] == (
        PairingState.AWAITING_CONSENT,
        PairingState.DECLINED,
        "HEALTH",
        Role.MENTOR,
    )
    assert await refused(published, accept_pairing, trainee, pairing.id) == "STATE_ALLOWS"
    async with reading(published.engine) as session:
        events = await session.execute(select(AuditEvent).where(AuditEvent.action == "decline_pairing"))
        (event,) = events.scalars()
        assert event.details == {"party": "MENTOR", "reason": "HEALTH"}
        assert event.actor_person_id == mentor.person_id


async def test_confirmed_pair_may_be_declined_until_it_starts(published: Published) -> None:
    pairing = await confirmed(published)
    mentor, trainee = await published.both(pairing)
    started = await published.do(start_pairing, mentor, pairing.id, expected_version=pairing.version)
    assert started.state is PairingState.ACTIVE
    assert (
        await refused(published, decline_pairing, trainee, pairing.id, DeclineReason.NO_TIME)
        == "STATE_ALLOWS"
    )
    other = (await published.pairings())[1]
    for side in await published.both(other):
        await published.do(accept_pairing, side, other.id)
    side = (await published.both(other))[1]
    declined = await published.do(decline_pairing, side, other.id, DeclineReason.NO_TIME)
    assert declined.state is PairingState.DECLINED


async def test_organizer_records_an_answer_only_with_a_side_and_a_reason(published: Published) -> None:
    pairing, organizer = (await published.pairings())[0], published.organizer
    for given, code in (
        ({}, "CONSENT_PARTY"),
        ({"party": Party.MENTOR}, "REASON_MISSING"),
        ({"party": Party.MENTOR, "on_behalf_reason": "  "}, "REASON_MISSING"),
    ):
        assert await refused(published, accept_pairing, organizer, pairing.id, **given) == code
    for party in Party:
        await published.do(
            accept_pairing, organizer, pairing.id, party=party, on_behalf_reason="电话里同意了"
        )
    given = await consents(published, pairing)
    assert {one.on_behalf_reason for one in given.values()} == {"电话里同意了"}
    assert {one.recorded_by for one in given.values()} == {Role.ORGANIZER}
    assert (await published.get(Pairing, pairing.id)).state is PairingState.CONFIRMED


async def test_nobody_answers_for_others(published: Published) -> None:
    pairing, *others = await published.pairings()
    mentor, trainee = await published.both(pairing)
    stranger = next(one for one in others if one.mentor_id != pairing.mentor_id)
    for side in await published.both(stranger):
        with pytest.raises(NotFound):
            await published.do(accept_pairing, side, pairing.id)
    for side, party in ((mentor, Party.TRAINEE), (trainee, Party.MENTOR)):
        with pytest.raises(Forbidden):
            await published.do(accept_pairing, side, pairing.id, party=party)
    with pytest.raises(Forbidden):
        await published.do(accept_pairing, Actor(Role.CLIENT_APP, mentor.studio_id), pairing.id)
    with pytest.raises(Forbidden):
        await published.do(pause_pairing, mentor, pairing.id, expected_version=2)
    with pytest.raises(Forbidden):
        await published.do(end_pairing, trainee, pairing.id, EndReason.OTHER, expected_version=2)


async def test_draft_does_not_exist_for_those_in_it(published: Published) -> None:
    old = (await published.pairings())[0]
    await published.do(decline_pairing, (await published.both(old))[0], old.id, DeclineReason.RELATED)
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    pairing = (await published.pairings(run.id))[0]
    for side in await published.both(pairing):
        with pytest.raises(NotFound):
            await published.do(accept_pairing, side, pairing.id)
    given = {"party": Party.MENTOR, "on_behalf_reason": "电话"}
    assert (
        await refused(published, accept_pairing, published.organizer, pairing.id, **given) == "RUN_PUBLISHED"
    )


async def test_an_answer_stands_and_versions_are_checked(published: Published) -> None:
    pairing = (await published.pairings())[0]
    mentor, _ = await published.both(pairing)
    await published.do(accept_pairing, mentor, pairing.id)
    assert await refused(published, accept_pairing, mentor, pairing.id) == "NOT_YET_ANSWERED"
    with pytest.raises(Conflict) as stale:
        await published.do(
            decline_pairing, mentor, pairing.id, DeclineReason.OTHER, expected_version=pairing.version
        )
    assert stale.value.code == "CONFLICT_VERSION"


MOVE = {
    PairingState.ACTIVE: (start_pairing, resume_pairing),
    PairingState.PAUSED: (pause_pairing,),
    PairingState.COMPLETED: (complete_pairing,),
    PairingState.ENDED: (end_pairing,),
}


@pytest.mark.parametrize("state", PairingState)
async def test_every_move_is_legal_or_refused_by_its_check(published: Published, state: PairingState) -> None:
    pairing, organizer = (await published.pairings())[0], published.organizer
    async with published.engine.begin() as connection:
        held = pairing.place_id if state in UNDER_WAY else None
        table = Pairing.__table__  # type: ignore[attr-defined]
        await connection.execute(
            table.update().where(table.c.id == pairing.id).values(state=state, held_place_id=held)
        )
    for to, moves in MOVE.items():
        for move in moves:
            reason = (EndReason.NEVER_MET,) if move is end_pairing else ()
            only = {start_pairing: PairingState.CONFIRMED, resume_pairing: PairingState.PAUSED}.get(move)
            legal = to in MOVES.get(state, ()) and only in (None, state)
            now = await published.get(Pairing, pairing.id)
            given = {"expected_version": now.version}
            if not legal:
                assert (
                    await refused(published, move, organizer, pairing.id, *reason, **given) == "STATE_ALLOWS"
                ), move
                continue

            class Undo(Exception):
                """Thrown so that the next move is tried from the same state."""

            async def try_out(session: object, move=move, reason=reason, given=given, to=to) -> None:
                moved = await move(session, organizer, pairing.id, *reason, **given)
                assert moved.state is to
                assert (moved.held_place_id is not None) == (to in UNDER_WAY)
                raise Undo

            with pytest.raises(Undo):
                await published.do(lambda session, _actor, work=try_out: work(session), organizer)


async def test_life_of_a_pairing_leaves_its_history(published: Published) -> None:
    pairing = await confirmed(published)
    organizer = published.organizer
    for move in (start_pairing, pause_pairing, resume_pairing, complete_pairing):
        now = await published.get(Pairing, pairing.id)
        await published.do(move, organizer, pairing.id, expected_version=now.version)
    states = [to for _, to, _, _ in await published.steps(pairing.id)]
    assert states == [
        PairingState.AWAITING_CONSENT,
        PairingState.CONFIRMED,
        PairingState.ACTIVE,
        PairingState.PAUSED,
        PairingState.ACTIVE,
        PairingState.COMPLETED,
    ]
    assert (await published.get(Pairing, pairing.id)).held_place_id is None


async def test_what_nobody_answers_in_time_expires(published: Published) -> None:
    pairing, other = (await published.pairings())[:2]
    mentor, trainee = await published.both(pairing)
    for side in await published.both(other):
        await published.do(accept_pairing, side, other.id)
    assert pairing.answer_by is not None
    # Publishing has left packages to plan.
    assert await published.work() == 1
    morning_after = datetime.combine(pairing.answer_by, datetime.min.time(), UTC) + timedelta(days=1)
    with held_at(morning_after - timedelta(hours=9)):
        # The last day, in China.
        await published.do(accept_pairing, mentor, pairing.id)
        assert await published.work() == 0
    with held_at(morning_after):
        assert await refused(published, accept_pairing, trainee, pairing.id) == "ANSWER_IN_TIME"
        no_time = DeclineReason.NO_TIME
        assert await refused(published, decline_pairing, trainee, pairing.id, no_time) == "ANSWER_IN_TIME"
        await published.work()
    states = [one.state for one in await published.pairings()]
    assert states.count(PairingState.CONFIRMED) == 1
    assert states.count(PairingState.EXPIRED) == 3
    expired = await published.get(Pairing, pairing.id)
    assert (expired.state, expired.held_place_id) == (PairingState.EXPIRED, None)
    assert (await published.steps(pairing.id))[-1] == (
        PairingState.AWAITING_CONSENT,
        PairingState.EXPIRED,
        "NO_ANSWER",
        None,
    )
    async with reading(published.engine) as session:
        cohort = await session.get_one(Cohort, published.cohort_id)
        assert sum(map(len, (await free_places(session, cohort)).values())) == 4
    assert len(await published.proposals()) == 1
    with held_at(morning_after):
        # Both have said yes in time: nobody is held to a date any more.
        await published.do(decline_pairing, (await published.both(other))[0], other.id, no_time)
    assert (await published.get(Pairing, other.id)).state is PairingState.DECLINED


def test_illegal_move_says_what_its_check_asks_in_words_of_both_languages() -> None:
    from studio.operations.runs.pairing_states import Check

    for lang in ("zh", "en"):
        told = {check: IllegalMove(check, PairingState.ENDED, "pairingId").message(lang) for check in Check}
        assert len(set(told.values())) == len(Check)
        assert not any(check.value in words for check, words in told.items())
