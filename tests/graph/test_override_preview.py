"""The price of an override over GraphQL, in words, before it is saved; then saved as it was told."""

from typing import Any

import pytest

from graph.execute import operation
from studio.operations.runs.runs import match_cohort
from studio.store.clock import held_at
from studio.store.database import writing
from studio.store.enums import Role
from tests.graph.conftest import Loaded


async def preview(
    demo: Loaded, mentor: str, role: Role = Role.ORGANIZER, language: str = "zh", **given: str
) -> Any:
    asked = {"run": demo.id("MatchRun", demo.run), "trainee": demo.id("Trainee", demo.trainee), **given}
    return await demo.ask(operation("OverridePreview"), role, language, **asked, mentor=mentor)


async def others(demo: Loaded, trainee: str) -> list[str]:
    """Return the mentors whom a trainee does not have in the demo's run."""
    found = await demo.data(
        "query Q($r: ID!) {mentors(first: 100) {nodes {id}} "
        "pairings(first: 100, filter: {runId: $r}) {nodes {trainee {id} mentor {id}}}}",
        r=demo.id("MatchRun", demo.run),
    )
    theirs = {pair["trainee"]["id"]: pair["mentor"]["id"] for pair in found["pairings"]["nodes"]}
    return [each["id"] for each in found["mentors"]["nodes"] if each["id"] != theirs[trainee]]


async def unpinned(demo: Loaded) -> str:
    """Return a trainee of the demo's run whom no rule pins to a mentor."""
    found = await demo.data(
        "query Q($r: ID!) {rules(first: 100) {nodes {kind trainee {id}}} "
        "pairings(first: 100, filter: {runId: $r}) {nodes {trainee {id}}}}",
        r=demo.id("MatchRun", demo.run),
    )
    pinned = {rule["trainee"]["id"] for rule in found["rules"]["nodes"] if rule["kind"] == "PIN"}
    matched = [pair["trainee"]["id"] for pair in found["pairings"]["nodes"]]
    return str(next(each for each in matched if each not in pinned))


async def test_every_mentor_has_a_price_or_something_against(demo: Loaded) -> None:
    assert demo.run.started_at
    told, trainee = [], await unpinned(demo)
    with held_at(demo.run.started_at):
        for mentor in await others(demo, trainee):
            answer = await preview(demo, mentor, trainee=trainee)
            assert not answer.errors
            found = answer.parsed()["overridePreview"]
            told.append(found["text"])
            assert found["mentor"]["name"] in found["text"]
            assert not found["inputChanged"]
            if found["best"] is None:
                assert found["obstacles"] or found["verdict"] == "NO_PLACES"
                continue
            # The draft is optimal: no other pair can add.
            assert found["best"]["change"] <= 1e-6 or found["best"]["matched"] > demo.run.matched
            assert found["best"]["change"] >= found["together"]["change"] - 1e-6
            first = found["together"]["changes"][0]
            assert (first["trainee"]["id"], first["after"]["id"]) == (
                trainee,
                mentor,
            )
            for change in found["together"]["changes"][1:]:
                assert change["text"] in found["together"]["text"]
    assert len(told) > 5
    english = (await preview(demo, mentor, language="en", trainee=trainee)).parsed()["overridePreview"][
        "text"
    ]
    assert english not in told


async def test_present_mentor_is_told(demo: Loaded) -> None:
    found = (await preview(demo, demo.id("Mentor", demo.mentor))).parsed()["overridePreview"]
    assert (found["verdict"], found["together"]) == ("CHOSEN", None)


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_prices_are_for_organizers(demo: Loaded, role: Role) -> None:
    answer = await preview(demo, demo.id("Mentor", demo.mentor), role)
    assert [error.extensions["code"] for error in answer.errors] == ["FORBIDDEN"]


async def test_unknown_ids_are_refused(demo: Loaded) -> None:
    blank = "0" * 32
    for mentor, code in (
        (f"ME_{blank}", "NOT_FOUND"),
        (demo.id("Trainee", demo.trainee), "BAD_USER_INPUT"),
    ):
        (error,) = (await preview(demo, mentor)).errors
        assert error.extensions["code"] == code


async def test_override_moves_the_others_whom_the_preview_named(own_demo: Loaded) -> None:
    async with writing(own_demo.engine) as session:
        run = await match_cohort(session, own_demo.actor(Role.ORGANIZER), own_demo.cohort.id)
    of_run = {"run": own_demo.id("MatchRun", run)}
    trainee = await unpinned(own_demo)
    for mentor in await others(own_demo, trainee):
        shown = (await preview(own_demo, mentor, **of_run, trainee=trainee)).parsed()["overridePreview"]
        if shown["together"] and not shown["alone"]:
            break
    given = {"runId": of_run["run"], "traineeId": trainee, "mentorId": mentor, "reason": "同线"}
    document = operation("OverridePairing")
    refused = (await own_demo.data(document, input=given))["overridePairing"]
    assert [error["code"] for error in refused["userErrors"]] == ["CAPACITY_EXCEEDED"]
    done = (await own_demo.data(document, input={**given, "moveOthers": True}))["overridePairing"]
    assert done["userErrors"] == []
    assert done["scoreChange"] == pytest.approx(shown["together"]["change"], abs=1e-5)
    assert done["pairing"]["locked"]
    for change in shown["together"]["changes"]:
        again = await preview(own_demo, change["after"]["id"], **of_run, trainee=change["trainee"]["id"])
        assert again.parsed()["overridePreview"]["verdict"] == "CHOSEN"
