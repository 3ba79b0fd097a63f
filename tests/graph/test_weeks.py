"""Weeks over GraphQL: offered, told by those who are free, and read by whom they concern."""

from graph.execute import run
from studio.store.enums import Role
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


async def test_weeks_are_offered_told_and_read(own_demo: Loaded) -> None:
    number, of = own_demo.cohort.number, {"cohortId": own_demo.id("Cohort", own_demo.cohort)}
    before = (await run("CohortWeeks", own_demo.context(), number=number))["cohort"]
    wrong = await act(
        own_demo, "SetCohortWeeks", **of, weeks=["1999-01-05"], expectedVersion=before["version"]
    )
    assert [(error["code"], error["field"]) for error in wrong["userErrors"]] == [
        ("WEEK_NOT_MONDAY", ["weeks"])
    ]
    assert "1999-01-04" in wrong["userErrors"][0]["message"]
    weeks = ["2026-04-13", "2026-04-06"]
    done = await act(own_demo, "SetCohortWeeks", **of, weeks=weeks, expectedVersion=before["version"])
    assert done["cohort"]["weeks"] == [
        {"monday": "2026-04-06", "year": 2026, "number": 15},
        {"monday": "2026-04-13", "year": 2026, "number": 16},
    ]
    who = {"traineeId": own_demo.id("Trainee", own_demo.trainee)}
    told = await act(
        own_demo, "SetTraineeWeeks", Role.TRAINEE, **who, freeWeeks=["2026-04-06"], expectedVersion=1
    )
    assert not told["userErrors"], told
    assert (told["trainee"]["freeAlways"], len(told["trainee"]["freeWeeks"])) == (False, 1)
    always = await act(
        own_demo, "SetTraineeWeeks", **who, freeWeeks=None, expectedVersion=told["trainee"]["version"]
    )
    assert (always["trainee"]["freeAlways"], always["trainee"]["freeWeeks"]) == (True, [])
    mentor = {"mentorId": own_demo.id("Mentor", own_demo.mentor)}
    set_ = await act(own_demo, "SetMentorWeeks", Role.MENTOR, **mentor, freeWeeks=[], expectedVersion=1)
    assert (set_["mentor"]["freeAlways"], set_["mentor"]["freeWeeks"]) == (False, [])
    other = await act(own_demo, "SetMentorWeeks", Role.TRAINEE, **mentor, freeWeeks=[], expectedVersion=2)
    assert [error["code"] for error in other["userErrors"]] == ["NOT_FOUND"]
