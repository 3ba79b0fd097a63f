"""Limits hold in every match, the match is the best within them, and one that cannot hold is told by its words."""

from collections import Counter
from itertools import product
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import MentorAffinity
from studio.errors import Forbidden, StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.rules.limits import remove_limit_rule, set_limit_rule
from studio.operations.rules.match_input import match_input
from studio.operations.rules.policies import policy_in_force, set_match_objective
from studio.operations.rules.rules import set_rule
from studio.operations.runs.runs import compute_match, match_cohort, store_match
from studio.operations.suppositions.override_preview import preview_override
from studio.operations.suppositions.replay import ReplayOutcome, replay_run
from studio.permissions import Actor
from studio.store.cohorts import Cohort
from studio.store.database import reading, writing
from studio.store.enums import MatchObjective, MatchRunState, Role, RuleKind
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.tables import MatchRun, Mentor, Person, RuleConflict, Trainee, Unmatched, UnmatchedRepair
from tests.studio.operations.conftest import ids, pairs

COUNTY, ROLE = LimitGroup.TRAINEE_COUNTY, LimitGroup.TRAINEE_ROLE
FEW = {"周兰": 2, "陈松": 2, "吴桂": 1}


@pytest.fixture
async def cohort(engine: AsyncEngine, run_id: UUID) -> UUID:
    """Four trainees, of whom two come from one county, and mentors with nine places."""
    async with reading(engine) as session:
        return (await session.get_one(MatchRun, run_id)).cohort_id


async def limit(
    engine: AsyncEngine, actor: Actor, cohort_id: UUID, kind: LimitKind, number: int, **how: Any
) -> LimitRule:
    async with writing(engine) as session:
        return await set_limit_rule(session, actor, cohort_id, kind, number, **{"reason": "县里要求", **how})


async def matched(engine: AsyncEngine, actor: Actor, cohort_id: UUID) -> MatchRun:
    async with writing(engine) as session:
        return await match_cohort(session, actor, cohort_id)


async def refused(engine: AsyncEngine, actor: Actor, cohort_id: UUID) -> StudioError:
    with pytest.raises(StudioError) as refusal:
        await matched(engine, actor, cohort_id)
    return refusal.value


async def loads(engine: AsyncEngine, run_id: UUID) -> Counter[str]:
    return Counter((await pairs(engine, run_id)).values())


async def test_cap_and_minimum_of_a_mentor_hold_in_the_next_match(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    song, gui = await ids(engine, Mentor, "陈松"), await ids(engine, Mentor, "吴桂")
    before = await matched(engine, organizer, cohort)
    await limit(engine, organizer, cohort, LimitKind.CAP, 1, mentor_id=song)
    await limit(engine, organizer, cohort, LimitKind.MINIMUM, 1, mentor_id=gui)
    run = await matched(engine, organizer, cohort)
    assert run.input_hash != before.input_hash
    assert (run.state, run.matched) == (MatchRunState.OPTIMAL, 4)
    found = await loads(engine, run.id)
    assert found["陈松"] <= 1
    assert found["吴桂"] == 1
    async with reading(engine) as session:
        assert (await replay_run(session, organizer, run.id)).outcome is ReplayOutcome.SAME


@pytest.mark.parametrize(
    "given",
    [
        [(LimitKind.QUOTA, 1, COUNTY, None)],
        [(LimitKind.QUOTA, 1, ROLE, None), (LimitKind.MINIMUM, 1, None, None)],
        [(LimitKind.QUOTA, 2, LimitGroup.MENTOR_COUNTY, "汇川区")],
        [(LimitKind.QUOTA, 1, COUNTY, "汇川区"), (LimitKind.CAP, 2, None, None)],
        [(LimitKind.QUOTA, 1, COUNTY, None), (LimitKind.QUOTA, 1, ROLE, None)],
    ],
)
async def test_match_is_the_best_of_all_that_keep_the_limits(
    engine: AsyncEngine, organizer: Actor, cohort: UUID, given: list[Any]
) -> None:
    for kind, number, grouped_by, value in given:
        how = {"grouped_by": grouped_by, "value": value or ""}
        await limit(engine, organizer, cohort, kind, number, **how)
    run = await matched(engine, organizer, cohort)
    async with reading(engine) as session:
        policy = await policy_in_force(session, organizer.studio_id)
        rows, arrays = await match_input(session, await session.get_one(Cohort, cohort), policy)
    counties = [region.county for _, _, region in rows.trainees]
    of_mentor = [region.county for _, _, region in rows.mentors]
    roles = [trainee.role for trainee, _, _ in rows.trainees]

    def keeps(choice: tuple[int, ...]) -> bool:
        load = Counter(column for column in choice if column >= 0)
        for kind, number, grouped_by, value in given:
            if kind is LimitKind.CAP and max(load.values(), default=0) > number:
                return False
            if kind is LimitKind.MINIMUM and any(load[each] < number for each in range(len(of_mentor))):
                return False
            if grouped_by is LimitGroup.MENTOR_COUNTY:
                inside = [column for column, county in enumerate(of_mentor) if county == value]
                if sum(load[column] for column in inside) > number:
                    return False
            elif grouped_by is not None:
                shared = counties if grouped_by is COUNTY else roles
                cells = Counter(
                    (shared[row], column)
                    for row, column in enumerate(choice)
                    if column >= 0 and value in (None, shared[row])
                )
                if max(cells.values(), default=0) > number:
                    return False
        return all(load[column] <= places for column, places in enumerate(arrays.capacity))

    scores = np.round(
        MentorAffinity().set_params(**rows.weights).fit(arrays.mentors).transform(arrays.trainees), 6
    )
    possible = [
        choice
        for choice in product(range(-1, len(of_mentor)), repeat=len(counties))
        if all(column < 0 or not arrays.forbidden[row, column] for row, column in enumerate(choice))
        and keeps(choice)
    ]
    best = max(
        (
            sum(column >= 0 for column in choice),
            sum(scores[row, column] for row, column in enumerate(choice) if column >= 0),
        )
        for choice in possible
    )
    assert (run.matched, run.objective) == (best[0], pytest.approx(best[1], abs=2e-6))
    assert run.bound is not None
    assert run.bound + 1e-6 >= run.objective
    assert run.state is (MatchRunState.OPTIMAL if run.gap == 0 else MatchRunState.FEASIBLE_WITH_BOUND)


async def test_minimum_that_cannot_be_met_is_told_with_its_smallest_relaxation(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    lan = await ids(engine, Mentor, "周兰")
    await limit(engine, organizer, cohort, LimitKind.MINIMUM, 4, mentor_id=lan, reason="骨干基地")
    # 王芳 is of the mentor's own community: three are left.
    error = await refused(engine, organizer, cohort)
    assert error.code == "INFEASIBLE"
    for language, words in (
        ("zh", ("周兰最少带 4 人", "骨干基地", "放宽到 3 人")),
        ("en", ("lowering it to 3",)),
    ):
        assert all(word in error.message(language) for word in words), error.message(language)
    async with writing(engine) as session:
        policy = await policy_in_force(session, organizer.studio_id)
        row = await session.get_one(Cohort, cohort)
        rows, arrays = await match_input(session, row, policy)
        run = MatchRun(studio_id=row.studio_id, cohort_id=cohort, policy_id=policy.id, number=99)
        session.add(run)
        await session.flush()
        await store_match(session, run, rows, arrays, await compute_match(rows, arrays))
        (conflict,) = (
            await session.execute(select(RuleConflict).where(RuleConflict.run_id == run.id))
        ).scalars()
    assert (conflict.code, conflict.mentor_id, conflict.fixed, conflict.allowed) == (
        "MINIMUM_UNMET",
        lan,
        4,
        3,
    )
    assert run.state is MatchRunState.INFEASIBLE
    await limit(engine, organizer, cohort, LimitKind.MINIMUM, 3, mentor_id=lan)
    run = await matched(engine, organizer, cohort)
    assert (await loads(engine, run.id))["周兰"] == 3


async def test_limits_that_ask_more_than_there_is_are_told(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    gui, song = await ids(engine, Mentor, "吴桂"), await ids(engine, Mentor, "陈松")
    rule = await limit(engine, organizer, cohort, LimitKind.MINIMUM, 2, mentor_id=gui)
    assert "放宽到 1 人" in (await refused(engine, organizer, cohort)).message("zh")
    async with writing(engine) as session:
        await remove_limit_rule(session, organizer, rule.id)
    every = await limit(engine, organizer, cohort, LimitKind.MINIMUM, 2)
    assert "每位导师最少带 2 人" in (await refused(engine, organizer, cohort)).message("zh")
    async with writing(engine) as session:
        await remove_limit_rule(session, organizer, every.id)
        for name, row in (("赵强", None), ("李明", 2)):
            await set_rule(
                session, organizer, await ids(engine, Trainee, name, row), song, RuleKind.PIN, reason="熟"
            )
    await limit(
        engine, organizer, cohort, LimitKind.QUOTA, 1, grouped_by=LimitGroup.MENTOR_COUNTY, value="播州区"
    )
    told = (await refused(engine, organizer, cohort)).message("zh")
    assert "播州区的导师合计最多带 1 人" in told
    assert "固定了 2 对" in told


async def test_full_quota_is_told_to_the_unmatched_with_the_rule_to_change(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    for county in ("汇川区", "播州区"):
        how = {"grouped_by": LimitGroup.MENTOR_COUNTY, "value": county}
        await limit(engine, organizer, cohort, LimitKind.QUOTA, 1, **how)
    run = await matched(engine, organizer, cohort)
    assert (run.matched, run.verified) == (2, True)
    async with reading(engine) as session:
        left = list((await session.execute(select(Unmatched).where(Unmatched.run_id == run.id))).scalars())
        repairs = list((await session.execute(select(UnmatchedRepair))).scalars())
        known = {rule.id for rule in (await session.execute(select(LimitRule))).scalars()}
    assert {reason["code"] for row in left for reason in row.reasons} == {"QUOTA_FULL"}
    for row in left:
        own = sorted(
            (each for each in repairs if each.unmatched_id == row.id), key=lambda each: each.position
        )
        assert own
        assert {each.code for each in own} == {"RAISE_QUOTA"}
        assert {each.limit_rule_id for each in own} <= known
        # The cheapest first, and it is what a match with the limit raised brings.
        assert own[0].change == max(each.change for each in own)
    best = max(repairs, key=lambda each: each.change)
    async with writing(engine) as session:
        rule = await session.get_one(LimitRule, best.limit_rule_id)
        how = {"grouped_by": rule.grouped_by, "value": rule.value}
    await limit(engine, organizer, cohort, LimitKind.QUOTA, 2, **how)
    better = await matched(engine, organizer, cohort)
    assert better.matched == 3
    assert better.objective == pytest.approx(run.objective + best.change, abs=2e-6)


async def test_override_and_publication_heed_limits_and_name_them(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    run = await matched(engine, organizer, cohort)
    found = await pairs(engine, run.id)
    gui = await ids(engine, Mentor, "吴桂")
    await limit(
        engine, organizer, cohort, LimitKind.QUOTA, 0, mentor_id=gui, grouped_by=COUNTY, value="湄潭县"
    )
    zhao = await ids(engine, Trainee, "赵强")
    assert found["赵强", 5] != "吴桂"
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, zhao, gui, reason="路近", move_others=False)
    assert refusal.value.code == "LIMIT_BROKEN"
    assert "吴桂最多带 0 名湄潭县的学员" in refusal.value.message("zh")
    async with reading(engine) as session:
        preview = await preview_override(session, organizer, run.id, zhao, gui)
    assert preview.verdict == "FORBIDDEN"
    (obstacle,) = preview.obstacles
    assert (obstacle.kind, obstacle.reason) == ("LIMIT", "县里要求")
    busiest, most = (await loads(engine, run.id)).most_common(1)[0]
    mentor = await ids(engine, Mentor, busiest)
    await limit(engine, organizer, cohort, LimitKind.MINIMUM, most + 1, mentor_id=mentor)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await publish_match_run(session, organizer, run.id, expected_version=run.version)
    assert (refusal.value.code, refusal.value.field) == ("LIMIT_BROKEN", "runId")


async def test_limits_that_cross_are_matched_for_any_aim(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    for grouped_by in (COUNTY, ROLE):
        await limit(engine, organizer, cohort, LimitKind.QUOTA, 1, grouped_by=grouped_by)
    async with writing(engine) as session:
        # Two of one county, and two others of one role: neither limit lies within the other.
        people = {
            (person.name, trainee.roster_row): trainee
            for trainee, person in (
                await session.execute(select(Trainee, Person).join(Person, Person.id == Trainee.person_id))
            ).all()
        }
        people["李明", 2].role = people["李明", 3].role
    async with writing(engine) as session:
        await set_match_objective(session, organizer, MatchObjective.LEXIMIN)
    run = await matched(engine, organizer, cohort)
    assert run.state in (MatchRunState.OPTIMAL, MatchRunState.FEASIBLE_WITH_BOUND)
    assert run.aim is MatchObjective.LEXIMIN


async def test_limits_are_set_by_organizers_and_wrong_ones_are_refused(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    lan = await ids(engine, Mentor, "周兰")
    wrong: list[tuple[str, LimitKind, int, dict[str, Any]]] = [
        ("LIMIT_NUMBER", LimitKind.CAP, -1, {}),
        ("LIMIT_NUMBER", LimitKind.MINIMUM, 0, {}),
        ("LIMIT_NUMBER", LimitKind.CAP, 100_000, {}),
        ("LIMIT_GROUP", LimitKind.QUOTA, 1, {}),
        ("LIMIT_GROUP", LimitKind.CAP, 1, {"grouped_by": COUNTY}),
        ("LIMIT_GROUP", LimitKind.QUOTA, 1, {"grouped_by": LimitGroup.MENTOR_COUNTY, "mentor_id": lan}),
        ("LIMIT_VALUE", LimitKind.QUOTA, 1, {"grouped_by": ROLE, "value": "局长"}),
        ("REASON_MISSING", LimitKind.CAP, 1, {"reason": " "}),
        ("LIMIT_GONE", LimitKind.CAP, 1, {"expected_version": 1}),
    ]
    for code, kind, number, how in wrong:
        with pytest.raises(StudioError) as refusal:
            await limit(engine, organizer, cohort, kind, number, **how)
        assert refusal.value.code == code
        assert refusal.value.message("zh") != refusal.value.message("en")
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            await limit(engine, Actor(role, organizer.studio_id), cohort, LimitKind.CAP, 1)
    first = await limit(engine, organizer, cohort, LimitKind.CAP, 1, mentor_id=lan)
    again = await limit(
        engine, organizer, cohort, LimitKind.CAP, 2, mentor_id=lan, expected_version=first.version
    )
    assert (again.id, again.number, again.version) == (first.id, 2, first.version + 1)
