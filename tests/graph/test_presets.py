"""Presets over GraphQL: read, made, changed, archived, applied and taken back."""

from typing import Any

from graph.execute import run
from studio.store.enums import Role
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import act


async def known(demo: Loaded) -> dict[str, Any]:
    found = await run("RulePresets", demo.context())
    return {preset["code"]: preset for preset in found["rulePresets"]["nodes"]}


async def test_starter_presets_are_read_by_organizers_in_their_order(demo: Loaded) -> None:
    presets = await known(demo)
    assert list(presets)[:2] == ["SAME_COUNTY", "COMPLEMENTARY"]
    assert {preset["kind"] for preset in presets.values()} == {
        "WEIGHTS",
        "TENURE",
        "LOAD",
        "TWO_MENTORS",
        "CONSENT",
        "CADENCE",
        "QUOTA",
        "MINIMUM",
    }
    assert all(preset["reason"] and preset["author"] == "STARTER" for preset in presets.values())
    assert presets["SAME_COUNTY"]["parameters"] == [
        {"name": "REGION", "label": "导师与学员在同一个县（市、区）", "value": 0.25}
    ]
    for role in (Role.MENTOR, Role.TRAINEE):
        cohorts = await demo.data("{cohorts {nodes {cohortRules {id}}}}", role)
        assert all(not cohort["cohortRules"] for cohort in cohorts["cohorts"]["nodes"])


async def test_preset_is_made_changed_applied_archived_and_taken_back(own_demo: Loaded) -> None:
    given = {"code": "THREE", "name": "满三年", "kind": "TENURE", "reason": "试点"}
    made = (await act(own_demo, "CreateRulePreset", **given, parameters=[{"name": "YEARS", "value": 3}]))[
        "preset"
    ]
    assert (made["author"], made["archived"]) == ("ORGANIZER", False)
    wrong = await act(own_demo, "CreateRulePreset", **given, parameters=[])
    assert [error["code"] for error in wrong["userErrors"]] == ["PRESET_CODE_TAKEN"]
    of = {"presetId": made["id"]}
    changed = await act(own_demo, "UpdateRulePreset", **of, expectedVersion=made["version"], reason="推开")
    assert changed["preset"]["reason"] == "推开"
    assert changed["preset"]["parameters"] == made["parameters"]
    to = {"cohortId": own_demo.id("Cohort", own_demo.cohort)}
    rule = (await act(own_demo, "ApplyRulePreset", **of, **to, expiresOn="2999-01-01"))["cohortRule"]
    assert (rule["reason"], rule["expiresOn"], rule["preset"]["code"]) == ("推开", "2999-01-01", "THREE")
    version = changed["preset"]["version"]
    archived = await act(own_demo, "ArchiveRulePreset", **of, expectedVersion=version)
    assert archived["preset"]["archived"]
    refused = await act(own_demo, "ApplyRulePreset", **of, **to)
    assert [error["code"] for error in refused["userErrors"]] == ["PRESET_ARCHIVED"]
    number = own_demo.cohort.number
    there = (await run("CohortRules", own_demo.context(), number=number))["cohort"]["cohortRules"]
    assert [each["id"] for each in there] == [rule["id"]]
    gone = await act(own_demo, "RemoveCohortRule", cohortRuleId=rule["id"], expectedVersion=rule["version"])
    assert gone["cohortRuleId"] == rule["id"]
    assert (await run("CohortRules", own_demo.context(), number=number))["cohort"]["cohortRules"] == []
