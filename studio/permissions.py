"""Who may do what: the one declared table. What is not declared here is denied.

Reading is declared per entity as a row policy; `studio/reading/` turns it into a WHERE clause on every alias.
Doing is declared per operation; every public function of `studio/operations/` that acts for somebody (takes an
`Actor`) begins with `require`, but for the steps that they share (`audit`, `idempotency`, `own`). Those without an
actor are parts of operations, work of a job, or set-up.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from studio.errors import Forbidden
from studio.store.enums import Role

ORGANIZER, MENTOR, TRAINEE, CLIENT_APP = Role.ORGANIZER, Role.MENTOR, Role.TRAINEE, Role.CLIENT_APP


@dataclass(frozen=True)
class Actor:
    """For whom a request acts: one role, in one studio; a mentor or trainee is also a person."""

    role: Role
    studio_id: UUID
    person_id: UUID | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    token_id: UUID | None = None
    # The response that the actor has just written, while its payload is read.
    written: UUID | None = None


class Rows(StrEnum):
    """Which rows of an entity a role may read, always within its own studio."""

    NONE = "NONE"
    ALL = "ALL"
    # One's own rows; for a mentor also those of the own trainees (of published pairings), and back.
    OWN = "OWN"
    # Aggregates, without the groups of fewer than five people.
    LARGE_GROUPS = "LARGE_GROUPS"
    # What came of the response that the actor has just written.
    WRITTEN = "WRITTEN"


CATALOGUE, NEEDS, RECOMMENDATIONS = "read:catalogue", "read:needs", "read:recommendations"
SURVEYS = "write:survey"
ALL_SCOPES = frozenset({CATALOGUE, NEEDS, RECOMMENDATIONS, SURVEYS})

# A client app reads an entity with one of the scopes named here: each scope opens what its answers need for names.
SCOPES: dict[str, frozenset[str]] = {
    "Studio": ALL_SCOPES,
    "Cohort": frozenset({CATALOGUE, NEEDS, SURVEYS}),
    "Topic": ALL_SCOPES,
    "Content": frozenset({CATALOGUE, RECOMMENDATIONS}),
    "Survey": frozenset({SURVEYS}),
    "Question": frozenset({SURVEYS}),
    "CohortNeed": frozenset({NEEDS}),
    "RoleNeed": frozenset({NEEDS}),
    "CountyNeed": frozenset({NEEDS}),
    "TopicTrend": frozenset({NEEDS}),
    "TopicGap": frozenset({NEEDS}),
    "Recommendation": frozenset({RECOMMENDATIONS}),
}
# What whoever submits a response is answered with, whatever the role reads otherwise: the rows that came of it.
WRITTEN = frozenset(
    {"SurveyResponse", "Answer", "PainPoint", "TopicTag", "SimilarCase", "Recommendation", "Content"}
)
# Fewest people behind a figure that a reader without the right to the rows may see.
SMALLEST_GROUP = 5

READ: dict[str, dict[Role, Rows]] = {
    "Studio": {ORGANIZER: Rows.ALL, MENTOR: Rows.ALL, TRAINEE: Rows.ALL, CLIENT_APP: Rows.ALL},
    "Region": {ORGANIZER: Rows.ALL, MENTOR: Rows.ALL, TRAINEE: Rows.ALL},
    "Cohort": {ORGANIZER: Rows.ALL, MENTOR: Rows.ALL, TRAINEE: Rows.OWN, CLIENT_APP: Rows.ALL},
    "Topic": {ORGANIZER: Rows.ALL, MENTOR: Rows.ALL, TRAINEE: Rows.ALL, CLIENT_APP: Rows.ALL},
    "Content": {ORGANIZER: Rows.ALL, MENTOR: Rows.ALL, TRAINEE: Rows.ALL, CLIENT_APP: Rows.ALL},
    "Person": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Honour": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Trainee": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Mentor": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "MentorTopic": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "MentorCase": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Survey": {ORGANIZER: Rows.ALL, TRAINEE: Rows.OWN, CLIENT_APP: Rows.ALL},
    "Question": {ORGANIZER: Rows.ALL, TRAINEE: Rows.OWN, CLIENT_APP: Rows.ALL},
    "SurveyResponse": {ORGANIZER: Rows.ALL, TRAINEE: Rows.OWN},
    "Answer": {ORGANIZER: Rows.ALL, TRAINEE: Rows.OWN},
    "SurveyImport": {ORGANIZER: Rows.ALL},
    "PainPoint": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "TopicTag": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "SimilarCase": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "ReviewItem": {ORGANIZER: Rows.ALL},
    "EmergingPoint": {ORGANIZER: Rows.ALL},
    "TraineeNeed": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "CohortNeed": {ORGANIZER: Rows.ALL, MENTOR: Rows.LARGE_GROUPS, CLIENT_APP: Rows.LARGE_GROUPS},
    "RoleNeed": {ORGANIZER: Rows.ALL, MENTOR: Rows.LARGE_GROUPS, CLIENT_APP: Rows.LARGE_GROUPS},
    "CountyNeed": {ORGANIZER: Rows.ALL, MENTOR: Rows.LARGE_GROUPS, CLIENT_APP: Rows.LARGE_GROUPS},
    "TopicTrend": {ORGANIZER: Rows.ALL, MENTOR: Rows.LARGE_GROUPS, CLIENT_APP: Rows.LARGE_GROUPS},
    "TopicGap": {ORGANIZER: Rows.ALL, MENTOR: Rows.LARGE_GROUPS, CLIENT_APP: Rows.LARGE_GROUPS},
    "Recommendation": {
        ORGANIZER: Rows.ALL,
        MENTOR: Rows.OWN,
        TRAINEE: Rows.OWN,
        CLIENT_APP: Rows.ALL,
    },
    "ContentEvent": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "CollaborativeCheck": {ORGANIZER: Rows.ALL},
    "MatchPolicy": {ORGANIZER: Rows.ALL},
    "Rule": {ORGANIZER: Rows.ALL},
    "LimitRule": {ORGANIZER: Rows.ALL},
    "RulePreset": {ORGANIZER: Rows.ALL},
    "CohortRule": {ORGANIZER: Rows.ALL},
    "MatchRun": {ORGANIZER: Rows.ALL},
    "Unmatched": {ORGANIZER: Rows.ALL},
    "UnmatchedLimit": {ORGANIZER: Rows.ALL},
    "UnmatchedRepair": {ORGANIZER: Rows.ALL},
    "WeekReason": {ORGANIZER: Rows.ALL},
    "WeekRepair": {ORGANIZER: Rows.ALL},
    "RuleConflict": {ORGANIZER: Rows.ALL},
    # Who else might have been the mentor is no business of the pair.
    "RunSensitivity": {ORGANIZER: Rows.ALL},
    "PairSensitivity": {ORGANIZER: Rows.ALL},
    "RunFairness": {ORGANIZER: Rows.ALL},
    # Hidden from mentors and trainees until published.
    "Pairing": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Consent": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "PairingChange": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "MatchMove": {ORGANIZER: Rows.ALL},
    # What one side thinks of the pair is not shown to the other.
    "PairRating": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "Meeting": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "ScorePart": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "MentoringPackage": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "PackageItem": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "PackageDifference": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "PackageGoal": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "PackageEvent": {ORGANIZER: Rows.ALL, MENTOR: Rows.OWN, TRAINEE: Rows.OWN},
    "CoursePlanItem": {ORGANIZER: Rows.ALL},
    "Job": {ORGANIZER: Rows.ALL},
}

# Fields that fewer roles see than the rows they stand in; others read null.
FIELDS: dict[tuple[str, str], frozenset[Role]] = {
    ("Person", "phoneMasked"): frozenset({ORGANIZER}),
    # Whose words somebody repeats is for organizers to judge.
    ("PainPoint", "copyOf"): frozenset({ORGANIZER}),
    ("PainPoint", "voices"): frozenset({ORGANIZER}),
    # A trainee sees the public part of the own mentor's profile only.
    ("Mentor", "capacity"): frozenset({ORGANIZER, MENTOR}),
    ("Mentor", "activeLoad"): frozenset({ORGANIZER, MENTOR}),
    ("Mentor", "remaining"): frozenset({ORGANIZER, MENTOR}),
    ("Mentor", "freeWeeks"): frozenset({ORGANIZER, MENTOR}),
    ("Mentor", "freeAlways"): frozenset({ORGANIZER, MENTOR}),
    ("Mentor", "weeklyCapacity"): frozenset({ORGANIZER, MENTOR}),
    ("Pairing", "reason"): frozenset({ORGANIZER, MENTOR}),
    ("Pairing", "propensity"): frozenset({ORGANIZER}),
    # Why one side declines or ends a pair is between it and the organizers.
    ("Consent", "reason"): frozenset({ORGANIZER}),
    ("Consent", "note"): frozenset({ORGANIZER}),
    ("Consent", "onBehalfReason"): frozenset({ORGANIZER}),
    ("PairingChange", "reason"): frozenset({ORGANIZER}),
    ("PairingChange", "note"): frozenset({ORGANIZER}),
    # What a mentor writes down of a meeting is for the mentor and the organizers.
    ("Meeting", "note"): frozenset({ORGANIZER, MENTOR}),
}

DO: dict[str, frozenset[Role]] = {
    "import_roster": frozenset({ORGANIZER}),
    "import_mentors": frozenset({ORGANIZER}),
    "import_rules": frozenset({ORGANIZER}),
    "import_survey": frozenset({ORGANIZER}),
    "upload": frozenset({ORGANIZER}),
    # A trainee answers for oneself only; the operation checks which one.
    "submit_survey_response": frozenset({ORGANIZER, TRAINEE, CLIENT_APP}),
    "classify": frozenset({ORGANIZER, MENTOR, TRAINEE, CLIENT_APP}),
    # A trainee decides about own words only; the operation checks whose they are.
    "correct_topics": frozenset({ORGANIZER, TRAINEE}),
    "retrain_topics": frozenset({ORGANIZER}),
    "read_by_meaning": frozenset({ORGANIZER}),
    "topic_model": frozenset({ORGANIZER}),
    "refresh_needs": frozenset({ORGANIZER}),
    "refresh_recommendations": frozenset({ORGANIZER}),
    # Of oneself, of own trainees, of everybody; the operation checks which.
    "record_content_event": frozenset({ORGANIZER, MENTOR, TRAINEE}),
    "name_emerging_point": frozenset({ORGANIZER}),
    "dismiss_emerging_point": frozenset({ORGANIZER}),
    "start_match_run": frozenset({ORGANIZER}),
    "cancel_job": frozenset({ORGANIZER}),
    "what_if": frozenset({ORGANIZER}),
    "contacts_due": frozenset({ORGANIZER}),
    "override_pairing": frozenset({ORGANIZER}),
    "set_mentor_kind": frozenset({ORGANIZER}),
    "move_pairing_to_week": frozenset({ORGANIZER}),
    "publish_match_run": frozenset({ORGANIZER}),
    "propose_rematch": frozenset({ORGANIZER}),
    "offer_place": frozenset({ORGANIZER}),
    "roll_back_match_run": frozenset({ORGANIZER}),
    # For oneself, an organizer on behalf of others; whose pairing it is, the operation asks the row policies.
    "answer_pairing": frozenset({ORGANIZER, MENTOR, TRAINEE}),
    # One's own, an organizer on behalf of others; the operation asks the row policies.
    "rate_pairing": frozenset({ORGANIZER, MENTOR, TRAINEE}),
    # Of own trainees, an organizer of anybody; the operation asks the row policies.
    "record_meeting": frozenset({ORGANIZER, MENTOR}),
    "learn_weights": frozenset({ORGANIZER}),
    "affinity_model": frozenset({ORGANIZER}),
    "start_pairing": frozenset({ORGANIZER, MENTOR}),
    "pause_pairing": frozenset({ORGANIZER}),
    "complete_pairing": frozenset({ORGANIZER}),
    "end_pairing": frozenset({ORGANIZER, MENTOR}),
    "set_rule": frozenset({ORGANIZER}),
    "set_weeks": frozenset({ORGANIZER}),
    # Of oneself, an organizer of anybody; the operation checks which.
    "set_free_weeks": frozenset({ORGANIZER, MENTOR, TRAINEE}),
    "set_match_objective": frozenset({ORGANIZER}),
    "set_limit_rule": frozenset({ORGANIZER}),
    "edit_rule_preset": frozenset({ORGANIZER}),
    "apply_rule_preset": frozenset({ORGANIZER}),
    "refresh_packages": frozenset({ORGANIZER}),
    # A mentor edits those of the own trainees only; the operation checks it by the rows that may be read.
    "edit_package": frozenset({ORGANIZER, MENTOR}),
    "create_token": frozenset({ORGANIZER}),
    "revoke_token": frozenset({ORGANIZER}),
    "export_pairings": frozenset({ORGANIZER}),
    "report": frozenset({ORGANIZER}),
}

# What a client app needs, beside its role, to do something.
DO_SCOPES = {"submit_survey_response": SURVEYS, "classify": CATALOGUE}


def may_do(actor: Actor, operation: str) -> bool:
    """Tell whether the actor may do `operation` at all; rows are checked by the operation itself."""
    if actor.role not in DO.get(operation, frozenset()):
        return False
    return actor.role is not CLIENT_APP or DO_SCOPES.get(operation) in actor.scopes


def require(actor: Actor, operation: str) -> None:
    """Refuse with `Forbidden` unless the actor may do `operation`."""
    if not may_do(actor, operation):
        raise Forbidden(operation)


def rows_for(actor: Actor, entity: str) -> Rows:
    """Return which rows of `entity` the actor may read; NONE unless declared."""
    rows = READ.get(entity, {}).get(actor.role, Rows.NONE)
    if actor.role is CLIENT_APP and not SCOPES.get(entity, frozenset()) & actor.scopes:
        rows = Rows.NONE
    if rows is Rows.NONE and actor.written is not None and entity in WRITTEN:
        return Rows.WRITTEN
    return rows


def sees_field(actor: Actor, entity: str, name: str) -> bool:
    """Tell whether the actor sees this field of the rows that it may read."""
    roles = FIELDS.get((entity, name))
    return roles is None or actor.role in roles
