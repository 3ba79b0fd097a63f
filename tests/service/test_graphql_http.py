import io
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.logs import configure_logging
from service.web.graphql import GRAPHQL_JSON, JSON, answer_type, asked_by_body
from studio.errors import StudioError
from studio.store import database
from tests.service.conftest import SECRET, Service

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
INTROSPECTION = "{ __schema { queryType { name } } }"


def nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["query", "variables", "operationName", "extensions", "x"])
    return st.lists(children, max_size=3) | st.dictionaries(names, children, max_size=5)


async def ask(service: Service, query: Any, *, accept: str = GRAPHQL_JSON, **body: Any) -> httpx.Response:
    headers = {**service.headers, "accept": accept}
    return await service.client.post("/graphql", json={"query": query, **body}, headers=headers)


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


async def test_bearer_of_a_token_is_answered_as_its_actor(service: Service) -> None:
    response = await ask(service, "{ role }")
    assert (response.status_code, response.json()) == (200, {"data": {"role": "ORGANIZER"}})
    assert response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": "Bearer yz_" + "a" * 43},
        {"authorization": "Basic eDp5"},
        {"cookie": "token=yz_" + "a" * 43},
    ],
)
async def test_anonymous_caller_learns_nothing(service: Service, headers: dict[str, str]) -> None:
    answers = set()
    for query in ("{ role }", INTROSPECTION, "{ rol }", "{", "mutation { change }"):
        response = await service.client.post("/graphql", json={"query": query}, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert codes(response) == ["UNAUTHENTICATED"]
        answers.add(response.text)
    assert len(answers) == 1
    assert "data" not in response.json()


async def test_bearer_of_a_token_may_introspect(service: Service) -> None:
    response = await ask(service, INTROSPECTION)
    assert response.json() == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


async def test_get_is_for_queries_of_bearers(service: Service) -> None:
    get = service.client.get
    variables = orjson.dumps({"text": "雁"}).decode()
    asked = {"query": "query($text: String!) { echo(text: $text) }", "variables": variables}
    assert (await get("/graphql", params=asked)).status_code == 401
    answer = await get("/graphql", params=asked, headers=service.headers)
    assert answer.json() == {"data": {"echo": "雁"}}
    assert (await service.client.head("/graphql", params=asked, headers=service.headers)).status_code == 200
    refused = await get("/graphql", params={"query": "mutation { change }"}, headers=service.headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert codes(refused) == ["METHOD_NOT_ALLOWED"]
    assert (await ask(service, "mutation { change }")).json() == {"data": {"change": True}}


async def test_path_takes_post_without_redirect(service: Service) -> None:
    assert (await ask(service, "{ role }")).history == []
    wrong = await service.client.put("/graphql", headers=service.headers)
    assert (wrong.status_code, codes(wrong)) == (405, ["METHOD_NOT_ALLOWED"])
    assert set(wrong.headers["allow"].split(", ")) >= {"GET", "POST"}


async def test_browser_is_led_to_graphiql(service: Service) -> None:
    response = await service.client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response.headers["location"]) == (303, "/graphiql")


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("{", {}),
        ("{ nothing }", {}),
        ("query($text: String!) { echo(text: $text) }", {"variables": {"text": 7}}),
        ("query($text: String!) { echo(text: $text) }", {}),
    ],
)
async def test_bad_document_has_no_data_and_a_status_by_media_type(
    service: Service, query: str, more: dict[str, Any]
) -> None:
    for accept, status in ((GRAPHQL_JSON, 400), (JSON, 200)):
        response = await ask(service, query, accept=accept, **more)
        assert response.status_code == status
        assert response.json().keys() == {"errors"}
        assert codes(response) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BAD_JSON"),
        (b"{", "BAD_JSON"),
        (b"[]", "BAD_PARAMETER"),
        (b"{}", "QUERY_MISSING"),
        (b'{"query": ""}', "QUERY_MISSING"),
        (b'{"query": {}}', "BAD_PARAMETER"),
        (b'{"query": "{ role }", "variables": []}', "BAD_PARAMETER"),
        (b'{"query": "{ role }", "operationName": 1}', "BAD_PARAMETER"),
        (b'{"query": "{ role }", "extensions": "x"}', "BAD_PARAMETER"),
        (b'{"query": "{ role }", "operationName": "Other"}', "OPERATION_UNKNOWN"),
        (b'{"query": "subscription { role }"}', "OPERATION_NOT_SUPPORTED"),
        (b'{"query": "{ role }", "x": "' + b"y" * 2000 + b'"}', "BODY_TOO_LARGE"),
    ],
)
async def test_bad_request_is_told(service: Service, body: bytes, code: str) -> None:
    headers = {**service.headers, "content-type": "application/json"}
    response = await service.client.post("/graphql", content=body, headers=headers)
    assert codes(response) == [code]
    assert response.status_code == (413 if code == "BODY_TOO_LARGE" else 400)


async def test_body_that_grows_beyond_the_limit_is_cut_off(service: Service) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    headers = {**service.headers, "content-type": "application/json"}
    response = await service.client.post("/graphql", content=endless(), headers=headers)
    assert (response.status_code, codes(response)) == (413, ["BODY_TOO_LARGE"])
    assert sent <= 4000


async def test_query_string_has_the_same_limit(service: Service) -> None:
    asked = {"query": "{ role } #" + "x" * 2000}
    response = await service.client.get("/graphql", params=asked, headers=service.headers)
    assert (response.status_code, codes(response)) == (413, ["BODY_TOO_LARGE"])


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk"]
)
async def test_body_must_be_json_in_utf8(service: Service, content_type: str) -> None:
    headers = {**service.headers, "content-type": content_type}
    response = await service.client.post("/graphql", content=b'{"query": "{ role }"}', headers=headers)
    assert codes(response) == ["UNSUPPORTED_MEDIA_TYPE"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON};q=0.5", JSON),
        (f"{GRAPHQL_JSON}, */*;q=0.1", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0, {JSON};q=0", None),
        (f"{JSON};q=x", None),
        ("text/plain", None),
    ],
)
def test_media_type_is_negotiated(accept: str | None, expected: str | None) -> None:
    assert answer_type(accept) == expected


async def test_unacceptable_media_type_is_told(service: Service) -> None:
    response = await ask(service, "{ role }", accept="text/csv")
    assert codes(response) == ["NOT_ACCEPTABLE"]


async def test_refusals_have_their_code_and_message_in_the_language_asked_for(service: Service) -> None:
    for language, word in (("zh-CN,zh;q=0.9", "角色"), ("en-GB,en;q=0.9", "role"), ("fr", "角色")):
        headers = {**service.headers, "accept-language": language}
        body = {"query": "{ forbidden language }"}
        answer = (await service.client.post("/graphql", json=body, headers=headers)).json()
        (error,) = answer["errors"]
        assert (error["path"], error["extensions"]) == (["forbidden"], {"code": "FORBIDDEN"})
        assert word in error["message"]
        assert answer["data"] == {"forbidden": None, "language": language[:2].replace("fr", "zh")}


async def test_refusal_names_its_field(service: Service) -> None:
    (error,) = (await ask(service, "{ refused }")).json()["errors"]
    assert error["extensions"] == {"code": "TOKEN_PERSON_NEEDED", "field": "personId"}


async def test_code_that_the_schema_gives_is_kept(service: Service) -> None:
    (error,) = (await ask(service, "{ coded }")).json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "reason": "TOKEN_PERSON_NEEDED"}
    assert error["message"] == "said above"


@pytest.mark.parametrize("name", ["fault", "fatal", "missing"])
async def test_fault_is_masked_and_logged_by_incident(service: Service, name: str) -> None:
    logs = io.StringIO()
    configure_logging("INFO", logs)
    response = await ask(service, f"{{ {name} }}")
    assert response.status_code == 200
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    incident = error["extensions"]["incident"]
    assert incident in error["message"]
    assert error["path"] == [name]
    logged = [orjson.loads(line) for line in logs.getvalue().splitlines()]
    (line,) = [event for event in logged if event.get("incident") == incident]
    assert line["fault"] in ("RuntimeError", "TypeError")
    assert line["path"] == name
    assert SECRET not in response.text + logs.getvalue()


async def test_no_websocket_is_opened(service: Service) -> None:
    sent = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {"type": "websocket", "path": "/graphql", "headers": [], "subprotocols": ["graphql-ws"]}
    await service.app(scope, receive, send)
    assert sent == ["websocket.close"]


@given(st.binary(max_size=200) | st.recursive(SCALARS, nested).map(orjson.dumps))
def test_any_body_is_read_or_refused_with_a_code(body: bytes) -> None:
    try:
        asked = asked_by_body(body)
    except StudioError as refusal:
        assert refusal.message("zh") != refusal.message("en")  # noqa: PT017  both ways are right
    else:
        assert isinstance(asked.query, str)
        assert asked.query


@given(st.text(alphabet="applicationjs/+-;,=q.01 *grhel", max_size=80))
def test_any_accept_header_gives_a_known_type_or_none(accept: str) -> None:
    assert answer_type(accept) in {JSON, GRAPHQL_JSON, None}


async def test_busy_database_may_be_asked_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a mutation or an upload finds it busy: the client learns that it may try again."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    state = service.app.state
    url = state.settings.database_url
    patient, state.engine = state.engine, database.open_database(url)
    try:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            response = await ask(service, "mutation { write }")
            assert (response.status_code, codes(response)) == (200, ["DATABASE_BUSY"])
            upload = await service.client.post(
                "/uploads?fileName=x.csv", content=b"x", headers=service.headers
            )
            assert (upload.status_code, codes(upload)) == (503, ["DATABASE_BUSY"])
            assert upload.headers["retry-after"] == "1"
    finally:
        await state.engine.dispose()
        state.engine = patient
    monkeypatch.undo()
    assert (await ask(service, "mutation { write }")).json() == {"data": {"write": True}}
