import time

import pytest
from graphql import GraphQLError, get_introspection_query, parse

from graph.limits import MAX_TOKENS, check
from tests.graph.conftest import Loaded


def refused(document: str, name: str | None = None) -> str | None:
    """Return why a document is refused, or None when it is not."""
    parsed = parse(document)
    try:
        check(parsed, name, "en")
    except GraphQLError as error:
        extensions = error.extensions or {}
        return f"{extensions['reason']}" if extensions["code"] == "BAD_USER_INPUT" else "UNCODED"
    return None


def test_depth() -> None:
    assert refused("{a{b{c{d{e{f{g{h{i{j}}}}}}}}}}") is None
    assert refused("{a{b{c{d{e{f{g{h{i{j{k}}}}}}}}}}}") == "TOO_DEEP"


def test_depth_counts_through_fragments() -> None:
    assert refused("{a{b{c{d{e{...F}}}}}} fragment F on T {f{g{h{i{j}}}}}") is None
    assert refused("{a{b{c{d{e{...F}}}}}} fragment F on T {f{g{h{i{j{k}}}}}}") == "TOO_DEEP"
    assert refused("{a{b{c{d{e{... on T {f{g{h{i{j{k}}}}}}}}}}}}") == "TOO_DEEP"


def test_introspection_may_be_deeper() -> None:
    assert refused(get_introspection_query()) is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{a{" + " ".join(f"f{n}" for n in range(299)) + "}}", None),
        ("{a{" + " ".join(f"f{n}" for n in range(300)) + "}}", "TOO_MANY_FIELDS"),
        ("{a{" + " ".join(f"x{n}:f" for n in range(30)) + "}}", None),
        ("{a{" + " ".join(f"x{n}:f" for n in range(31)) + "}}", "TOO_MANY_ALIASES"),
        ("{" + " ".join(f"f{n}" for n in range(20)) + "}", None),
        ("{" + " ".join(f"f{n}" for n in range(21)) + "}", "TOO_MANY_ROOTS"),
        ("{a ...F} fragment F on Query {" + " ".join(f"f{n}" for n in range(20)) + "}", "TOO_MANY_ROOTS"),
        ("{a}" + "".join(f"fragment F{n} on T {{f}}" for n in range(40)), None),
        ("{a}" + "".join(f"fragment F{n} on T {{f}}" for n in range(41)), "TOO_MANY_FRAGMENTS"),
        ("query A {a} query B {b}", "OPERATION_NAME_MISSING"),
    ],
)
def test_bounds(document: str, reason: str | None) -> None:
    assert refused(document) == reason


def test_fragments_that_double_are_measured_at_once() -> None:
    """Thirty fragments, each spreading the next twice, stand for a thousand million fields."""
    fragments = "".join(f"fragment F{n} on T {{a{{...F{n + 1}}} b{{...F{n + 1}}}}}" for n in range(30))
    document = parse("{r{...F0}}" + fragments + "fragment F30 on T {a}")
    begun = time.perf_counter()
    with pytest.raises(GraphQLError):
        check(document, None, "en")
    assert time.perf_counter() - begun < 0.5


def test_fragments_in_a_circle_are_left_to_validation() -> None:
    assert refused("{...A} fragment A on Query {...B} fragment B on Query {...A}") is None


async def test_tokens_are_bounded_before_anything_else(demo: Loaded) -> None:
    answer = await demo.ask("{" + "studio " * MAX_TOKENS + "}")
    assert answer.data is None
    assert "tokens" in answer.errors[0].message


async def test_refusals_speak_the_language_of_the_request(demo: Loaded) -> None:
    document = "query A {studio{name}} query B {studio{name}}"
    chinese, english = (await demo.ask(document), await demo.ask(document, language="en"))
    assert "操作" in chinese.errors[0].message
    assert "operationName" in english.errors[0].message
    assert english.errors[0].path is None
