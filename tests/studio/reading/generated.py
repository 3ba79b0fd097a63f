"""Random selections made from the declarations, the same for the same seed."""

from random import Random

from studio.reading.catalogue import ENTITIES
from studio.reading.fields import Connection, Elements, Field, Group, ToMany, ToOne
from studio.reading.roots import ROOTS, One
from studio.reading.selection import Selection
from studio.store.identity import PREFIXES


def random_roots(seed: int, ids: dict[str, str]) -> tuple[Selection, ...]:
    """Return some roots; `ids` gives an id for each root that needs one."""
    random = Random(seed)
    names = random.sample(sorted(ROOTS), 3)
    return tuple(_root(random, name, ids, number) for number, name in enumerate(names))


def _root(random: Random, name: str, ids: dict[str, str], number: int) -> Selection:
    declared = ROOTS[name]
    if isinstance(declared, Connection):
        return _page(random, f"r{number}", name, declared.entity, 3)
    arguments = (
        {"code": "WRITING"} if name == "topic" else {"id": ids[declared.entity]} if declared.by else {}
    )
    assert isinstance(declared, One)
    return Selection(f"r{number}", name, arguments, object_fields(random, declared.entity, 3))


def _page(random: Random, key: str, name: str, entity: str, depth: int) -> Selection:
    asked = random.sample(["__typename", "hasNextPage", "hasPreviousPage"], random.randint(1, 3))
    info = Selection("pageInfo", "pageInfo", {}, tuple(Selection(one, one) for one in asked))
    node = Selection("node", "node", {}, object_fields(random, entity, depth - 1))
    edges = Selection("edges", "edges", {}, (Selection("__typename", "__typename"), node))
    nodes = Selection("nodes", "nodes", {}, object_fields(random, entity, depth - 1))
    parts = random.sample([info, edges, nodes, Selection("total", "totalCount")], random.randint(1, 4))
    return Selection(key, name, random.choice([{}, {"first": 1}, {"first": 3}, {"last": 2}]), tuple(parts))


def object_fields(random: Random, entity: str, depth: int) -> tuple[Selection, ...]:
    """Return some fields of an entity, with relations down to a depth."""
    fields = dict(ENTITIES[entity].fields)
    found = [Selection("__typename", "__typename")]
    if entity in PREFIXES:
        found.append(Selection("id", "id"))
    for name in random.sample(sorted(fields), min(len(fields), 6)):
        chosen = _field(random, name, fields[name], depth)
        if chosen:
            found.append(chosen)
    return tuple(found)


def all_fields(entity: str) -> tuple[Selection, ...]:
    """Return every field of an entity, relations with one plain field."""
    random = Random(1)
    fields = [_field(random, name, field, 1) for name, field in ENTITIES[entity].fields.items()]
    return tuple(field for field in fields if field)


def _field(random: Random, name: str, field: Field, depth: int) -> Selection | None:
    if isinstance(field, Group | Elements):
        inner = (*field.fields, "__typename")
        return Selection(name, name, {}, tuple(Selection(one, one) for one in inner))
    if isinstance(field, ToOne | ToMany | Connection) and depth == 0:
        return None
    if isinstance(field, Connection):
        return _page(random, name, name, field.entity, depth)
    if isinstance(field, ToOne | ToMany):
        needed = {"to": random.choice([1, 2, 9])} if name == "differences" else {}
        return Selection(name, name, needed, object_fields(random, field.entity, depth - 1))
    return Selection(name, name)
