"""Closed lists of values about two mentors for one trainee (双导师)."""

from enum import StrEnum


class MentorKind(StrEnum):
    """What a mentor can teach: theory, practice, or both."""

    THEORY = "THEORY"
    PRACTICE = "PRACTICE"
    BOTH = "BOTH"


class PairingKind(StrEnum):
    """Which part the mentor of a pairing plays: the only one, or one of two."""

    SOLE = "SOLE"
    THEORY = "THEORY"
    PRACTICE = "PRACTICE"
