"""A cap that binds is told by its words, its reason and its author, and what raising it would come to."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.errors import StudioError
from studio.operations.pairings.pairings import override_pairing
from studio.operations.rules.limit_words import told_limit
from studio.operations.rules.limits import remove_limit_rule
from studio.operations.rules.presets import (
    PresetEntry,
    apply_rule_preset,
    create_rule_preset,
    remove_cohort_rule,
)
from studio.operations.rules.rules import set_rule
from studio.operations.suppositions.override_preview import Verdict
from studio.operations.suppositions.suppositions import Supposition
from studio.operations.suppositions.what_if import WhatIf, what_if
from studio.operations.suppositions.what_if_words import told_held_back, told_preview
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import RuleKind
from studio.store.limit_enums import LimitGroup, LimitKind
from studio.store.limits import LimitRule
from studio.store.preset_enums import PresetKind
from studio.store.tables import MatchRun, Mentor, Trainee, Unmatched, UnmatchedLimit, UnmatchedRepair
from tests.studio.operations.conftest import ids, pairs
from tests.studio.operations.test_limits import cohort, limit, loads, matched, refused
from tests.studio.operations.test_override_preview import ask, everybody, save

__all__ = ["cohort"]
CAP = LimitKind.CAP


async def told(engine: AsyncEngine, run_id: UUID) -> tuple[set[str], set[UUID], list[UnmatchedRepair]]:
    """Return the codes of reasons, the limits named and the repairs of a run's unmatched."""
    async with reading(engine) as session:
        left = list((await session.execute(select(Unmatched).where(Unmatched.run_id == run_id))).scalars())
        of = [row.id for row in left]
        full = await session.execute(select(UnmatchedLimit).where(UnmatchedLimit.unmatched_id.in_(of)))
        repairs = await session.execute(
            select(UnmatchedRepair)
            .where(UnmatchedRepair.unmatched_id.in_(of))
            .order_by(UnmatchedRepair.position)
        )
        codes = {reason["code"] for row in left for reason in row.reasons}
        return codes, {each.limit_rule_id for each in full.scalars()}, list(repairs.scalars())


async def apply(engine: AsyncEngine, actor: Actor, cohort_id: UUID, entry: PresetEntry) -> UUID:
    async with writing(engine) as session:
        preset = await create_rule_preset(session, actor, entry)
        return (await apply_rule_preset(session, actor, preset.id, cohort_id)).id


async def test_unmatched_are_told_the_caps_that_hold_mentors_back_and_what_raising_one_brings(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    """Nine places, and caps that leave three for four trainees."""
    caps = {
        (await limit(engine, organizer, cohort, CAP, 1, mentor_id=await ids(engine, Mentor, name))).id
        for name in ("周兰", "陈松", "吴桂")
    }
    run = await matched(engine, organizer, cohort)
    assert run.matched == 3
    codes, limits, repairs = await told(engine, run.id)
    assert codes == {"NO_CAPACITY_LEFT", "CAP_REACHED"}
    assert limits
    # 吴桂 has one place, which no cap closes.
    assert {repair.code for repair in repairs} <= {"RAISE_CAP", "ADD_PLACE", "ALLOW_PAIR"}
    raising = [repair for repair in repairs if repair.code == "RAISE_CAP"]
    assert {repair.limit_rule_id for repair in raising} == limits < caps
    best = max(raising, key=lambda repair: repair.change)
    await limit(engine, organizer, cohort, CAP, 2, mentor_id=best.mentor_id)
    better = await matched(engine, organizer, cohort)
    assert better.matched == 4
    assert better.objective == pytest.approx(run.objective + best.change, abs=2e-6)


async def test_two_caps_of_one_number_are_both_told_and_neither_is_said_to_be_enough(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    song = await ids(engine, Mentor, "陈松")
    both = {
        (await limit(engine, organizer, cohort, CAP, 1)).id,
        (await limit(engine, organizer, cohort, CAP, 1, mentor_id=song)).id,
    }
    codes, limits, repairs = await told(engine, (await matched(engine, organizer, cohort)).id)
    assert "CAP_REACHED" in codes
    assert limits == both
    of_song = [each for each in repairs if each.code == "RAISE_CAP" and each.mentor_id == song]
    assert [each.limit_rule_id for each in of_song] == [None]


async def test_who_might_have_only_a_mentor_capped_at_none_is_told_the_cap(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    cap = await limit(engine, organizer, cohort, CAP, 0)
    codes, limits, _ = await told(engine, (await matched(engine, organizer, cohort)).id)
    assert codes == {"NO_MENTORS", "CAP_REACHED"}
    assert limits == {cap.id}


async def test_preset_of_a_load_is_a_limit_that_goes_with_it(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    entry = PresetEntry("ONE_EACH", "一对一", PresetKind.LOAD, {"most": 1}, "一名导师只带一人")
    rule_id = await apply(engine, organizer, cohort, entry)
    run = await matched(engine, organizer, cohort)
    assert run.matched == 3
    _, limits, repairs = await told(engine, run.id)
    async with reading(engine) as session:
        (cap,) = (await session.execute(select(LimitRule))).scalars()
    assert limits == {cap.id} == {each.limit_rule_id for each in repairs if each.code == "RAISE_CAP"}
    assert (cap.kind, cap.number, cap.reason, cap.cohort_rule_id) == (CAP, 1, "一名导师只带一人", rule_id)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await remove_limit_rule(session, organizer, cap.id)
    assert (refusal.value.code, refusal.value.values["name"]) == ("LIMIT_OF_PRESET", "一对一")
    # One set by hand stands beside it.
    await limit(engine, organizer, cohort, CAP, 3)
    assert (await matched(engine, organizer, cohort)).matched == 3
    async with writing(engine) as session:
        await remove_cohort_rule(session, organizer, rule_id)
    assert (await matched(engine, organizer, cohort)).matched == 4


async def test_presets_of_minimums_and_quotas_hold_in_the_next_match(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    free = await matched(engine, organizer, cohort)
    least = PresetEntry("EVERY", "人人带", PresetKind.MINIMUM, {"least": 1}, "每位导师都带人")
    quota = PresetEntry("MIXED", "不扎堆", PresetKind.QUOTA, {"trainee_county": 1.0}, "同县分开")
    assert set((await loads(engine, free.id)).values()) != {1, 2}
    for entry in (least, quota):
        await apply(engine, organizer, cohort, entry)
    run = await matched(engine, organizer, cohort)
    assert set((await loads(engine, run.id)).values()) == {1, 2}
    found = await pairs(engine, run.id)
    # 李明 in row 2 and 王芳 are both of 汇川区.
    assert found["李明", 2] != found["王芳", 4]
    for entry in (
        PresetEntry("BAD", "错", PresetKind.QUOTA, {}, "试"),
        PresetEntry("BAD", "错", PresetKind.QUOTA, {"village": 1}, "试"),
        PresetEntry("BAD", "错", PresetKind.QUOTA, {"trainee_role": 1.5}, "试"),
        PresetEntry("BAD", "错", PresetKind.MINIMUM, {"least": 0}, "试"),
    ):
        with pytest.raises(StudioError, match="PRESET_PARAMETER"):
            await apply(engine, organizer, cohort, entry)


async def capped_run(engine: AsyncEngine, organizer: Actor, cohort_id: UUID) -> tuple[MatchRun, UUID, UUID]:
    """A run in which 陈松 is full by a cap, somebody else's trainee whom 陈松 might have, and 陈松."""
    song = await ids(engine, Mentor, "陈松")
    await limit(engine, organizer, cohort_id, CAP, 1, mentor_id=song, reason="身体原因")
    run = await matched(engine, organizer, cohort_id)
    found = await pairs(engine, run.id)
    assert list(found.values()).count("陈松") == 1
    (name, row) = next(each for each, mentor in found.items() if mentor != "陈松")
    return run, await ids(engine, Trainee, name, row), song


async def test_override_above_a_cap_is_refused_with_the_cap_and_the_ways_out(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    run, trainee, song = await capped_run(engine, organizer, cohort)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await override_pairing(session, organizer, run.id, trainee, song, reason="路近")
    assert (refusal.value.code, refusal.value.field) == ("CAPACITY_EXCEEDED", "mentorId")
    words = {
        "zh": ("陈松最多带 1 人", "身体原因", "组织者", "--move-others"),
        "en": ("陈松", "at most 1", "身体原因", "organizer", "--move-others"),
    }
    for language, asked in words.items():
        assert all(word in refusal.value.message(language) for word in asked), refusal.value.message(language)


async def test_preview_tells_the_cap_and_exactly_what_raising_it_by_one_comes_to(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    run, trainee, song = await capped_run(engine, organizer, cohort)
    preview = await ask(engine, organizer, run.id, trainee, song)
    assert preview.alone is None
    (cap,) = preview.caps
    assert (cap.reason, cap.author) == ("身体原因", "ORGANIZER")
    assert preview.relaxed is not None
    assert not preview.relaxed.others
    assert all(
        word in told_preview(preview, "zh") for word in ("陈松最多带 1 人", "身体原因", "限额放宽一人")
    )
    assert "raised by one" in told_preview(preview, "en")
    await limit(engine, organizer, cohort, CAP, 2, mentor_id=song)
    after = await ask(engine, organizer, run.id, trainee, song)
    assert after.caps == ()
    assert after.relaxed is None
    assert await save(engine, organizer, run.id, (trainee, song)) == preview.relaxed.change


async def test_preview_of_a_mentor_who_may_take_nobody_tells_the_cap(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    song = await ids(engine, Mentor, "陈松")
    await limit(engine, organizer, cohort, CAP, 0, mentor_id=song, reason="休假")
    run = await matched(engine, organizer, cohort)
    trainee = (await everybody(engine, Trainee))[0]
    preview = await ask(engine, organizer, run.id, trainee, song)
    assert preview.verdict is Verdict.NO_PLACES
    assert "休假" in told_preview(preview, "zh")
    assert preview.relaxed is not None


async def suppose(engine: AsyncEngine, actor: Actor, run: MatchRun, **how: Any) -> WhatIf:
    async with reading(engine) as session:
        return await what_if(session, actor, run.id, Supposition(**how), stability=0.0)


async def test_supposed_capacity_opens_no_more_than_the_cap_allows_and_says_so(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    run, _, song = await capped_run(engine, organizer, cohort)
    found = await suppose(engine, organizer, run, capacities={song: 4})
    assert found.changes == ()
    ((mentor, cap),) = found.held_back
    assert (mentor.id, cap.number) == (song, 1)
    for language in ("zh", "en"):
        assert "身体原因" in told_held_back(mentor, cap, language)
    # Less than the cap is no matter of the cap.
    none = await suppose(engine, organizer, run, capacities={song: 0})
    assert none.held_back == ()
    assert none.changes


async def test_pins_above_a_cap_are_told_with_the_cap(
    engine: AsyncEngine, organizer: Actor, cohort: UUID
) -> None:
    song = await ids(engine, Mentor, "陈松")
    for name, row in (("赵强", None), ("李明", 2)):
        trainee = await ids(engine, Trainee, name, row)
        async with writing(engine) as session:
            await set_rule(session, organizer, trainee, song, RuleKind.PIN, reason="熟")
    await limit(engine, organizer, cohort, CAP, 1, mentor_id=song, reason="身体原因")
    message = (await refused(engine, organizer, cohort)).message("zh")
    assert all(word in message for word in ("陈松最多带 1 人", "身体原因", "固定了 2 对"))


def test_quota_of_a_part_is_told_in_words() -> None:
    rule = LimitRule(kind=LimitKind.QUOTA, number=2, grouped_by=LimitGroup.PAIRING_KIND, value="THEORY")
    assert told_limit(rule, {}, "zh") == "每位导师作理论导师最多带 2 人"
    assert "2 as mentor of theory" in told_limit(rule, {}, "en")
