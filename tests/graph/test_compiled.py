"""What the compiled path makes of documents: fragments, aliases, variables, computed fields, errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from graphql import GraphQLEnumType

from graph.execute import OPERATIONS, execute, operation
from graph.schema import schema
from studio.errors import Forbidden, StudioError
from studio.store.enums import Role
from tests.graph.conftest import Loaded


@contextmanager
def statements(demo: Loaded) -> Iterator[list[str]]:
    """Collect the SQL statements that are sent, without those that open and set up transactions."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if not sql.startswith(("BEGIN", "PRAGMA", "SET ", "SHOW ")):
            sent.append(sql)

    sa.event.listen(demo.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(demo.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", ["CohortReport", "CohortNeeds", "MatchRunReport"])
async def test_a_query_is_one_statement(demo: Loaded, name: str) -> None:
    given = {"run": demo.id("MatchRun", demo.run)} if name == "MatchRunReport" else {"number": 3}
    with statements(demo) as sent:
        answer = await execute(operation(name), demo.context(), given)
    assert not answer.errors
    assert len(sent) == 1


async def test_a_query_of_stored_fields_is_not_walked(demo: Loaded) -> None:
    result = await schema.execute("{studio{name}}", context_value=demo.context())
    assert isinstance(result.data, orjson.Fragment)


async def test_many_roots_are_one_statement_even_beside_computed_ones(demo: Loaded) -> None:
    with statements(demo) as sent:
        data = await demo.data("{viewer{role} studio{name} cohorts{totalCount} topics{totalCount}}")
    assert len(sent) == 1
    assert data["viewer"] == {"role": "ORGANIZER"}
    assert data["cohorts"] == {"totalCount": 3}


BOTH = """
    studio { id name fictional __typename }
    three: cohort(number: 3) {
        ...C low: trainees(first: 2) { nodes { ...T } } high: trainees(last: 2) { nodes { ...T } }
    }
    one: cohort(number: 1) { ...C }
    none: cohort(number: 99) { name }
    node(id: $id) { id ... on Trainee { displayName role inPostSince } ... on Mentor { capacity } }
    nodes(ids: [$id, $mentor]) { __typename id ... on Mentor { name: displayName } ... on Trainee { displayName } }
    matchRuns(first: 1) { nodes { startedAt state certificate { verified gap } } }
"""
FRAGMENTS = """
fragment C on Cohort { number state needs { rank topic { code } } ...N }
fragment N on Cohort { number name }
fragment T on Trainee { displayName needs { need severity } inPostSince }
"""


async def test_walking_the_rows_gives_what_the_database_gives(demo: Loaded) -> None:
    """The executor is the reference: with a computed field in the document it walks and checks every value."""
    variables = {"id": demo.id("Trainee", demo.trainee), "mentor": demo.id("Mentor", demo.mentor)}
    head = "query Q($id: ID!, $mentor: ID!)"
    plain = await demo.data(f"{head} {{ {BOTH} }} {FRAGMENTS}", **variables)
    walked = await demo.data(f"{head} {{ viewer {{ role }} {BOTH} }} {FRAGMENTS}", **variables)
    assert walked.pop("viewer") == {"role": "ORGANIZER"}
    assert walked == plain
    assert plain["none"] is None
    assert plain["three"]["number"] == 3
    assert plain["three"]["low"] != plain["three"]["high"]
    assert plain["node"]["id"] == variables["id"]
    assert [row["__typename"] for row in plain["nodes"]] == ["Trainee", "Mentor"]


@pytest.mark.parametrize(
    "name",
    ["CohortReport", "MatchRunReport", "TraineeRecommendations", "MatchRunPairings", "TopicTree", "Mentors"],
)
async def test_published_operations_hold_what_their_types_promise(demo: Loaded, name: str) -> None:
    """Walked by the executor, a null where the schema promises a value would be an error."""
    variables = {
        "number": 3,
        "trainee": demo.id("Trainee", demo.trainee),
        "run": demo.id("MatchRun", demo.run),
    }
    text = operation(name)
    known = {key: value for key, value in variables.items() if f"${key}:" in text}
    plain = (await execute(text, demo.context(), known)).parsed()
    head, _, rest = text.partition("{\n")
    walked = (await execute(f"{head}{{ viewer {{ role }}\n{rest}", demo.context(), known)).parsed()
    walked.pop("viewer")
    assert walked == plain


async def test_skip_and_include_are_heeded(demo: Loaded) -> None:
    document = """query Q($no: Boolean!, $yes: Boolean!) {
        studio { name @skip(if: $yes) id @include(if: $no) fictional @include(if: $yes) }
        cohorts @include(if: $no) { totalCount }
        ... @skip(if: $no) { topics { totalCount } }
    }"""
    data = await demo.data(document, no=False, yes=True)
    assert data["studio"] == {"fictional": True}
    assert set(data) == {"studio", "topics"}


async def test_variables_have_defaults_and_enums_are_plain(demo: Loaded) -> None:
    document = """query Q($n: Int = 1, $by: MentorOrder = {field: CAPACITY, direction: DESC}, $f: TraineeFilter) {
        mentors(first: $n, orderBy: $by) { nodes { capacity } }
        all: mentors(first: 100) { nodes { capacity } }
        trainees(filter: $f) { nodes { role } }
    }"""
    data = await demo.data(document, f={"roles": ["PARTY_SECRETARY"]})
    (first,) = data["mentors"]["nodes"]
    assert first["capacity"] == max(mentor["capacity"] for mentor in data["all"]["nodes"])
    assert {row["role"] for row in data["trainees"]["nodes"]} == {"PARTY_SECRETARY"}


async def test_variables_that_do_not_fit_are_refused_without_data(demo: Loaded) -> None:
    answer = await demo.ask("query Q($n: Int!) { cohort(number: $n) { name } }", n="three")
    assert answer.data is None
    assert answer.errors[0].path is None


@pytest.mark.parametrize(
    ("document", "reason", "field"),
    [
        ("{trainees(first: 0) {nodes {id}}}", "BAD_ARGUMENT", "trainees.first"),
        ("{trainees(first: 101) {nodes {id}}}", "BAD_ARGUMENT", "trainees.first"),
        ('{trainees(after: "made-up") {nodes {id}}}', "INVALID_CURSOR", "trainees.after"),
        ('{t: trainee(id: "nothing") {id}}', "UNKNOWN_ID", "t.id"),
        ('{node(id: "nothing") {id}}', "UNKNOWN_ID", "node.id"),
    ],
)
async def test_bad_arguments_are_coded(demo: Loaded, document: str, reason: str, field: str) -> None:
    answer = await demo.ask(document)
    (error,) = answer.errors
    assert error.extensions == {"code": "BAD_USER_INPUT", "reason": reason, "field": field}
    assert error.path == [field.split(".")[0]]
    with pytest.raises(StudioError) as caught:
        answer.parsed()
    assert caught.value.code == reason


async def test_a_page_goes_on_after_its_cursor(demo: Loaded) -> None:
    document = """query Q($after: String) {
        trainees(first: 10, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } }
    }"""
    seen: list[str] = []
    after = None
    while True:
        page = (await demo.data(document, after=after))["trainees"]
        seen += [row["id"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == page["totalCount"] > 10


async def test_introspection_and_typename_of_the_root(demo: Loaded) -> None:
    data = await demo.data('{__typename studio{name} __type(name: "Studio") {name}}')
    assert data["__typename"] == "Query"
    assert data["__type"] == {"name": "Studio"}
    assert data["studio"]["name"]


async def test_labels_follow_the_language(demo: Loaded) -> None:
    document = (
        "query Q($r: ID!) { matchRun(id: $r) { pairings(first: 1) { nodes { parts { code label } } } } }"
    )
    run = demo.id("MatchRun", demo.run)
    chinese = (await demo.ask(document, r=run)).parsed()
    english = (await demo.ask(document, language="en", r=run)).parsed()
    parts = [answer["matchRun"]["pairings"]["nodes"][0]["parts"] for answer in (chinese, english)]
    assert [part["code"] for part in parts[0]] == [part["code"] for part in parts[1]]
    assert "导师的专长对得上学员的需求" in [part["label"] for part in parts[0]]
    assert "the mentor is strong where the trainee has needs" in [part["label"] for part in parts[1]]


async def test_computed_fields_can_be_aliased(demo: Loaded) -> None:
    data = await demo.data(
        """{
        me: viewer { r: role roleLabel }
        kinds: enumLabels(enums: ["ContentKind", "NoSuch"]) { n: name values { value label } }
        a: classifyPainPoint(text: "一楼不同意加装电梯") { topics { c: code name evidence { text } } abstained }
        b: classifyPainPoint(text: "无") { junk topics { code } }
        over: classifyPainPoint(text: "加装电梯的事已经解决了；材料写到半夜还被退回来") { topics { code } resolved }
        }"""
    )
    assert data["me"] == {"r": "ORGANIZER", "roleLabel": "组织者"}
    (kinds,) = data["kinds"]
    assert kinds["n"] == "ContentKind"
    assert {"value": "CASE", "label": "案例"} in kinds["values"]
    assert {"LIVELIHOOD", "LIVELIHOOD.ELEVATORS"} <= {topic["c"] for topic in data["a"]["topics"]}
    assert data["b"] == {"junk": True, "topics": []}
    assert {topic["code"].partition(".")[0] for topic in data["over"]["topics"]} == {"WRITING"}
    assert data["over"]["resolved"] is False


async def test_every_enum_of_the_schema_has_labels(demo: Loaded) -> None:
    told = (await demo.data("{enumLabels {name values {value label}}}"))["enumLabels"]
    enums = {
        name: {value: one.description for value, one in kind.values.items()}
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLEnumType) and not name.startswith("__")
    }
    assert {one["name"]: {v["value"]: v["label"] for v in one["values"]} for one in told} == enums
    assert {"MentorOrderField", "TraineeOrderField", "OrderDirection"} <= set(enums)


async def test_too_long_texts_are_not_classified(demo: Loaded) -> None:
    answer = await demo.ask("query Q($t: String!) { classifyPainPoint(text: $t) { text } }", t="难" * 2001)
    assert answer.errors[0].extensions == {"code": "TEXT_TOO_LONG", "field": "text"}


async def test_closed_roots_are_forbidden(demo: Loaded) -> None:
    answer = await demo.ask("{studio{name} matchRuns{totalCount}}", Role.TRAINEE)
    assert answer.data is None
    assert answer.errors[0].extensions is not None
    assert answer.errors[0].extensions["code"] == "FORBIDDEN"
    with pytest.raises(Forbidden):
        answer.parsed()


def test_there_are_published_operations() -> None:
    assert len(list(OPERATIONS.glob("*.graphql"))) > 20
