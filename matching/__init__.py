"""The engine: texts and arrays in, arrays out; it knows no database, no person and no name."""

from .answers import is_junk, is_resolved, near_duplicates, split_clauses, split_points
from .calibration import expected_calibration_error
from .exceptions import InfeasibleError, InvalidInputError, MatchingError, NotFittedError
from .normalise import NormalisedText, normalise
from .reader import AnswerReader, AnswerReading, PointReading, TopicReading
from .topics import TopicClassifier

__all__ = [
    "AnswerReader",
    "AnswerReading",
    "InfeasibleError",
    "InvalidInputError",
    "MatchingError",
    "NormalisedText",
    "NotFittedError",
    "PointReading",
    "TopicClassifier",
    "TopicReading",
    "expected_calibration_error",
    "is_junk",
    "is_resolved",
    "near_duplicates",
    "normalise",
    "split_clauses",
    "split_points",
]
