"""Who should be in touch, over GraphQL."""

import pytest

from graph.execute import operation
from studio.errors import Forbidden
from studio.store.clock import today
from studio.store.enums import Role
from studio.store.identity import global_id
from tests.graph.conftest import Loaded
from tests.graph.test_pair_ratings import begin, told


async def test_nothing_is_due_before_a_cadence(demo: Loaded) -> None:
    document = "{ cohort(number: 3) { id } }"
    cohort = (await demo.data(document))["cohort"]["id"]
    found = await demo.data(operation("ContactsDue"), cohort=cohort)
    assert found["contactsDue"] == {
        "talkDays": None,
        "reviewDays": None,
        "assessmentDays": None,
        "pairs": [],
    }
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        answer = await demo.ask(operation("ContactsDue"), role, cohort=cohort)
        assert [error.extensions["code"] for error in answer.errors] == ["FORBIDDEN"]
    answer = await demo.ask(operation("ContactsDue"), Role.ORGANIZER, cohort="TR_1")
    assert [error.extensions["code"] for error in answer.errors] == ["BAD_USER_INPUT"]


async def test_mentor_writes_a_meeting_down_and_the_trainee_does_not_read_the_note(own_demo: Loaded) -> None:
    pairing = await begin(own_demo)
    given = {"pairingId": pairing, "kind": "REVIEW", "heldOn": today().isoformat(), "note": "还要多练"}
    made = await told(own_demo, "RecordMeeting", given, Role.MENTOR)
    assert made["userErrors"] == []
    assert made["meeting"]["id"].startswith("MG_")
    document = (
        "query Q($id: ID!) { node(id: $id) { ... on Pairing { meetings { kind heldOn note recordedBy } } } }"
    )
    for role, note in ((Role.ORGANIZER, "还要多练"), (Role.MENTOR, "还要多练"), (Role.TRAINEE, None)):
        (seen,) = (await own_demo.data(document, role, id=pairing))["node"]["meetings"]
        assert seen == {
            "kind": "REVIEW",
            "heldOn": today().isoformat(),
            "note": note,
            "recordedBy": "MENTOR",
        }
    for role in (Role.TRAINEE, Role.CLIENT_APP):
        with pytest.raises(Forbidden):
            await told(own_demo, "RecordMeeting", given, role)
    missing = {"meetingId": global_id("Meeting", own_demo.cohort.id)}
    gone = await told(own_demo, "RemoveMeeting", missing, Role.MENTOR)
    assert [error["code"] for error in gone["userErrors"]] == ["NOT_FOUND"]
    mine = {"meetingId": made["meeting"]["id"], "expectedVersion": made["meeting"]["version"]}
    assert (await told(own_demo, "RemoveMeeting", mine, Role.MENTOR))["meetingId"] == mine["meetingId"]
    assert (await own_demo.data(document, id=pairing))["node"]["meetings"] == []
