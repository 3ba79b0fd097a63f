"""Who should be in touch, over GraphQL."""

from graph.execute import operation
from studio.store.enums import Role
from tests.graph.conftest import Loaded


async def test_nothing_is_due_before_a_cadence(demo: Loaded) -> None:
    document = "{ cohort(number: 3) { id } }"
    cohort = (await demo.data(document))["cohort"]["id"]
    found = await demo.data(operation("ContactsDue"), cohort=cohort)
    assert found["contactsDue"] == {"talkDays": None, "pairs": []}
    for role in (Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP):
        answer = await demo.ask(operation("ContactsDue"), role, cohort=cohort)
        assert [error.extensions["code"] for error in answer.errors] == ["FORBIDDEN"]
    answer = await demo.ask(operation("ContactsDue"), Role.ORGANIZER, cohort="TR_1")
    assert [error.extensions["code"] for error in answer.errors] == ["BAD_USER_INPUT"]
