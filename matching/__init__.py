"""The engine: texts and arrays in, arrays out; it knows no database, no person and no name."""

from .affinity import MentorAffinity
from .affinity_part import AffinityPart
from .answers import near_duplicates, split_clauses, split_points
from .assignment import assign
from .calibration import expected_calibration_error
from .certificate import Certificate, verify
from .courses import CoursePlan, Outreach, Salon, TopicEvent, plan_courses
from .exceptions import (
    InfeasibleError,
    InvalidInputError,
    MatchingError,
    MinimumLoadError,
    NotFittedError,
    ProblemError,
)
from .explain import PairReason, Repair, UnmatchedReason, explain, explain_unmatched
from .interactions import InteractionRecommender
from .judge import judge
from .needs import NeedProfile, need_profile
from .normalise import NormalisedText, normalise
from .packages import PackageItem, PackagePlan, PackagePlanner
from .pairing import Match, match
from .prices import prices
from .problem import AssignmentProblem
from .ranking import TopicRanking, TopicTrend, rank_topics, topic_trend
from .reader import AnswerReader
from .readings import AnswerReading, PointReading, TopicReading
from .recommend import Recommendations, recommend
from .retrieval import ContentRetriever
from .semantic import SentenceEmbedder
from .solution import Solution
from .tables import MentorTable, TraineeTable
from .topics import TopicClassifier
from .untroubled import is_junk, is_resolved

__all__ = [
    "AffinityPart",
    "AnswerReader",
    "AnswerReading",
    "AssignmentProblem",
    "Certificate",
    "ContentRetriever",
    "CoursePlan",
    "InfeasibleError",
    "InteractionRecommender",
    "InvalidInputError",
    "Match",
    "MatchingError",
    "MentorAffinity",
    "MentorTable",
    "MinimumLoadError",
    "NeedProfile",
    "NormalisedText",
    "NotFittedError",
    "Outreach",
    "PackageItem",
    "PackagePlan",
    "PackagePlanner",
    "PairReason",
    "PointReading",
    "ProblemError",
    "Recommendations",
    "Repair",
    "Salon",
    "SentenceEmbedder",
    "Solution",
    "TopicClassifier",
    "TopicEvent",
    "TopicRanking",
    "TopicReading",
    "TopicTrend",
    "TraineeTable",
    "UnmatchedReason",
    "assign",
    "expected_calibration_error",
    "explain",
    "explain_unmatched",
    "is_junk",
    "is_resolved",
    "judge",
    "match",
    "near_duplicates",
    "need_profile",
    "normalise",
    "plan_courses",
    "prices",
    "rank_topics",
    "recommend",
    "split_clauses",
    "split_points",
    "topic_trend",
    "verify",
]
