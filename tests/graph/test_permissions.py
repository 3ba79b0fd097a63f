"""Every root and every role: what is not declared is refused, and mentors and trainees see their own."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument

from graph.reading.stored import is_stored
from graph.schema import schema
from studio.permissions import Rows, rows_for
from studio.store.enums import Role
from tests.graph.conftest import Loaded

QUERY = schema._schema.query_type
assert QUERY is not None
ROOTS = sorted(name for name in QUERY.fields if is_stored(QUERY, name))


def _entity(name: str) -> str:
    kind = get_named_type(QUERY.fields[name].type).name
    return kind.removesuffix("Connection")


def _document(demo: Loaded, name: str) -> str:
    field = QUERY.fields[name]
    kind = get_named_type(field.type)
    below = "{nodes{__typename}}" if kind.name.endswith("Connection") else "{__typename}"
    given = "(number: 3)" if name == "cohort" else ""
    if name == "recommendations":
        given = f'(filter: {{traineeId: "{demo.id("Trainee", demo.trainee)}"}})'
    elif any(is_required_argument(argument) for argument in field.args.values()):
        given = '(code: "WRITING")' if name == "topic" else f'(id: "{_some_id(demo, _entity(name))}")'
    return f"{{{name}{given}{below}}}"


def _some_id(demo: Loaded, entity: str) -> str:
    rows: dict[str, Any] = {"Trainee": demo.trainee, "Mentor": demo.mentor, "MatchRun": demo.run}
    return demo.id(entity, rows.get(entity, demo.studio))


@pytest.mark.parametrize("role", Role)
async def test_roots_answer_whom_they_are_declared_for_and_nobody_else(demo: Loaded, role: Role) -> None:
    actor = demo.actor(role)
    for name in ROOTS:
        if name in ("node", "nodes"):
            continue
        answer = await demo.ask(_document(demo, name), role)
        codes = [(error.extensions or {}).get("code") for error in answer.errors]
        if rows_for(actor, _entity(name)) is Rows.NONE:
            assert codes == ["FORBIDDEN"], name
        else:
            assert codes == [], (name, answer.errors)


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
async def test_node_hides_what_the_other_paths_hide(demo: Loaded, role: Role) -> None:
    ids = [demo.id("MatchRun", demo.run), demo.id("Cohort", demo.cohort)]
    data = await demo.data("query Q($i: [ID!]!) {nodes(ids: $i) {__typename}}", role, i=ids)
    assert data["nodes"][0] is None
    assert data["nodes"][1] == {"__typename": "Cohort"}


async def test_a_trainee_sees_oneself_only(demo: Loaded) -> None:
    data = await demo.data("{trainees{totalCount nodes{id}} painPoints{nodes{trainee{id}}}}", Role.TRAINEE)
    own = {"id": demo.id("Trainee", demo.trainee)}
    assert data["trainees"] == {"totalCount": 1, "nodes": [own]}
    assert all(point["trainee"] == own for point in data["painPoints"]["nodes"])


async def test_a_mentor_sees_the_own_trainees_only(demo: Loaded) -> None:
    mine = await demo.data(
        "query Q($m: ID!) {mentor(id: $m) {pairings {trainee {id}}}}", m=demo.id("Mentor", demo.mentor)
    )
    expected = {pairing["trainee"]["id"] for pairing in mine["mentor"]["pairings"]}
    seen = await demo.data("{trainees{nodes{id}} pairings{nodes{trainee{id}}}}", Role.MENTOR)
    assert {row["id"] for row in seen["trainees"]["nodes"]} == expected
    assert {row["trainee"]["id"] for row in seen["pairings"]["nodes"]} == expected


async def test_phones_are_for_organizers(demo: Loaded) -> None:
    document = "query Q($p: ID!) {trainee(id: $p) {person {name phoneMasked}}}"
    trainee = demo.id("Trainee", demo.trainee)
    shown = (await demo.data(document, p=trainee))["trainee"]["person"]
    hidden = (await demo.data(document, Role.TRAINEE, p=trainee))["trainee"]["person"]
    assert "****" in shown["phoneMasked"]
    assert hidden == {"name": shown["name"], "phoneMasked": None}


MUTATIONS = schema._schema.mutation_type
assert isinstance(MUTATIONS, GraphQLObjectType)
# What each mutation is given so that only the missing right can refuse it.
INPUTS = {
    "importSurvey": "{uploadId: $x, cohortId: $c, wave: 1}",
    "submitSurveyResponse": None,
    # A trainee may, about own words: see test_corrections.
    "correctTopics": None,
    "retrainTopics": "{}",
    "readByMeaning": "{cohortId: $c}",
    "refreshNeeds": "{cohortId: $c}",
    "refreshRecommendations": "{cohortId: $c}",
    "recordContentEvent": None,
    "startMatchRun": "{cohortId: $c}",
    "publishMatchRun": "{runId: $r, expectedVersion: 1}",
    "offerPlace": '{runId: $r, traineeId: $t, mentorId: $m, reason: "a"}',
    "cancelMatchRun": "{runId: $r}",
    "rollBackMatchRun": '{runId: $r, reason: "a", expectedVersion: 1}',
    "proposeRematch": "{runId: $r}",
    # Mentors and trainees answer for themselves, mentors start and end their own: tests/graph/test_consents.py.
    "acceptPairing": None,
    "declinePairing": None,
    # Mentors and trainees rate their own: tests/graph/test_pair_ratings.py.
    "ratePairing": None,
    # Mentors write down what they met for: tests/graph/test_contacts.py.
    "recordMeeting": None,
    "removeMeeting": None,
    "learnWeights": "{}",
    "startPairing": None,
    "endPairing": None,
    "pausePairing": "{pairingId: $p, expectedVersion: 1}",
    "resumePairing": "{pairingId: $p, expectedVersion: 1}",
    "completePairing": "{pairingId: $p, expectedVersion: 1}",
    "generatePackages": "{runId: $r}",
    # Mentors edit their own trainees' packages: tests/graph/test_package_edits.py.
    "editPackage": None,
    "cancelJob": "{jobId: $j}",
    "overridePairing": '{runId: $r, traineeId: $t, mentorId: $m, reason: "a"}',
    "lockPairing": "{pairingId: $p, locked: true, expectedVersion: 1}",
    "setMentorKind": "{mentorId: $m, kind: THEORY, expectedVersion: 1}",
    "setRule": '{traineeId: $t, mentorId: $m, kind: PIN, reason: "a"}',
    "nameEmergingPoint": '{emergingPointId: $e, title: "x"}',
    "dismissEmergingPoint": '{emergingPointId: $e, reason: "x"}',
    "removeRule": "{ruleId: $u}",
    "setLimitRule": '{cohortId: $c, kind: CAP, number: 1, reason: "a"}',
    "removeLimitRule": "{limitRuleId: $l}",
    "setMatchObjective": "{objective: LEXIMIN, expectedVersion: 1}",
    "createRulePreset": '{code: "a", name: "a", kind: TENURE, parameters: [], reason: "a"}',
    "updateRulePreset": "{presetId: $s, expectedVersion: 1}",
    "archiveRulePreset": "{presetId: $s, expectedVersion: 1}",
    "applyRulePreset": "{presetId: $s, cohortId: $c}",
    "removeCohortRule": "{cohortRuleId: $o}",
    "movePairingToWeek": '{pairingId: $p, week: "2026-04-06", expectedVersion: 1}',
    "setCohortWeeks": "{cohortId: $c, weeks: [], expectedVersion: 1}",
    # Mentors and trainees say so of themselves: tests/graph/test_weeks.py.
    "setMentorWeeks": None,
    "setTraineeWeeks": None,
    "createToken": "{role: ORGANIZER}",
    "revokeToken": "{tokenId: $k}",
}


def test_every_mutation_is_tried() -> None:
    assert set(INPUTS) == set(MUTATIONS.fields)


@pytest.mark.parametrize("role", [Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP])
@pytest.mark.parametrize("name", [name for name, given in INPUTS.items() if given])
async def test_mutations_are_forbidden_to_others(demo: Loaded, role: Role, name: str) -> None:
    blank = "0" * 32
    ids = {
        "x": f"UP_{blank}",
        "c": demo.id("Cohort", demo.cohort),
        "r": demo.id("MatchRun", demo.run),
        "j": f"JB_{blank}",
        "t": demo.id("Trainee", demo.trainee),
        "m": demo.id("Mentor", demo.mentor),
        "p": demo.id("Pairing", demo.pairing),
        "u": f"RU_{blank}",
        "s": f"RP_{blank}",
        "o": f"CR_{blank}",
        "l": f"LR_{blank}",
        "k": f"TK_{blank}",
        "e": f"EP_{blank}",
    }
    given = str(INPUTS[name])
    used = {key: value for key, value in ids.items() if f"${key}" in given}
    head = f"({', '.join(f'${key}: ID!' for key in used)})" if used else ""
    answer = await demo.ask(
        f"mutation M{head} {{{name}(input: {given}) {{userErrors {{code}}}}}}", role, **used
    )
    (error,) = answer.errors
    assert (error.extensions or {}).get("code") == "FORBIDDEN"
    assert error.path == [name]
