"""All tables, imported so that their metadata is complete."""

from sqlmodel import SQLModel

from studio.store.access import AuditEvent, IdempotencyKey, Token
from studio.store.cases import SimilarCase
from studio.store.catalogue import Content, ContentPrerequisite, ContentTopic
from studio.store.cohorts import Cohort
from studio.store.collaborative import CollaborativeCheck
from studio.store.consents import Consent, PairingChange
from studio.store.content_events import ContentEvent
from studio.store.corrections import TopicCorrection
from studio.store.emerging import EmergingMember, EmergingPoint
from studio.store.fairness import RunFairness
from studio.store.gaps import TopicGap
from studio.store.heat import CountyNeed, RoleNeed
from studio.store.jobs import Job
from studio.store.limits import LimitRule
from studio.store.meetings import Meeting
from studio.store.models import ModelVersion
from studio.store.needs import CohortNeed, CohortRating, PainPoint, PainPointTopic, TraineeNeed
from studio.store.packages import (
    CoursePlanContent,
    CoursePlanItem,
    CoursePlanSpeaker,
    MentoringPackage,
    PackageEvent,
    PackageGoal,
    PackageItem,
)
from studio.store.pair_ratings import PairRating, WeightsTraining
from studio.store.pairings import Pairing, ScorePart
from studio.store.people import (
    Honour,
    Mentor,
    MentorCase,
    MentorPlace,
    MentorTopic,
    Person,
    Region,
    Studio,
    Trainee,
)
from studio.store.presets import CohortRule, RulePreset
from studio.store.readers import FittedReader
from studio.store.recommendations import Recommendation, RecommendationCause
from studio.store.review import ReviewItem
from studio.store.rules import MatchPolicy, Rule
from studio.store.runs import MatchMove, MatchRun, RuleConflict, Unmatched, UnmatchedLimit, UnmatchedRepair
from studio.store.sensitivity import PairSensitivity, RunSensitivity
from studio.store.surveys import Answer, Question, Survey, SurveyImport, SurveyResponse, Upload
from studio.store.topics import Topic, TopicPhrase
from studio.store.trends import TopicTrend
from studio.store.vectors import SentenceVector
from studio.store.week_reasons import WeekReason, WeekRepair

metadata = SQLModel.metadata

__all__ = [
    "Answer",
    "AuditEvent",
    "Cohort",
    "CohortNeed",
    "CohortRating",
    "CohortRule",
    "CollaborativeCheck",
    "Consent",
    "Content",
    "ContentEvent",
    "ContentPrerequisite",
    "ContentTopic",
    "CountyNeed",
    "CoursePlanContent",
    "CoursePlanItem",
    "CoursePlanSpeaker",
    "EmergingMember",
    "EmergingPoint",
    "FittedReader",
    "Honour",
    "IdempotencyKey",
    "Job",
    "LimitRule",
    "MatchMove",
    "MatchPolicy",
    "MatchRun",
    "Meeting",
    "Mentor",
    "MentorCase",
    "MentorPlace",
    "MentorTopic",
    "MentoringPackage",
    "ModelVersion",
    "PackageEvent",
    "PackageGoal",
    "PackageItem",
    "PainPoint",
    "PainPointTopic",
    "PairRating",
    "PairSensitivity",
    "Pairing",
    "PairingChange",
    "Person",
    "Question",
    "Recommendation",
    "RecommendationCause",
    "Region",
    "ReviewItem",
    "RoleNeed",
    "Rule",
    "RuleConflict",
    "RulePreset",
    "RunFairness",
    "RunSensitivity",
    "ScorePart",
    "SentenceVector",
    "SimilarCase",
    "Studio",
    "Survey",
    "SurveyImport",
    "SurveyResponse",
    "Token",
    "Topic",
    "TopicCorrection",
    "TopicGap",
    "TopicPhrase",
    "TopicTrend",
    "Trainee",
    "TraineeNeed",
    "Unmatched",
    "UnmatchedLimit",
    "UnmatchedRepair",
    "Upload",
    "WeekReason",
    "WeekRepair",
    "WeightsTraining",
    "metadata",
]
