"""Events of contents through the API: recorded, read again by those who may, and felt in what is recommended."""

import pytest

from graph.execute import run
from studio.store.collaborative import CollaborativeCheck
from studio.store.database import writing
from studio.store.enums import Role
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.MENTOR, Role.ORGANIZER])
async def test_what_is_done_is_kept_and_no_longer_recommended(own_demo: Loaded, role: Role) -> None:
    trainee = own_demo.id("Trainee", own_demo.trainee)
    before = (await run("TraineeRecommendations", own_demo.context(role), trainee=trainee))["trainee"]
    first = before["recommendations"][0]["content"]["id"]
    given = {"traineeId": trainee, "contentId": first, "kind": "DONE", "idempotencyKey": "a"}
    payload = await act(own_demo, "RecordContentEvent", role, **given)
    assert payload["userErrors"] == []
    assert payload["event"]["content"]["id"] == first
    left = [item["content"]["id"] for item in payload["trainee"]["recommendations"]]
    assert left
    assert first not in left
    assert await act(own_demo, "RecordContentEvent", role, **given) == payload
    given = {"traineeId": trainee, "contentId": left[0], "kind": "DISMISSED", "reason": "ALREADY_KNOWN"}
    await act(own_demo, "RecordContentEvent", role, **given)
    history = (await run("ContentHistory", own_demo.context(role), trainee=trainee))["trainee"]
    events = history["contentEvents"]["nodes"]
    assert [(event["kind"], event["reason"], event["content"]["id"]) for event in events] == [
        ("DISMISSED", "ALREADY_KNOWN", left[0]),
        ("DONE", None, first),
    ]
    assert {event["recordedBy"] for event in events} == {role.value}
    node = "query Q($i: ID!) {node(id: $i) {... on ContentEvent {kind}}}"
    assert (await own_demo.data(node, role, i=events[0]["id"]))["node"] == {"kind": "DISMISSED"}
    assert (await own_demo.data(node, Role.CLIENT_APP, i=events[0]["id"]))["node"] is None


async def test_refusals_name_the_field(own_demo: Loaded) -> None:
    trainee, content = own_demo.id("Trainee", own_demo.trainee), f"CT_{'0' * 32}"
    for given, code, field in (
        ({"kind": "DISMISSED"}, "DISMISSAL_REASON", "reason"),
        ({"kind": "OPENED", "reason": "OTHER"}, "DISMISSAL_ONLY", "reason"),
        ({"kind": "OPENED"}, "NOT_FOUND", "contentId"),
        ({"kind": "OPENED", "traineeId": content}, "UNKNOWN_ID", "traineeId"),
    ):
        whole = {"traineeId": trainee, "contentId": content, **given}
        payload = await act(own_demo, "RecordContentEvent", Role.TRAINEE, "en", **whole)
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == (code, [field])
        assert error["message"].isascii()
        assert payload["event"] is None


async def test_a_client_app_records_nothing(own_demo: Loaded) -> None:
    given = {"traineeId": own_demo.id("Trainee", own_demo.trainee), "contentId": "CT_0", "kind": "OPENED"}
    document = "mutation M($g: RecordContentEventInput!) {recordContentEvent(input: $g) {userErrors {code}}}"
    answer = await own_demo.ask(document, Role.CLIENT_APP, g={**given, "contentId": f"CT_{'0' * 32}"})
    (error,) = answer.errors
    assert (error.extensions or {})["code"] == "FORBIDDEN"


@pytest.mark.parametrize("role", Role)
async def test_checks_of_the_collaborative_part_are_shown_to_organizers(own_demo: Loaded, role: Role) -> None:
    figures = {
        "interactions": 1234,
        "trainees": 40,
        "ndcg": 0.412345,
        "baseline": 0.4,
        "low": -0.01,
        "high": 0.03,
    }
    async with writing(own_demo.engine) as session:
        for used in (True, False):
            session.add(CollaborativeCheck(studio_id=own_demo.studio.id, used=used, **figures))
            await session.flush()
    shown = (await run("CollaborativeChecks", own_demo.context(role)))["studio"]["collaborativeChecks"]
    if role is not Role.ORGANIZER:
        assert shown == []
        return
    assert [check.pop("used") for check in shown] == [False, True]
    assert {check.pop("checkedAt")[:2] for check in shown} == {"20"}
    assert shown == [figures, figures]
    deciding = await own_demo.data("{studio {collaborativeChecks {used}}}")
    assert deciding["studio"]["collaborativeChecks"] == [{"used": False}]
