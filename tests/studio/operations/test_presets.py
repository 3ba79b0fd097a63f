"""Presets of rules: what they change in the next match, until when, and how they are edited and undone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from matching import MentorAffinity
from seed.presets import load_presets
from studio.errors import Forbidden, StudioError
from studio.operations.pairings.offering import offer_place
from studio.operations.pairings.publishing import last_day_to_answer, publish_match_run
from studio.operations.rules.preset_effects import weights_under
from studio.operations.rules.presets import (
    PresetEntry,
    apply_rule_preset,
    create_rule_preset,
    install_presets,
    remove_cohort_rule,
    update_rule_preset,
)
from studio.operations.runs.runs import match_cohort
from studio.operations.suppositions.obstacles import ObstacleKind
from studio.operations.suppositions.what_if_words import told_preview
from studio.permissions import Actor
from studio.store.clock import held_at, today
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.preset_enums import PresetKind
from studio.store.tables import CohortRule, MatchRun, Mentor, Pairing, RulePreset, ScorePart, Trainee
from tests.databases import remembered
from tests.studio.operations.conftest import ids, pairs
from tests.studio.operations.test_override_preview import ask


@remembered
async def presets(engine: AsyncEngine, organizer: Actor) -> dict[str, UUID]:
    async with writing(engine) as session:
        assert await install_presets(session, organizer.studio_id, load_presets()) == 10
    async with reading(engine) as session:
        found = await session.execute(select(RulePreset).order_by(RulePreset.position))
        return {preset.code: preset.id for preset in found.scalars()}


@pytest.fixture
async def first_run(engine: AsyncEngine, run_id: UUID) -> MatchRun:
    async with reading(engine) as session:
        return await session.get_one(MatchRun, run_id)


async def put(engine: AsyncEngine, actor: Actor, preset_id: UUID, run: MatchRun, **how: Any) -> UUID:
    async with writing(engine) as session:
        return (await apply_rule_preset(session, actor, preset_id, run.cohort_id, **how)).id


async def rematch(engine: AsyncEngine, actor: Actor, run: MatchRun) -> MatchRun:
    async with writing(engine) as session:
        return await match_cohort(session, actor, run.cohort_id)


async def test_five_years_in_post_forbid_with_reason_until_they_expire(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], cohort_id: UUID
) -> None:
    """吴桂 has been in post for three years, and without him there are three places for four."""
    async with writing(engine) as session:
        first_run = await match_cohort(session, organizer, cohort_id)
    assert "吴桂" in (await pairs(engine, first_run.id)).values()
    until = today() + timedelta(days=30)
    how = {"reason": "今年换届", "expires_on": until}
    rule_id = await put(engine, organizer, presets["FIVE_YEARS"], first_run, **how)
    run = await rematch(engine, organizer, first_run)
    assert run.id != first_run.id
    assert "吴桂" not in (await pairs(engine, run.id)).values()
    zhao, gui = await ids(engine, Trainee, "赵强"), await ids(engine, Mentor, "吴桂")
    preview = await ask(engine, organizer, run.id, zhao, gui)
    (obstacle,) = preview.obstacles
    assert (obstacle.kind, obstacle.reason, obstacle.author) == (
        ObstacleKind.TENURE,
        "今年换届",
        "ORGANIZER",
    )
    for language in ("zh", "en"):
        assert all(word in told_preview(preview, language) for word in ("今年换届", until.isoformat()))
    with held_at(datetime.now(UTC) + timedelta(days=40)):
        later = await rematch(engine, organizer, first_run)
    assert "吴桂" in (await pairs(engine, later.id)).values()
    async with writing(engine) as session:
        await remove_cohort_rule(session, organizer, rule_id)
    undone = await rematch(engine, organizer, first_run)
    assert undone.input_hash == first_run.input_hash
    assert await pairs(engine, undone.id) == await pairs(engine, first_run.id)


@pytest.mark.parametrize("code", ["SAME_COUNTY", "COMPLEMENTARY", "STRONG_LEADS_WEAK"])
async def test_weights_of_a_preset_are_those_of_the_next_match(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun, code: str
) -> None:
    await put(engine, organizer, presets[code], first_run)
    run = await rematch(engine, organizer, first_run)
    assert run.input_hash != first_run.input_hash
    async with reading(engine) as session:
        found = await session.execute(
            select(ScorePart.code, ScorePart.weight)
            .join(Pairing, Pairing.id == ScorePart.pairing_id)
            .where(Pairing.run_id == run.id)
            .distinct()
        )
        weights = {code.lower(): weight for code, weight in found.all()}
    asked = next(preset.parameters for preset in load_presets() if preset.code == code)
    assert {part: weights[part] for part in asked} == asked
    assert sum(weights.values()) == pytest.approx(1)
    # The others keep their proportions.
    assert {"need_strength", "evidence"} & asked.keys() or weights["need_strength"] > weights["evidence"]


async def test_no_mentor_takes_more_than_a_preset_says(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    before = list((await pairs(engine, first_run.id)).values())
    assert max(map(before.count, before)) > 1
    async with writing(engine) as session:
        await update_rule_preset(
            session, organizer, presets["ONE_TO_N"], expected_version=1, parameters={"most": 1}
        )
    await put(engine, organizer, presets["ONE_TO_N"], first_run)
    run = await rematch(engine, organizer, first_run)
    after = list((await pairs(engine, run.id)).values())
    assert (run.matched, max(map(after.count, after))) == (3, 1)


async def test_both_sides_answer_within_the_days_of_the_preset(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    await put(engine, organizer, presets["BOTH_AGREE"], first_run)
    async with writing(engine) as session:
        await publish_match_run(session, organizer, first_run.id, expected_version=first_run.version)
    async with reading(engine) as session:
        days = (await session.execute(select(Pairing.answer_by).distinct())).scalars().all()
    assert days == [today() + timedelta(days=7)]


async def test_place_offered_later_is_answered_within_the_days_of_the_preset(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    async with writing(engine) as session:
        await publish_match_run(session, organizer, first_run.id, expected_version=first_run.version)
    await put(engine, organizer, presets["BOTH_AGREE"], first_run)
    async with writing(engine) as session:
        assert await last_day_to_answer(session, first_run.cohort_id) == today() + timedelta(days=7)
        taken = (
            (await session.execute(select(Pairing).where(Pairing.run_id == first_run.id))).scalars().first()
        )
        await session.delete(taken)
    async with writing(engine) as session:
        offered = await offer_place(
            session, organizer, first_run.id, taken.trainee_id, taken.mentor_id, reason="候补"
        )
    assert offered.answer_by == today() + timedelta(days=7)


async def test_preset_is_applied_again_after_its_last_day(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    await put(engine, organizer, presets["FIVE_YEARS"], first_run, expires_on=today())
    with pytest.raises(StudioError, match="PRESET_APPLIED"):
        await put(engine, organizer, presets["FIVE_YEARS"], first_run)
    with held_at(datetime.now(UTC) + timedelta(days=2)):
        again = await put(engine, organizer, presets["FIVE_YEARS"], first_run, reason="再试一批")
    async with reading(engine) as session:
        (rule,) = (await session.execute(select(CohortRule))).scalars().all()
    assert (rule.id, rule.reason, rule.expires_on) == (again, "再试一批", None)


async def test_cadence_is_kept_and_changes_no_match(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    rule_id = await put(engine, organizer, presets["MONTH_QUARTER_YEAR"], first_run)
    assert (await rematch(engine, organizer, first_run)).id == first_run.id
    async with reading(engine) as session:
        rule = await session.get_one(CohortRule, rule_id)
    assert rule.parameters == {"talk_days": 31, "review_days": 92, "assessment_days": 366}
    assert rule.reason


async def test_presets_that_cannot_be_applied_are_refused(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID], first_run: MatchRun
) -> None:
    async with writing(engine) as session:
        await update_rule_preset(session, organizer, presets["ONE_TO_N"], expected_version=1, archived=True)
    await put(engine, organizer, presets["FIVE_YEARS"], first_run)
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("ONE_TO_N", "PRESET_ARCHIVED", {}),
        ("FIVE_YEARS", "PRESET_APPLIED", {}),
        ("SAME_COUNTY", "EXPIRY_PAST", {"expires_on": date(2020, 1, 1)}),
    ]
    for preset, code, how in refused:
        with pytest.raises(StudioError) as refusal:
            await put(engine, organizer, presets[preset], first_run, **how)
        assert refusal.value.code == code
        assert refusal.value.message("zh") != refusal.value.message("en")


async def test_what_people_edited_stays_when_the_starter_comes_again(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID]
) -> None:
    tenure, until = presets["FIVE_YEARS"], date(2999, 1, 1)
    change: dict[str, Any] = {"name": "满八年", "parameters": {"years": 8}, "expires_on": until}
    async with writing(engine) as session:
        edited = await update_rule_preset(session, organizer, tenure, expected_version=1, **change)
        assert (edited.version, edited.author) == (2, "ORGANIZER")
        assert await install_presets(session, organizer.studio_id, load_presets()) == 10
    async with reading(engine) as session:
        kept = await session.get_one(RulePreset, tenure)
    assert (kept.name, kept.parameters, kept.expires_on) == ("满八年", {"years": 8}, until)
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await update_rule_preset(session, organizer, tenure, expected_version=1, name="又改")
    assert refusal.value.code == "CONFLICT_VERSION"
    async with writing(engine) as session:
        endless = await update_rule_preset(session, organizer, tenure, expected_version=2, unlimited=True)
    assert endless.expires_on is None


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("kind", "parameters", "code"),
    [
        ("WEIGHTS", {}, "PRESET_WEIGHTS"),
        ("WEIGHTS", {"shoe_size": 0.5}, "PRESET_WEIGHTS"),
        ("WEIGHTS", {"region": 0.123}, "PRESET_WEIGHTS"),
        ("WEIGHTS", {"region": -0.1}, "PRESET_WEIGHTS"),
        ("WEIGHTS", {"region": NAN}, "PRESET_WEIGHTS"),
        ("WEIGHTS", {"region": 0.6, "level": 0.5}, "PRESET_WEIGHTS"),
        ("TENURE", {}, "PRESET_PARAMETER"),
        ("TENURE", {"years": 99}, "PRESET_PARAMETER"),
        ("TENURE", {"years": INFINITE}, "PRESET_PARAMETER"),
        ("LOAD", {"most": 1.5}, "PRESET_PARAMETER"),
        ("LOAD", {"most": 0}, "PRESET_PARAMETER"),
        ("CONSENT", {"days": 7, "more": 1}, "PRESET_PARAMETER"),
        ("TWO_MENTORS", {"years": 1}, "PRESET_PARAMETER"),
    ],
)
async def test_parameters_that_do_not_fit_are_refused(
    engine: AsyncEngine, organizer: Actor, kind: str, parameters: dict[str, float], code: str
) -> None:
    entry = PresetEntry("P", "预设", PresetKind(kind), parameters, "试")
    with pytest.raises(StudioError) as refusal:
        async with writing(engine) as session:
            await create_rule_preset(session, organizer, entry)
    assert refusal.value.code == code


async def test_preset_needs_code_name_and_reason_and_an_organizer(
    engine: AsyncEngine, organizer: Actor, presets: dict[str, UUID]
) -> None:
    good: dict[str, Any] = {"code": "P", "name": "预设", "reason": "试"}
    wrong = [
        ("REASON_MISSING", {"reason": " "}),
        ("PRESET_UNNAMED", {"code": ""}),
        ("PRESET_UNNAMED", {"name": " "}),
        ("PRESET_CODE_TAKEN", {"code": "SAME_COUNTY"}),
    ]
    for code, change in wrong:
        entry = PresetEntry(**{**good, **change}, kind=PresetKind.TENURE, parameters={"years": 3})
        with pytest.raises(StudioError) as refusal:
            async with writing(engine) as session:
                await create_rule_preset(session, organizer, entry)
        assert refusal.value.code == code
    entry = PresetEntry(**good, kind=PresetKind.TENURE, parameters={"years": 3})
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            async with writing(engine) as session:
                await create_rule_preset(session, Actor(role, organizer.studio_id), entry)
    async with writing(engine) as session:
        made = await create_rule_preset(session, organizer, entry)
    assert (made.position, made.author) == (10, "ORGANIZER")


PARTS = sorted(MentorAffinity().weights_)


@given(st.lists(st.dictionaries(st.sampled_from(PARTS), st.integers(0, 14)), max_size=4))
def test_weights_stay_whole_hundredths_that_sum_to_one(asked: list[dict[str, int]]) -> None:
    rules = [
        CohortRule(kind=PresetKind.WEIGHTS, parameters={part: cents / 100 for part, cents in each.items()})
        for each in asked
    ]
    found = weights_under(MentorAffinity().weights_, rules)
    assert list(found) == list(MentorAffinity().weights_)
    assert sum(round(weight * 100) for weight in found.values()) == 100
    highest: dict[str, float] = {}
    for each in asked:
        for part, cents in each.items():
            highest[part] = max(highest.get(part, 0), cents / 100)
    if set(highest) < set(PARTS):
        assert {part: found[part] for part in highest} == highest
    # The engine takes them.
    MentorAffinity().set_params(**found).fit([[1.0, 0.0]])
