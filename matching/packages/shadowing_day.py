"""A shadowing day as it is filled with contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .shelf import STEPS, Shelf

Integers = NDArray[np.int64]

#: Minutes that a step without content has at least.
SHORTEST_STEP = 15
# The content at each step of a day.
Seats = dict[int, int]


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is filled.

    `held` are the steps that people have decided, `left` the minutes that they leave and `reading` those of them for
    contents, `known` the contents that they chose; `seats` are the contents that the plan adds.
    """

    number: int
    topic: int
    held: frozenset[int]
    left: int
    reading: int
    has_evening: bool
    known: frozenset[int]
    seats: Seats

    def contents(self) -> set[int]:
        """Return all contents of the day."""
        return {*self.known, *self.seats.values()}

    def read(self, shelf: Shelf) -> int:
        """Return the minutes of its contents."""
        return sum(int(shelf.minutes[content]) for content in self.contents())


def place(content: int, shelf: Shelf, week: Sequence[Day], proof: Integers) -> bool:
    """Place a content on the day of its topic with the least to read, if there is room on any."""
    for day in sorted(week, key=lambda day: (day.read(shelf), day.number)):
        if shelf.answers(content, day.topic, said=bool(proof[day.topic] >= 0)):
            known = {other for earlier in week[: day.number - 1] for other in earlier.contents()}
            seats = _seat([*day.seats.values(), content], shelf, day, known)
            if seats is not None:
                day.seats.clear()
                day.seats.update(seats)
                return True
    return False


def _seat(contents: list[int], shelf: Shelf, day: Day, known: set[int]) -> Seats | None:
    """Give each content of a day a step that it suits, after what comes before it; None if there is no way."""
    needed = sum(int(shelf.minutes[content]) for content in contents)
    steps_left = [step for step in range(len(STEPS)) if step not in day.held]
    own_work = (len(steps_left) - len(contents)) * SHORTEST_STEP
    if needed > min(day.reading, day.left - own_work):
        return None
    for steps in permutations(steps_left, len(contents)):
        seats = dict(zip(steps, contents, strict=True))
        if all(
            shelf.steps[content, step]
            and shelf.is_ready(content, known | day.known | {o for at, o in seats.items() if at < step})
            for step, content in seats.items()
        ):
            return dict(sorted(seats.items()))
    return None
