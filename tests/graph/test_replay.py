"""Replays over GraphQL."""

import pytest

from graph.execute import operation
from studio.store.enums import Role
from tests.graph.conftest import Loaded


async def test_published_run_of_the_demo_comes_out_the_same(demo: Loaded) -> None:
    run = demo.id("MatchRun", demo.run)
    found = (await demo.data(operation("ReplayMatchRun"), run=run))["replayMatchRun"]
    assert (found["outcome"], found["changes"], found["changed"]) == ("SAME", [], [])
    assert found["inputHash"] == found["inputHashNow"] == demo.run.input_hash


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_others_may_not_replay(demo: Loaded, role: Role) -> None:
    answer = await demo.ask(operation("ReplayMatchRun"), role, run=demo.id("MatchRun", demo.run))
    assert [error.extensions["code"] for error in answer.errors] == ["FORBIDDEN"]
