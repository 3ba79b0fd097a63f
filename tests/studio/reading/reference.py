"""What should be read, by plain loops over all rows: slow, obvious and without any SQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from studio.permissions import READ, SCOPES, Actor
from studio.reading.selection import Selection
from studio.store.enums import Role
from studio.store.identity import PREFIXES, parse_global_id

Row = dict[str, Any]
Tables = dict[str, list[Row]]

TABLES = {"TopicTag": "pain_point_topic"}
TYPENAMES = {"MentorTopic": "MentorStrength"}
ENTITY_OF = {"run": "MatchRun", "policy": "MatchPolicy", "community": "Region", "package": "MentoringPackage"}
ROOT_OF = {"topic": "Topic", "studio": "Studio"}
HIDDEN = {("Person", "phoneMasked"): {Role.ORGANIZER}, ("Pairing", "reason"): {Role.ORGANIZER, Role.MENTOR}}


def snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def pascal(name: str) -> str:
    return name[0].upper() + name[1:]


class Reference:
    """Answers selections for one actor."""

    def __init__(self, tables: Tables, actor: Actor, labels: Mapping[str, Mapping[str, str]]) -> None:
        self.tables, self.actor, self.labels = tables, actor, labels
        self.by_id = {name: {row["id"]: row for row in rows} for name, rows in tables.items()}

    def rows(self, entity: str) -> list[Row]:
        """Return all rows of an entity that may be seen."""
        return [row for row in self.all(entity) if self.sees(entity, row)]

    def all(self, entity: str) -> list[Row]:
        return self.tables[TABLES.get(entity, snake(entity))]

    def find(self, entity: str, row_id: UUID | None) -> Row | None:
        return self.by_id[TABLES.get(entity, snake(entity))].get(row_id)

    # Policies

    def sees(self, entity: str, row: Row) -> bool:
        if row["id" if entity == "Studio" else "studio_id"] != self.actor.studio_id:
            return False
        role = self.actor.role
        if role is Role.CLIENT_APP and SCOPES.get(entity) not in self.actor.scopes:
            return False
        rows = READ[entity].get(role)
        if rows == "OWN":
            return self._owns(entity, row)
        return rows == "ALL" or (rows == "LARGE_GROUPS" and row["respondents"] >= 5)

    def _published(self) -> list[tuple[Row, Row]]:
        """Return (trainee, mentor) of published pairings."""
        return [
            (self.find("Trainee", pair["trainee_id"]), self.find("Mentor", pair["mentor_id"]))
            for pair in self.all("Pairing")
            if self.find("MatchRun", pair["run_id"])["publish_state"].value == "PUBLISHED"
        ]

    def _own(self) -> tuple[set[UUID], set[UUID], set[UUID], set[UUID]]:
        """Return the ids of own trainees, mentors, persons and cohorts."""
        me, role = self.actor.person_id, self.actor.role
        trainees = [row for row in self.all("Trainee") if row["person_id"] == me]
        mentors = [row for row in self.all("Mentor") if row["person_id"] == me]
        cohorts = {row["cohort_id"] for row in trainees}
        if role is Role.MENTOR:
            trainees = [trainee for trainee, mentor in self._published() if mentor["person_id"] == me]
        else:
            mentors = [mentor for trainee, mentor in self._published() if trainee["person_id"] == me]
        others = trainees if role is Role.MENTOR else mentors
        persons = {me} | {row["person_id"] for row in others}
        return {row["id"] for row in trainees}, {row["id"] for row in mentors}, persons, cohorts

    def _owns(self, entity: str, row: Row) -> bool:
        trainees, mentors, persons, cohorts = self._own()
        match entity:
            case "Cohort":
                return row["id"] in cohorts
            case "Survey":
                return row["cohort_id"] in cohorts
            case "Question":
                return self._owns("Survey", self.find("Survey", row["survey_id"]))
            case "Person":
                return row["id"] in persons
            case "Honour":
                return row["person_id"] in persons
            case "Trainee":
                return row["id"] in trainees
            case "Mentor":
                return row["id"] in mentors
            case "MentorTopic" | "MentorCase":
                return row["mentor_id"] in mentors
            case "SurveyResponse" | "PainPoint" | "TraineeNeed" | "Recommendation":
                return row["trainee_id"] in trainees
            case "Answer":
                return self._owns("SurveyResponse", self.find("SurveyResponse", row["response_id"]))
            case "TopicTag":
                return self._owns("PainPoint", self.find("PainPoint", row["pain_point_id"]))
            case "Pairing":
                run = self.find("MatchRun", row["run_id"])
                mine = row["trainee_id"] in trainees
                if self.actor.role is Role.MENTOR:
                    mine = row["mentor_id"] in mentors
                return mine and run["publish_state"].value == "PUBLISHED"
            case "ScorePart" | "MentoringPackage":
                return self._owns("Pairing", self.find("Pairing", row["pairing_id"]))
            case "PackageItem":
                return self._owns("MentoringPackage", self.find("MentoringPackage", row["package_id"]))
        raise LookupError(entity)

    # Answers

    def answer(self, roots: Sequence[Selection]) -> Row:
        return {root.key: self._root(root) for root in roots}

    def _root(self, root: Selection) -> Any:
        name, given = root.name, root.arguments
        if name == "node":
            return self._node(given["id"], root)
        if name == "nodes":
            return [self._node(one, root) for one in given["ids"]]
        if name.endswith("s") and name != "studios":
            entity = {"matchRuns": "MatchRun", "painPoints": "PainPoint"}.get(name, pascal(name[:-1]))
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


def members(*names: str, **more: Callable[[Any], Any]) -> Any:
    """Return what prints the elements of a JSON column."""

    def show(elements: list[Row], child: Selection, typename: str) -> list[Row]:
        shown = {**{name: lambda one, name=name: one.get(name) for name in names}, **more}
        return [
            {
                part.key: typename if part.name == "__typename" else shown[part.name](one)
                for part in child.children
            }
            for one in elements
        ]

    return show


def masked(ref: Reference, row: Row, child: Selection) -> str | None:
    phone = row["phone"]
    if phone is None or len(phone) < 8:
        return phone and "****"
    return f"{phone[:3]}****{phone[-4:]}"


def spans(ref: Reference, row: Row, child: Selection) -> list[Row]:
    words = ref.find("PainPoint", row["pain_point_id"])["text"]
    return members("start", "end", text=lambda one: words[one["start"] : one["end"]])(
        row["evidence"], child, "TextSpan"
    )


def certificate(ref: Reference, row: Row, child: Selection) -> Row | None:
    if row["objective"] is None:
        return None
    return {one.key: "Certificate" if one.name == "__typename" else row[one.name] for one in child.children}


def many(entity: str, column: str, order: Callable[[Row], Any], **more: Any) -> Any:
    return lambda ref, row, child: ref._many(
        entity, child, lambda other: other[column] == row["id"], order, **more
    )


def connection(entity: str, column: str) -> Any:
    return lambda ref, row, child: ref._connection(
        entity, [other for other in ref.rows(entity) if other[column] == row["id"]], child
    )


def run_of(choose: Callable[[list[Row]], list[Row]]) -> Any:
    return lambda ref, row, child: next(
        (ref._one("MatchRun", run, child) for run in choose(ref.where("match_run", cohort_id=row["id"]))),
        None,
    )


def is_published(row: Row) -> bool:
    return row["publish_state"].value == "PUBLISHED"


def pairing_of(ref: Reference, row: Row, child: Selection) -> Any:
    pairs = ref.where("pairing", trainee_id=row["id"])
    return next(
        (ref._one("Pairing", p, child) for p in pairs if is_published(ref.find("MatchRun", p["run_id"]))),
        None,
    )


def package_of(ref: Reference, row: Row, child: Selection) -> Any:
    found = ref.where("mentoring_package", pairing_id=row["id"])
    return ref._one("MentoringPackage", max(found, key=lambda one: one["number"], default=None), child)


def newest(row: Row) -> tuple[float, int]:
    return -row["created_at"].timestamp(), 0


def described(ref: Reference, row: Row, child: Selection) -> list[Row]:
    rows = ref._many("Pairing", child, lambda other: other["mentor_id"] == row["id"], newest)
    states = child.arguments.get("states")
    if states is None:
        return rows
    return ref._many(
        "Pairing",
        child,
        lambda other: other["mentor_id"] == row["id"] and other["state"].value in states,
        newest,
    )


SPECIAL: dict[tuple[str, str], Callable[[Reference, Row, Selection], Any]] = {
    ("Person", "phoneMasked"): masked,
    ("Person", "honours"): many("Honour", "person_id", lambda row: row["position"]),
    ("Cohort", "trainees"): connection("Trainee", "cohort_id"),
    ("Cohort", "surveys"): many("Survey", "cohort_id", lambda row: row["wave"]),
    ("Cohort", "needs"): many("CohortNeed", "cohort_id", lambda row: row["rank"]),
    ("Cohort", "matchRuns"): connection("MatchRun", "cohort_id"),
    ("Cohort", "latestRun"): run_of(lambda runs: sorted(runs, key=lambda run: -run["number"])),
    ("Cohort", "publishedRun"): run_of(lambda runs: list(filter(is_published, runs))),
    ("Cohort", "coursePlan"): many("CoursePlanItem", "cohort_id", lambda row: row["position"]),
    ("Cohort", "painPoints"): connection("PainPoint", "cohort_id"),
    ("Cohort", "rules"): many("Rule", "cohort_id", lambda row: row["created_at"]),
    ("Cohort", "traineeCount"): lambda ref, row, child: sum(
        other["cohort_id"] == row["id"] for other in ref.rows("Trainee")
    ),
    ("Trainee", "displayName"): lambda ref, row, child: ref.person(row)["name"],
    ("Trainee", "community"): lambda ref, row, child: ref._one("Region", ref.community(row), child),
    ("Trainee", "painPoints"): connection("PainPoint", "trainee_id"),
    ("Trainee", "needs"): many("TraineeNeed", "trainee_id", lambda row: (-row["need"], -row["severity"])),
    ("Trainee", "recommendations"): lambda ref, row, child: many(
        "Recommendation", "trainee_id", lambda other: other["rank"]
    )(ref, row, child)[: child.arguments.get("first", 10)],
    ("Trainee", "pairing"): pairing_of,
    ("Trainee", "pairings"): many("Pairing", "trainee_id", newest),
    ("Trainee", "responses"): many("SurveyResponse", "trainee_id", lambda row: row["created_at"]),
    ("Mentor", "displayName"): lambda ref, row, child: ref.person(row)["name"],
    ("Mentor", "community"): lambda ref, row, child: ref._one("Region", ref.community(row), child),
    ("Mentor", "activeLoad"): lambda ref, row, child: ref.load(row),
    ("Mentor", "remaining"): lambda ref, row, child: max(0, row["capacity"] - ref.load(row)),
    ("Mentor", "strengths"): many("MentorTopic", "mentor_id", lambda row: -row["strength"]),
    ("Mentor", "cases"): many("MentorCase", "mentor_id", lambda row: row["position"]),
    ("Mentor", "honours"): lambda ref, row, child: ref._many(
        "Honour", child, lambda one: one["person_id"] == row["person_id"], lambda one: one["position"]
    ),
    ("Mentor", "pairings"): described,
    ("Topic", "children"): many("Topic", "parent_id", lambda row: (row["position"], row["code"])),
    ("Topic", "synonyms"): lambda ref, row, child: [
        one["text"]
        for one in sorted(ref.where("topic_phrase", topic_id=row["id"]), key=lambda one: one["position"])
        if one["kind"].value == "SYNONYM"
    ],
    ("Topic", "contents"): lambda ref, row, child: ref._connection(
        "Content",
        [
            one
            for one in ref.rows("Content")
            if one["active"] and ref.where("content_topic", content_id=one["id"], topic_id=row["id"])
        ],
        child,
    ),
    ("Topic", "mentors"): many(
        "MentorTopic", "topic_id", lambda row: -row["strength"], typename="MentorStrengthOfTopic"
    ),
    ("Topic", "cohortNeeds"): many("CohortNeed", "topic_id", lambda row: row["created_at"]),
    ("Survey", "questions"): many("Question", "survey_id", lambda row: row["position"]),
    ("Survey", "responses"): connection("SurveyResponse", "survey_id"),
    ("Survey", "imports"): many("SurveyImport", "survey_id", lambda row: row["created_at"]),
    ("Survey", "responseCount"): lambda ref, row, child: sum(
        one["survey_id"] == row["id"] and one["current"] for one in ref.rows("SurveyResponse")
    ),
    ("SurveyResponse", "anonymous"): lambda ref, row, child: row["trainee_id"] is None,
    ("SurveyResponse", "answers"): lambda ref, row, child: ref._many(
        "Answer",
        child,
        lambda one: one["response_id"] == row["id"],
        lambda one: ref.find("Question", one["question_id"])["position"],
    ),
    ("SurveyResponse", "painPoints"): many("PainPoint", "response_id", lambda row: row["position"]),
    ("SurveyImport", "rejected"): lambda ref, row, child: members(
        "row", "column", "code", "message", "suggestion"
    )(row["rejected"], child, "ImportIssue"),
    ("SurveyImport", "mapping"): lambda ref, row, child: members("column", "field", "confidence")(
        row["mapping"], child, "ColumnMapping"
    ),
    ("PainPoint", "topics"): many("TopicTag", "pain_point_id", lambda row: -row["confidence"]),
    ("TopicTag", "evidence"): spans,
    ("Content", "topics"): lambda ref, row, child: ref._linked(
        "Topic",
        child,
        ref.where("content_topic", content_id=row["id"]),
        "topic_id",
        lambda link, _: link["position"],
    ),
    ("Content", "prerequisites"): lambda ref, row, child: ref._linked(
        "Content",
        child,
        ref.where("content_prerequisite", content_id=row["id"]),
        "requires_id",
        lambda _, content: content["code"],
    ),
    ("Recommendation", "reasons"): lambda ref, row, child: members(
        "code", "weight", label=lambda one: ref.label("REASON", one["code"])
    )(row["reasons"], child, "Reason"),
    ("Recommendation", "becauseOf"): lambda ref, row, child: ref._linked(
        "PainPoint",
        child,
        ref.where("recommendation_cause", recommendation_id=row["id"]),
        "pain_point_id",
        lambda link, _: link["position"],
    ),
    ("MatchPolicy", "weights"): lambda ref, row, child: members("code", "weight")(
        [{"code": code, "weight": row["weights"][code]} for code in sorted(row["weights"])],
        child,
        "PolicyWeight",
    ),
    ("MatchRun", "certificate"): certificate,
    ("MatchRun", "pairings"): connection("Pairing", "run_id"),
    ("MatchRun", "unmatched"): lambda ref, row, child: ref._many(
        "Unmatched",
        child,
        lambda one: one["run_id"] == row["id"],
        lambda one: ref.natural(ref.find("Trainee", one["trainee_id"])),
    ),
    ("Unmatched", "reasons"): lambda ref, row, child: members(
        "code", label=lambda one: ref.label("UNMATCHED", one["code"])
    )(row["reasons"], child, "UnmatchedReason"),
    ("Pairing", "parts"): many("ScorePart", "pairing_id", lambda row: row["position"]),
    ("Pairing", "package"): package_of,
    ("ScorePart", "label"): lambda ref, row, child: ref.label("PART", row["code"]),
    ("MentoringPackage", "items"): many("PackageItem", "package_id", lambda row: row["position"]),
    ("MentoringPackage", "totalMinutes"): lambda ref, row, child: sum(
        one["minutes"] for one in ref.where("package_item", package_id=row["id"])
    ),
    **{
        ("CoursePlanItem", name): lambda ref, row, child, name=name: row["figures"].get(name)
        for name in ("demand", "supply", "gap", "coverage", "need")
    },
    ("CoursePlanItem", "speakers"): lambda ref, row, child: ref._linked(
        "Mentor",
        child,
        ref.where("course_plan_speaker", item_id=row["id"]),
        "mentor_id",
        lambda link, _: link["position"],
    ),
    ("CoursePlanItem", "contents"): lambda ref, row, child: ref._linked(
        "Content",
        child,
        ref.where("course_plan_content", item_id=row["id"]),
        "content_id",
        lambda link, _: link["position"],
    ),
}


def name_key(ref: Reference, row: Row) -> tuple[str, int]:
    return ref.person(row)["name_key"], row["roster_row"]


ORDERS: dict[tuple[str, str | None], Callable[[Reference, Row], Any]] = {
    **{("Trainee", name): Reference.natural for name in (None, "COMMUNITY")},
    ("Trainee", "NAME"): name_key,
    ("Trainee", "ROSTER"): lambda ref, row: row["roster_row"],
    **{("Mentor", name): Reference.natural for name in (None, "COMMUNITY")},
    ("Mentor", "NAME"): name_key,
    ("Mentor", "CAPACITY"): lambda ref, row: (row["capacity"], ref.natural(row)),
    ("Cohort", None): lambda ref, row: row["number"],
    ("Topic", None): lambda ref, row: (row["position"], row["code"]),
    ("Survey", None): lambda ref, row: (row["created_at"], row["wave"]),
    ("SurveyResponse", None): lambda ref, row: row["created_at"],
    ("PainPoint", None): lambda ref, row: (row["wave"], row["created_at"], row["position"]),
    ("Content", None): lambda ref, row: row["code"],
    ("MatchRun", None): lambda ref, row: (-row["created_at"].timestamp(), -row["number"]),
    ("Pairing", None): lambda ref, row: ref.natural(ref.find("Trainee", row["trainee_id"])),
    ("Rule", None): lambda ref, row: row["created_at"],
}


def searched(ref: Reference, row: Row, words: str) -> bool:
    texts = [ref.person(row)["name"], (ref.community(row) or {"name": ""})["name"]]
    return any(words.lower() in text.lower() for text in texts)


def cohort_is(ref: Reference, row: Row, value: str) -> bool:
    return row["cohort_id"] == parse_global_id(value)[1]


FILTERS: dict[tuple[str, str], Callable[[Reference, Row, Any], bool]] = {
    ("Trainee", "cohortId"): cohort_is,
    ("Trainee", "roles"): lambda ref, row, values: row["role"].value in values,
    ("Trainee", "topicCodes"): lambda ref, row, values: any(
        ref.codes(ref.where("pain_point_topic", pain_point_id=point["id"])) & set(values)
        for point in ref.where("pain_point", trainee_id=row["id"])
    ),
    ("Trainee", "matched"): lambda ref, row, wanted: (
        wanted == (row["id"] in {trainee["id"] for trainee, _ in ref._published()})
    ),
    ("Trainee", "search"): searched,
    ("Mentor", "search"): searched,
    ("Mentor", "topicCodes"): lambda ref, row, values: bool(
        ref.codes([one for one in ref.where("mentor_topic", mentor_id=row["id"]) if one["strength"] > 0])
        & set(values)
    ),
    ("Mentor", "hasCapacity"): lambda ref, row, wanted: wanted == (row["capacity"] > ref.load(row)),
    ("Topic", "top"): lambda ref, row, wanted: wanted == (row["parent_id"] is None),
    ("PainPoint", "cohortId"): cohort_is,
    ("PainPoint", "topicCodes"): lambda ref, row, values: bool(
        ref.codes(ref.where("pain_point_topic", pain_point_id=row["id"])) & set(values)
    ),
    ("PainPoint", "abstained"): lambda ref, row, wanted: row["abstained"] == wanted,
    ("PainPoint", "wave"): lambda ref, row, value: row["wave"] == value,
    ("Content", "kinds"): lambda ref, row, values: row["kind"].value in values,
    ("Content", "topicCodes"): lambda ref, row, values: bool(
        ref.codes(ref.where("content_topic", content_id=row["id"])) & set(values)
    ),
    ("Content", "search"): lambda ref, row, words: words.lower() in row["title"].lower(),
    ("Pairing", "runId"): lambda ref, row, value: row["run_id"] == parse_global_id(value)[1],
    ("Pairing", "states"): lambda ref, row, values: row["state"].value in values,
    ("Rule", "cohortId"): cohort_is,
}
