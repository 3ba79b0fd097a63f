"""The engine: texts and arrays in, arrays out; it knows no database, no person and no name."""

from importlib import import_module
from typing import TYPE_CHECKING

from .affinity.affinity_part import AffinityPart
from .affinity.case_similarity import Evidence
from .affinity.feedback import PairFeedback
from .affinity.learned_weights import LearnedWeights, ScoreCurve, learn_weights
from .affinity.tables import MentorTable, TraineeTable
from .affinity.weights_trial import (
    WeightsMetric,
    WeightsOutcome,
    WeightsTrial,
    WeightsWay,
    try_weights,
)
from .contents.cases import nearest_cases
from .contents.interaction_check import InteractionCheck, check_interactions, collaborative_scores, time_split
from .contents.recommend import Recommendations, recommend
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
from .models.model_files import ModelCard, load_model, pack_model, save_model, unpack_model
from .models.origin import engine_digest
from .needs.courses import CoursePlan, Outreach, Salon, TopicEvent, plan_courses
from .needs.gaps import TopicGaps, topic_gaps
from .needs.heat import HeatMap, heat_map
from .needs.profile import CohortRatings, NeedProfile, cohort_ratings, need_profile
from .needs.ranking import TopicRanking, rank_topics
from .needs.trends import TopicTrend, topic_trend
from .packages.goals import AbilityGoal, MonthlyEvent
from .packages.plan import PackageItem, PackagePlan
from .pairing import Match, match
from .problem.assignment_problem import AssignmentProblem
from .problem.quotas import ColumnGroups, GroupQuota, KindLimit
from .problem.solution import Solution
from .proof.certificate import Certificate, verify
from .reasons.explain import PairReason, Repair, UnmatchedReason, explain, explain_unmatched
from .reasons.fairness import Fairness, GroupFigures, Spread, fairness
from .reasons.judge import judge
from .reasons.prices import prices
from .reasons.rematch import FrontierPoint, Rematch, RematchMove, frontier, rematch
from .solver.assignment import assign
from .texts.answers import bare_spellings, near_duplicates, split_clauses, split_points
from .texts.copies import find_copies
from .texts.normalise import NormalisedText, normalise
from .texts.semantic import SentenceEmbedder
from .texts.small_talk import SMALL_TALK
from .texts.untroubled import is_junk, is_resolved
from .topics.calibration import expected_calibration_error
from .topics.corrections import CorrectedAnswers, independent_groups, lessons
from .topics.emerging import EmergingPoint, emerging_points
from .topics.measures import Estimate, Examination, Metric, Named
from .topics.reader import AnswerReader
from .topics.readings import AnswerReading, PointReading, TopicReading
from .topics.retraining import RetrainingTrial, Verdict, Way
from .topics.review import ReviewQueue, review_queue
from .trust.draws import affinity_draws, need_draws
from .trust.sensitivity import Sensitivity, sensitivity
from .weeks.week_assignment import assign_weeks
from .weeks.week_certificate import verify_weeks
from .weeks.week_problem import WeekProblem
from .weeks.week_reasons import explain_unmatched_weeks, explain_weeks
from .weeks.week_rematch import WeekRematch, rematch_weeks
from .weeks.week_repairs import WeekRepair
from .weeks.week_solution import WeekSolution
from .weeks.week_statements import UnmatchedWeeks, WeekMove, WeekReason
from .weeks.week_trust import week_sensitivity

if TYPE_CHECKING:
    from .affinity.mentor_affinity import MentorAffinity
    from .contents.interactions import InteractionRecommender
    from .packages.planner import PackagePlanner
    from .texts.retrieval import ContentRetriever
    from .topics.classifier import TopicClassifier
else:
    # scikit-learn takes longer to import than all else together: what is built on it comes when it is asked for.
    _ESTIMATORS = {
        "MentorAffinity": ".affinity.mentor_affinity",
        "InteractionRecommender": ".contents.interactions",
        "PackagePlanner": ".packages.planner",
        "ContentRetriever": ".texts.retrieval",
        "TopicClassifier": ".topics.classifier",
    }

    def __getattr__(name: str) -> object:
        if name not in _ESTIMATORS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_ESTIMATORS[name], __name__), name)


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
    "WeekRematch",
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
    "explain_unmatched_weeks",
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
    "rematch_weeks",
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
    "verify_weeks",
    "week_sensitivity",
]
