"""What a package aims at: the monthly events after its week, and a goal for each ability."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array
from ..exceptions import InvalidInputError
from .shelf import Shelf, shown_point

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mode = Literal["LECTURE", "VISIT", "WORKSHOP"]

#: How a monthly event is held.
MODES: tuple[Mode, ...] = ("LECTURE", "VISIT", "WORKSHOP")
# The mode that each step of `STEPS` asks for: who listens needs a lecture, who learns or does a workshop.
_MODE_OF_STEP = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], dtype=np.bool_)
N_LEVELS = 3
# From this call on an ability is a weakness: the trainee stands a rung below the own level in it.
_WEAK = 0.5
# A day or a month trains an ability when its topic calls for so much of it.
_TRAINS = 0.5


@dataclass(frozen=True, slots=True)
class MonthlyEvent:
    """The topic event of one month after the week.

    Attributes
    ----------
    month : int, from 1
    mode : {"LECTURE", "VISIT", "WORKSHOP"}
    topic : int
    content : int or None
        Index of the content to work with; None where none is left that fits.
    point : int or None
        The pain point it answers; None where the need was never put into words.

    """

    month: int
    mode: Mode
    topic: int
    content: int | None
    point: int | None


@dataclass(frozen=True, slots=True)
class AbilityGoal:
    """Where the trainee stands in one ability and where the package leads.

    Attributes
    ----------
    ability : int
        Column of `topic_abilities`.
    call : float in [0, 1]
        How much the trainee's needs call for the ability: the greatest product of need and topic.
    standing, aim : int, 0–2
        Rungs of the ladder of levels: now, and after the months.
    topic : int or None
        The topic whose need calls most for it; None where no need does.
    point : int or None
        The pain point that this rests on.
    days : tuple of int
        Days of the week that train it.
    months : tuple of int
        Months that train it.

    """

    ability: int
    call: float
    standing: int
    aim: int
    topic: int | None
    point: int | None
    days: tuple[int, ...]
    months: tuple[int, ...]


def monthly_events(
    n_months: int,
    weights: Floats,
    day_topics: Sequence[int],
    proof: Integers,
    shelf: Shelf,
    placed: Set[int],
) -> tuple[MonthlyEvent, ...]:
    """Plan the months after a week: by highest averages that count its days, a topic once while others wait.

    Parameters
    ----------
    n_months : int, at least 0
    weights : array of shape (n_topics,), at least 0
        How much each topic is due.
    day_topics : sequence of int
        Topics of the week's days.
    proof : int array of shape (n_topics,), at least −1
        The point that shows each need.
    shelf : Shelf
    placed : set of int
        Contents that the week uses; none of them comes again.

    Returns
    -------
    tuple of MonthlyEvent, length n_months
        The mode is one that the content suits, the least used so far first.

    """
    held = np.bincount(np.asarray(day_topics, dtype=np.int64), minlength=len(weights))
    taught: set[int] = set()
    known, modes = set(placed), np.zeros(len(MODES), dtype=np.int64)
    events = []
    for month in range(1, n_months + 1):
        fresh = (weights > 0) & ~np.isin(np.arange(len(weights)), list(taught))
        averages = np.where(fresh, weights / (held + 1), -1.0) if fresh.any() else weights / (held + 1)
        topic = int(np.argmax(np.round(averages, 12)))
        content = _next_content(topic, shelf, known, said=bool(proof[topic] >= 0))
        suits = np.ones(len(MODES), dtype=np.bool_) if content is None else _modes(shelf, content)
        mode = int(np.argmin(np.where(suits, modes, n_months + 1)))
        point = shown_point(topic, proof)
        events.append(MonthlyEvent(month, MODES[mode], topic, content, point))
        taught.add(topic)
        held[topic] += 1
        modes[mode] += 1
        known |= set() if content is None else {content}
    return tuple(events)


def _next_content(topic: int, shelf: Shelf, known: Set[int], *, said: bool) -> int | None:
    for content in shelf.contents:
        if content in known or not shelf.is_ready(content, known):
            continue
        if shelf.answers(content, topic, said=said):
            return content
    return None


def _modes(shelf: Shelf, content: int) -> NDArray[np.bool_]:
    suits = _MODE_OF_STEP[shelf.steps[content]].any(axis=0)
    return suits if suits.any() else np.ones(len(MODES), dtype=np.bool_)


def ability_goals(
    topic_abilities: ArrayLike | None,
    need: Floats,
    due: Floats,
    proof: Integers,
    level: int,
    day_topics: Sequence[int],
    events: Sequence[MonthlyEvent],
) -> tuple[AbilityGoal, ...]:
    """Set a goal for each ability from needs and level.

    Parameters
    ----------
    topic_abilities : array of shape (n_topics, n_abilities), in [0, 1], or None
        None for no goals.
    need, due : arrays of shape (n_topics,), in [0, 1]
        The need, and the need with what only ratings show counted less: it chooses the topic to cite.
    proof : int array of shape (n_topics,), at least −1
    level : int, 0–2
    day_topics, events
        What the week and the months are about.

    Returns
    -------
    tuple of AbilityGoal, length n_abilities

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    A trainee stands in an ability where the own level is, one rung lower where needs call for it strongly. The
    months aim one rung higher. This is read from needs and level alone, for nothing was measured yet: it says
    what to work on, not what the trainee is worth.

    """
    if topic_abilities is None:
        return ()
    asks = checked_array("topic_abilities", topic_abilities, (len(need), None), 0.0, 1.0)
    if level not in range(N_LEVELS):
        raise InvalidInputError(
            f"The 'level' parameter of plan must be in [0, {N_LEVELS - 1}]. Got {level!r} instead."
        )
    goals = []
    for ability in range(asks.shape[1]):
        topic = int(np.argmax(np.round(due * asks[:, ability], 12)))
        call = float(need[topic] * asks[topic, ability])
        standing = max(level - 1, 0) if call >= _WEAK else level
        trains = asks[:, ability] >= _TRAINS
        point = int(proof[topic])
        goals.append(
            AbilityGoal(
                ability=ability,
                call=call,
                standing=standing,
                aim=min(standing + 1, N_LEVELS - 1),
                topic=topic if call > 0 else None,
                point=point if call > 0 and point >= 0 else None,
                days=tuple(day for day, about in enumerate(day_topics, start=1) if trains[about]),
                months=tuple(event.month for event in events if trains[event.topic]),
            )
        )
    return tuple(goals)
