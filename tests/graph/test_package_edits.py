"""Editing a package by the API, and its versions with what differs."""

from typing import Any

import pytest

from graph.execute import run
from studio.store.enums import Role
from tests.graph.conftest import Loaded


async def edit(demo: Loaded, role: Role, before: int, **given: Any) -> dict[str, Any]:
    data = await run("EditPackage", demo.context(role), input=given, before=before)
    payload: dict[str, Any] = data["editPackage"]
    return payload


async def package_of(demo: Loaded, role: Role, **more: Any) -> list[dict[str, Any]]:
    """All versions of the published trainee's package, the newest first."""
    trainee = demo.id("Trainee", demo.trainee)
    data = await run("TraineePackage", demo.context(role), trainee=trainee, **more)
    versions: list[dict[str, Any]] = data["trainee"]["pairings"][0]["package"]["versions"]
    return versions


async def test_mentor_edits_and_the_trainee_sees_what_differs(own_demo: Loaded) -> None:
    (first,) = await package_of(own_demo, Role.MENTOR)
    contents = [item for item in first["items"] if item["content"]]
    out, changed = contents[0], contents[1]
    free = next(item for item in first["items"] if not item["content"] and item["day"] == 4)
    payload = await edit(
        own_demo,
        Role.MENTOR,
        first["number"],
        packageId=first["id"],
        expectedVersion=first["number"],
        reason="先干后学",
        idempotencyKey="k",
        edits=[
            {"action": "REMOVE", "position": out["position"]},
            {"action": "CHANGE", "position": changed["position"], "note": "先读一遍"},
            {"action": "MOVE", "position": free["position"], "day": 5},
            {"action": "ADD", "day": 3, "step": "DO", "minutes": 30, "note": "走访三户"},
        ],
    )
    assert payload["userErrors"] == []
    second = payload["package"]
    assert (second["number"], second["origin"], second["reason"]) == (2, "EDITED", "先干后学")
    newest, oldest = await package_of(own_demo, Role.TRAINEE, to=2, compare=True)
    assert (newest["number"], oldest["number"]) == (2, 1)
    assert newest["differences"] == []
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in oldest["differences"]:
        by_kind.setdefault(one["kind"], []).append(one)
    (removed,) = by_kind["REMOVED"]
    assert removed["before"]["content"] == out["content"]
    assert removed["after"] is None
    (added,) = by_kind["ADDED"]
    assert (added["before"], added["after"]["note"]) == (None, "走访三户")
    (moved,) = by_kind["MOVED"]
    assert (moved["before"]["day"], moved["after"]["day"]) == (4, 5)
    noted = [one["after"] for one in by_kind["CHANGED"] if one["after"]["note"]]
    assert [(one["content"], one["note"], one["edited"]) for one in noted] == [
        (changed["content"], "先读一遍", True)
    ]
    # Seen the other way round, what was added is gone.
    kinds = sorted(one["kind"] for one in second["differences"])
    back = {"ADDED": "REMOVED", "REMOVED": "ADDED"}
    assert kinds == sorted(back.get(one["kind"], one["kind"]) for one in oldest["differences"])


async def test_refusals_name_the_field(own_demo: Loaded) -> None:
    (first,) = await package_of(own_demo, Role.MENTOR)
    given = {"packageId": first["id"], "expectedVersion": 1}
    far = await edit(own_demo, Role.MENTOR, 1, **given, edits=[{"action": "MOVE", "position": 0, "day": 9}])
    assert [(e["code"], e["field"]) for e in far["userErrors"]] == [
        ("DAY_OUT_OF_RANGE", ["edits", "0", "day"])
    ]
    strange = await edit(
        own_demo, Role.MENTOR, 1, **given, edits=[{"action": "REPLACE", "position": 0, "contentId": "CT_x"}]
    )
    assert [(e["code"], e["field"]) for e in strange["userErrors"]] == [
        ("UNKNOWN_ID", ["edits", "0", "contentId"])
    ]
    stale = await edit(
        own_demo,
        Role.MENTOR,
        1,
        packageId=first["id"],
        expectedVersion=7,
        edits=[{"action": "REMOVE", "position": 0}],
    )
    assert [error["code"] for error in stale["userErrors"]] == ["CONFLICT_VERSION"]
    assert stale["package"] is None


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.CLIENT_APP])
async def test_others_may_not_edit(demo: Loaded, role: Role) -> None:
    (first,) = await package_of(demo, Role.ORGANIZER)
    answer = await demo.ask(
        "mutation M($p: ID!) {editPackage(input: {packageId: $p, expectedVersion: 1, "
        "edits: [{action: REMOVE, position: 0}]}) {userErrors {code}}}",
        role,
        p=first["id"],
    )
    (error,) = answer.errors
    assert (error.extensions or {}).get("code") == "FORBIDDEN"
