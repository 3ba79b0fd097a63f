"""Every scope alone: it reaches its own data by a published operation, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from graph.context import Context
from graph.execute import execute, operation
from studio.permissions import ALL_SCOPES, CATALOGUE, NEEDS, RECOMMENDATIONS, SCOPES, SURVEYS
from studio.store.database import reading
from studio.store.enums import Role
from studio.store.identity import global_id
from studio.store.people import Trainee
from tests.architecture.sources import ROOT
from tests.graph.conftest import Loaded
from tests.graph.test_mutations import _answers
from tests.graph.test_permissions import ROOTS, _document, _entity

# What each scope opens, written out: a change of the table must be meant.
OPENED = {
    CATALOGUE: {"studio", "cohort", "cohorts", "topic", "topics", "content", "contents"},
    NEEDS: {"studio", "cohort", "cohorts", "topic", "topics"},
    RECOMMENDATIONS: {"studio", "topic", "topics", "content", "contents", "recommendations"},
    SURVEYS: {"studio", "cohort", "cohorts", "topic", "topics", "survey", "surveys"},
}


def app(demo: Loaded, *scopes: str) -> Context:
    return Context(demo.engine, replace(demo.actor(Role.CLIENT_APP), scopes=frozenset(scopes)), "zh")


async def ask(demo: Loaded, context: Context, name: str, **variables: Any) -> Any:
    return (await execute(operation(name), context, variables)).parsed()


def test_every_scope_is_tried_and_documented() -> None:
    assert set(OPENED) == ALL_SCOPES == frozenset().union(*SCOPES.values())
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert all(f"| `{scope}` |" in page for scope in ALL_SCOPES)


@pytest.mark.parametrize("scope", sorted(ALL_SCOPES))
async def test_a_scope_opens_its_roots_and_no_other(demo: Loaded, scope: str) -> None:
    opened = set()
    for name in ROOTS:
        if name in ("node", "nodes"):
            continue
        answer = await execute(_document(demo, name), app(demo, scope))
        codes = [(error.extensions or {}).get("code") for error in answer.errors]
        assert codes in ([], ["FORBIDDEN"]), (name, answer.errors)
        if not codes:
            opened.add(name)
            assert _entity(name) in SCOPES
    assert opened == OPENED[scope]


HIDDEN = """query Hidden($cohort: ID!, $trainee: ID!, $pairing: ID!) {
    nodes(ids: [$cohort, $trainee, $pairing]) {
        __typename ... on Cohort {
            traineeCount needs { rank } needsByRole { role } trends { wave } trainees { totalCount nodes { id } }
            painPoints { totalCount } gaps { mentors }
            surveys { id responses { totalCount } } latestRun { id } rules { id }
            coursePlan { __typename }
        } }
}"""


@pytest.mark.parametrize("scope", sorted(ALL_SCOPES))
async def test_a_scope_leads_to_nobody(demo: Loaded, scope: str) -> None:
    ids = {
        "cohort": demo.id("Cohort", demo.cohort),
        "trainee": demo.id("Trainee", demo.trainee),
        "pairing": demo.id("Pairing", demo.pairing),
    }
    cohort, *people = (await execute(HIDDEN, app(demo, scope), ids)).parsed()["nodes"]
    assert people == [None, None]
    if scope == RECOMMENDATIONS:
        assert cohort is None
        return
    assert bool(cohort.pop("needs")) is (scope == NEEDS)
    surveys = cohort.pop("surveys")
    assert bool(surveys) is (scope == SURVEYS)
    assert all(survey["responses"] == {"totalCount": 0} for survey in surveys)
    assert cohort == {
        "__typename": "Cohort",
        "traineeCount": None,
        **{name: cohort[name] if scope == NEEDS else [] for name in ("needsByRole", "trends", "gaps")},
        "trainees": {"totalCount": 0, "nodes": []},
        "painPoints": {"totalCount": 0},
        "latestRun": None,
        "rules": [],
        "coursePlan": [],
    }


async def test_figures_of_needs_come_with_their_names(demo: Loaded) -> None:
    cohort = (await ask(demo, app(demo, NEEDS), "CohortFigures", number=3))["cohort"]
    assert cohort["name"]
    assert cohort["needs"]
    for need in (*cohort["needs"], *cohort["needsByRole"], *cohort["needsByCounty"]):
        assert need["topic"]["name"]
        assert need["respondents"] >= 5


async def test_recommendations_are_found_by_their_trainee(demo: Loaded) -> None:
    trainee = demo.id("Trainee", demo.trainee)
    page = (await ask(demo, app(demo, RECOMMENDATIONS), "Recommendations", trainee=trainee))[
        "recommendations"
    ]
    assert [item["rank"] for item in page["nodes"]] == list(range(1, page["totalCount"] + 1))
    assert page["nodes"]
    assert all(item["content"]["title"] and item["content"]["topics"][0]["name"] for item in page["nodes"])
    document = (
        "query Q($t: ID!) {recommendations(filter: {traineeId: $t}) {nodes {becauseOf {text} trainee {id}}}}"
    )
    found = (await execute(document, app(demo, RECOMMENDATIONS), {"t": trainee})).parsed()
    assert all(item == {"becauseOf": [], "trainee": None} for item in found["recommendations"]["nodes"])


async def test_a_trainee_finds_no_recommendations_of_others(demo: Loaded) -> None:
    async with reading(demo.engine) as session:
        other = (
            (await session.execute(select(Trainee.id).where(Trainee.id != demo.trainee.id))).scalars().first()
        )
    assert other is not None
    context = demo.context(Role.TRAINEE)
    theirs = await ask(demo, context, "Recommendations", trainee=global_id("Trainee", other))
    own = await ask(demo, context, "Recommendations", trainee=demo.id("Trainee", demo.trainee))
    assert (theirs["recommendations"]["totalCount"], theirs["recommendations"]["nodes"]) == (0, [])
    assert own["recommendations"]["nodes"]


async def test_the_catalogue_and_the_questions_are_reached(demo: Loaded) -> None:
    topics = (await ask(demo, app(demo, CATALOGUE), "TopicTree"))["topics"]["nodes"]
    assert len(topics) == 9
    surveys = (await ask(demo, app(demo, SURVEYS), "SurveyToAnswer"))["surveys"]["nodes"]
    assert any(question["id"] and question["text"] for survey in surveys for question in survey["questions"])
    assert all(survey["cohort"]["name"] for survey in surveys)
    for scope in ALL_SCOPES:
        assert (await ask(demo, app(demo, scope), "Viewer"))["viewer"]["scopes"] == [scope]


WORDS = "一楼不同意加装电梯,工作做不通"
PAYLOAD = """mutation M($input: SubmitSurveyResponseInput!) { submitSurveyResponse(input: $input) {
    response { answers { text } painPoints { text } trainee { id } survey { responses { totalCount nodes { id } } } }
    painPoints { id trainee { displayName responses { id } } topics { topic { code } evidence { text } } }
    recommendations { content { title prerequisites { title } } trainee { id } becauseOf { text } }
    userErrors { code }
} }"""


async def _submit(context: Context, given: dict[str, Any]) -> Any:
    return (await execute(PAYLOAD, context, {"input": given})).parsed()["submitSurveyResponse"]


async def test_an_app_sees_what_it_has_just_written_and_nothing_of_others(own_demo: Loaded) -> None:
    context = app(own_demo, SURVEYS)
    given = {**await _answers(own_demo), "idempotencyKey": "k"}
    payload = await _submit(context, given)
    assert payload["userErrors"] == []
    assert payload["response"]["answers"] == payload["response"]["painPoints"] == [{"text": WORDS}]
    # The response is one of many to the survey, and not the trainee's first.
    assert payload["response"]["survey"]["responses"]["totalCount"] == 1
    assert payload["response"]["trainee"] is None
    (point,) = payload["painPoints"]
    assert point["trainee"] is None
    assert "LIVELIHOOD" in {tag["topic"]["code"] for tag in point["topics"]}
    assert point["topics"][0]["evidence"][0]["text"] in WORDS
    assert payload["recommendations"]
    assert all(item["content"]["title"] and item["trainee"] is None for item in payload["recommendations"])
    causes = {cause["text"] for item in payload["recommendations"] for cause in item["becauseOf"]}
    assert causes == {WORDS}
    assert await _submit(context, given) == payload
    # Nothing of it is left to read afterwards.
    later = await execute("query Q($i: ID!) {node(id: $i) {id}}", context, {"i": point["id"]})
    assert later.parsed() == {"node": None}
    assert (await execute("{painPoints{totalCount}}", context)).errors


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.TRAINEE])
async def test_people_see_what_they_have_just_written(own_demo: Loaded, role: Role) -> None:
    payload = await _submit(own_demo.context(role), await _answers(own_demo))
    trainee = own_demo.id("Trainee", own_demo.trainee)
    assert payload["response"]["trainee"] == {"id": trainee}
    assert payload["response"]["answers"] == [{"text": WORDS}]
    assert [point["topics"][0]["topic"]["code"] for point in payload["painPoints"]]
    assert payload["recommendations"]
    assert all(item["trainee"] == {"id": trainee} for item in payload["recommendations"])
