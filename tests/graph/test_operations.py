"""What the published operations answer those whom they are made for."""

import pytest

from graph.execute import run
from studio.store.enums import Role
from studio.store.identity import global_id
from tests.graph.conftest import Loaded


@pytest.mark.parametrize("role", Role)
async def test_viewer(demo: Loaded, role: Role) -> None:
    data = await run("Viewer", demo.context(role))
    actor = demo.actor(role)
    assert data["viewer"]["role"] == role.value
    assert data["viewer"]["scopes"] == sorted(actor.scopes)
    assert data["viewer"]["personId"] == (global_id("Person", actor.person_id) if actor.person_id else None)
    assert data["studio"]["fictional"] is True


async def test_my_trainees(demo: Loaded) -> None:
    data = await run("MyTrainees", demo.context(Role.MENTOR))
    pairs = data["pairings"]["nodes"]
    assert demo.id("Pairing", demo.pairing) in [pair["id"] for pair in pairs]
    for pair in pairs:
        assert pair["trainee"]["needs"]
        package = pair["package"]
        assert package["totalMinutes"] == sum(item["minutes"] for item in package["items"])
        assert {item["day"] for item in package["items"]} == {1, 2, 3, 4, 5}


async def test_my_growth(demo: Loaded) -> None:
    data = await run("MyGrowth", demo.context(Role.TRAINEE))
    (me,) = data["trainees"]["nodes"]
    assert me["id"] == demo.id("Trainee", demo.trainee)
    needs = [need["need"] for need in me["needs"]]
    assert needs == sorted(needs, reverse=True)
    assert [item["rank"] for item in me["recommendations"]] == list(range(1, 1 + len(me["recommendations"])))
    (pairing,) = me["publishedPairings"]
    assert pairing["kind"] == "SOLE"
    assert pairing["mentor"]["displayName"]


@pytest.mark.parametrize("role", Role)
async def test_topic_tree_has_nine_topics_with_leaves(demo: Loaded, role: Role) -> None:
    topics = (await run("TopicTree", demo.context(role)))["topics"]["nodes"]
    assert len(topics) == 9
    for topic in topics:
        assert topic["children"]
        assert all(leaf["code"].startswith(f"{topic['code']}.") for leaf in topic["children"])


@pytest.mark.parametrize("role", Role)
async def test_classify_pain_point(demo: Loaded, role: Role) -> None:
    data = await run("ClassifyPainPoint", demo.context(role), text="材料写到半夜还是被退回来")
    (top, *_) = data["classifyPainPoint"]["topics"]
    assert top["code"].startswith("WRITING")
    assert top["evidence"]


async def test_pain_point_cases_come_from_the_catalogue_with_their_origin(demo: Loaded) -> None:
    (me,) = (await run("MyGrowth", demo.context(Role.TRAINEE)))["trainees"]["nodes"]
    point = next(need["painPoint"] for need in me["needs"] if need["painPoint"])
    for role in (Role.ORGANIZER, Role.TRAINEE):
        told = (await run("PainPointCases", demo.context(role), painPoint=point["id"]))["node"]
        assert told["text"] == point["text"]
        scores = [case["score"] for case in told["cases"]]
        assert scores
        assert scores == sorted(scores, reverse=True)
        assert all(case["content"]["origin"] for case in told["cases"])
    hidden = await run("PainPointCases", demo.context(Role.CLIENT_APP), painPoint=point["id"])
    assert hidden["node"] is None


async def test_cohort_report_adds_up(demo: Loaded) -> None:
    cohort = (await run("CohortReport", demo.context(), number=3))["cohort"]
    assert cohort["traineeCount"] == cohort["trainees"]["totalCount"] == len(cohort["trainees"]["nodes"])
    newest = cohort["matchRuns"]["nodes"][0]
    found = (await run("MatchRunReport", demo.context(), run=newest["id"]))["matchRun"]
    pairs = found["pairings"]["nodes"]
    assert len(pairs) == found["matched"]
    assert found["matched"] + len(found["unmatched"]) == found["total"]
    for pair in pairs:
        assert pair["score"] == pytest.approx(sum(part["contribution"] for part in pair["parts"]), abs=1e-5)
    assert found["certificate"]["objective"] == pytest.approx(sum(p["score"] for p in pairs), abs=1e-5)
    assert [need["rank"] for need in cohort["needs"]] == list(range(1, 10))
    assert all(need["low"] <= need["mean"] <= need["high"] for need in cohort["needs"])
    assert cohort["coursePlan"]
    assert all(item["topic"] for item in cohort["coursePlan"])


async def test_mentors_have_strengths(demo: Loaded) -> None:
    mentors = (await run("Mentors", demo.context()))["mentors"]["nodes"]
    assert mentors
    for mentor in mentors:
        strengths = [one["strength"] for one in mentor["strengths"]]
        assert strengths
        assert strengths == sorted(strengths, reverse=True)
        assert mentor["remaining"] == mentor["capacity"] - mentor["activeLoad"]


async def test_every_event_of_the_course_plan_cites_figures_and_sentences(demo: Loaded) -> None:
    document = """{cohort(number: 3) {coursePlan {
      county demand supply gap coverage need topic {code}
      painPoints(first: 2) {text junk resolved topics {topic {code}} trainee {community {county}}}
    }}}"""
    plan = (await demo.data(document))["cohort"]["coursePlan"]
    assert len(plan) == 3
    for item in plan:
        assert any(item[name] is not None for name in ("demand", "coverage", "need"))
        assert 1 <= len(item["painPoints"]) <= 2
        for point in item["painPoints"]:
            assert not point["junk"]
            assert not point["resolved"]
            assert any(tag["topic"]["code"].startswith(item["topic"]["code"]) for tag in point["topics"])
            if item["county"]:
                assert point["trainee"]["community"]["county"] == item["county"]
