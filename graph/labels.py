"""Words for the codes of reasons, score parts and unmatched trainees, in the language of the request."""

from collections.abc import Mapping
from functools import cache

from studio.messages import translate

CODES: Mapping[str, tuple[str, ...]] = {
    "REASON": ("NEED", "OWN_WORDS", "LEVEL_FIT", "WELL_RATED", "PREREQUISITE"),
    "PART": ("NEED_STRENGTH", "EVIDENCE", "LEVEL", "REGION", "TENURE", "WISH", "HISTORY"),
    "UNMATCHED": ("NO_MENTORS", "ALL_FORBIDDEN", "TOO_FEW_ALLOWED", "NO_CAPACITY_LEFT", "NOT_WORTH_IT"),
}


@cache
def labels(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words of every code, by family; the message of code X in family F is F_X."""
    return {
        family: {code: translate(f"{family}_{code}", language) for code in codes}
        for family, codes in CODES.items()
    }
