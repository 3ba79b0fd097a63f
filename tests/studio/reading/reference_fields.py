"""Fields, orders and filters of the reference that are more than a column."""

from collections.abc import Callable
from typing import Any

from studio.reading.selection import Selection
from studio.store.clock import today
from studio.store.enums import Role
from studio.store.identity import parse_global_id
from tests.studio.reading.reference_policies import Row, people

# The reference itself, which imports this file.
Reference = Any


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


def figures(column: str, typename: str) -> Any:
    """Return what prints the numbers of a JSON column as an object."""
    return lambda ref, row, child: (
        row[column]
        and {
            one.key: typename if one.name == "__typename" else row[column][one.name] for one in child.children
        }
    )


def many(entity: str, column: str, order: Callable[[Row], Any], **more: Any) -> Any:
    return lambda ref, row, child: ref._many(
        entity, child, lambda other: other[column] == row["id"], order, **more
    )


def in_force(row: Row) -> bool:
    return row["expires_on"] is None or row["expires_on"] >= today()


def rules_of(entity: str) -> Any:
    def found(ref: Reference, row: Row, child: Selection) -> Any:
        wanted = child.arguments.get("inForce")

        def fits(rule: Row) -> bool:
            return rule["cohort_id"] == row["id"] and (wanted is None or in_force(rule) == wanted)

        return ref._many(entity, child, fits, lambda rule: rule["created_at"])

    return found


def connection(entity: str, column: str) -> Any:
    return lambda ref, row, child: ref._connection(
        entity, [other for other in ref.rows(entity) if other[column] == row["id"]], child
    )


def voices(ref: Reference, row: Row, child: Selection) -> int | None:
    if ref.actor.role is not Role.ORGANIZER:
        return None
    first = row["copy_of_id"] or row["id"]
    alike = [one for one in ref.all("PainPoint") if first in (one["id"], one["copy_of_id"])]
    return len({one["trainee_id"] or one["response_id"] for one in alike})


def copied(ref: Reference, row: Row, child: Selection) -> Row | None:
    if ref.actor.role is not Role.ORGANIZER:
        return None
    return ref._one("PainPoint", ref.find("PainPoint", row["copy_of_id"]), child)


def members_of_point(ref: Reference, row: Row, child: Selection) -> list[Row]:
    order = {
        one["pain_point_id"]: one["position"]
        for one in ref.where("emerging_member", emerging_point_id=row["id"])
    }
    return ref._many("PainPoint", child, lambda one: one["id"] in order, lambda one: order[one["id"]])


def run_of(choose: Callable[[list[Row]], list[Row]]) -> Any:
    return lambda ref, row, child: next(
        (ref._one("MatchRun", run, child) for run in choose(ref.where("match_run", cohort_id=row["id"]))),
        None,
    )


def is_published(row: Row) -> bool:
    return row["publish_state"].value == "PUBLISHED"


def pairing_of(ref: Reference, row: Row, child: Selection) -> Any:
    pairs = sorted(ref.where("pairing", trainee_id=row["id"]), key=lambda p: p["kind"].value == "THEORY")
    return next(
        (ref._one("Pairing", p, child) for p in pairs if is_published(ref.find("MatchRun", p["run_id"]))),
        None,
    )


def package_of(ref: Reference, row: Row, child: Selection) -> Any:
    others = ref.where("pairing", run_id=row["run_id"], trainee_id=row["trainee_id"])
    lead = next(
        (
            pair
            for pair in others
            if (row["kind"].value, pair["kind"].value) == ("THEORY", "PRACTICE")
            and pair["state"].value not in ("DECLINED", "EXPIRED", "ENDED")
        ),
        row,
    )
    found = ref.where("mentoring_package", pairing_id=lead["id"], mentor_id=lead["mentor_id"])
    return ref._one("MentoringPackage", max(found, key=lambda one: one["number"], default=None), child)


def first_of(ref: Reference, entity: str, child: Selection, **values: Any) -> Any:
    found = [row for row in ref.all(entity) if all(row[key] == value for key, value in values.items())]
    return ref._one(entity, next(iter(found), None), child)


def speaks_for(ref: Reference, row: Row, point: Row) -> bool:
    topics = [
        ref.find("Topic", tag["topic_id"]) for tag in ref.where("pain_point_topic", pain_point_id=point["id"])
    ]
    place = None
    if point["trainee_id"]:
        place = ref.community(ref.find("Trainee", point["trainee_id"]))
    return (
        point["cohort_id"] == row["cohort_id"]
        and not point["junk"]
        and not point["resolved"]
        and ref.where("survey_response", id=point["response_id"])[0]["current"]
        and row["topic_id"] in {topic["parent_id"] or topic["id"] for topic in topics}
        and (row["county"] is None or (place or {}).get("county") == row["county"])
    )


NEXT_LEVEL = {"UNDERSTAND": "ABLE", "ABLE": "EXCEL", "EXCEL": "EXCEL"}


def aim_of(ref: Reference, family: str, row: Row, times: str) -> str:
    code = f"{row['ability'].value}_{row['standing'].value}" if row[times] else "NONE"
    return ref.label(family, code)


def because_of(ref: Reference, row: Row) -> str:
    """What an item of a package stands on."""
    trainee = ref.find("MentoringPackage", row["package_id"])["trainee_id"]
    needs = ref.where("trainee_need", trainee_id=trainee, topic_id=row["topic_id"])
    if row["pain_point_id"]:
        code = "WORDS"
    elif row.get("edited"):
        code = "DECISION"
    elif any(need["pain_point_id"] is None for need in needs):
        code = "GRADES"
    else:
        code = "NEED" if needs else "MENTOR"
    return ref.label("BECAUSE", code)


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


def for_organizers(count: Callable[[Reference, Row], int]) -> Callable[[Reference, Row, Selection], Any]:
    """Only they see all trainees and all responses; a partial number would mislead everybody else."""
    return lambda ref, row, child: count(ref, row) if ref.actor.role is Role.ORGANIZER else None


def weeks_in(column: str) -> Callable[[Reference, Row, Selection], Any]:
    shown = members("monday", "year", "number")
    return lambda ref, row, child: shown(row[column] or [], child, "ShadowingWeek")


def free_always(ref: Reference, row: Row, child: Selection) -> bool:
    return row["free_weeks"] is None


SPECIAL: dict[tuple[str, str], Callable[[Reference, Row, Selection], Any]] = {
    ("Studio", "collaborativeChecks"): lambda ref, row, child: many(
        "CollaborativeCheck",
        "studio_id",
        lambda one: (-one["checked_at"].timestamp(), -one["id"].int),
    )(ref, row, child)[: child.arguments.get("first", 1)],
    ("Person", "phoneMasked"): masked,
    ("Person", "honours"): many("Honour", "person_id", lambda row: row["position"]),
    ("Cohort", "weeks"): weeks_in("weeks"),
    ("Trainee", "freeWeeks"): weeks_in("free_weeks"),
    ("Trainee", "freeAlways"): free_always,
    ("Mentor", "freeWeeks"): weeks_in("free_weeks"),
    ("Mentor", "freeAlways"): free_always,
    ("Cohort", "trainees"): connection("Trainee", "cohort_id"),
    ("Cohort", "surveys"): many("Survey", "cohort_id", lambda row: row["wave"]),
    ("Cohort", "needs"): many("CohortNeed", "cohort_id", lambda row: row["rank"]),
    ("Cohort", "needsByRole"): many("RoleNeed", "cohort_id", lambda row: row["position"]),
    ("Cohort", "needsByCounty"): many("CountyNeed", "cohort_id", lambda row: row["position"]),
    ("Cohort", "trends"): many("TopicTrend", "cohort_id", lambda row: row["position"]),
    ("Cohort", "gaps"): many("TopicGap", "cohort_id", lambda row: row["position"]),
    ("Cohort", "emergingPoints"): many(
        "EmergingPoint", "cohort_id", lambda row: (row["position"], row["created_at"])
    ),
    ("EmergingPoint", "sentence"): lambda ref, row, child: ref._one(
        "PainPoint", ref.find("PainPoint", row["pain_point_id"]), child
    ),
    ("EmergingPoint", "painPoints"): members_of_point,
    ("Cohort", "matchRuns"): connection("MatchRun", "cohort_id"),
    ("Cohort", "latestRun"): run_of(lambda runs: sorted(runs, key=lambda run: -run["number"])),
    ("Cohort", "publishedRun"): run_of(lambda runs: list(filter(is_published, runs))),
    ("Cohort", "coursePlan"): many("CoursePlanItem", "cohort_id", lambda row: row["position"]),
    ("Cohort", "painPoints"): connection("PainPoint", "cohort_id"),
    ("Cohort", "limitRules"): many("LimitRule", "cohort_id", lambda row: row["created_at"]),
    ("Cohort", "cohortRules"): rules_of("CohortRule"),
    ("Cohort", "rules"): rules_of("Rule"),
    **{
        (entity, "inForce"): lambda ref, row, child: in_force(row)
        for entity in ("Rule", "RulePreset", "CohortRule")
    },
    ("Cohort", "traineeCount"): for_organizers(
        lambda ref, row: sum(other["cohort_id"] == row["id"] for other in ref.rows("Trainee"))
    ),
    ("Trainee", "displayName"): lambda ref, row, child: ref.person(row)["name"],
    ("Trainee", "community"): lambda ref, row, child: ref._one("Region", ref.community(row), child),
    ("Trainee", "painPoints"): connection("PainPoint", "trainee_id"),
    ("Trainee", "needs"): many("TraineeNeed", "trainee_id", lambda row: (-row["need"], -row["severity"])),
    ("Trainee", "recommendations"): lambda ref, row, child: many(
        "Recommendation", "trainee_id", lambda other: other["rank"]
    )(ref, row, child)[: child.arguments.get("first", 10)],
    ("Trainee", "contentEvents"): connection("ContentEvent", "trainee_id"),
    ("Trainee", "pairing"): pairing_of,
    ("Trainee", "publishedPairings"): lambda ref, row, child: ref._many(
        "Pairing",
        child,
        lambda one: one["trainee_id"] == row["id"] and is_published(ref.find("MatchRun", one["run_id"])),
        lambda one: one["kind"].value,
    ),
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
    ("PainPoint", "copyOf"): copied,
    ("PainPoint", "voices"): voices,
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
            if one["active"]
            and any(
                row["id"] in (topic["id"], topic["parent_id"])
                for link in ref.where("content_topic", content_id=one["id"])
                for topic in ref.where("topic", id=link["topic_id"])
            )
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
    ("Survey", "responseCount"): for_organizers(
        lambda ref, row: sum(
            one["survey_id"] == row["id"] and one["current"] for one in ref.rows("SurveyResponse")
        )
    ),
    ("SurveyImport", "written"): lambda ref, row, child: row["survey_id"] is not None,
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
    ("ReviewItem", "guess"): lambda ref, row, child: ref._one(
        "Topic", ref.find("Topic", ref.point(row)["guess_id"]), child
    ),
    ("ReviewItem", "confidence"): lambda ref, row, child: ref.point(row)["guess_confidence"],
    ("ReviewItem", "margin"): lambda ref, row, child: ref.point(row)["margin"],
    ("PainPoint", "topics"): many("TopicTag", "pain_point_id", lambda row: -row["confidence"]),
    ("PainPoint", "cases"): many("SimilarCase", "pain_point_id", lambda row: row["position"]),
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
    **{
        (entity, "parameters"): lambda ref, row, child: members(
            "name", "value", label=lambda one: ref.label("PARAMETER", one["name"])
        )(
            [{"name": name.upper(), "value": row["parameters"][name]} for name in sorted(row["parameters"])],
            child,
            "PresetParameter",
        )
        for entity in ("RulePreset", "CohortRule")
    },
    **{
        (entity, "effect"): lambda ref, row, child: ref.label("EFFECT", row["kind"].value)
        for entity in ("RulePreset", "CohortRule")
    },
    ("MatchPolicy", "weights"): lambda ref, row, child: members("code", "weight")(
        [{"code": code.upper(), "weight": row["weights"][code]} for code in sorted(row["weights"])],
        child,
        "PolicyWeight",
    ),
    ("MatchPolicy", "objectiveLabel"): lambda ref, row, child: ref.label("AIM", row["objective"]),
    ("MatchRun", "objective"): lambda ref, row, child: row["aim"],
    ("MatchRun", "objectiveLabel"): lambda ref, row, child: ref.label("AIM", row["aim"]),
    ("MatchRun", "certificate"): certificate,
    ("MatchRun", "pairings"): connection("Pairing", "run_id"),
    ("MatchRun", "unmatched"): lambda ref, row, child: ref._many(
        "Unmatched",
        child,
        lambda one: one["run_id"] == row["id"],
        lambda one: (ref.natural(ref.find("Trainee", one["trainee_id"])), one["kind"].value),
    ),
    ("MatchRun", "ruleConflicts"): many("RuleConflict", "run_id", lambda row: row["position"]),
    ("LimitRule", "preset"): lambda ref, row, child: ref._one(
        "CohortRule", ref.find("CohortRule", row["cohort_rule_id"]), child
    ),
    ("Unmatched", "limits"): many("UnmatchedLimit", "unmatched_id", lambda row: row["position"]),
    ("Unmatched", "repairs"): many("UnmatchedRepair", "unmatched_id", lambda row: row["position"]),
    ("UnmatchedRepair", "label"): lambda ref, row, child: ref.label("REPAIR", row["code"]),
    ("RuleConflict", "label"): lambda ref, row, child: ref.label("CONFLICT", row["code"]),
    ("Unmatched", "reasons"): lambda ref, row, child: members(
        "code", label=lambda one: ref.label("UNMATCHED", one["code"])
    )(row["reasons"], child, "UnmatchedReason"),
    ("Unmatched", "weekReasons"): many("WeekReason", "unmatched_id", lambda row: row["position"]),
    ("Unmatched", "weekRepairs"): many("WeekRepair", "unmatched_id", lambda row: row["position"]),
    ("WeekReason", "label"): lambda ref, row, child: ref.label("WEEKWHY", row["code"]),
    ("WeekRepair", "label"): lambda ref, row, child: ref.label("WEEKHELP", row["code"]),
    ("WeekReason", "weeks"): weeks_in("weeks"),
    ("WeekReason", "fullWeeks"): weeks_in("full_weeks"),
    ("Pairing", "parts"): many("ScorePart", "pairing_id", lambda row: row["position"]),
    ("Pairing", "package"): package_of,
    ("MatchRun", "partlyMatched"): lambda ref, row, child: len(
        {one["trainee_id"] for one in ref.where("unmatched", run_id=row["id"])}
        & {one["trainee_id"] for one in ref.where("pairing", run_id=row["id"])}
    ),
    ("MatchRun", "needsChanged"): lambda ref, row, child: (
        row["finished_at"] is not None
        and any(
            need["updated_at"] > row["finished_at"]
            and ref.find("Trainee", need["trainee_id"])["cohort_id"] == row["cohort_id"]
            for need in ref.all("TraineeNeed")
        )
    ),
    ("Pairing", "consents"): many("Consent", "pairing_id", lambda row: row["party"].value),
    ("Pairing", "ratings"): many("PairRating", "pairing_id", lambda row: row["party"].value),
    ("Pairing", "meetings"): lambda ref, row, child: ref._many(
        "Meeting",
        child,
        lambda one: (one["trainee_id"], one["mentor_id"]) == (row["trainee_id"], row["mentor_id"]),
        lambda one: (one["held_on"], one["kind"].value),
    ),
    ("PairRating", "ratedAt"): lambda ref, row, child: row["rated_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    ("Pairing", "history"): many("PairingChange", "pairing_id", lambda row: row["number"]),
    ("PairingChange", "reason"): lambda ref, row, child: row["code"],
    ("PairingChange", "changedAt"): lambda ref, row, child: row["created_at"].strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ"
    ),
    ("MatchRun", "moves"): lambda ref, row, child: ref._many(
        "MatchMove",
        child,
        lambda one: one["run_id"] == row["id"],
        lambda one: (ref.natural(ref.find("Trainee", one["trainee_id"])), one["kind"].value),
    ),
    ("Pairing", "sensitivity"): lambda ref, row, child: first_of(
        ref, "PairSensitivity", child, pairing_id=row["id"], mentor_id=row["mentor_id"]
    ),
    ("PairSensitivity", "runnerUp"): lambda ref, row, child: ref._one(
        "Mentor", ref.find("Mentor", row["runner_up_id"]), child
    ),
    ("MatchRun", "sensitivity"): lambda ref, row, child: first_of(
        ref, "RunSensitivity", child, run_id=row["id"]
    ),
    ("MatchRun", "fairness"): lambda ref, row, child: first_of(ref, "RunFairness", child, run_id=row["id"]),
    ("RunFairness", "loads"): figures("loads", "Spread"),
    ("RunFairness", "uses"): figures("uses", "Spread"),
    ("RunFairness", "scores"): figures("scores", "ScoreSpread"),
    ("RunFairness", "counties"): lambda ref, row, child: members(
        "county", "trainees", "unmatched", "meanScore"
    )(row["counties"], child, "CountyFairness"),
    ("RunFairness", "roles"): lambda ref, row, child: members("role", "trainees", "unmatched", "meanScore")(
        row["roles"], child, "RoleFairness"
    ),
    ("ScorePart", "label"): lambda ref, row, child: ref.label("PART", row["code"]),
    ("MentoringPackage", "items"): many("PackageItem", "package_id", lambda row: row["position"]),
    ("MentoringPackage", "totalMinutes"): lambda ref, row, child: sum(
        one["minutes"] for one in ref.where("package_item", package_id=row["id"])
    ),
    ("MentoringPackage", "versions"): lambda ref, row, child: ref._many(
        "MentoringPackage",
        child,
        lambda other: people(other) == people(row),
        lambda other: -other["number"],
    ),
    ("MentoringPackage", "differences"): lambda ref, row, child: ref._many(
        "PackageDifference",
        child,
        lambda one: one["package_id"] == row["id"] and one["to_number"] == child.arguments["to"],
        lambda one: one["position"],
    ),
    ("PackageDifference", "before"): lambda ref, row, child: ref._one(
        "PackageItem", ref.find("PackageItem", row["before_id"]), child
    ),
    ("PackageDifference", "after"): lambda ref, row, child: ref._one(
        "PackageItem", ref.find("PackageItem", row["after_id"]), child
    ),
    ("PackageItem", "because"): lambda ref, row, child: because_of(ref, row),
    ("PackageEvent", "because"): lambda ref, row, child: because_of(ref, row),
    ("MentoringPackage", "goals"): many("PackageGoal", "package_id", lambda row: row["position"]),
    ("MentoringPackage", "events"): many("PackageEvent", "package_id", lambda row: row["month"]),
    ("PackageGoal", "aim"): lambda ref, row, child: NEXT_LEVEL[row["standing"].value],
    ("PackageGoal", "weekAim"): lambda ref, row, child: aim_of(ref, "WEEK", row, "days"),
    ("PackageGoal", "monthsAim"): lambda ref, row, child: aim_of(ref, "MONTHS", row, "months"),
    **{
        ("CoursePlanItem", name): lambda ref, row, child, name=name: row["figures"].get(name)
        for name in ("demand", "supply", "gap", "coverage", "need")
    },
    ("CoursePlanItem", "painPoints"): lambda ref, row, child: ref._many(
        "PainPoint",
        child,
        lambda point: speaks_for(ref, row, point),
        lambda point: (-point["wave"], point["position"]),
    )[: child.arguments.get("first", 3)],
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
    **{("Trainee", name): lambda ref, row: ref.natural(row) for name in (None, "COMMUNITY")},
    ("Trainee", "NAME"): name_key,
    ("Recommendation", None): lambda ref, row: row["rank"],
    ("Trainee", "ROSTER"): lambda ref, row: row["roster_row"],
    **{("Mentor", name): lambda ref, row: ref.natural(row) for name in (None, "COMMUNITY")},
    ("Mentor", "NAME"): name_key,
    ("Mentor", "CAPACITY"): lambda ref, row: (row["capacity"], ref.natural(row)),
    ("Cohort", None): lambda ref, row: row["number"],
    ("Topic", None): lambda ref, row: (row["position"], row["code"]),
    ("Survey", None): lambda ref, row: (row["created_at"], row["wave"]),
    ("SurveyResponse", None): lambda ref, row: row["created_at"],
    ("PainPoint", None): lambda ref, row: (row["wave"], row["created_at"], row["position"]),
    ("ReviewItem", None): lambda ref, row: row["position"],
    ("Content", None): lambda ref, row: row["code"],
    ("ContentEvent", None): lambda ref, row: -row["recorded_at"].timestamp(),
    ("MatchRun", None): lambda ref, row: (-row["created_at"].timestamp(), -row["number"]),
    ("Pairing", None): lambda ref, row: (
        ref.natural(ref.find("Trainee", row["trainee_id"])),
        row["kind"].value,
    ),
    ("MatchPolicy", None): lambda ref, row: -row["number"],
    ("Rule", None): lambda ref, row: row["created_at"],
    ("RulePreset", None): lambda ref, row: row["position"],
}


def searched(ref: Reference, row: Row, words: str) -> bool:
    texts = [ref.person(row)["name"], (ref.community(row) or {"name": ""})["name"]]
    return any(words.lower() in text.lower() for text in texts)


def cohort_is(ref: Reference, row: Row, value: str) -> bool:
    return row["cohort_id"] == parse_global_id(value)[1]


FILTERS: dict[tuple[str, str], Callable[[Reference, Row, Any], bool]] = {
    ("Trainee", "cohortId"): cohort_is,
    ("Recommendation", "traineeId"): lambda ref, row, value: row["trainee_id"] == parse_global_id(value)[1],
    ("Trainee", "roles"): lambda ref, row, values: row["role"].value in values,
    ("Trainee", "topicCodes"): lambda ref, row, values: any(
        ref.codes_and_above(ref.where("pain_point_topic", pain_point_id=point["id"])) & set(values)
        for point in ref.where("pain_point", trainee_id=row["id"])
    ),
    ("Trainee", "matched"): lambda ref, row, wanted: (
        wanted == (row["id"] in {trainee["id"] for trainee, _ in ref._published()})
    ),
    ("Trainee", "search"): searched,
    ("Mentor", "search"): searched,
    ("Mentor", "topicCodes"): lambda ref, row, values: bool(
        ref.codes_and_above(
            [one for one in ref.where("mentor_topic", mentor_id=row["id"]) if one["strength"] > 0]
        )
        & set(values)
    ),
    ("Mentor", "hasCapacity"): lambda ref, row, wanted: wanted == (row["capacity"] > ref.load(row)),
    ("Topic", "top"): lambda ref, row, wanted: wanted == (row["parent_id"] is None),
    ("PainPoint", "cohortId"): cohort_is,
    ("PainPoint", "topicCodes"): lambda ref, row, values: bool(
        ref.codes_and_above(ref.where("pain_point_topic", pain_point_id=row["id"])) & set(values)
    ),
    ("PainPoint", "abstained"): lambda ref, row, wanted: row["abstained"] == wanted,
    ("PainPoint", "wave"): lambda ref, row, value: row["wave"] == value,
    ("PainPoint", "current"): lambda ref, row, wanted: (
        ref.where("survey_response", id=row["response_id"])[0]["current"] == wanted
    ),
    ("ReviewItem", "cohortId"): cohort_is,
    ("Content", "kinds"): lambda ref, row, values: row["kind"].value in values,
    ("Content", "topicCodes"): lambda ref, row, values: bool(
        ref.codes_and_above(ref.where("content_topic", content_id=row["id"])) & set(values)
    ),
    ("Content", "search"): lambda ref, row, words: (
        words.lower() in (row["title"] + "\n" + row["body"]).lower()
    ),
    ("Pairing", "runId"): lambda ref, row, value: row["run_id"] == parse_global_id(value)[1],
    ("Pairing", "states"): lambda ref, row, values: row["state"].value in values,
    ("Rule", "cohortId"): cohort_is,
    ("Rule", "inForce"): lambda ref, row, wanted: in_force(row) == wanted,
}
