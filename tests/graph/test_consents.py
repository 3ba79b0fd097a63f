"""Consents, proposals and roll back through the API: each side for itself, reasons for organizers only."""

from typing import Any

from graph.execute import run
from studio.operations.background.handlers import HANDLERS
from studio.operations.background.worker import Worker
from studio.store.enums import Role
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


async def mine(demo: Loaded, role: Role) -> dict[str, Any]:
    """Return the pairing of the demo's mentor and trainee, as the role sees it."""
    given = {"run": demo.id("MatchRun", demo.run)} if role is Role.ORGANIZER else {}
    pairs: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await run("Consents", demo.context(role), after=after, **given))["pairings"]
        pairs += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    (pair,) = [pair for pair in pairs if pair["id"] == demo.id("Pairing", demo.pairing)]
    return pair


async def test_both_sides_accept_and_the_mentor_starts(own_demo: Loaded) -> None:
    pairing = own_demo.id("Pairing", own_demo.pairing)
    for role, state in ((Role.TRAINEE, "AWAITING_CONSENT"), (Role.MENTOR, "CONFIRMED")):
        before = await mine(own_demo, role)
        payload = await act(
            own_demo, "AcceptPairing", role, pairingId=pairing, expectedVersion=before["version"]
        )
        assert payload["userErrors"] == []
        assert payload["pairing"]["state"] == state
    assert [one["party"] for one in payload["pairing"]["consents"]] == ["MENTOR", "TRAINEE"]
    version = payload["pairing"]["version"]
    started = await act(own_demo, "StartPairing", Role.MENTOR, pairingId=pairing, expectedVersion=version)
    assert started["pairing"]["state"] == "ACTIVE"
    for name, state, more in (
        ("PausePairing", "PAUSED", {"note": "换届"}),
        ("ResumePairing", "ACTIVE", {}),
        ("EndPairing", "ENDED", {"reason": "NEVER_MET"}),
    ):
        version += 1
        moved = await act(own_demo, name, pairingId=pairing, expectedVersion=version, **more)
        assert (moved["userErrors"], moved["pairing"]["state"]) == ([], state)
    over = await act(own_demo, "CompletePairing", pairingId=pairing, expectedVersion=version + 1)
    (error,) = over["userErrors"]
    assert (error["code"], error["check"], error["field"]) == (
        "ILLEGAL_TRANSITION",
        "STATE_ALLOWS",
        ["pairingId"],
    )
    seen = await mine(own_demo, Role.ORGANIZER)
    assert [step["reason"] for step in seen["history"]] == [None, None, None, None, None, "NEVER_MET"]
    assert seen["history"][3]["note"] == "换届"
    hidden = await mine(own_demo, Role.TRAINEE)
    assert {step["reason"] for step in hidden["history"]} == {None}
    assert {step["note"] for step in hidden["history"]} == {None}


async def test_decline_is_told_to_organizers_and_proposes_moves(own_demo: Loaded) -> None:
    pairing = own_demo.id("Pairing", own_demo.pairing)
    declined = await act(
        own_demo, "DeclinePairing", Role.TRAINEE, pairingId=pairing, reason="TOO_FAR", note="跨三个县"
    )
    assert (declined["userErrors"], declined["pairing"]["state"]) == ([], "DECLINED")
    (answer,) = (await mine(own_demo, Role.ORGANIZER))["consents"]
    assert (answer["reason"], answer["note"], answer["recordedBy"]) == ("TOO_FAR", "跨三个县", "TRAINEE")
    theirs = await mine(own_demo, Role.MENTOR)
    assert [(one["answer"], one["reason"], one["note"]) for one in theirs["consents"]] == [
        ("DECLINED", None, None)
    ]
    # Nothing of the trainee is the mentor's any more.
    assert theirs["trainee"] is None
    runs = "{matchRuns(first: 1) {nodes {id basedOn {id}}}}"
    (proposal,) = (await own_demo.data(runs))["matchRuns"]["nodes"]
    assert proposal["basedOn"]["id"] == own_demo.id("MatchRun", own_demo.run)
    worker = Worker(own_demo.engine, HANDLERS)
    while await worker.run_once():
        pass
    found = (await run("RematchProposal", own_demo.context(), run=proposal["id"]))["matchRun"]
    assert found["state"] in ("OPTIMAL", "FEASIBLE_WITH_BOUND")
    moved = {move["trainee"]["id"]: move for move in found["moves"]}
    own = moved[own_demo.id("Trainee", own_demo.trainee)]
    assert own["fromMentor"]["id"] == own_demo.id("Mentor", own_demo.mentor)
    change = sum((move["scoreAfter"] or 0) - (move["scoreBefore"] or 0) for move in found["moves"])
    total = found["certificate"]["objective"] - found["previousObjective"]
    assert abs(total - change) < 1e-5
    published = await act(own_demo, "PublishMatchRun", runId=proposal["id"], expectedVersion=found["version"])
    assert published["userErrors"] == []
    back = await act(
        own_demo,
        "RollBackMatchRun",
        runId=proposal["id"],
        reason="先不调整",
        expectedVersion=published["run"]["version"],
    )
    assert back["userErrors"] == []
    assert back["run"]["publishState"] == "ROLLED_BACK"
    assert (back["restored"]["id"], back["restored"]["publishState"]) == (
        own_demo.id("MatchRun", own_demo.run),
        "PUBLISHED",
    )
    assert (await mine(own_demo, Role.ORGANIZER))["state"] == "DECLINED"


async def test_organizers_answer_for_a_side_with_a_reason(own_demo: Loaded) -> None:
    pairing = own_demo.id("Pairing", own_demo.pairing)
    for given, code in (
        ({}, "CONSENT_PARTY"),
        ({"onBehalfOf": "MENTOR"}, "REASON_MISSING"),
        ({"onBehalfOf": "MENTOR", "onBehalfReason": "a\0"}, "TEXT_HAS_NUL"),
    ):
        refused = await act(own_demo, "AcceptPairing", Role.ORGANIZER, "en", pairingId=pairing, **given)
        (error,) = refused["userErrors"]
        assert error["code"] == code
        assert error["message"].isascii()
    done = await act(
        own_demo, "AcceptPairing", pairingId=pairing, onBehalfOf="MENTOR", onBehalfReason="电话里同意了"
    )
    (answer,) = done["pairing"]["consents"]
    assert (answer["party"], answer["answer"]) == ("MENTOR", "ACCEPTED")


async def test_waiting_run_is_cancelled_and_a_computed_one_is_not(own_demo: Loaded) -> None:
    cohort = own_demo.id("Cohort", own_demo.cohort)
    started = await act(own_demo, "StartMatchRun", cohortId=cohort, idempotencyKey="a")
    assert await act(own_demo, "StartMatchRun", cohortId=cohort, idempotencyKey="a") == started
    cancelled = await act(own_demo, "CancelMatchRun", runId=started["run"]["id"])
    assert (cancelled["run"]["state"], cancelled["run"]["job"]["state"]) == ("CANCELLED", "CANCELLED")
    computed = await act(own_demo, "CancelMatchRun", runId=own_demo.id("MatchRun", own_demo.run))
    assert [error["code"] for error in computed["userErrors"]] == ["JOB_ENDED"]
    proposed = await act(own_demo, "ProposeRematch", runId=own_demo.id("MatchRun", own_demo.run))
    assert proposed["run"]["state"] == "QUEUED"
    draft = await act(own_demo, "ProposeRematch", runId=proposed["run"]["id"])
    assert [error["check"] for error in draft["userErrors"]] == ["RUN_PUBLISHED"]


async def test_a_trainee_in_the_run_is_not_offered_another_place(own_demo: Loaded) -> None:
    given = {
        "runId": own_demo.id("MatchRun", own_demo.run),
        "traineeId": own_demo.id("Trainee", own_demo.trainee),
        "mentorId": own_demo.id("Mentor", own_demo.mentor),
    }
    refused = await act(own_demo, "OfferPlace", **given, reason="候补")
    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("TRAINEE_IN_RUN", ["traineeId"])
    ]
