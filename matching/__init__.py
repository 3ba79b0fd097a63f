"""The engine: texts and arrays in, arrays out; it knows no database, no person and no name."""

from .affinity import MentorAffinity
from .affinity_part import AffinityPart
from .answers import is_junk, is_resolved, near_duplicates, split_clauses, split_points
from .assignment import assign
from .calibration import expected_calibration_error
from .certificate import Certificate, verify
from .exceptions import (
    InfeasibleError,
    InvalidInputError,
    MatchingError,
    MinimumLoadError,
    NotFittedError,
    ProblemError,
)
from .explain import PairReason, Repair, UnmatchedReason, explain, explain_unmatched
from .normalise import NormalisedText, normalise
from .pairing import Match, match
from .prices import prices
from .problem import AssignmentProblem
from .reader import AnswerReader, AnswerReading, PointReading, TopicReading
from .solution import Solution
from .tables import MentorTable, TraineeTable
from .topics import TopicClassifier

__all__ = [
    "AffinityPart",
    "AnswerReader",
    "AnswerReading",
    "AssignmentProblem",
    "Certificate",
    "InfeasibleError",
    "InvalidInputError",
    "Match",
    "MatchingError",
    "MentorAffinity",
    "MentorTable",
    "MinimumLoadError",
    "NormalisedText",
    "NotFittedError",
    "PairReason",
    "PointReading",
    "ProblemError",
    "Repair",
    "Solution",
    "TopicClassifier",
    "TopicReading",
    "TraineeTable",
    "UnmatchedReason",
    "assign",
    "expected_calibration_error",
    "explain",
    "explain_unmatched",
    "is_junk",
    "is_resolved",
    "match",
    "near_duplicates",
    "normalise",
    "prices",
    "split_clauses",
    "split_points",
    "verify",
]
