"""Words for the codes of reasons, score parts and unmatched trainees, in the language of the request."""

from collections.abc import Mapping
from functools import cache

from studio.messages import translate

MESSAGES = (
    "REASON_NEED",
    "REASON_OWN_WORDS",
    "REASON_LEVEL_FIT",
    "REASON_WELL_RATED",
    "REASON_RATING",
    "REASON_TAKEN_TOGETHER",
    "REASON_PREREQUISITE",
    "PART_NEED_STRENGTH",
    "PART_EVIDENCE",
    "PART_LEVEL",
    "PART_REGION",
    "PART_TENURE",
    "PART_WISH",
    "PART_HISTORY",
    "CONFLICT_TRAINEE_FIXED_TWICE",
    "CONFLICT_MENTOR_FIXED_BEYOND_PLACES",
    "UNMATCHED_NO_MENTORS",
    "UNMATCHED_ALL_FORBIDDEN",
    "UNMATCHED_TOO_FEW_ALLOWED",
    "UNMATCHED_NO_CAPACITY_LEFT",
    "UNMATCHED_NOT_WORTH_IT",
)


@cache
def labels(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words of every code, by family: those of code NEED in family REASON are message REASON_NEED."""
    words: dict[str, dict[str, str]] = {}
    for message in MESSAGES:
        family, _, code = message.partition("_")
        words.setdefault(family, {})[code] = translate(message, language)
    return words
