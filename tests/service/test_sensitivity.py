"""What organizers are shown of how much to trust a pair, and what nobody else is."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.pairs import match_json, print_match
from service.report import write_report
from studio.operations.pairings.pairings import override_pairing
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.identity import global_id
from studio.store.tables import Mentor, Trainee
from tests.service.test_report import Page, studio_with
from tests.studio.operations.conftest import MENTORS, SURVEY, ids


@pytest.fixture
async def matched(engine: AsyncEngine) -> tuple[AsyncEngine, Actor, Any]:
    actor = await studio_with(engine, SURVEY)
    async with writing(engine) as session:
        await import_mentors(session, actor, MENTORS.replace(b",2,8,", b",4,8,"), "mentors.csv")
        cohort = await find_cohort(session, actor.studio_id, 3)
        run = await match_cohort(session, actor, cohort.id)
    return engine, actor, run


async def shown(engine: AsyncEngine, actor: Actor, run: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    result = await match_json(engine, actor, global_id("MatchRun", run.id), "zh")
    return result, {
        (pair["traineeName"], pair["traineeCommunity"]): pair["sensitivity"] for pair in result["pairs"]
    }


async def test_match_and_report_name_the_firm_and_who_else_it_might_be(
    matched: tuple[AsyncEngine, Actor, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    engine, actor, run = matched
    result, pairs = await shown(engine, actor, run)
    figures = result["sensitivity"]
    assert figures["examined"] == len(pairs) == 4
    assert figures["firm"] == sum(pair["firm"] for pair in pairs.values())
    assert figures["share"] == pytest.approx(figures["firm"] / 4)
    print_match(result, "zh")
    printed = capsys.readouterr().out
    assert f"4 对里有 {figures['firm']} 对较稳" in printed.replace("\n", "")
    page = Page((await write_report(engine, actor, 3)).decode())
    assert f"4对里有{figures['firm']}对在90%以上的次数里不变" in page.text
    assert page.text.count("较稳") == figures["firm"] + 1
    for pair in pairs.values():
        if not pair["firm"]:
            assert f"也可以是{pair['runnerUpName']}" in page.text


async def test_overridden_pair_is_not_marked(matched: tuple[AsyncEngine, Actor, Any]) -> None:
    engine, actor, run = matched
    trainee, mentor = await ids(engine, Trainee, "李明", 2), await ids(engine, Mentor, "陈松")
    _, before = await shown(engine, actor, run)
    async with writing(engine) as session:
        await override_pairing(session, actor, run.id, trainee, mentor, reason="自己提出")
    _, after = await shown(engine, actor, run)
    assert before["李明", "桂语社区"] is not None
    assert after["李明", "桂语社区"] is None
    assert {key: mark for key, mark in after.items() if mark} == {
        key: mark for key, mark in before.items() if key != ("李明", "桂语社区")
    }
