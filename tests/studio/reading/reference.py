"""What should be read, by plain loops over all rows: slow, obvious and without any SQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from studio.permissions import Actor
from studio.reading.selection import Selection
from studio.store.enums import Role
from studio.store.identity import PREFIXES, parse_global_id
from tests.studio.reading.reference_fields import FILTERS, ORDERS, SPECIAL
from tests.studio.reading.reference_policies import Policies, Row, Tables, snake

TYPENAMES = {"MentorTopic": "MentorStrength"}
ENTITY_OF = {
    "preset": "RulePreset",
    "case": "MentorCase",
    "run": "MatchRun",
    "policy": "MatchPolicy",
    "community": "Region",
    "package": "MentoringPackage",
    "replaces": "MentoringPackage",
    "speaker": "Mentor",
    "fromMentor": "Mentor",
    "toMentor": "Mentor",
    "basedOn": "MatchRun",
    "replaced": "MatchRun",
}
ORGANIZER_AND_MENTOR = {Role.ORGANIZER, Role.MENTOR}
HIDDEN = {
    ("Person", "phoneMasked"): {Role.ORGANIZER},
    ("Mentor", "capacity"): ORGANIZER_AND_MENTOR,
    ("Mentor", "freeWeeks"): ORGANIZER_AND_MENTOR,
    ("Mentor", "freeAlways"): ORGANIZER_AND_MENTOR,
    ("Mentor", "weeklyCapacity"): ORGANIZER_AND_MENTOR,
    ("Mentor", "activeLoad"): ORGANIZER_AND_MENTOR,
    ("Mentor", "remaining"): ORGANIZER_AND_MENTOR,
    ("Pairing", "reason"): ORGANIZER_AND_MENTOR,
    ("Pairing", "propensity"): {Role.ORGANIZER},
    ("Consent", "reason"): {Role.ORGANIZER},
    ("Consent", "note"): {Role.ORGANIZER},
    ("Consent", "onBehalfReason"): {Role.ORGANIZER},
    ("PairingChange", "reason"): {Role.ORGANIZER},
    ("PairingChange", "note"): {Role.ORGANIZER},
    ("Meeting", "note"): {Role.ORGANIZER, Role.MENTOR},
}


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]


class Reference(Policies):
    """Answers selections for one actor."""

    def __init__(self, tables: Tables, actor: Actor, labels: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(tables, actor)
        self.labels = labels

    def answer(self, roots: Sequence[Selection]) -> Row:
        return {root.key: self._root(root) for root in roots}

    def _root(self, root: Selection) -> Any:
        name, given = root.name, root.arguments
        if name == "node":
            return self._node(given["id"], root)
        if name == "nodes":
            return [self._node(one, root) for one in given["ids"]]
        if name == "reviewQueue":
            leading = [row for row in self.rows("ReviewItem") if row["leader_id"] is None]
            return self._connection("ReviewItem", leading, root)
        if name.endswith("s") and name != "studios":
            entity = {"matchRuns": "MatchRun", "matchPolicies": "MatchPolicy"}.get(name, pascal(name[:-1]))
            rows = self.rows(entity)
            if name == "contents":
                rows = [row for row in rows if row["active"]]
            return self._connection(entity, rows, root)
        entity = pascal(name)
        for row in self.rows(entity):
            by_id = "id" in given and row["id"] == parse_global_id(given["id"])[1]
            by_key = [key for key in ("number", "code") if key in given and row[key] == given[key]]
            if by_id or by_key or not given:
                return self._object(entity, row, root.children)
        return None

    def _node(self, text: str, root: Selection) -> Any:
        entity, row_id = parse_global_id(text)
        row = self.find(entity, row_id)
        return self._object(entity, row, root.children) if row and self.sees(entity, row) else None

    def _object(
        self, entity: str, row: Row, children: Sequence[Selection], typename: str | None = None
    ) -> Row:
        name = typename or TYPENAMES.get(entity, entity)
        return {
            child.key: name if child.name == "__typename" else self._field(entity, row, child)
            for child in children
            if child.on in {None, entity, name}
        }

    def _one(self, entity: str, row: Row | None, child: Selection) -> Any:
        return self._object(entity, row, child.children) if row and self.sees(entity, row) else None

    def _many(
        self,
        entity: str,
        child: Selection,
        where: Callable[[Row], bool],
        order: Callable[[Row], Any],
        **more: Any,
    ) -> list[Row]:
        rows = sorted(filter(where, self.rows(entity)), key=lambda row: (order(row), row["id"].hex))
        return [self._object(entity, row, child.children, **more) for row in rows]

    def _linked(
        self, entity: str, child: Selection, links: list[Row], key: str, order: Callable[[Row, Row], Any]
    ) -> list[Row]:
        pairs = [(link, self.find(entity, link[key])) for link in links]
        pairs = [(link, row) for link, row in pairs if self.sees(entity, row)]
        pairs.sort(key=lambda pair: (order(*pair), pair[1]["id"].hex))
        return [self._object(entity, row, child.children) for _, row in pairs]

    def _field(self, entity: str, row: Row, child: Selection) -> Any:
        if child.name == "id":
            return f"{PREFIXES[entity]}_{row['id'].hex}"
        if self.actor.role not in HIDDEN.get((entity, child.name), set(Role)):
            return None
        special = SPECIAL.get((entity, child.name))
        if special:
            return special(self, row, child)
        column = snake(child.name)
        if f"{column}_id" in row:
            to = ENTITY_OF.get(child.name, entity if child.name == "parent" else pascal(child.name))
            return self._one(to, self.find(to, row[f"{column}_id"]), child)
        return plain(row[column])

    def person(self, row: Row) -> Row:
        return self.find("Person", row["person_id"])

    def point(self, row: Row) -> Row:
        return self.find("PainPoint", row["pain_point_id"])

    def community(self, row: Row) -> Row | None:
        return self.find("Region", self.person(row)["community_id"])

    def natural(self, row: Row) -> tuple[Any, ...]:
        """Return the natural key of a trainee or mentor."""
        place = self.community(row) or {"county": "", "town": "", "name_key": ""}
        person = self.person(row)
        return place["county"], place["town"], place["name_key"], person["name_key"], row["roster_row"]

    def load(self, mentor: Row) -> int:
        return sum(
            p["mentor_id"] == mentor["id"] and p["held_place_id"] is not None for p in self.all("Pairing")
        )

    def label(self, family: str, code: str) -> str:
        return self.labels.get(family, {}).get(code, code)

    def codes(self, links: list[Row]) -> set[str]:
        return {self.find("Topic", link["topic_id"])["code"] for link in links}

    def codes_and_above(self, links: list[Row]) -> set[str]:
        """Codes of the topics that links name, and of the topics above those."""
        topics = [self.find("Topic", link["topic_id"]) for link in links]
        parents = [self.find("Topic", topic["parent_id"]) for topic in topics if topic["parent_id"]]
        return {topic["code"] for topic in (*topics, *parents)}

    def where(self, table: str, **values: Any) -> list[Row]:
        return [row for row in self.tables[table] if all(row[key] == value for key, value in values.items())]

    # Connections

    def _connection(self, entity: str, rows: list[Row], child: Selection) -> Row:
        given = child.arguments
        rows = [row for row in rows if self._passes(entity, row, given.get("filter") or {})]
        asked = given.get("orderBy") or {}
        order = ORDERS[entity, asked.get("field")]
        rows.sort(key=lambda row: row["id"].hex)
        rows.sort(key=lambda row: order(self, row))
        if asked.get("direction") == "DESC":
            rows.reverse()
        first = given.get("first") or (None if given.get("last") else 20)
        start = 0 if first else max(0, len(rows) - given["last"])
        page = rows[start : start + first] if first else rows[start:]
        return {part.key: self._part(entity, part, rows, page, start) for part in child.children}

    def _part(self, entity: str, part: Selection, rows: list[Row], page: list[Row], start: int) -> Any:
        name = TYPENAMES.get(entity, entity)
        match part.name:
            case "totalCount":
                return len(rows)
            case "nodes":
                return [self._object(entity, row, part.children) for row in page]
            case "edges":
                return [
                    {
                        one.key: f"{name}Edge"
                        if one.name == "__typename"
                        else self._object(entity, row, one.children)
                        for one in part.children
                    }
                    for row in page
                ]
            case "pageInfo":
                more = {
                    "hasNextPage": start + len(page) < len(rows) if start == 0 else False,
                    "hasPreviousPage": start > 0,
                    "__typename": "PageInfo",
                }
                return {one.key: more[one.name] for one in part.children}
        return f"{name}Connection"

    def _passes(self, entity: str, row: Row, wanted: Mapping[str, Any]) -> bool:
        for name, value in wanted.items():
            if value is not None and not FILTERS[entity, name](self, row, value):
                return False
        return True


def plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat() if isinstance(value, date) else value
