"""Closed lists of values; those of packages stand in `package_enums`, all their Chinese labels in `labels`."""

from enum import StrEnum


class TraineeRole(StrEnum):
    """What a trainee does in the community (干部类别)."""

    PARTY_SECRETARY = "PARTY_SECRETARY"
    COMMITTEE_DIRECTOR = "COMMITTEE_DIRECTOR"
    SECRETARY_AND_DIRECTOR = "SECRETARY_AND_DIRECTOR"
    DEPUTY_SECRETARY = "DEPUTY_SECRETARY"
    DEPUTY_DIRECTOR = "DEPUTY_DIRECTOR"
    RESERVE_CADRE = "RESERVE_CADRE"
    GRID_BRANCH_SECRETARY = "GRID_BRANCH_SECRETARY"
    BUILDING_LEADER = "BUILDING_LEADER"
    RURAL_TALENT = "RURAL_TALENT"
    OTHER = "OTHER"


class Level(StrEnum):
    """How far a trainee has come (分级); read as a ladder."""

    UNDERSTAND = "UNDERSTAND"
    ABLE = "ABLE"
    EXCEL = "EXCEL"


class ThreePoint(StrEnum):
    """The three-point goal (三点目标)."""

    HOT = "HOT"
    HARD = "HARD"
    HIGHLIGHT = "HIGHLIGHT"


class RegionKind(StrEnum):
    """A level of the region tree."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    TOWN = "TOWN"
    COMMUNITY = "COMMUNITY"
    GRID = "GRID"
    BUILDING = "BUILDING"


class CohortState(StrEnum):
    """Where a cohort stands."""

    DRAFT = "DRAFT"
    ENROLLING = "ENROLLING"
    SURVEYING = "SURVEYING"
    MATCHING = "MATCHING"
    RUNNING = "RUNNING"
    SHOWCASE = "SHOWCASE"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class PhraseKind(StrEnum):
    """What a topic's phrase is: another name of it, or a trouble as trainees tell it."""

    SYNONYM = "SYNONYM"
    TROUBLE = "TROUBLE"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "SINGLE"
    MULTI = "MULTI"
    SCALE = "SCALE"
    RANK = "RANK"
    TEXT = "TEXT"


class Measure(StrEnum):
    """What a question tells about needs."""

    THORNIEST = "THORNIEST"
    MOST_URGENT = "MOST_URGENT"
    SEVERITY = "SEVERITY"
    URGENCY = "URGENCY"
    DIFFICULTY = "DIFFICULTY"
    URGENCY_ORDER = "URGENCY_ORDER"
    OTHER = "OTHER"


class TagStatus(StrEnum):
    """How a topic came to a pain point."""

    PREDICTED = "PREDICTED"
    CONFIRMED = "CONFIRMED"
    CORRECTED = "CORRECTED"


class ReviewReason(StrEnum):
    """Why a person should look at a pain point."""

    ABSTAINED = "ABSTAINED"
    UNSURE = "UNSURE"
    RESOLVED = "RESOLVED"


class EmergingState(StrEnum):
    """What an organizer made of an emerging point."""

    OPEN = "OPEN"
    NAMED = "NAMED"
    DISMISSED = "DISMISSED"


class ContentKind(StrEnum):
    """What a content is."""

    COURSE = "COURSE"
    CASE = "CASE"
    ACTIVITY = "ACTIVITY"
    TEMPLATE = "TEMPLATE"
    POLICY = "POLICY"


class Origin(StrEnum):
    """Where a content comes from."""

    OWN = "OWN"
    NATIONAL = "NATIONAL"
    OTHER = "OTHER"


class ContentEventKind(StrEnum):
    """What happened to a content that a trainee was offered."""

    SHOWN = "SHOWN"
    OPENED = "OPENED"
    DONE = "DONE"
    USEFUL = "USEFUL"
    DISMISSED = "DISMISSED"


class DismissalReason(StrEnum):
    """Why a content was dismissed."""

    NOT_MY_TROUBLE = "NOT_MY_TROUBLE"
    ALREADY_KNOWN = "ALREADY_KNOWN"
    TOO_EASY = "TOO_EASY"
    TOO_HARD = "TOO_HARD"
    NOT_USEFUL = "NOT_USEFUL"
    OUT_OF_DATE = "OUT_OF_DATE"
    NO_TIME = "NO_TIME"
    OTHER = "OTHER"


# Reasons that judge the content itself; the others speak of the trainee.
AGAINST_THE_CONTENT = (DismissalReason.NOT_USEFUL, DismissalReason.OUT_OF_DATE)
# Reasons that hold for what builds on the content, too: no such trouble, or too hard already.
AGAINST_WHAT_FOLLOWS = (DismissalReason.NOT_MY_TROUBLE, DismissalReason.TOO_HARD)


class RuleKind(StrEnum):
    """What a matching rule asks."""

    PIN = "PIN"
    FORBID = "FORBID"
    PREFER = "PREFER"


class MatchObjective(StrEnum):
    """What a match aims at, one aim after another (匹配目标)."""

    COVERAGE_THEN_TOTAL = "COVERAGE_THEN_TOTAL"
    TOTAL = "TOTAL"
    WORST_OFF_THEN_TOTAL = "WORST_OFF_THEN_TOTAL"
    LEXIMIN = "LEXIMIN"
    BALANCED_LOAD = "BALANCED_LOAD"


class MatchRunState(StrEnum):
    """How far the computation of a match run has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    OPTIMAL = "OPTIMAL"
    FEASIBLE_WITH_BOUND = "FEASIBLE_WITH_BOUND"
    INFEASIBLE = "INFEASIBLE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class PublishState(StrEnum):
    """Whether a match run counts."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"
    ROLLED_BACK = "ROLLED_BACK"


class PairingState(StrEnum):
    """Where a pairing stands."""

    SUGGESTED = "SUGGESTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    AWAITING_CONSENT = "AWAITING_CONSENT"
    CONFIRMED = "CONFIRMED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    ENDED = "ENDED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


class PairingOrigin(StrEnum):
    """Who proposed a pairing."""

    ENGINE = "ENGINE"
    OVERRIDE = "OVERRIDE"
    # Both sides had confirmed it in the published run, and the run was not to touch such pairs.
    CONFIRMED = "CONFIRMED"


class ShadowStep(StrEnum):
    """The four steps of the shadowing week (跟着听、看、学、干)."""

    LISTEN = "LISTEN"
    WATCH = "WATCH"
    LEARN = "LEARN"
    DO = "DO"


class DaySlot(StrEnum):
    """When on a day."""

    DAYTIME = "DAYTIME"
    EVENING = "EVENING"


class CourseEvent(StrEnum):
    """What kind of event a course plan proposes for a cohort."""

    MONTHLY_TOPIC = "MONTHLY_TOPIC"
    QUARTERLY_SALON = "QUARTERLY_SALON"
    OUTREACH_TEACHING = "OUTREACH_TEACHING"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class JobKind(StrEnum):
    """What a job does."""

    SURVEY_IMPORT = "SURVEY_IMPORT"
    MATCH_RUN = "MATCH_RUN"
    NEEDS = "NEEDS"
    RETRAIN = "RETRAIN"
    COLLABORATIVE_CHECK = "COLLABORATIVE_CHECK"
    READ_BY_MEANING = "READ_BY_MEANING"
    CONSENT_EXPIRY = "CONSENT_EXPIRY"
    PACKAGES = "PACKAGES"
    LEARN_WEIGHTS = "LEARN_WEIGHTS"


class RetrainOutcome(StrEnum):
    """What came of training the topic classifier again."""

    ADOPTED = "ADOPTED"
    NOT_BETTER = "NOT_BETTER"
    TOO_FEW = "TOO_FEW"
    NOTHING_NEW = "NOTHING_NEW"


class ModelWay(StrEnum):
    """Ways of naming topics that a model card measures side by side."""

    IN_FORCE = "IN_FORCE"
    OTHER = "OTHER"
    KEYWORDS = "KEYWORDS"
    MOST_FREQUENT = "MOST_FREQUENT"


class ModelMetric(StrEnum):
    """What a model card measures."""

    MACRO_F1 = "MACRO_F1"
    MICRO_F1 = "MICRO_F1"
    CALIBRATION_ERROR = "CALIBRATION_ERROR"
    COVERAGE = "COVERAGE"
    SAID_RIGHT = "SAID_RIGHT"


class Role(StrEnum):
    """Whom a token acts for."""

    ORGANIZER = "ORGANIZER"
    MENTOR = "MENTOR"
    TRAINEE = "TRAINEE"
    CLIENT_APP = "CLIENT_APP"
