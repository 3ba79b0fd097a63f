import math
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from studio.operations.needs.needs import compute_needs
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.limits import remove_limit_rule, set_limit_rule
from studio.operations.rules.presets import (
    PresetEntry,
    apply_rule_preset,
    create_rule_preset,
    remove_cohort_rule,
)
from studio.operations.runs.runs import match_cohort
from studio.operations.surveys.survey_imports import import_survey
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.limit_enums import LimitKind
from studio.store.mentor_enums import MentorKind
from studio.store.preset_enums import PresetKind
from studio.store.tables import Mentor, Topic, TopicGap, TraineeNeed
from tests.studio.operations.conftest import MENTOR_HEADER, ROSTER, SURVEY, csv_file, ids
from tests.studio.operations.test_submitted_needs import jobs_done, waiting

# One writes well and has two places, one knows grids and has none.
MENTORS = csv_file(
    MENTOR_HEADER,
    ("周兰", "竹园社区", "汇川区", 2, 12, "文稿写作:4;民生服务:1", "", ""),
    ("陈松", "和平社区", "播州区", 0, 8, "网格治理:5", "", ""),
)


async def compute(engine: AsyncEngine, organizer: Actor, number: int = 3) -> dict[str, TopicGap]:
    async with writing(engine) as session:
        cohort = await find_cohort(session, organizer.studio_id, number)
        await compute_needs(session, organizer, cohort.id)
    return await read(engine, cohort.id)


async def read(engine: AsyncEngine, cohort_id: UUID) -> dict[str, TopicGap]:
    async with reading(engine) as session:
        found = await session.execute(
            select(Topic.code, TopicGap)
            .join(TopicGap, TopicGap.topic_id == Topic.id)
            .where(TopicGap.cohort_id == cohort_id)
        )
        return {row[0]: row[1] for row in found}


async def load(engine: AsyncEngine, organizer: Actor, survey: bytes, number: int = 3) -> None:
    async with writing(engine) as session:
        await import_roster(session, organizer, ROSTER, "roster.csv", number)
        await import_mentors(session, organizer, MENTORS, "mentors.csv")
        await import_survey(session, organizer, survey, "survey.csv", number, 1)


async def test_demand_is_the_sum_of_the_trainees_needs(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, SURVEY)
    gaps = await compute(engine, organizer)
    async with reading(engine) as session:
        needs = await session.execute(
            select(Topic.code, TraineeNeed.need).join(TraineeNeed, TraineeNeed.topic_id == Topic.id)
        )
        total = dict.fromkeys(gaps, 0.0)
        for code, need in needs.all():
            total[code] += need
    # Needs below 0.01 are not stored one by one.
    assert {code: gap.demand for code, gap in gaps.items()} == pytest.approx(total, abs=0.03)
    assert gaps["WRITING"].respondents == 1


async def test_supply_is_strength_times_places(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, SURVEY)
    gaps = await compute(engine, organizer)
    strengths = {"WRITING": 0.8 * 2, "LIVELIHOOD": 0.2 * 2, "GRID": 0.0}
    assert {code: gap.supply for code, gap in gaps.items()} == pytest.approx(strengths)
    assert {code: gap.mentors for code, gap in gaps.items()} == {"WRITING": 1, "LIVELIHOOD": 0, "GRID": 0}
    for gap in gaps.values():
        assert 0 <= gap.places_short - max(gap.demand - gap.supply, 0) < 1
    assert gaps["GRID"].places_short > 0
    open_gaps = [gap.demand - gap.supply for gap in sorted(gaps.values(), key=lambda gap: gap.position)]
    assert open_gaps == sorted(open_gaps, reverse=True)


async def test_places_of_another_cohort_are_no_supply(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, SURVEY, number=3)
    async with writing(engine) as session:
        cohort = await find_cohort(session, organizer.studio_id, 3)
        run = await match_cohort(session, organizer, cohort.id)
        await publish_match_run(session, organizer, run.id, expected_version=run.version)
    # What the cohort's own pairs hold is still its own supply.
    assert (await compute(engine, organizer, 3))["WRITING"].supply == pytest.approx(1.6)
    async with writing(engine) as session:
        others = ROSTER.replace("王芳".encode(), "何敏".encode()).replace("赵强".encode(), "冯伟".encode())
        await import_roster(session, organizer, others, "roster.csv", 4)
        survey = SURVEY.replace("王芳".encode(), "何敏".encode())
        await import_survey(session, organizer, survey, "survey.csv", 4, 1)
    assert (await compute(engine, organizer, 4))["WRITING"].supply == 0


async def test_nobody_can_be_paired_with_an_anonymous_answer(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, csv_file(("最棘手的问题", "最急迫的难题"), ("材料写到半夜还被退回来", "")))
    assert await compute(engine, organizer) == {}


async def test_computing_again_changes_nothing(engine: AsyncEngine, organizer: Actor) -> None:
    await load(engine, organizer, SURVEY)
    before = {code: (gap.id, gap.version) for code, gap in (await compute(engine, organizer)).items()}
    assert {code: (gap.id, gap.version) for code, gap in (await compute(engine, organizer)).items()} == before


async def test_with_two_mentors_each_places_are_counted_by_what_mentors_teach_and_caps_close_some(
    engine: AsyncEngine, organizer: Actor
) -> None:
    await load(engine, organizer, SURVEY)
    one = await compute(engine, organizer)
    async with writing(engine) as session:
        cohort = await find_cohort(session, organizer.studio_id, 3)
        for code, kind, numbers in (
            ("TWO", PresetKind.TWO_MENTORS, {}),
            ("ONE", PresetKind.LOAD, {"most": 1}),
        ):
            entry = PresetEntry(code, "预设", kind, numbers, "试")
            preset = await create_rule_preset(session, organizer, entry)
            await apply_rule_preset(session, organizer, preset.id, cohort.id)
    # Of whom nobody recorded a kind, nobody knows which of the two to be.
    nobody = await compute(engine, organizer)
    assert {gap.supply for gap in nobody.values()} == {0.0}
    assert nobody["WRITING"].demand == pytest.approx(2 * one["WRITING"].demand)
    async with writing(engine) as session:
        lan = await session.get_one(Mentor, await ids(engine, Mentor, "周兰"))
        lan.kind = MentorKind.THEORY
    two = await compute(engine, organizer)
    # One place of the two is left by the cap, for theory alone.
    assert two["WRITING"].supply == pytest.approx(0.8)
    half = one["WRITING"].demand
    assert two["WRITING"].places_short == math.ceil(half + max(half - 0.8, 0) - 1e-9)


async def test_gaps_follow_limits_and_presets_by_themselves(engine: AsyncEngine, organizer: Actor) -> None:
    """Nobody has to ask for a computation: a job does, once for all rules that are set within some seconds."""
    await load(engine, organizer, SURVEY)
    before = await compute(engine, organizer)
    async with writing(engine) as session:
        cohort = await find_cohort(session, organizer.studio_id, 3)
        cap = await set_limit_rule(session, organizer, cohort.id, LimitKind.CAP, 1, reason="今年都少带")
        entry = PresetEntry("LEAST", "预设", PresetKind.LOAD, {"most": 1}, "试")
        preset = await create_rule_preset(session, organizer, entry)
        rule = await apply_rule_preset(session, organizer, preset.id, cohort.id)
    assert await waiting(engine) == 1
    await jobs_done(engine)
    capped = await read(engine, cohort.id)
    assert capped["WRITING"].supply == pytest.approx(before["WRITING"].supply / 2)
    async with writing(engine) as session:
        await remove_limit_rule(session, organizer, cap.id)
        await remove_cohort_rule(session, organizer, rule.id)
    await jobs_done(engine)
    assert (await read(engine, cohort.id))["WRITING"].supply == before["WRITING"].supply
