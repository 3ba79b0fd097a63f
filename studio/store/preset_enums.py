"""What a preset of rules can ask."""

from enum import StrEnum


class PresetKind(StrEnum):
    """What a preset of rules asks of a whole cohort's match."""

    WEIGHTS = "WEIGHTS"
    TENURE = "TENURE"
    LOAD = "LOAD"
    MINIMUM = "MINIMUM"
    QUOTA = "QUOTA"
    TWO_MENTORS = "TWO_MENTORS"
    CONSENT = "CONSENT"
    CADENCE = "CADENCE"
