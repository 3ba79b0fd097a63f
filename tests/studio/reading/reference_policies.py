"""Who may see which row, by plain loops: the slow and obvious half of the reference."""

from typing import Any
from uuid import UUID

from studio.permissions import READ, SCOPES, Actor
from studio.store.enums import Role

Row = dict[str, Any]
Tables = dict[str, list[Row]]

TABLES = {"TopicTag": "pain_point_topic"}


def snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def fewest(entity: str, row: Row) -> int:
    """Return the fewest people behind a figure of an aggregate."""
    if entity == "TopicTrend":
        return min(row["named_before"], row["named_after"])
    return row["respondents"]


PLACE = ("day", "slot", "step")
OTHER = ("topic_id", "content_id", "pain_point_id", "minutes", "note")


def people(package: Row) -> tuple[UUID, UUID]:
    return package["trainee_id"], package["mentor_id"]


def differences(tables: Tables) -> list[Row]:
    """Return what differs between any two versions of a package."""
    found = []
    for package in tables["mentoring_package"]:
        for other in tables["mentoring_package"]:
            if people(other) != people(package):
                continue
            old, new = (
                {item["line_id"]: item for item in tables["package_item"] if item["package_id"] == one["id"]}
                for one in (package, other)
            )
            for line in old.keys() | new.keys():
                before, after = old.get(line), new.get(line)
                kind = _difference(before, after)
                if kind is None:
                    continue
                item = before or after
                found.append(
                    {
                        "id": item["id"],
                        "studio_id": item["studio_id"],
                        "package_id": package["id"],
                        "other_id": other["id"],
                        "to_number": other["number"],
                        "kind": kind,
                        "position": item["position"],
                        "before_id": before and before["id"],
                        "after_id": after and after["id"],
                    }
                )
    return found


def _difference(before: Row | None, after: Row | None) -> str | None:
    if before is None:
        return "ADDED"
    if after is None:
        return "REMOVED"
    if [before[name] for name in PLACE] != [after[name] for name in PLACE]:
        return "MOVED"
    return "CHANGED" if [before[name] for name in OTHER] != [after[name] for name in OTHER] else None


class Policies:
    """All rows, and which of them one actor sees."""

    def __init__(self, tables: Tables, actor: Actor) -> None:
        self.tables, self.actor = tables, actor
        self.by_id = {name: {row["id"]: row for row in rows} for name, rows in tables.items()}

    def rows(self, entity: str) -> list[Row]:
        """Return all rows of an entity that may be seen."""
        return [row for row in self.all(entity) if self.sees(entity, row)]

    def all(self, entity: str) -> list[Row]:
        if entity == "PackageDifference":
            return differences(self.tables)
        return self.tables[TABLES.get(entity, snake(entity))]

    def find(self, entity: str, row_id: UUID | None) -> Row | None:
        return self.by_id[TABLES.get(entity, snake(entity))].get(row_id)

    def sees(self, entity: str, row: Row) -> bool:
        if row["id" if entity == "Studio" else "studio_id"] != self.actor.studio_id:
            return False
        role = self.actor.role
        if role is Role.CLIENT_APP and not SCOPES.get(entity, frozenset()) & self.actor.scopes:
            return False
        rows = READ[entity].get(role)
        if rows == "OWN":
            return self._owns(entity, row)
        return rows == "ALL" or (rows == "LARGE_GROUPS" and fewest(entity, row) >= 5)

    def _published(self) -> list[tuple[Row, Row]]:
        """Return (trainee, mentor) of published pairings that have not come apart."""
        return [
            (self.find("Trainee", pair["trainee_id"]), self.find("Mentor", pair["mentor_id"]))
            for pair in self.all("Pairing")
            if self.find("MatchRun", pair["run_id"])["publish_state"].value == "PUBLISHED"
            and pair["state"].value not in ("DECLINED", "EXPIRED", "ENDED")
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
            case "SurveyResponse" | "PainPoint" | "TraineeNeed" | "Recommendation" | "ContentEvent":
                return row["trainee_id"] in trainees
            case "Answer":
                return self._owns("SurveyResponse", self.find("SurveyResponse", row["response_id"]))
            case "TopicTag" | "SimilarCase":
                return self._owns("PainPoint", self.find("PainPoint", row["pain_point_id"]))
            case "Pairing":
                run = self.find("MatchRun", row["run_id"])
                mine = row["trainee_id"] in trainees
                if self.actor.role is Role.MENTOR:
                    mine = row["mentor_id"] in mentors
                return mine and run["publish_state"].value == "PUBLISHED"
            case "ScorePart" | "Consent" | "PairingChange":
                return self._owns("Pairing", self.find("Pairing", row["pairing_id"]))
            case "PairRating":
                mine = row["party"].value == self.actor.role.value
                return mine and self._owns("Pairing", self.find("Pairing", row["pairing_id"]))
            case "Meeting":
                return row["trainee_id"] in trainees and row["mentor_id"] in mentors
            case "MentoringPackage":
                run = self.find("MatchRun", self.find("Pairing", row["pairing_id"])["run_id"])
                pairs = {(trainee["id"], mentor["id"]) for trainee, mentor in self._published()}
                mine = row["trainee_id"] in trainees
                if self.actor.role is Role.MENTOR:
                    # Of two mentors each reads the package, whoever of them leads the week.
                    mine = mine and people(row) in pairs
                return mine and run["publish_state"].value != "DRAFT"
            case "PackageDifference":
                other = self.find("MentoringPackage", row["other_id"])
                package = self.find("MentoringPackage", row["package_id"])
                return self._owns("MentoringPackage", package) and self._owns("MentoringPackage", other)
            case "PackageItem" | "PackageGoal" | "PackageEvent":
                return self._owns("MentoringPackage", self.find("MentoringPackage", row["package_id"]))
        raise LookupError(entity)
