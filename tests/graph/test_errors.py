"""Bad documents, variables and ids: coded, in the language of the request, at their place, and no wider."""

from typing import Any

import orjson
import pytest

from studio.store.enums import Role
from tests.graph.conftest import Loaded

TOKEN = 'mutation {{ createToken(input: {{role: ORGANIZER, expiresAt: "{0}"}}) {{ plaintext userErrors {{code}} }} }}'
TOKEN_BY_VARIABLE = """mutation M($at: DateTime!) {
    createToken(input: {role: ORGANIZER, expiresAt: $at}) { plaintext userErrors { code } }
}"""


@pytest.mark.parametrize(
    ("document", "variables", "reason", "place"),
    [
        ("{\n studio { ", {}, "GRAPHQL_PARSE_FAILED", (2, 11)),
        ("{\n studio { nam } }", {}, "GRAPHQL_VALIDATION_FAILED", (2, 11)),
        ("{ trainees(frist: 1) { totalCount } }", {}, "GRAPHQL_VALIDATION_FAILED", (1, 12)),
        ("{ ...F }", {}, "GRAPHQL_VALIDATION_FAILED", (1, 6)),
        (
            "query Q($n: Int!) { cohort(number: $n) { id } }",
            {"n": "three"},
            "GRAPHQL_VARIABLES_REFUSED",
            (1, 9),
        ),
        ("query Q($n: Int!) { cohort(number: $n) { id } }", {}, "GRAPHQL_VARIABLES_REFUSED", (1, 9)),
        (TOKEN_BY_VARIABLE, {"at": "soon"}, "GRAPHQL_VARIABLES_REFUSED", (1, 12)),
        (TOKEN_BY_VARIABLE, {"at": "2027-01-01T00:00:00"}, "MOMENT_WITHOUT_OFFSET", (1, 12)),
        (TOKEN.format("2027-01-01T00:00:00"), {}, "MOMENT_WITHOUT_OFFSET", (1, 60)),
    ],
)
async def test_what_is_malformed_is_told_in_the_readers_language(
    demo: Loaded, document: str, variables: dict[str, Any], reason: str, place: tuple[int, int]
) -> None:
    messages = []
    for language in ("zh", "en"):
        answer = await demo.ask(document, Role.ORGANIZER, language, **variables)
        assert answer.data is None
        (error,) = answer.errors
        assert error.path is None
        assert error.extensions == {"code": "BAD_USER_INPUT", "reason": reason}
        assert [(at.line, at.column) for at in error.locations or ()] == [place]
        assert "Did you mean" not in error.message
        messages.append(error.message)
    assert messages[0] != messages[1]
    assert any("\u4e00" <= char <= "\u9fff" for char in messages[0])
    assert messages[1].isascii()


@pytest.mark.parametrize("at", ["2999-01-01T00:00:00+08:00", "2999-01-01T00:00:00Z"])
async def test_a_moment_with_its_offset_is_taken(own_demo: Loaded, at: str) -> None:
    payload = (await own_demo.data(TOKEN_BY_VARIABLE, at=at))["createToken"]
    assert payload["plaintext"]
    assert payload["userErrors"] == []


@pytest.mark.parametrize("beside", ["", "viewer { role } "])
async def test_a_bad_id_is_null_at_its_path_and_nothing_else_is(demo: Loaded, beside: str) -> None:
    """Read by the database alone, and walked by the executor."""
    document = f"""query Q($t: ID!) {{ {beside}
        a: node(id: "bad") {{ id }} trainee(id: "ME_1") {{ id }} studio {{ fictional }}
        b: node(id: $t) {{ id }} nodes(ids: ["bad", $t, "UP_{"0" * 32}"]) {{ id }}
    }}"""
    trainee = demo.id("Trainee", demo.trainee)
    answer = await demo.ask(document, t=trainee)
    assert answer.data is not None
    data = orjson.loads(answer.data)
    assert data.pop("viewer", None) == ({"role": "ORGANIZER"} if beside else None)
    assert data == {
        "a": None,
        "trainee": None,
        "studio": {"fictional": True},
        "b": {"id": trainee},
        "nodes": [None, {"id": trainee}, None],
    }
    told = {tuple(error.path or ()): error.extensions for error in answer.errors}
    unknown = {"code": "BAD_USER_INPUT", "reason": "UNKNOWN_ID"}
    assert told == {
        ("a",): {**unknown, "field": "a.id"},
        ("trainee",): {**unknown, "field": "trainee.id"},
        ("nodes", 0): {**unknown, "field": "nodes.ids.0"},
    }


async def test_a_closed_root_that_may_be_null_closes_itself_only(demo: Loaded) -> None:
    document = "query Q($r: ID!) { matchRun(id: $r) { id } studio { fictional } }"
    answer = await demo.ask(document, Role.TRAINEE, r=demo.id("MatchRun", demo.run))
    assert answer.data == b'{"matchRun":null,"studio":{"fictional":true}}'
    (error,) = answer.errors
    assert (error.path, (error.extensions or {})["code"]) == (["matchRun"], "FORBIDDEN")
