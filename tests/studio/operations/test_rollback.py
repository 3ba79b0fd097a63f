"""Publish, supersede, roll back: the run before stands again as it stood, or it is said who stands in the way."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from studio.errors import Conflict, StudioError
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.pairing_moves import start_pairing
from studio.operations.pairings.publishing import DAYS_TO_ANSWER, publish_match_run
from studio.operations.pairings.rollback import RollBackRefused, roll_back_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.store.clock import held_at
from studio.store.consents import consents_of
from studio.store.database import reading, writing
from studio.store.enums import PairingState, PublishState, RuleKind
from studio.store.pairing_enums import DeclineReason, Party
from studio.store.tables import (
    AuditEvent,
    MatchRun,
    Mentor,
    MentoringPackage,
    Pairing,
    Person,
    Trainee,
)
from tests.studio.operations.conftest import ROSTER, contents, ids
from tests.studio.operations.published import Published, published

__all__ = ["published"]


async def publish_another(here: Published) -> MatchRun:
    """Publish a second run in which 赵强 has another mentor."""
    first = await here.pairing("赵强", 5)
    zhou, chen = await ids(here.engine, Mentor, "周兰"), await ids(here.engine, Mentor, "陈松")
    other = zhou if first.mentor_id == chen else chen
    trainee = await ids(here.engine, Trainee, "赵强")
    await here.do(set_rule, here.organizer, trainee, other, RuleKind.PIN, reason="换人")
    run = await here.do(match_cohort, here.organizer, here.cohort_id)
    await here.do(publish_match_run, here.organizer, run.id, expected_version=run.version, end_under_way=True)
    return run


async def roll_back(here: Published, run: MatchRun, **given: object) -> MatchRun:
    now = await here.get(MatchRun, run.id)
    return await here.do(
        roll_back_match_run,
        here.organizer,
        run.id,
        **{"reason": "发布错了", "expected_version": now.version, **given},
    )


def shared(one: list[Pairing], other: list[Pairing]) -> list[tuple[Pairing, Pairing]]:
    known = {(pairing.trainee_id, pairing.mentor_id): pairing for pairing in other}
    return [
        (pairing, known[key]) for pairing in one if (key := (pairing.trainee_id, pairing.mentor_id)) in known
    ]


async def held(here: Published) -> dict[UUID, UUID]:
    async with reading(here.engine) as session:
        found = await session.execute(
            select(Pairing.held_place_id, Pairing.run_id).where(Pairing.held_place_id.is_not(None))
        )
        return dict(found.all())


async def test_rolling_back_restores_pairs_places_and_states(published: Published) -> None:
    before = await published.pairings()
    for side in await published.both(before[0]):
        await published.do(accept_pairing, side, before[0].id)
    places = await held(published)
    run = await publish_another(published)
    assert set((await held(published)).values()) == {run.id}
    rolled = await roll_back(published, run)
    assert (rolled.publish_state, rolled.replaced_id) == (PublishState.ROLLED_BACK, published.run_id)
    assert (await published.get(MatchRun, published.run_id)).publish_state is PublishState.PUBLISHED
    assert await held(published) == places
    states = [one.state for one in await published.pairings()]
    assert states == [PairingState.CONFIRMED, *[PairingState.AWAITING_CONSENT] * 3]
    assert {one.state for one in await published.pairings(run.id)} == {PairingState.ENDED}
    steps = await published.steps(before[0].id)
    assert [code for _, _, code, _ in steps] == [None, None, "SUPERSEDED", "RESTORED"]
    async with reading(published.engine) as session:
        events = await session.execute(select(AuditEvent).where(AuditEvent.action == "roll_back_match_run"))
        (event,) = events.scalars()
    assert event.details == {"restored": published.run_id.hex, "pairs": 4}


async def test_pair_that_was_declined_before_stays_so_and_the_others_get_time_to_answer(
    published: Published,
) -> None:
    zhao = await published.pairing("赵强", 5)
    before = [one for one in await published.pairings() if one.id != zhao.id]
    declined, *others = before
    await published.do(
        decline_pairing, (await published.both(declined))[1], declined.id, DeclineReason.NO_TIME
    )
    version = (await published.get(MatchRun, published.run_id)).version
    run = await publish_another(published)
    assert declined.answer_by is not None
    too_late = datetime.combine(declined.answer_by + timedelta(days=3), time(12), UTC)
    with held_at(too_late):
        await roll_back(published, run)
    after = {one.id: one for one in await published.pairings()}
    assert (after[declined.id].state, after[declined.id].held_place_id) == (PairingState.DECLINED, None)
    for one in (zhao, *others):
        assert after[one.id].state is PairingState.AWAITING_CONSENT
        assert after[one.id].answer_by == too_late.date() + timedelta(days=DAYS_TO_ANSWER)
    assert (await published.get(MatchRun, published.run_id)).version == version + 2
    with held_at(too_late):
        await published.work()
    assert await states_of(published) == {PairingState.DECLINED: 1, PairingState.AWAITING_CONSENT: 3}
    with held_at(too_late + timedelta(days=DAYS_TO_ANSWER + 1)):
        await published.work()
    assert await states_of(published) == {PairingState.DECLINED: 1, PairingState.EXPIRED: 3}


async def states_of(published: Published) -> Counter[PairingState]:
    return Counter(one.state for one in await published.pairings())


async def test_proposal_for_a_run_that_another_has_replaced_is_outdated(published: Published) -> None:
    pairing = (await published.pairings())[0]
    await published.do(decline_pairing, (await published.both(pairing))[0], pairing.id, DeclineReason.NO_TIME)
    await published.work()
    (proposal,) = await published.proposals()
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    with pytest.raises(Conflict) as refusal:
        await published.do(
            publish_match_run, published.organizer, proposal.id, expected_version=proposal.version
        )
    assert refusal.value.code == "PROPOSAL_OUTDATED"


async def test_what_happened_to_unchanged_pairs_meanwhile_is_kept(published: Published) -> None:
    await contents(published.engine, published.organizer)
    before = await published.pairings()
    run = await publish_another(published)
    both = shared(before, await published.pairings(run.id))
    assert both
    old, new = both[0]
    for side in await published.both(new):
        await published.do(accept_pairing, side, new.id)
    now = await published.get(Pairing, new.id)
    await published.do(start_pairing, published.organizer, new.id, expected_version=now.version)
    await published.do(write_packages, published.organizer, run.id, pairing_ids=[new.id])
    await roll_back(published, run)
    assert (await published.get(Pairing, old.id)).state is PairingState.ACTIVE
    async with reading(published.engine) as session:
        assert set(await consents_of(session, old.id)) == set(Party)
    await published.work()
    assert await versions(published, old) == [(1, new.id), (2, old.id)]


async def versions(published: Published, pairing: Pairing) -> list[tuple[int, UUID]]:
    """Numbers of a pair's package with the pairing that each was made for."""
    async with reading(published.engine) as session:
        packages = await session.execute(
            select(MentoringPackage.number, MentoringPackage.pairing_id)
            .where(
                MentoringPackage.trainee_id == pairing.trainee_id,
                MentoringPackage.mentor_id == pairing.mentor_id,
            )
            .order_by(MentoringPackage.number)
        )
        return [(number, pairing_id) for number, pairing_id in packages.all()]


async def test_package_follows_its_pair_and_stays_the_one_in_use(published: Published) -> None:
    await contents(published.engine, published.organizer)
    await published.do(write_packages, published.organizer, published.run_id)
    zhao = await published.pairing("赵强", 5)
    zhou, chen = await ids(published.engine, Mentor, "周兰"), await ids(published.engine, Mentor, "陈松")
    await published.do(
        set_rule,
        published.organizer,
        zhao.trainee_id,
        zhou if zhao.mentor_id == chen else chen,
        RuleKind.PIN,
        reason="换人",
    )
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    # Planned for the draft already: the pair goes on with it.
    await published.do(write_packages, published.organizer, run.id)
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    await published.work()
    both = shared(await published.pairings(), await published.pairings(run.id))
    assert both
    for old, new in both:
        assert await versions(published, new) == [(1, old.id), (2, new.id)]


async def test_first_publication_rolled_back_leaves_nothing_published(published: Published) -> None:
    run = await published.get(MatchRun, published.run_id)
    done = await roll_back(published, run, idempotency_key="once")
    assert done.replaced_id is None
    assert await held(published) == {}
    async with reading(published.engine) as session:
        states = (await session.execute(select(MatchRun.publish_state))).scalars().all()
    assert states == [PublishState.ROLLED_BACK]
    again = await published.do(
        roll_back_match_run,
        published.organizer,
        run.id,
        reason="发布错了",
        expected_version=run.version,
        idempotency_key="once",
    )
    assert again.version == done.version


async def test_pairs_that_have_ended_since_are_named(published: Published) -> None:
    run = await publish_another(published)
    _, new = shared(await published.pairings(), await published.pairings(run.id))[0]
    await published.do(decline_pairing, (await published.both(new))[0], new.id, DeclineReason.CHANGE_OF_POST)
    with pytest.raises(RollBackRefused) as refusal:
        await roll_back(published, run)
    assert refusal.value.code == "ROLL_BACK_REFUSED"
    async with reading(published.engine) as session:
        trainee = await session.get_one(Trainee, new.trainee_id)
        from studio.store.tables import Person

        name = (await session.get_one(Person, trainee.person_id)).name
    for language in ("zh", "en"):
        assert name in refusal.value.message(language)
    assert (await published.get(MatchRun, run.id)).publish_state is PublishState.PUBLISHED


async def test_places_that_another_cohort_has_taken_are_named(published: Published) -> None:
    """The second run leaves a place free, another cohort takes it, and the first run can come back no more."""
    async with writing(published.engine) as session:
        await import_roster(session, published.organizer, ROSTER, "roster.csv", 4)
        fourth = (await find_cohort(session, published.organizer.studio_id, 4)).id
    zhao = await published.pairing("赵强", 5)
    # Nobody may have 赵强, so that a place stays free.
    for name in ("周兰", "陈松", "吴桂"):
        mentor = await ids(published.engine, Mentor, name)
        await published.do(
            set_rule, published.organizer, zhao.trainee_id, mentor, RuleKind.FORBID, reason="暂停"
        )
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    assert run.matched == 3
    await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    theirs = await published.do(match_cohort, published.organizer, fourth)
    assert theirs.matched == 1
    await published.do(publish_match_run, published.organizer, theirs.id, expected_version=theirs.version)
    with pytest.raises(RollBackRefused) as refusal:
        await roll_back(published, run)
    message = refusal.value.message("zh")
    assert "名额" in message
    assert any(name in message for name in ("赵强", "李明", "王芳"))
    async with reading(published.engine) as session:
        held_count = select(sa.func.count()).where(Pairing.held_place_id.is_not(None))
        assert (await session.execute(held_count)).scalar_one() == 4


async def test_only_the_published_run_is_rolled_back_with_a_reason_at_its_version(
    published: Published,
) -> None:
    run = await publish_another(published)
    first = await published.get(MatchRun, published.run_id)
    with pytest.raises(StudioError) as refusal:
        await roll_back(published, first)
    assert refusal.value.values["check"] == "RUN_PUBLISHED"
    with pytest.raises(StudioError) as refusal:
        await roll_back(published, run, reason="  ")
    assert refusal.value.code == "REASON_MISSING"
    with pytest.raises(Conflict) as stale:
        await roll_back(published, run, expected_version=1)
    assert stale.value.code == "CONFLICT_VERSION"


async def test_runs_are_rolled_back_one_after_the_other(published: Published) -> None:
    second = await publish_another(published)
    await roll_back(published, second)
    # Nothing has changed since the second was computed, but it is no answer any more.
    third = await published.do(match_cohort, published.organizer, published.cohort_id)
    assert third.id != second.id
    assert third.input_hash == second.input_hash
    await published.do(publish_match_run, published.organizer, third.id, expected_version=third.version)
    assert (await published.get(MatchRun, third.id)).replaced_id == published.run_id
    for run_id in (third.id, published.run_id):
        await roll_back(published, await published.get(MatchRun, run_id))
    assert await held(published) == {}


async def test_confirmed_pairs_are_ended_by_a_new_run_only_if_that_is_meant(published: Published) -> None:
    pairing = (await published.pairings())[0]
    for side in await published.both(pairing):
        await published.do(accept_pairing, side, pairing.id)
    await published.do(
        set_rule, published.organizer, pairing.trainee_id, pairing.mentor_id, RuleKind.FORBID, reason="换人"
    )
    run = await published.do(match_cohort, published.organizer, published.cohort_id)
    with pytest.raises(Conflict, match="PAIRS_UNDER_WAY") as refusal:
        await published.do(publish_match_run, published.organizer, run.id, expected_version=run.version)
    trainee = await published.get(Trainee, pairing.trainee_id)
    person = await published.get(Person, trainee.person_id)
    assert person.name in refusal.value.message("zh")
    assert (await published.get(Pairing, pairing.id)).state is PairingState.CONFIRMED
    await published.do(
        publish_match_run, published.organizer, run.id, expected_version=run.version, end_under_way=True
    )
    assert (await published.get(Pairing, pairing.id)).state is PairingState.ENDED
