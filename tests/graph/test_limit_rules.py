"""Limits and the objective over GraphQL: set, read, taken back; a match heeds them and says so."""

from graph.execute import run
from studio.store.enums import Role
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


async def test_limit_is_set_read_changed_and_removed(own_demo: Loaded) -> None:
    of = {"cohortId": own_demo.id("Cohort", own_demo.cohort), "kind": "CAP", "reason": "身体原因"}
    mentor = own_demo.id("Mentor", own_demo.mentor)
    made = (await act(own_demo, "SetLimitRule", **of, number=1, mentorId=mentor, idempotencyKey="a"))[
        "limitRule"
    ]
    again = (await act(own_demo, "SetLimitRule", **of, number=1, mentorId=mentor, idempotencyKey="a"))[
        "limitRule"
    ]
    assert (made["number"], again["id"]) == (1, made["id"])
    late = await act(own_demo, "SetLimitRule", **of, number=2, mentorId=mentor, expectedVersion=99)
    assert [error["code"] for error in late["userErrors"]] == ["CONFLICT_VERSION"]
    number = own_demo.cohort.number
    (read,) = (await run("LimitRules", own_demo.context(), number=number))["cohort"]["limitRules"]
    assert (read["id"], read["mentor"]["id"], read["groupedBy"], read["author"]) == (
        made["id"],
        mentor,
        None,
        "ORGANIZER",
    )
    for role in (Role.MENTOR, Role.TRAINEE):
        hidden = await own_demo.data("{cohorts {nodes {limitRules {id}}}}", role)
        assert all(not cohort["limitRules"] for cohort in hidden["cohorts"]["nodes"])
    county = {**of, "kind": "QUOTA", "groupedBy": "TRAINEE_COUNTY", "value": "火星"}
    wrong = await act(own_demo, "SetLimitRule", **county, number=1)
    assert [(error["code"], error["field"]) for error in wrong["userErrors"]] == [("LIMIT_VALUE", ["value"])]
    gone = await act(own_demo, "RemoveLimitRule", limitRuleId=made["id"], expectedVersion=read["version"])
    assert gone["limitRuleId"] == made["id"]


async def test_objective_is_read_set_and_refused_when_somebody_was_faster(own_demo: Loaded) -> None:
    (before,) = (await run("MatchPolicies", own_demo.context()))["matchPolicies"]["nodes"]
    of = {"objective": "WORST_OFF_THEN_TOTAL", "expectedVersion": before["number"]}
    policy = (await act(own_demo, "SetMatchObjective", **of))["policy"]
    assert (policy["number"], policy["objective"]) == (before["number"] + 1, "WORST_OFF_THEN_TOTAL")
    assert "最吃亏" in policy["objectiveLabel"]
    late = await act(own_demo, "SetMatchObjective", **of)
    assert [error["code"] for error in late["userErrors"]] == ["CONFLICT_VERSION"]
    (now,) = (await run("MatchPolicies", own_demo.context(language="en")))["matchPolicies"]["nodes"]
    assert (now["id"], "worst-off" in now["objectiveLabel"]) == (policy["id"], True)
