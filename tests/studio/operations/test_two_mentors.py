"""Two mentors for a trainee, theory and practice: matched, changed, published, answered and rolled back."""

from collections.abc import Mapping
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import assign
from studio.arrays.distinct import draws_apart
from studio.errors import StudioError
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.operations.packages.packages import write_packages
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.offering import offer_place
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.pairings.rollback import roll_back_match_run
from studio.operations.people.mentors import import_mentors
from studio.operations.rules.match_input import match_input
from studio.operations.rules.policies import policy_in_force
from studio.operations.rules.presets import (
    PresetEntry,
    apply_rule_preset,
    create_rule_preset,
    remove_cohort_rule,
)
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.obstacles import ObstacleKind
from studio.operations.suppositions.override_preview import Verdict, preview_override
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.operations.suppositions.suppositions import Newcomer, Supposition
from studio.operations.suppositions.what_if import what_if
from studio.permissions import Actor
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import MatchRunState, PairingState, RuleKind
from studio.store.mentor_enums import MentorKind, PairingKind
from studio.store.pairing_enums import DeclineReason, Party
from studio.store.preset_enums import PresetKind
from studio.store.tables import (
    CohortRule,
    MatchMove,
    MatchRun,
    Mentor,
    MentoringPackage,
    Pairing,
    Person,
    Trainee,
    Unmatched,
)
from tests.databases import remembered
from tests.studio.operations.conftest import MENTOR_HEADER, csv_file, ids

THEORY, PRACTICE, SOLE = PairingKind.THEORY, PairingKind.PRACTICE, PairingKind.SOLE
HEADER = (*MENTOR_HEADER, "导师类型")


def mentor(name: str, community: str, places: int, strengths: str, kind: str) -> tuple[object, ...]:
    return (name, community, "播州区", places, 8, strengths, "", "", kind)


# Four trainees: 李明 twice, 王芳, 赵强. 韩理 teaches theory, 孙全 both; of practice there are 陈松 and 郑实.
MENTORS = (
    mentor("韩理", "文昌社区", 2, "文稿写作:5", "理论导师"),
    mentor("孙全", "学府社区", 2, "文稿写作:5;网格治理:5;民生服务:5", "理论、实践"),
    mentor("陈松", "和平社区", 2, "民生服务:5;网格治理:4", "实践"),
    mentor("郑实", "长征社区", 1, "网格治理:5", "实践导师"),
)


@remembered
async def rule_id(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    """The cohort of the survey, whose trainees are to have two mentors each."""
    async with writing(engine) as session:
        await import_mentors(session, organizer, csv_file(HEADER, *MENTORS), "导师.csv")
    return await apply(engine, organizer, cohort_id)


async def apply(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> UUID:
    async with writing(engine) as session:
        entry = PresetEntry("TWO_MENTORS", "双导师", PresetKind.TWO_MENTORS, {}, "两头都不缺")
        preset = await create_rule_preset(session, organizer, entry)
        return (await apply_rule_preset(session, organizer, preset.id, cohort_id)).id


async def matched(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> MatchRun:
    async with writing(engine) as session:
        return await match_cohort(session, organizer, cohort_id)


async def published(engine: AsyncEngine, organizer: Actor, run_id: UUID, **how: bool) -> None:
    async with writing(engine) as session:
        run = await session.get_one(MatchRun, run_id)
        await publish_match_run(session, organizer, run_id, expected_version=run.version, **how)


async def named(engine: AsyncEngine, run_id: UUID) -> dict[tuple[str, int, PairingKind], str]:
    """Return the mentors of a run by name and row of the trainee and part."""
    async with reading(engine) as session:
        people = dict((await session.execute(select(Person.id, Person.name))).all())
        mentors = {
            each.id: people[each.person_id] for each in (await session.execute(select(Mentor))).scalars()
        }
        trainees = {each.id: each for each in (await session.execute(select(Trainee))).scalars()}
        found = (await session.execute(select(Pairing).where(Pairing.run_id == run_id))).scalars()
        return {
            (
                people[trainees[one.trainee_id].person_id],
                trainees[one.trainee_id].roster_row,
                one.kind,
            ): mentors[one.mentor_id]
            for one in found
        }


async def stored(engine: AsyncEngine, run_id: UUID) -> list[Pairing]:
    async with reading(engine) as session:
        found = await session.execute(select(Pairing).where(Pairing.run_id == run_id).order_by(Pairing.id))
        return list(found.scalars())


def kinds(found: Mapping[tuple[str, int, PairingKind], str], who: str) -> dict[PairingKind, str]:
    return {kind: mentor for (name, _, kind), mentor in found.items() if name == who}


async def work(engine: AsyncEngine) -> None:
    worker = Worker(engine, HANDLERS)
    while await worker.run_once():
        pass


async def test_everybody_gets_two_different_mentors_and_who_misses_one_is_told_which(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    found = await named(engine, run.id)
    assert (run.mentors_each, run.total, run.matched) == (2, 8, len(found))
    assert run.verified
    assert run.state is MatchRunState.OPTIMAL
    for trainee in {(name, row) for name, row, _ in found}:
        both = [mentor for (name, row, _), mentor in found.items() if (name, row) == trainee]
        assert len(set(both)) == len(both), "one mentor is one of the two"
    for (_, _, kind), mentor in found.items():
        assert mentor in ({"韩理", "孙全"} if kind is THEORY else {"孙全", "陈松", "郑实"})
    # Seven places for eight: one seat stays empty, and it is told which.
    async with reading(engine) as session:
        (missing,) = (await session.execute(select(Unmatched).where(Unmatched.run_id == run.id))).scalars()
    assert missing.reasons[0]["code"] == "NO_CAPACITY_LEFT"
    mentors = {UUID(hex=each) for each in missing.reasons[0]["mentors"]}
    assert await ids(engine, Mentor, "孙全") in mentors
    has = {
        pairing.kind for pairing in await stored(engine, run.id) if pairing.trainee_id == missing.trainee_id
    }
    assert has == {THEORY, PRACTICE} - {missing.kind}


async def test_who_can_teach_both_is_never_both_of_one_trainee(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """孙全 is by far the best for everybody and has places for all; without the limit he would be both."""
    rows = (
        mentor("孙全", "学府社区", 8, "文稿写作:5;网格治理:5;民生服务:5", "均可"),
        mentor("韩理", "文昌社区", 4, "", "理论"),
        mentor("陈松", "和平社区", 4, "", "实践"),
    )
    async with writing(engine) as session:
        await import_mentors(session, organizer, csv_file(HEADER, *rows), "导师.csv")
    await apply(engine, organizer, cohort_id)
    run = await matched(engine, organizer, cohort_id)
    found = await named(engine, run.id)
    assert (run.matched, run.verified, run.gap) == (8, True, 0)
    for trainee in {(name, row) for name, row, _ in found}:
        both = {mentor for (name, row, _), mentor in found.items() if (name, row) == trainee}
        assert len(both) == 2
        assert "孙全" in both


async def test_no_mentor_of_a_kind_is_refused_before_the_match(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """The mentors that there are have no kind recorded."""
    await apply(engine, organizer, cohort_id)
    with pytest.raises(StudioError) as refused:
        await matched(engine, organizer, cohort_id)
    assert refused.value.code == "NO_MENTORS_OF_THEORY"


async def test_one_mentor_each_has_the_fingerprint_of_before(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    """Kinds of mentors are nothing that a match of one mentor each reads, so runs of before can be replayed."""
    before = await matched(engine, organizer, cohort_id)
    async with writing(engine) as session:
        for one in (await session.execute(select(Mentor))).scalars():
            one.kind = MentorKind.BOTH
            one.version += 1
    rule = await apply(engine, organizer, cohort_id)
    two = await matched(engine, organizer, cohort_id)
    assert two.input_hash != before.input_hash
    async with reading(engine) as session:
        for run in (before, two):
            assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.SAME
    async with writing(engine) as session:
        await remove_cohort_rule(session, organizer, rule)
    again = await matched(engine, organizer, cohort_id)
    assert again.input_hash == before.input_hash
    assert {pairing.kind for pairing in await stored(engine, again.id)} == {SOLE}


async def test_old_draft_is_not_published_once_the_rule_asks_for_two(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    await apply(engine, organizer, cohort_id)
    with pytest.raises(StudioError) as refused:
        await published(engine, organizer, run.id)
    assert refused.value.code == "MENTORS_EACH_CHANGED"


async def test_override_asks_which_of_two_and_replaces_only_that_one(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    async with writing(engine) as session:
        more = mentor("孙全", "学府社区", 5, "", "")
        await import_mentors(session, organizer, csv_file(HEADER, more), "更多.csv")
    run = await matched(engine, organizer, cohort_id)
    zhao, quan = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "孙全")
    async with reading(engine) as session:
        with pytest.raises(StudioError) as asked:
            await preview_override(session, organizer, run.id, zhao, quan)
        assert asked.value.code == "KIND_MISSING"
        assert "孙全" in asked.value.message("zh")
        with pytest.raises(StudioError) as unknown:
            await preview_override(session, organizer, run.id, zhao, quan, SOLE)
        assert unknown.value.code == "KIND_NOT_IN_RUN"
        practical = await preview_override(
            session, organizer, run.id, zhao, await ids(engine, Mentor, "陈松"), THEORY
        )
    assert practical.verdict is Verdict.FORBIDDEN
    assert practical.obstacles[0].kind is ObstacleKind.MENTOR_KIND
    before = kinds(await named(engine, run.id), "赵强")
    # 孙全 is the other of the two already: alone that cannot be, together the two change parts.
    part, held = (THEORY, PRACTICE) if before[PRACTICE] == "孙全" else (PRACTICE, THEORY)
    assert before[held] == "孙全"
    async with reading(engine) as session:
        swap = await preview_override(session, organizer, run.id, zhao, quan, part)
    assert (swap.kind, swap.alone) == (part, None)
    assert swap.together is not None
    async with writing(engine) as session:
        with pytest.raises(StudioError) as twice:
            await override_pairing(session, organizer, run.id, zhao, quan, reason="熟悉", kind=part)
    assert twice.value.code == "MENTOR_TWICE"
    async with writing(engine) as session:
        done = await override_pairing(
            session, organizer, run.id, zhao, quan, reason="熟悉", kind=part, move_others=True
        )
    after = kinds(await named(engine, run.id), "赵强")
    assert (done.pairing.kind, after[part]) == (part, "孙全")
    assert after.get(held) != "孙全"
    # Who can teach practice only needs no saying which.
    song = await ids(engine, Mentor, "陈松")
    async with writing(engine) as session:
        await override_pairing(session, organizer, run.id, zhao, song, reason="就近", move_others=True)
    last = kinds(await named(engine, run.id), "赵强")
    assert last[PRACTICE] == "陈松"
    # The lock holds in the next run, for that part.
    again = await matched(engine, organizer, cohort_id)
    assert kinds(await named(engine, again.id), "赵强")[PRACTICE] == "陈松"
    (locked,) = [
        pairing for pairing in await stored(engine, again.id) if pairing.locked and pairing.kind is PRACTICE
    ]
    assert locked.trainee_id == zhao


async def test_pins_of_one_kind_collide_and_of_two_do_not(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    zhao = await ids(engine, Trainee, "赵强")

    async def pin(name: str) -> None:
        async with writing(engine) as session:
            mentor_id = await ids(engine, Mentor, name)
            await set_rule(session, organizer, zhao, mentor_id, RuleKind.PIN, reason="已约定")

    await pin("陈松")
    await pin("韩理")
    with pytest.raises(StudioError) as refused:
        await pin("郑实")
    assert refused.value.code == "TRAINEE_KIND_FIXED_TWICE"
    with pytest.raises(StudioError):
        await pin("孙全")
    run = await matched(engine, organizer, cohort_id)
    assert kinds(await named(engine, run.id), "赵强") == {PRACTICE: "陈松", THEORY: "韩理"}
    assert run.verified


async def test_decline_of_one_leaves_the_other_and_proposes_another_of_its_kind(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    async with writing(engine) as session:
        more = mentor("白云", "新桥社区", 4, "文稿写作:4;网格治理:4", "理论、实践")
        await import_mentors(session, organizer, csv_file(HEADER, more), "更多.csv")
    run = await matched(engine, organizer, cohort_id)
    await published(engine, organizer, run.id)
    assert run.matched == 8
    zhao = await ids(engine, Trainee, "赵强")
    theory, practice = sorted(
        (one for one in await stored(engine, run.id) if one.trainee_id == zhao),
        key=lambda one: one.kind != THEORY,
    )
    async with writing(engine) as session:
        for party in Party:
            await accept_pairing(session, organizer, practice.id, party=party, on_behalf_reason="电话")
        await decline_pairing(
            session, organizer, theory.id, DeclineReason.NO_TIME, party=Party.MENTOR, on_behalf_reason="电话"
        )
    await work(engine)
    async with reading(engine) as session:
        proposal = (
            await session.execute(select(MatchRun).where(MatchRun.based_on_id == run.id))
        ).scalar_one()
        moves = list(
            (await session.execute(select(MatchMove).where(MatchMove.run_id == proposal.id))).scalars()
        )
    assert (proposal.mentors_each, proposal.matched, proposal.verified) == (2, 8, True)
    (own,) = [move for move in moves if move.trainee_id == zhao]
    assert (own.kind, own.from_mentor_id) == (THEORY, theory.mentor_id)
    assert own.to_mentor_id not in (theory.mentor_id, practice.mentor_id, None)
    await published(engine, organizer, proposal.id)
    now = {one.kind: one for one in await stored(engine, proposal.id) if one.trainee_id == zhao}
    assert (now[PRACTICE].state, now[THEORY].state) == (PairingState.CONFIRMED, PairingState.AWAITING_CONSENT)
    async with writing(engine) as session:
        proposal = await session.get_one(MatchRun, proposal.id)
        await roll_back_match_run(
            session, organizer, proposal.id, reason="弄错了", expected_version=proposal.version
        )
    back = {one.kind: one.state for one in await stored(engine, run.id) if one.trainee_id == zhao}
    assert back == {PRACTICE: PairingState.CONFIRMED, THEORY: PairingState.DECLINED}


async def test_place_is_offered_for_the_missing_kind_only(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    await published(engine, organizer, run.id)
    async with reading(engine) as session:
        (missing,) = (await session.execute(select(Unmatched).where(Unmatched.run_id == run.id))).scalars()
    async with writing(engine) as session:
        more = mentor("白云", "新桥社区", 3, "文稿写作:4", "理论、实践")
        await import_mentors(session, organizer, csv_file(HEADER, more), "更多.csv")
    bai = await ids(engine, Mentor, "白云")
    async with writing(engine) as session:
        offered = await offer_place(session, organizer, run.id, missing.trainee_id, bai, reason="补上")
    assert offered.kind is missing.kind
    assert (await stored_run(engine, run.id)).matched == 8
    async with writing(engine) as session:
        with pytest.raises(StudioError) as full:
            await offer_place(
                session, organizer, run.id, missing.trainee_id, bai, reason="再来", kind=missing.kind
            )
    assert full.value.code == "TRAINEE_IN_RUN"


async def stored_run(engine: AsyncEngine, run_id: UUID) -> MatchRun:
    async with reading(engine) as session:
        return await session.get_one(MatchRun, run_id)


async def test_newcomer_and_leaving_mentor_are_told_for_each_part(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    leaving = await ids(engine, Mentor, "孙全")
    async with reading(engine) as session:
        found = await what_if(
            session,
            organizer,
            run.id,
            Supposition(leaving_mentors=frozenset({leaving}), newcomers=[Newcomer("新来")]),
        )
    assert (found.after.total, found.after.verified) == (10, False) or found.after.total == 10
    assert {change.kind for change in found.changes if change.joins} == {THEORY, PRACTICE}
    assert all(change.after is None or change.after.name != "孙全" for change in found.changes)


async def test_one_package_for_a_trainee_with_the_mentor_of_practice(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID, rule_id: UUID
) -> None:
    run = await matched(engine, organizer, cohort_id)
    async with writing(engine) as session:
        made = await write_packages(session, organizer, run.id)
    async with reading(engine) as session:
        packages = list((await session.execute(select(MentoringPackage))).scalars())
        rule = await session.get_one(CohortRule, rule_id)
    assert rule.kind is PresetKind.TWO_MENTORS
    assert made == len(packages) == len({package.trainee_id for package in packages}) == 4
    pairings = {one.id: one for one in await stored(engine, run.id)}
    with_practice = {one.trainee_id for one in pairings.values() if one.kind is PRACTICE}
    for package in packages:
        expected = PRACTICE if package.trainee_id in with_practice else THEORY
        assert pairings[package.pairing_id].kind is expected


@pytest.mark.usefixtures("rule_id")
async def test_draws_for_the_trust_in_a_pair_give_nobody_one_mentor_twice(
    engine: AsyncEngine, organizer: Actor, cohort_id: UUID
) -> None:
    async with reading(engine) as session:
        policy = await policy_in_force(session, organizer.studio_id)
        _, arrays = await match_input(session, await session.get_one(Cohort, cohort_id), policy)
    solve = draws_apart(arrays)
    assert solve is not None
    both = arrays.mentor_ids.index(await ids(engine, Mentor, "孙全"))
    random, often = np.random.default_rng(0), 0
    for _ in range(20):
        scores = random.random(arrays.forbidden.shape)
        scores[:, both] += 0.5
        plain = assign(arrays.problem(scores), arrays.aim).pairs
        often += len(plain) > len(np.unique(plain // [2, 1], axis=0))
        pairs = solve(scores)
        assert len(pairs) == len(plain)
        assert len(np.unique(pairs // [2, 1], axis=0)) == len(pairs)
    assert often, "without it somebody would have one mentor twice"
