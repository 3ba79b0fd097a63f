"""Words for the codes of reasons, score parts, unmatched trainees and goals, in the language of the request."""

from collections.abc import Mapping
from functools import cache

from studio.messages import translate

# What a goal of a package aims at, by ability and the level where the trainee stands.
AIMS = (
    "WEEK_WRITE_UNDERSTAND",
    "WEEK_WRITE_ABLE",
    "WEEK_WRITE_EXCEL",
    "WEEK_SPEAK_UNDERSTAND",
    "WEEK_SPEAK_ABLE",
    "WEEK_SPEAK_EXCEL",
    "WEEK_ADVISE_UNDERSTAND",
    "WEEK_ADVISE_ABLE",
    "WEEK_ADVISE_EXCEL",
    "WEEK_ACT_UNDERSTAND",
    "WEEK_ACT_ABLE",
    "WEEK_ACT_EXCEL",
    "MONTHS_WRITE_UNDERSTAND",
    "MONTHS_WRITE_ABLE",
    "MONTHS_WRITE_EXCEL",
    "MONTHS_SPEAK_UNDERSTAND",
    "MONTHS_SPEAK_ABLE",
    "MONTHS_SPEAK_EXCEL",
    "MONTHS_ADVISE_UNDERSTAND",
    "MONTHS_ADVISE_ABLE",
    "MONTHS_ADVISE_EXCEL",
    "MONTHS_ACT_UNDERSTAND",
    "MONTHS_ACT_ABLE",
    "MONTHS_ACT_EXCEL",
)
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
    "AIM_COVERAGE_THEN_TOTAL",
    "AIM_TOTAL",
    "AIM_WORST_OFF_THEN_TOTAL",
    "AIM_LEXIMIN",
    "AIM_BALANCED_LOAD",
    "PARAMETER_YEARS",
    "PARAMETER_MOST",
    "PARAMETER_DAYS",
    "PARAMETER_TALK_DAYS",
    "PARAMETER_REVIEW_DAYS",
    "PARAMETER_ASSESSMENT_DAYS",
    "EFFECT_WEIGHTS",
    "EFFECT_TENURE",
    "EFFECT_LOAD",
    "EFFECT_TWO_MENTORS",
    "EFFECT_CONSENT",
    "EFFECT_CADENCE",
    "CONFLICT_TRAINEE_FIXED_TWICE",
    "CONFLICT_TRAINEE_KIND_FIXED_TWICE",
    "CONFLICT_MENTOR_FIXED_BEYOND_PLACES",
    "CONFLICT_MINIMUM_UNMET",
    "CONFLICT_LIMIT_BELOW_FIXED",
    "CONFLICT_LIMIT_BELOW_MINIMUMS",
    "CONFLICT_MENTOR_FIXED_BEYOND_WEEKS",
    "UNMATCHED_NO_MENTORS",
    "UNMATCHED_ALL_FORBIDDEN",
    "UNMATCHED_TOO_FEW_ALLOWED",
    "UNMATCHED_NO_CAPACITY_LEFT",
    "UNMATCHED_QUOTA_FULL",
    "UNMATCHED_NOT_WORTH_IT",
    "REPAIR_ADD_PLACE",
    "REPAIR_ALLOW_PAIR",
    "REPAIR_RAISE_QUOTA",
    "REPAIR_LOWER_MINIMUM",
    "UNMATCHED_NO_COMMON_WEEK",
    "UNMATCHED_ALL_WEEKS_FULL",
    "WEEKWHY_FORBIDDEN",
    "WEEKWHY_NO_COMMON_WEEK",
    "WEEKWHY_WEEK_FULL",
    "WEEKWHY_MENTOR_FULL",
    "WEEKWHY_RULED_OUT",
    "WEEKHELP_ADD_WEEK_PLACE",
    "WEEKHELP_FREE_MENTOR_WEEK",
    "WEEKHELP_FREE_TRAINEE_WEEK",
    "WEEKHELP_ADD_PLACE",
    "WEEKHELP_ALLOW_PAIR",
    "BECAUSE_WORDS",
    "BECAUSE_DECISION",
    "BECAUSE_GRADES",
    "BECAUSE_NEED",
    "BECAUSE_MENTOR",
    "WEEK_NONE",
    "MONTHS_NONE",
    *AIMS,
)


@cache
def labels(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words of every code, by family: those of code NEED in family REASON are message REASON_NEED."""
    words: dict[str, dict[str, str]] = {}
    for message in MESSAGES:
        family, _, code = message.partition("_")
        words.setdefault(family, {})[code] = translate(message, language)
    # A preset of weights has the parts of the score for its parameters.
    words["PARAMETER"] |= words["PART"]
    return words
