"""What if over GraphQL: the organizer's question, in both languages, and nobody else's."""

from typing import Any

import pytest
from sqlmodel import select

from graph.execute import operation
from studio.store.clock import held_at
from studio.store.database import reading
from studio.store.enums import Role
from studio.store.tables import Mentor, Pairing
from tests.graph.conftest import Loaded


async def question(demo: Loaded, role: Role = Role.ORGANIZER, language: str = "zh", **supposed: Any) -> Any:
    given = {"run": demo.id("MatchRun", demo.run), "input": supposed}
    return await demo.ask(operation("WhatIf"), role, language, **given)


async def test_leaving_mentor_shows_who_moves_and_what_it_costs(demo: Loaded) -> None:
    assert demo.run.started_at
    with held_at(demo.run.started_at):
        answer = await question(demo, mentorsLeave=[demo.id("Mentor", demo.mentor)])
    assert not answer.errors
    found = answer.parsed()["whatIf"]
    async with reading(demo.engine) as session:
        query = select(Pairing).where(Pairing.run_id == demo.run.id, Pairing.mentor_id == demo.mentor.id)
        theirs = [demo.id("Trainee", pair) for pair in (await session.execute(query)).scalars()]
        assert len((await session.execute(select(Mentor))).scalars().all()) > 1
    moved = {change["trainee"]["id"]: change for change in found["changes"]}
    assert len(theirs) <= found["nMoved"] <= found["bestNMoved"]
    assert not found["inputChanged"]
    assert found["before"]["objective"] == demo.run.objective
    assert found["after"]["objective"] <= found["best"]["objective"] <= found["best"]["bound"] + 1e-6
    for change in moved.values():
        assert change["trainee"]["name"] in change["text"]
        for side in ("before", "after"):
            assert change[side] is None or change[side]["name"] in change["text"]
        assert not change["after"] or change["after"]["id"] != demo.id("Mentor", demo.mentor)
    english = (await question(demo, language="en", mentorsLeave=[demo.id("Mentor", demo.mentor)])).parsed()
    assert english["whatIf"]["changes"][0]["text"] != found["changes"][0]["text"]


async def test_newcomer_has_no_id(demo: Loaded) -> None:
    newcomer = {"name": "赵新", "role": "RESERVE_CADRE", "level": "ABLE", "painPoints": ["材料老是被退"]}
    found = (await question(demo, newTrainees=[newcomer])).parsed()["whatIf"]
    (joined,) = [change for change in found["changes"] if change["joins"]]
    assert joined["trainee"] == {"id": None, "name": "赵新", "community": None}
    assert found["after"]["total"] == found["before"]["total"] + 1


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_others_may_not_ask(demo: Loaded, role: Role) -> None:
    answer = await question(demo, role, mentorsLeave=[demo.id("Mentor", demo.mentor)])
    assert [error.extensions["code"] for error in answer.errors] == ["FORBIDDEN"]


async def test_wrong_questions_are_refused_with_codes(demo: Loaded) -> None:
    trainee, mentor = demo.id("Trainee", demo.trainee), demo.id("Mentor", demo.mentor)
    pair = {"traineeId": trainee, "mentorId": mentor}
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("NOTHING_SUPPOSED", {}),
        ("BAD_USER_INPUT", {"mentorsLeave": [trainee]}),
        ("TOO_MANY_SUPPOSED", {"mentorsLeave": [mentor] * 51}),
        ("SUPPOSED_TWICE", {"pin": [pair], "forbid": [pair]}),
        ("CAPACITY_OUT_OF_RANGE", {"capacities": [{"mentorId": mentor, "capacity": -1}]}),
    ]
    for code, supposed in wrong:
        (error,) = (await question(demo, **supposed)).errors
        assert error.extensions["code"] == code
