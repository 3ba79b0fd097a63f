"""What a mentoring package consists of."""

from dataclasses import dataclass
from typing import Final, Literal

from .goals import AbilityGoal, MonthlyEvent
from .shelf import Step

# What a day of shadowing takes without its evening, unless somebody says otherwise.
DAYTIME_MINUTES: Final = 360


@dataclass(frozen=True, slots=True)
class PackageItem:
    """One entry of the plan.

    Attributes
    ----------
    day : int
        1 to 5.
    slot : {"DAYTIME", "EVENING"}
    step : {"LISTEN", "WATCH", "LEARN", "DO"} or None
        None in the evening, which reviews the day.
    content : int or None
        Index of the content used; None where the mentor's own work is the lesson.
    topic : int
        What it is about.
    minutes : int, above 0
    point : int or None
        The pain point it answers; None where the need was never put into words.

    """

    day: int
    slot: Literal["DAYTIME", "EVENING"]
    step: Step | None
    content: int | None
    topic: int
    minutes: int
    point: int | None


@dataclass(frozen=True, slots=True)
class PackagePlan:
    """A five-day plan, the months after it, and what both are for.

    Attributes
    ----------
    items : tuple of PackageItem
        By day, the four steps in order, then the evening; within a step its content comes before the
        mentor's own work. What was kept is not repeated here.
    day_topics : tuple of int, length 5
    events : tuple of MonthlyEvent
        One a month after the week.
    goals : tuple of AbilityGoal
        One an ability, in the order of `topic_abilities`; empty without it.
    unplaced : tuple of int
        Contents that found no room, neither on a day of their topic nor in a month, in the given order.

    """

    items: tuple[PackageItem, ...]
    day_topics: tuple[int, ...]
    events: tuple[MonthlyEvent, ...]
    goals: tuple[AbilityGoal, ...]
    unplaced: tuple[int, ...]
