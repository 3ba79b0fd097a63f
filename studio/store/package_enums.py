"""Closed lists of values of mentoring packages; their Chinese labels stand in `labels`."""

from enum import StrEnum


class Ability(StrEnum):
    """One of the four abilities (四个能力)."""

    WRITE = "WRITE"
    SPEAK = "SPEAK"
    ADVISE = "ADVISE"
    ACT = "ACT"


class DeliveryMode(StrEnum):
    """How a monthly topic event is held (讲 · 看 · 研)."""

    LECTURE = "LECTURE"
    VISIT = "VISIT"
    WORKSHOP = "WORKSHOP"


class PackageOrigin(StrEnum):
    """How a version of a mentoring package came about."""

    PLANNED = "PLANNED"
    EDITED = "EDITED"


class PackageAction(StrEnum):
    """What an edit does to a mentoring package."""

    ADD = "ADD"
    REPLACE = "REPLACE"
    MOVE = "MOVE"
    REMOVE = "REMOVE"
    CHANGE = "CHANGE"


class DifferenceKind(StrEnum):
    """How an item of one version of a package differs in another."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    MOVED = "MOVED"
    CHANGED = "CHANGED"
