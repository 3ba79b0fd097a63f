"""Weeks with two mentors, limits, every aim and persons on both sides; supposed weeks; a published pair that moves."""

from collections import defaultdict
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import Conflict, StudioError
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.pairing_moves import start_pairing
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.pairings.week_moves import move_pairing_to_week
from studio.operations.people.mentors import import_mentors
from studio.operations.people.weeks import set_mentor_weeks, set_trainee_weeks
from studio.operations.rules.limits import remove_limit_rule
from studio.operations.rules.policies import set_match_objective
from studio.operations.rules.rules import set_rule
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import what_if
from studio.permissions import Actor
from studio.store.consents import consents_of
from studio.store.database import reading, writing
from studio.store.enums import MatchObjective, MatchRunState, PairingState, RuleKind
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.mentor_enums import PairingKind
from studio.store.pairing_enums import DeclineReason, SystemReason
from studio.store.tables import (
    Mentor,
    Pairing,
    PairingChange,
    PairSensitivity,
    Trainee,
    UnmatchedRepair,
    WeekReason,
    WeekRepair,
)
from tests.studio.operations.conftest import csv_file, ids
from tests.studio.operations.published import Published
from tests.studio.operations.test_caps import told
from tests.studio.operations.test_limits import limit
from tests.studio.operations.test_two_mentors import HEADER, apply, mentor, stored
from tests.studio.operations.test_week_matching import (
    W14,
    W15,
    W16,
    free,
    live,
    matched,
    offer,
    pairs,
    places,
    weekly,
)

__all__ = ["live", "weekly"]
THEORY, PRACTICE = PairingKind.THEORY, PairingKind.PRACTICE


@pytest.fixture
async def two(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """The cohort of four with two mentors each, which offers three weeks."""
    table = csv_file(
        HEADER,
        mentor("韩理", "文昌社区", 3, "文稿写作:5", "理论导师"),
        mentor("孙全", "学府社区", 3, "文稿写作:5;网格治理:5", "理论、实践"),
        mentor("陈松", "和平社区", 3, "民生服务:5;网格治理:4", "实践"),
        mentor("郑实", "长征社区", 1, "网格治理:5", "实践导师"),
    )
    async with writing(engine) as session:
        await import_mentors(session, organizer, table, "导师.csv")
    await apply(engine, organizer, cohort_id)
    await offer(engine, organizer, cohort_id, W14, W15, W16)
    return cohort_id


def weeks_of(pairings: list[Pairing]) -> dict[UUID, list[date | None]]:
    found = defaultdict(list)
    for pairing in pairings:
        found[pairing.trainee_id].append(pairing.week)
    return found


async def test_two_mentors_of_a_trainee_are_in_different_weeks(
    engine: AsyncEngine, organizer: Actor, two: UUID
) -> None:
    run = await matched(engine, organizer, two)
    found = await stored(engine, run.id)
    assert (run.matched, run.mentors_each, run.verified, run.state) == (8, 2, True, MatchRunState.OPTIMAL)
    assert {pairing.kind for pairing in found} == {THEORY, PRACTICE}
    for weeks in weeks_of(found).values():
        assert len(weeks) == len(set(weeks)) == 2
    booked = [(pairing.mentor_id, pairing.week) for pairing in found]
    assert len(booked) == len(set(booked))
    assert len({(pairing.trainee_id, pairing.mentor_id) for pairing in found}) == 8
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.SAME


async def test_override_of_one_of_two_heeds_the_week_of_the_other(
    engine: AsyncEngine, organizer: Actor, two: UUID
) -> None:
    for name in ("韩理", "孙全", "陈松", "郑实"):
        await free(engine, organizer, name, None, 4)
    run = await matched(engine, organizer, two)
    theory = next(each for each in await stored(engine, run.id) if each.kind is THEORY)
    practice = next(
        each
        for each in await stored(engine, run.id)
        if each.trainee_id == theory.trainee_id and each.kind is PRACTICE
    )
    mentors = [await ids(engine, Mentor, name) for name in ("陈松", "郑实", "孙全")]
    other = next(each for each in mentors if each not in (practice.mentor_id, theory.mentor_id))
    given = (run.id, practice.trainee_id, other)
    how = {"reason": "路近", "kind": PRACTICE, "week": theory.week}
    with pytest.raises(Conflict, match="PERSON_BOOKED") as refused:
        async with writing(engine) as session:
            await override_pairing(session, organizer, *given, **how)
    assert "已经另有安排" in refused.value.message()
    async with writing(engine) as session:
        await override_pairing(session, organizer, *given, reason="路近", kind=PRACTICE, move_others=True)
    for weeks in weeks_of(await stored(engine, run.id)).values():
        assert len(weeks) == len(set(weeks))


async def test_limits_hold_beside_weeks_and_the_full_one_is_named(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for county in ("汇川区", "播州区"):
        how = {"grouped_by": LimitGroup.MENTOR_COUNTY, "value": county}
        await limit(engine, organizer, weekly, LimitKind.QUOTA, 1, **how)
    run = await matched(engine, organizer, weekly)
    assert (run.matched, run.verified) == (2, True)
    async with reading(engine) as session:
        reasons = list((await session.execute(select(WeekReason))).scalars())
        repairs = list((await session.execute(select(UnmatchedRepair))).scalars())
    assert "QUOTA_FULL" in {reason.code for reason in reasons}
    assert {repair.code for repair in repairs} == {"RAISE_QUOTA"}
    assert all(repair.limit_rule_id for repair in repairs)
    _, limits, _ = await told(engine, run.id)
    assert limits == {repair.limit_rule_id for repair in repairs}


@pytest.mark.parametrize("objective", [MatchObjective.COVERAGE_THEN_TOTAL, MatchObjective.LEXIMIN])
async def test_cap_that_binds_beside_weeks_is_named_and_what_raising_it_brings_is_true(
    engine: AsyncEngine, organizer: Actor, weekly: UUID, objective: MatchObjective
) -> None:
    async with writing(engine) as session:
        await set_match_objective(session, organizer, objective)
    cap = await limit(engine, organizer, weekly, LimitKind.CAP, 1, reason="县里统一要求")
    run = await matched(engine, organizer, weekly)
    assert run.matched == 3
    codes, limits, repairs = await told(engine, run.id)
    assert codes == {"ALL_WEEKS_FULL", "CAP_REACHED"}
    assert limits == {cap.id}
    assert {(repair.code, repair.limit_rule_id) for repair in repairs} == {("RAISE_CAP", cap.id)}
    async with reading(engine) as session:
        reasons = list((await session.execute(select(WeekReason))).scalars())
        assert not list(
            (await session.execute(select(WeekRepair).where(WeekRepair.code == "ADD_PLACE"))).scalars()
        )
    assert {reason.mentor_id for reason in reasons if reason.code == "CAP_REACHED"} >= {
        repair.mentor_id for repair in repairs
    }
    best = max(repairs, key=lambda repair: repair.change)
    async with writing(engine) as session:
        await remove_limit_rule(session, organizer, cap.id)
    for mentor_id in {reason.mentor_id for reason in reasons}:
        number = 2 if mentor_id == best.mentor_id else 1
        await limit(engine, organizer, weekly, LimitKind.CAP, number, mentor_id=mentor_id)
    better = await matched(engine, organizer, weekly)
    assert better.matched == 4
    if objective is MatchObjective.COVERAGE_THEN_TOTAL:
        assert better.objective == pytest.approx(run.objective + best.change, abs=2e-6)


async def test_mentor_capped_at_none_is_told_in_weeks(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    cap = await limit(engine, organizer, weekly, LimitKind.CAP, 0, reason="休整")
    codes, limits, repairs = await told(engine, (await matched(engine, organizer, weekly)).id)
    assert (codes, limits) == ({"NO_MENTORS", "CAP_REACHED"}, {cap.id})
    assert {(repair.code, repair.limit_rule_id) for repair in repairs} == {("RAISE_CAP", cap.id)}


async def test_quota_of_counties_and_minimum_hold_beside_weeks(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    await limit(engine, organizer, weekly, LimitKind.QUOTA, 1, grouped_by=LimitGroup.TRAINEE_COUNTY)
    await limit(engine, organizer, weekly, LimitKind.MINIMUM, 1)
    run = await matched(engine, organizer, weekly)
    assert (run.matched, run.verified) == (4, True)
    found = await pairs(engine, run.id)
    assert len({pairing.mentor_id for pairing in found.values()}) == 3
    await free(engine, organizer, "吴桂", [])
    with pytest.raises(StudioError, match="INFEASIBLE") as refused:
        await matched(engine, organizer, weekly)
    assert "吴桂" in refused.value.message()
    assert "吴桂" in refused.value.message("en")


@pytest.mark.parametrize("objective", list(MatchObjective))
async def test_every_aim_holds_beside_weeks_and_two_mentors(
    engine: AsyncEngine, organizer: Actor, two: UUID, objective: MatchObjective
) -> None:
    async with writing(engine) as session:
        await set_match_objective(session, organizer, objective)
    run = await matched(engine, organizer, two)
    assert (run.aim, run.verified, run.gap) == (objective, True, 0)
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.SAME
        gone = await ids(engine, Mentor, "郑实")
        found = await what_if(session, organizer, run.id, Supposition(leaving_mentors=frozenset({gone})))
    assert found.after.matched <= run.matched
    assert found.best.verified


async def test_pairs_that_cannot_be_fixed_together_are_named_with_the_smallest_relaxation(
    engine: AsyncEngine, organizer: Actor, two: UUID
) -> None:
    wang = await ids(engine, Trainee, "王芳")
    for name in ("韩理", "陈松"):
        async with writing(engine) as session:
            mentor_id = await ids(engine, Mentor, name)
            await set_rule(session, organizer, wang, mentor_id, RuleKind.PIN, reason="原来就熟")
    async with writing(engine) as session:
        await set_trainee_weeks(session, organizer, wang, [W15], expected_version=1)
    with pytest.raises(StudioError, match="INFEASIBLE") as refused:
        await matched(engine, organizer, two)
    assert "王芳 固定给" in refused.value.message()
    assert "releasing this pair is enough" in refused.value.message("en")
    async with writing(engine) as session:
        await set_trainee_weeks(session, organizer, wang, [W15, W16], expected_version=2)
    run = await matched(engine, organizer, two)
    assert sorted(weeks_of(await stored(engine, run.id))[wang]) == [W15, W16]


async def test_mentor_who_learns_in_the_same_run_is_on_one_side_only(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    await free(engine, organizer, "陈松", [W14], 4)
    await places(engine, organizer, ("赵强", "茶园社区", 4))
    await free(engine, organizer, "赵强", [W14], 4)
    run = await matched(engine, organizer, weekly)
    zhao, as_mentor = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "赵强")
    found = await pairs(engine, run.id)
    # All are free in one week only: 赵强 learns there, or teaches there.
    assert zhao in found
    assert as_mentor not in {pairing.mentor_id for pairing in found.values()}
    assert run.verified
    other = next(each for each in found if each != zhao)
    with pytest.raises(Conflict, match="PERSON_BOOKED"):
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, other, as_mentor, reason="路近", week=W14)


async def test_what_if_supposes_free_weeks_and_writes_nothing(
    engine: AsyncEngine, organizer: Actor, weekly: UUID
) -> None:
    for name in ("周兰", "吴桂"):
        await free(engine, organizer, name, [])
    await free(engine, organizer, "陈松", [W14])
    run = await matched(engine, organizer, weekly)
    assert run.matched == 1
    chen = await ids(engine, Mentor, "陈松")

    async def supposed(**what: object) -> int:
        async with reading(engine) as session:
            found = await what_if(session, organizer, run.id, Supposition(**what))
            assert not found.input_changed
        return found.after.matched

    assert await supposed(free_mentors={chen: [W14, W15]}) == 2
    assert await supposed(free_mentors={chen: None}) == 3
    assert await supposed(weekly_capacities={chen: 4}) == 4
    wang = await ids(engine, Trainee, "王芳")
    assert await supposed(free_trainees={wang: []}, free_mentors={chen: [W14, W15, W16]}) == 3
    assert (await matched(engine, organizer, weekly)).id == run.id
    async with reading(engine) as session:
        assert (await session.get_one(Mentor, chen)).weekly_capacity == 1


async def test_what_if_of_weeks_is_refused_where_none_are_offered(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    chen = await ids(engine, Mentor, "陈松")
    async with reading(engine) as session:
        with pytest.raises(StudioError, match="NO_WEEKS_OFFERED"):
            await what_if(session, organizer, run.id, Supposition(free_mentors={chen: [W14]}))


async def test_proposal_with_weeks_tells_how_firm_its_new_pairs_are(live: Published) -> None:
    second = (await live.pairings())[1]
    mentor = (await live.both(second))[0]
    await live.do(decline_pairing, mentor, second.id, DeclineReason.NO_TIME)
    run = await live.do(propose_rematch, live.organizer, live.run_id)
    await live.work()
    new = next(each for each in await live.pairings(run.id) if each.trainee_id == second.trainee_id)
    async with reading(live.engine) as session:
        marks = list((await session.execute(select(PairSensitivity))).scalars())
    assert new.id in {mark.pairing_id for mark in marks}


async def test_moving_a_published_pair_asks_both_sides_again(live: Published) -> None:
    first = (await live.pairings())[0]
    for actor in await live.both(first):
        await live.do(accept_pairing, actor, first.id)
    before = await live.get(Pairing, first.id)
    assert before.state is PairingState.CONFIRMED
    elsewhere = next(week for week in (W14, W15, W16) if week != before.week)
    await live.do(
        set_mentor_weeks,
        live.organizer,
        before.mentor_id,
        None,
        expected_version=(await live.get(Mentor, before.mentor_id)).version,
        weekly_capacity=4,
    )
    given = (live.organizer, first.id, elsewhere)
    with pytest.raises(StudioError, match="REASON_MISSING"):
        await live.do(move_pairing_to_week, *given, expected_version=before.version)
    await live.do(move_pairing_to_week, *given, expected_version=before.version, reason="导师要开会")
    after = await live.get(Pairing, first.id)
    assert (after.state, after.week) == (PairingState.AWAITING_CONSENT, elsewhere)
    async with reading(live.engine) as session:
        assert await consents_of(session, first.id) == {}
        changes = list(
            (
                await session.execute(
                    select(PairingChange)
                    .where(PairingChange.pairing_id == first.id)
                    .order_by(PairingChange.number)
                )
            ).scalars()
        )
    assert (changes[-1].code, changes[-1].note) == (SystemReason.WEEK_MOVED, "导师要开会")
    for actor in await live.both(first):
        await live.do(accept_pairing, actor, first.id)
    again = await live.get(Pairing, first.id)
    assert again.state is PairingState.CONFIRMED
    # Who has started goes on.
    await live.do(start_pairing, live.organizer, first.id, expected_version=again.version)
    active = await live.get(Pairing, first.id)
    assert before.week is not None
    await live.do(
        move_pairing_to_week,
        live.organizer,
        first.id,
        before.week,
        expected_version=active.version,
        reason="改回来",
    )
    now = await live.get(Pairing, first.id)
    assert (now.state, now.week) == (PairingState.ACTIVE, before.week)
