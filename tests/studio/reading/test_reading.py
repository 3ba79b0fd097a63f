"""What is read equals what plain loops over the rows find, for everyone, on both databases."""

import pytest
import sqlalchemy as sa

from studio.errors import Forbidden
from studio.permissions import READ
from studio.reading.catalogue import ENTITIES
from studio.reading.fields import Connection, Count, ToMany, ToOne
from studio.reading.read import read, read_rows
from studio.reading.selection import Selection
from studio.store.database import reading, writing
from studio.store.enums import Role
from studio.store.identity import PREFIXES, global_id
from tests.studio.reading.conftest import Reader
from tests.studio.reading.generated import all_fields, random_roots
from tests.studio.reading.query import select

SEEDS = 12


def test_every_entity_is_declared_and_every_own_policy():
    assert set(ENTITIES) == set(READ)
    for name, roles in READ.items():
        own = {role for role, rows in roles.items() if rows == "OWN"}
        assert own <= set(ENTITIES[name].own), name


def test_relations_lead_to_declared_entities():
    for entity in ENTITIES.values():
        for field in entity.fields.values():
            if isinstance(field, ToOne | ToMany | Connection | Count):
                assert field.entity in ENTITIES


async def test_every_field_of_every_row_equals_the_reference(reader: Reader):
    for entity in ENTITIES:
        if entity not in PREFIXES:
            continue
        rows = [row for world in (reader.world, reader.other) for row in world.people.get(entity, [])]
        if entity == "Studio":
            rows = [reader.world.studio, reader.other.studio]
        assert rows, entity
        for start in range(0, len(rows), 20):
            ids = [global_id(entity, row.id) for row in rows[start : start + 20]]
            roots = (Selection("nodes", "nodes", {"ids": ids}, all_fields(entity)),)
            for actor in reader.world.actors():
                assert await reader.answer(actor, roots) == reader.expected(actor, roots), (entity, actor)


async def test_generated_selections_equal_the_reference(reader: Reader):
    ids = {
        name: global_id(name, rows[0].id) for name, rows in reader.world.people.items() if name in PREFIXES
    }
    ids |= {"Trainee": global_id("Trainee", reader.world.of("Trainee")[0].id)}
    for seed in range(SEEDS):
        roots = random_roots(seed, ids)
        assert await reader.answer("organizer", roots) == reader.expected("organizer", roots), seed
        for actor in reader.world.actors():
            for root in roots:
                try:
                    found = await reader.answer(actor, (root,))
                except Forbidden:
                    continue
                assert found == reader.expected(actor, (root,)), (seed, actor, root)


DEEP = (
    "topics.nodes.children.parent.children.parent.children.parent.children.code",
    "cohorts.nodes.painPoints.nodes.trainee.pairing.package.items.painPoint.text",
    "trainees.nodes.responses.painPoints.topics.topic.mentors.mentor.pairings.score",
    "mentors.nodes.pairings.package.items.content.topics.contents.nodes.title",
)


async def test_as_deep_as_a_query_may_go(reader: Reader):
    for path in DEEP:
        document = path.replace(".", " { ") + " }" * path.count(".")
        roots = select(f"{{ {document} }}")
        for actor in ("organizer", "mentor with trainees", "mentored trainee"):
            assert await reader.answer(actor, roots) == reader.expected(actor, roots), (path, actor)


PAGES = """{
  studio { id name fictional __typename }
  trainees(first: 50) { totalCount nodes { id displayName needs { topic { code } need painPoint { text } }
    recommendations(first: 2) { rank content { title } reasons { code label weight } becauseOf { text } }
    pairing { score reason mentor { displayName person { phoneMasked name } activeLoad remaining } parts { code label }
              run { number } package { number totalMinutes items { day minutes painPoint { text } } } } } }
  cohorts { nodes { number traineeCount needs { rank respondents topic { name } } publishedRun { number matched }
    latestRun { number certificate { objective verified } unmatched { trainee { id } reasons { code label } } } } }
}"""


async def test_a_deep_page_equals_the_reference(reader: Reader):
    for actor in reader.world.actors():
        for root in select(PAGES):
            try:
                found = await reader.answer(actor, (root,))
            except Forbidden:
                continue
            assert found == reader.expected(actor, (root,)), (actor, root.name)
    organizer = await reader.ask("organizer", PAGES)
    assert organizer["trainees"]["totalCount"] == 10
    assert [need["respondents"] for need in organizer["cohorts"]["nodes"][0]["needs"]] == [7, 4]


FILTERED = (
    'trainees(filter: {roles: ["OTHER"]})',
    "trainees(filter: {roles: []})",
    "trainees(filter: {cohortId: $cohort})",
    'trainees(filter: {topicCodes: ["GRID", "nothing"]})',
    "trainees(filter: {matched: true})",
    "trainees(filter: {matched: false, search: null})",
    'trainees(filter: {search: "100%_"})',
    'trainees(filter: {search: "\\\\"})',
    'trainees(filter: {search: "aA"}, orderBy: {field: "NAME"})',
    'trainees(filter: {search: "桂语"}, orderBy: {field: "ROSTER", direction: "DESC"})',
    'trainees(orderBy: {field: "COMMUNITY", direction: "DESC"}, first: 4)',
    'trainees(orderBy: {field: "NAME", direction: "ASC"}, last: 4)',
    'mentors(filter: {topicCodes: ["WRITING"]})',
    'mentors(filter: {topicCodes: ["GRID"]})',
    'mentors(filter: {hasCapacity: true}, orderBy: {field: "CAPACITY"})',
    'mentors(filter: {hasCapacity: false}, orderBy: {field: "CAPACITY", direction: "DESC"})',
    'mentors(filter: {search: "竹园"})',
    "topics(filter: {top: true})",
    "topics(filter: {top: false})",
    "painPoints(filter: {cohortId: $cohort, abstained: true})",
    'painPoints(filter: {topicCodes: ["WRITING.NEWS"], wave: 1, abstained: false})',
    "painPoints(filter: {current: true})",
    "painPoints(filter: {current: false})",
    'contents(filter: {kinds: ["COURSE", "POLICY"]})',
    'contents(filter: {topicCodes: ["WRITING"], search: "case OF"})',
    "pairings(filter: {runId: $run})",
    'pairings(filter: {states: ["ACTIVE"]}, last: 3)',
    "rules(filter: {cohortId: $cohort})",
    "matchPolicies(first: 1)",
    "rules(filter: {inForce: true})",
    "rules(filter: {inForce: false})",
    "rulePresets(first: 1)",
)


async def test_filters_and_orders_equal_the_reference(reader: Reader):
    cohort = global_id("Cohort", reader.world.of("Cohort")[0].id)
    run = global_id("MatchRun", reader.world.of("MatchRun")[1].id)
    parts = "totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage }"
    for filtered in FILTERED:
        roots = select(f"{{ {filtered} {{ {parts} }} }}", cohort=cohort, run=run)
        for actor in ("organizer", "mentor with trainees", "mentored trainee"):
            try:
                found = await reader.answer(actor, roots)
            except Forbidden:
                continue
            assert found == reader.expected(actor, roots), (filtered, actor)


async def test_review_queue_shows_leaders_to_organizers_only(reader: Reader):
    item = "painPoint { text version topics { status } } reason guess { code } confidence margin copies"
    document = f"{{ reviewQueue(filter: {{cohortId: $cohort}}) {{ totalCount nodes {{ {item} }} }} }}"
    for number, count in ((0, 2), (1, 0)):
        cohort = global_id("Cohort", reader.world.of("Cohort")[number].id)
        roots = select(document, cohort=cohort)
        found = await reader.answer("organizer", roots)
        assert found == reader.expected("organizer", roots)
        assert found["reviewQueue"]["totalCount"] == count
    for actor in ("mentor with trainees", "mentored trainee"):
        with pytest.raises(Forbidden):
            await reader.answer(actor, roots)


async def test_words_come_back_as_they_were_said(reader: Reader):
    found = await reader.ask("organizer", "{ painPoints(first: 100) { nodes { id text } } }")
    said = {global_id("PainPoint", row.id): row.text for row in reader.world.of("PainPoint")}
    assert {node["id"]: node["text"] for node in found["painPoints"]["nodes"]} == said


async def test_a_mentor_sees_trainees_only_after_publication(reader: Reader):
    document = "{ trainees { totalCount nodes { id } } pairings { totalCount } }"
    run = reader.world.of("MatchRun")[2]
    before = await reader.ask("mentor of a draft", document)
    assert before == {"trainees": {"totalCount": 0, "nodes": []}, "pairings": {"totalCount": 0}}
    async with writing(reader.engine) as session:
        table = run.__table__
        await session.execute(
            sa.update(table).where(table.c.publish_state == "PUBLISHED").values(publish_state="SUPERSEDED")
        )
        await session.execute(sa.update(table).where(table.c.id == run.id).values(publish_state="PUBLISHED"))
    after = await reader.ask("mentor of a draft", document)
    trainees = reader.world.of("Trainee")
    assert {node["id"] for node in after["trainees"]["nodes"]} == {
        global_id("Trainee", trainees[3].id),
        global_id("Trainee", trainees[4].id),
    }
    assert after["trainees"]["totalCount"] == after["pairings"]["totalCount"] == 2
    # The other keeps the one whom both runs give, and no longer sees the one of the earlier run.
    other = await reader.ask("mentor with trainees", document)
    assert [node["id"] for node in other["trainees"]["nodes"]] == [global_id("Trainee", trainees[1].id)]


async def test_another_studios_rows_are_never_seen(reader: Reader):
    ids = [global_id(name, rows[0].id) for name, rows in reader.other.people.items() if name in PREFIXES] + [
        global_id("Studio", reader.other.studio.id)
    ]
    assert len(ids) > 15
    for actor in reader.world.actors():
        found = await reader.ask(actor, "{ nodes(ids: $ids) { id } }", ids=ids)
        assert found["nodes"] == [None] * len(ids)


async def test_a_closed_root_is_forbidden_and_a_closed_relation_empty(reader: Reader):
    for document in ("{ rules { totalCount } }", "{ matchRuns { totalCount } }", "{ job(id: $id) { id } }"):
        with pytest.raises(Forbidden):
            await reader.ask("mentored trainee", document, id=global_id("Job", reader.world.of("Job")[0].id))
    with pytest.raises(Forbidden):
        await reader.ask("client app without scopes", "{ studio { id } }")
    found = await reader.ask(
        "mentored trainee",
        "{ cohorts { nodes { needs { rank } rules { id } latestRun { id } matchRuns { totalCount edges { cursor } "
        "pageInfo { hasNextPage endCursor } } } } }",
    )
    closed = {"totalCount": 0, "edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert found["cohorts"]["nodes"] == [{"needs": [], "rules": [], "latestRun": None, "matchRuns": closed}]


async def test_small_groups_are_for_organizers_only(reader: Reader):
    document = "{ cohort(number: 1) { needs { respondents } } }"
    assert await reader.ask("client app", document) == {"cohort": {"needs": [{"respondents": 7}]}}
    document = (
        "{ cohort(number: 1) { needsByRole { role respondents } needsByCounty { county respondents } } }"
    )
    cells = (await reader.ask("organizer", document))["cohort"]
    assert {len(rows) for rows in cells.values()} == {6}
    for actor in ("client app", "mentor with trainees"):
        large = (await reader.ask(actor, document))["cohort"]
        for name, rows in cells.items():
            assert large[name] == [row for row in rows if row["respondents"] >= 5] != []
    assert (await reader.ask("mentored trainee", document))["cohort"] == {
        "needsByRole": [],
        "needsByCounty": [],
    }


async def test_one_statement_whatever_the_page(reader: Reader):
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    sa.event.listen(reader.engine.sync_engine, "before_cursor_execute", note)
    for size in (1, 10, 100):
        statements.clear()
        await reader.answer("organizer", select(PAGES.replace("50", str(size))))
        assert len(statements) == 1
    statements.clear()
    world = reader.world
    actor = world.actors()["organizer"]
    ids = [row.id for row in reversed(world.of("Trainee"))]
    async with reading(reader.engine) as session:
        found = await read_rows(
            session, actor, "Trainee", [*ids, reader.other.of("Trainee")[0].id], select("{ id }")
        )
    assert found == [*({"id": global_id("Trainee", row_id)} for row_id in ids), None]
    assert len(statements) == 1


async def test_rows_written_in_the_same_transaction_are_read(reader: Reader):
    actor = reader.world.actors()["organizer"]
    trainee = reader.world.of("Trainee")[0]
    async with writing(reader.engine) as session:
        found = await session.get(type(trainee), trainee.id)
        found.level = "EXCEL"
        await session.flush()
        children = select("{ level person { name } pairing { mentor { id } } }")
        [row] = await read_rows(session, actor, "Trainee", [trainee.id], children)
    assert row is not None
    assert row["level"] == "EXCEL"


async def test_a_type_condition_picks_the_fields(reader: Reader):
    ids = [global_id(name, reader.world.of(name)[0].id) for name in ("Trainee", "Topic")]
    found = await reader.ask(
        "organizer",
        "{ nodes(ids: $ids) { __typename ... on Topic { code } ... on Trainee { role } } node(id: $id) { id } }",
        ids=ids,
        id=ids[1],
    )
    assert found == {
        "nodes": [{"__typename": "Trainee", "role": "OTHER"}, {"__typename": "Topic", "code": "WRITING"}],
        "node": {"id": ids[1]},
    }


async def test_a_wide_object_is_whole(reader: Reader):
    document = f"{{ studio {{ {' '.join(f'f{number}: name' for number in range(300))} }} }}"
    found = await reader.ask("organizer", document)
    assert found == {"studio": {f"f{number}": "甲工作室" for number in range(300)}}


async def test_the_cached_plan_takes_each_askers_own_values(reader: Reader):
    document = (
        "{ trainee(id: $id) { displayName person { phoneMasked } } trainees(first: $first) { nodes { id } } }"
    )
    trainees = reader.world.of("Trainee")
    for number in (3, 1, 2):
        variables = {"id": global_id("Trainee", trainees[number].id), "first": number}
        roots = select(document, **variables)
        for actor in reader.world.actors().values():
            if actor.role is not Role.CLIENT_APP:
                assert await reader.answer(actor, roots) == reader.expected(actor, roots)
    other = reader.other.actors()["organizer"]
    assert await reader.answer(other, roots) == reader.expected(other, roots)
    async with reading(reader.engine) as session:
        assert await read(session, other, ()) == b"{}"


async def test_rules_of_a_cohort_by_whether_they_hold_equal_the_reference(reader: Reader):
    rules = "id inForce expiresOn"
    for wanted in ("true", "false"):
        document = (
            f"{{ cohorts {{ nodes {{ rules(inForce: {wanted}) {{ {rules} }} "
            f"cohortRules(inForce: {wanted}) {{ {rules} effect parameters {{ name label value }} }} }} }} }}"
        )
        roots = select(document)
        found = await reader.answer("organizer", roots)
        assert found == reader.expected("organizer", roots)
        assert all(
            rule["inForce"] is (wanted == "true")
            for cohort in found["cohorts"]["nodes"]
            for rule in (*cohort["rules"], *cohort["cohortRules"])
        )
        assert any(cohort["rules"] for cohort in found["cohorts"]["nodes"])
