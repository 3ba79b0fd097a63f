"""The engine: texts and arrays in, arrays out; it knows no database, no person and no name."""

from .affinity import MentorAffinity
from .affinity_part import AffinityPart
from .answers import bare_spellings, near_duplicates, split_clauses, split_points
from .assignment import assign
from .calibration import expected_calibration_error
from .case_similarity import Evidence
from .cases import nearest_cases
from .certificate import Certificate, verify
from .copies import find_copies
from .corrections import CorrectedAnswers, independent_groups, lessons
from .courses import CoursePlan, Outreach, Salon, TopicEvent, plan_courses
from .draws import affinity_draws, need_draws
from .emerging import EmergingPoint, emerging_points
from .exceptions import (
    AssignmentCancelledError,
    InfeasibleError,
    InvalidInputError,
    MatchingError,
    MinimumLoadError,
    ModelFileError,
    NotFittedError,
    ProblemError,
)
from .explain import PairReason, Repair, UnmatchedReason, explain, explain_unmatched
from .fairness import Fairness, GroupFigures, Spread, fairness
from .feedback import PairFeedback
from .gaps import TopicGaps, topic_gaps
from .goals import AbilityGoal, MonthlyEvent
from .heat import HeatMap, heat_map
from .interaction_check import InteractionCheck, check_interactions, collaborative_scores, time_split
from .interactions import InteractionRecommender
from .judge import judge
from .learned_weights import LearnedWeights, ScoreCurve, learn_weights
from .measures import Estimate, Examination, Metric, Named
from .model_files import ModelCard, load_model, pack_model, save_model, unpack_model
from .needs import CohortRatings, NeedProfile, cohort_ratings, need_profile
from .normalise import NormalisedText, normalise
from .origin import engine_digest
from .packages import PackageItem, PackagePlan, PackagePlanner
from .pairing import Match, match
from .prices import prices
from .problem import AssignmentProblem
from .quotas import ColumnGroups, GroupQuota, KindLimit
from .ranking import TopicRanking, rank_topics
from .reader import AnswerReader
from .readings import AnswerReading, PointReading, TopicReading
from .recommend import Recommendations, recommend
from .rematch import FrontierPoint, Rematch, RematchMove, frontier, rematch
from .retraining import RetrainingTrial, Verdict, Way
from .retrieval import ContentRetriever
from .review import ReviewQueue, review_queue
from .semantic import SentenceEmbedder
from .sensitivity import Sensitivity, sensitivity
from .small_talk import SMALL_TALK
from .solution import Solution
from .tables import MentorTable, TraineeTable
from .topics import TopicClassifier
from .trends import TopicTrend, topic_trend
from .untroubled import is_junk, is_resolved
from .week_reasons import UnmatchedWeeks, WeekMove, WeekReason, explain_weeks
from .week_repairs import WeekRepair
from .weeks import WeekProblem, WeekSolution, assign_weeks
from .weights_trial import (
    WeightsMetric,
    WeightsOutcome,
    WeightsTrial,
    WeightsWay,
    try_weights,
)

__all__ = [
    "SMALL_TALK",
    "AbilityGoal",
    "AffinityPart",
    "AnswerReader",
    "AnswerReading",
    "AssignmentCancelledError",
    "AssignmentProblem",
    "Certificate",
    "CohortRatings",
    "ColumnGroups",
    "ContentRetriever",
    "CorrectedAnswers",
    "CoursePlan",
    "EmergingPoint",
    "Estimate",
    "Evidence",
    "Examination",
    "Fairness",
    "FrontierPoint",
    "GroupFigures",
    "GroupQuota",
    "HeatMap",
    "InfeasibleError",
    "InteractionCheck",
    "InteractionRecommender",
    "InvalidInputError",
    "KindLimit",
    "LearnedWeights",
    "Match",
    "MatchingError",
    "MentorAffinity",
    "MentorTable",
    "Metric",
    "MinimumLoadError",
    "ModelCard",
    "ModelFileError",
    "MonthlyEvent",
    "Named",
    "NeedProfile",
    "NormalisedText",
    "NotFittedError",
    "Outreach",
    "PackageItem",
    "PackagePlan",
    "PackagePlanner",
    "PairFeedback",
    "PairReason",
    "PointReading",
    "ProblemError",
    "Recommendations",
    "Rematch",
    "RematchMove",
    "Repair",
    "RetrainingTrial",
    "ReviewQueue",
    "Salon",
    "ScoreCurve",
    "Sensitivity",
    "SentenceEmbedder",
    "Solution",
    "Spread",
    "TopicClassifier",
    "TopicEvent",
    "TopicGaps",
    "TopicRanking",
    "TopicReading",
    "TopicTrend",
    "TraineeTable",
    "UnmatchedReason",
    "UnmatchedWeeks",
    "Verdict",
    "Way",
    "WeekMove",
    "WeekProblem",
    "WeekReason",
    "WeekRepair",
    "WeekSolution",
    "WeightsMetric",
    "WeightsOutcome",
    "WeightsTrial",
    "WeightsWay",
    "affinity_draws",
    "assign",
    "assign_weeks",
    "bare_spellings",
    "check_interactions",
    "cohort_ratings",
    "collaborative_scores",
    "emerging_points",
    "engine_digest",
    "expected_calibration_error",
    "explain",
    "explain_unmatched",
    "explain_weeks",
    "fairness",
    "find_copies",
    "frontier",
    "heat_map",
    "independent_groups",
    "is_junk",
    "is_resolved",
    "judge",
    "learn_weights",
    "lessons",
    "load_model",
    "match",
    "near_duplicates",
    "nearest_cases",
    "need_draws",
    "need_profile",
    "normalise",
    "pack_model",
    "plan_courses",
    "prices",
    "rank_topics",
    "recommend",
    "rematch",
    "review_queue",
    "save_model",
    "sensitivity",
    "split_clauses",
    "split_points",
    "time_split",
    "topic_gaps",
    "topic_trend",
    "try_weights",
    "unpack_model",
    "verify",
]
