"""What a limit of a match can ask, and of whom."""

from enum import StrEnum


class LimitKind(StrEnum):
    """What a limit asks of a match (人数限额)."""

    CAP = "CAP"
    MINIMUM = "MINIMUM"
    QUOTA = "QUOTA"


class LimitGroup(StrEnum):
    """What the people of a quota have in common (限额按什么分)."""

    TRAINEE_COUNTY = "TRAINEE_COUNTY"
    TRAINEE_ROLE = "TRAINEE_ROLE"
    TRAINEE_LEVEL = "TRAINEE_LEVEL"
    MENTOR_COUNTY = "MENTOR_COUNTY"
    PAIRING_KIND = "PAIRING_KIND"
