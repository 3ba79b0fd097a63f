"""Ratings through the API: each side sees its own only; the card is for organizers."""

from typing import Any

import pytest

from graph.execute import execute, operation, run
from studio.store.enums import Role
from studio.store.identity import global_id
from tests.graph.conftest import Loaded

BOTH = (Role.MENTOR, Role.TRAINEE)


async def told(demo: Loaded, name: str, given: dict[str, Any], role: Role = Role.ORGANIZER) -> dict[str, Any]:
    """Return what a mutation answers."""
    answered = (await execute(operation(name), demo.context(role), {"input": given})).parsed()
    payload: dict[str, Any] = answered[name[0].lower() + name[1:]]
    return payload


async def begin(demo: Loaded) -> str:
    """Let both sides accept and the pair start; return its global id."""
    pairing = global_id("Pairing", demo.pairing.id)
    for role in BOTH:
        accepted = await told(demo, "AcceptPairing", {"pairingId": pairing}, role)
        assert accepted["userErrors"] == []
    version = accepted["pairing"]["version"]
    started = await told(demo, "StartPairing", {"pairingId": pairing, "expectedVersion": version})
    assert started["userErrors"] == []
    return pairing


async def test_each_side_sees_only_what_it_said(own_demo: Loaded) -> None:
    pairing = await begin(own_demo)
    for role, rating in zip(BOTH, (4, 2), strict=True):
        rated = await told(own_demo, "RatePairing", {"pairingId": pairing, "rating": rating}, role)
        assert rated["userErrors"] == []
        assert [(one["party"], one["rating"]) for one in rated["pairing"]["ratings"]] == [
            (role.value, rating)
        ]
    document = "query($id: ID!) { node(id: $id) { ... on Pairing { ratings { party rating } } } }"
    seen = (await own_demo.ask(document, id=pairing)).parsed()["node"]["ratings"]
    assert [(one["party"], one["rating"]) for one in seen] == [("MENTOR", 4), ("TRAINEE", 2)]


async def test_refusals_say_what_to_do(own_demo: Loaded) -> None:
    pairing = global_id("Pairing", own_demo.pairing.id)
    early = await told(own_demo, "RatePairing", {"pairingId": pairing, "rating": 3}, Role.MENTOR)
    assert [(one["code"], one["field"]) for one in early["userErrors"]] == [
        ("ILLEGAL_TRANSITION", ["pairingId"])
    ]
    wide = await told(own_demo, "RatePairing", {"pairingId": pairing, "rating": 9}, Role.MENTOR)
    assert wide["userErrors"][0]["code"] == "RATING_OUT_OF_RANGE"
    assert "1" in wide["userErrors"][0]["message"]
    assert "5" in wide["userErrors"][0]["message"]


async def test_card_says_that_the_prior_is_in_use(demo: Loaded) -> None:
    card = (await run("AffinityModel", demo.context()))["affinityModel"]
    assert (card["isHandSet"], card["ratings"], card["measures"], card["trainings"]) == (True, 0, [], [])
    assert sum(one["weight"] for one in card["weights"]) == pytest.approx(1)
    assert all(one["label"] != one["code"] for one in card["weights"])
    assert len(card["limits"]) == 3
    english = (await run("AffinityModel", demo.context(language="en")))["affinityModel"]
    assert english["limits"] != card["limits"]


async def test_learning_is_queued_once_per_key(own_demo: Loaded) -> None:
    first, again = [await told(own_demo, "LearnWeights", {"idempotencyKey": "a"}) for _ in range(2)]
    assert first == again
    assert (first["job"]["kind"], first["job"]["state"], first["userErrors"]) == (
        "LEARN_WEIGHTS",
        "QUEUED",
        [],
    )


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_the_card_is_for_organizers(demo: Loaded, role: Role) -> None:
    answered = await execute(operation("AffinityModel"), demo.context(role), {})
    (error,) = answered.errors
    assert (error.extensions or {})["code"] == "FORBIDDEN"
