"""Pages: forward and backward over equal keys, and cursors that only we can have made."""

from typing import Any

import pytest

from studio.errors import StudioError
from studio.reading.cursors import seal, unseal
from studio.reading.dialect import Kind
from tests.studio.reading.conftest import Reader

ORDERS = [(field, way) for field in ("NAME", "COMMUNITY", "ROSTER") for way in ("ASC", "DESC")]
PAGE = """{ trainees(orderBy: {field: $field, direction: $way}, %s) {
  edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""


async def _all(reader: Reader, field: str, way: str) -> list[str]:
    found = await reader.ask("organizer", PAGE % "first: 100", field=field, way=way)
    return [edge["node"]["id"] for edge in found["trainees"]["edges"]]


def _check_page(page: Any) -> None:
    edges, info = page["edges"], page["pageInfo"]
    assert info["startCursor"] == edges[0]["cursor"]
    assert info["endCursor"] == edges[-1]["cursor"]
    assert page["totalCount"] == 10


async def test_pages_forward_and_backward_hold_every_row_once(reader: Reader):
    for field, way in ORDERS:
        await _check_order(reader, field, way)


async def _check_order(reader: Reader, field: str, way: str) -> None:
    everyone = await _all(reader, field, way)
    assert len(set(everyone)) == 10
    for direction, size in (("forward", 3), ("backward", 3), ("forward", 1), ("backward", 5)):
        forward, found, cursor, more = direction == "forward", [], None, True
        while more:
            assert len(found) < len(everyone), "the pages go on after the last row"
            count, side = ("first", "after") if forward else ("last", "before")
            document = PAGE % f"{count}: {size}, {side}: $cursor"
            page = (await reader.ask("organizer", document, field=field, way=way, cursor=cursor))["trainees"]
            _check_page(page)
            assert page["pageInfo"]["hasPreviousPage" if forward else "hasNextPage"] is (cursor is not None)
            ids = [edge["node"]["id"] for edge in page["edges"]]
            found = found + ids if forward else ids + found
            more = page["pageInfo"]["hasNextPage" if forward else "hasPreviousPage"]
            cursor = page["pageInfo"]["endCursor" if forward else "startCursor"]
        assert found == everyone


async def test_every_cursor_is_a_place_to_go_on_from(reader: Reader):
    names = (
        "cohorts",
        "topics",
        "surveys",
        "painPoints",
        "contents",
        "matchRuns",
        "pairings",
        "rules",
        "matchPolicies",
        "rulePresets",
        "mentors",
    )
    for name in names:
        found = await reader.ask(
            "organizer", f"{{ {name}(first: 100) {{ edges {{ cursor node {{ id }} }} }} }}"
        )
        edges = found[name]["edges"]
        assert edges
        for number, edge in enumerate(edges):
            document = f"{{ {name}(first: 100, after: $cursor) {{ nodes {{ id }} }} }}"
            rest = await reader.ask("organizer", document, cursor=edge["cursor"])
            assert rest[name]["nodes"] == [later["node"] for later in edges[number + 1 :]]


async def test_between_two_cursors(reader: Reader):
    everyone = await _all(reader, "NAME", "ASC")
    found = await reader.ask("organizer", PAGE % "first: 100", field="NAME", way="ASC")
    cursors = [edge["cursor"] for edge in found["trainees"]["edges"]]
    for size in ("first: 2", "last: 2"):
        document = PAGE % f"{size}, after: $after, before: $before"
        page = await reader.ask(
            "organizer", document, field="NAME", way="ASC", after=cursors[2], before=cursors[7]
        )
        ids = [edge["node"]["id"] for edge in page["trainees"]["edges"]]
        assert ids == (everyone[3:5] if size.startswith("first") else everyone[5:7])


async def test_foreign_cursors_are_refused(reader: Reader):
    found = await reader.ask("organizer", PAGE % "first: 2", field="NAME", way="ASC")
    cursor = found["trainees"]["pageInfo"]["endCursor"]
    foreign = (
        "", "x", "é", "AAAA", cursor[:-2], cursor[:-1] + ("A" if cursor[-1] != "A" else "B"),
        ("A" if cursor[0] != "A" else "B") + cursor[1:], cursor + "AAAA", 7,
    )  # fmt: skip
    for text in foreign:
        with pytest.raises(StudioError, match="INVALID_CURSOR") as refused:
            await reader.ask("organizer", PAGE % "first: 2, after: $c", field="NAME", way="ASC", c=text)
        assert refused.value.field == "trainees.after"
    with pytest.raises(StudioError, match="INVALID_CURSOR"):
        await reader.ask("organizer", PAGE % "first: 2, after: $c", field="ROSTER", way="ASC", c=cursor)
    with pytest.raises(StudioError, match="INVALID_CURSOR"):
        await reader.ask("organizer", "{ mentors(after: $c) { nodes { id } } }", c=cursor)


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (b'["O.N","a"]', [Kind.TEXT]),
        (b'["O.N",1,"00000000000000000000000000000007"]', [Kind.TEXT]),
        (b'["O.N","a","00000000000000000000000000000007"]', [Kind.INT]),
        (b'["O.N",true,"00000000000000000000000000000007"]', [Kind.INT]),
        (b'["O.N","a","00000000000000000000000000000007"]', [Kind.INSTANT]),
        (b'["O.M","a","00000000000000000000000000000007"]', [Kind.TEXT]),
        (b'["O.N","a","7"]', [Kind.TEXT]),
        (b'["O.N","a",7]', [Kind.TEXT]),
        (b"[]", []),
        (b"7", []),
        (b"nonsense", []),
    ],
)
def test_even_a_sealed_cursor_must_fit_the_order(values: bytes, kinds: list[Kind]):
    text = seal(b"\x01" + values + b"\x02").decode()
    with pytest.raises(StudioError, match="INVALID_CURSOR"):
        unseal(text, "O.N", kinds, "x.after")


def test_a_sealed_cursor_opens():
    text = seal(b'"\x01["O.N","\xe6\x9d\x8e","00000000000000000000000000000007"]\x02"')[1:-1].decode()
    assert unseal(text, "O.N", [Kind.TEXT], "x.after")[0] == "李"


BAD = (
    ("{ trainees(first: 0) { totalCount nodes { id } } }", "trainees.first"),
    ("{ x: trainees(first: 101) { nodes { id } } }", "x.first"),
    ("{ trainees(last: -1) { nodes { id } } }", "trainees.last"),
    ("{ trainees(first: 1, last: 1) { nodes { id } } }", "trainees.last"),
    ("{ cohort(number: 1) { trainees(first: 0) { nodes { id } } } }", "cohort.trainees.first"),
    (
        "{ trainees { nodes { recommendations(first: 1000) { rank } } } }",
        "trainees.nodes.recommendations.first",
    ),
    ('{ trainees(orderBy: {field: "PHONE"}) { nodes { id } } }', "trainees.orderBy"),
    ('{ trainees(orderBy: {field: "NAME", direction: "UP"}) { nodes { id } } }', "trainees.orderBy"),
    ('{ painPoints(filter: {wave: "x"}) { totalCount } }', "painPoints.filter.wave"),
    ("{ painPoints(filter: {wave: 99999999999}) { totalCount } }", "painPoints.filter.wave"),
    ("{ trainees(filter: {search: 7}) { totalCount } }", "trainees.filter.search"),
    ("{ cohort { id } }", "cohort.id"),
    ('{ cohort(number: 1, id: "CO_x") { id } }', "cohort.id"),
    ('{ topic(code: "a\\u0000") { id } }', "topic.code"),
)


NO_ROWS = ("totalCount", "__typename", "pageInfo { hasPreviousPage }")


@pytest.mark.parametrize("rows", NO_ROWS)
async def test_arguments_are_checked_though_no_row_is_asked_for(reader: Reader, rows: str):
    found = await reader.ask("organizer", "{ mentors(first: 1) { edges { cursor } } }")
    cursor = found["mentors"]["edges"][0]["cursor"]
    bad = (
        ("first: 0", "first"),
        ("last: 101", "last"),
        ("first: 1, last: 1", "last"),
        ('after: "x"', "after"),
        (f'before: "{cursor}"', "before"),
        ("filter: {search: 7}", "filter.search"),
    )
    for given, name in bad:
        for document, path in (
            (f"{{ trainees({given}) {{ {rows} }} }}", "trainees"),
            (f"{{ cohort(number: 1) {{ trainees({given}) {{ {rows} }} }} }}", "cohort.trainees"),
        ):
            with pytest.raises(StudioError, match=r"BAD_ARGUMENT|INVALID_CURSOR") as refused:
                await reader.ask("organizer", document)
            assert refused.value.field == f"{path}.{name}"
    assert await reader.ask("organizer", f"{{ mentors(first: 1, after: $c) {{ {rows} }} }}", c=cursor)


async def test_a_closed_list_checks_its_arguments_too(reader: Reader):
    document = "{ topics { nodes { contents(first: 0) { totalCount } } } }"
    for actor in ("organizer", "mentored trainee"):
        with pytest.raises(StudioError, match="BAD_ARGUMENT"):
            await reader.ask(actor, document)
    with pytest.raises(StudioError, match="BAD_ARGUMENT"):
        await reader.ask(
            "mentor with trainees", "{ cohort(number: 1) { matchRuns(first: 0) { totalCount } } }"
        )


async def test_bad_arguments_are_refused(reader: Reader):
    for document, field in BAD:
        with pytest.raises(StudioError, match="BAD_ARGUMENT") as refused:
            await reader.ask("organizer", document)
        assert refused.value.field == field
        for language in ("zh", "en"):
            assert field in refused.value.message(language)


FOREIGN_IDS = (
    ('{ trainee(id: "nonsense") { id } }', "trainee.id"),
    ('{ trainee(id: "ME_00000000000000000000000000000007") { id } }', "trainee.id"),
    ('{ node(id: "ZZ_00000000000000000000000000000007") { id } }', "node.id"),
    (
        '{ trainees(filter: {cohortId: "TR_00000000000000000000000000000007"}) { totalCount } }',
        "trainees.filter.cohortId",
    ),
)


async def test_foreign_ids_are_refused(reader: Reader):
    for document, field in FOREIGN_IDS:
        with pytest.raises(StudioError, match="UNKNOWN_ID") as refused:
            await reader.ask("organizer", document)
        assert refused.value.field == field
