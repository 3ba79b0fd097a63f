"""The contents that a package may use, and when each may be used."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array
from ..contents.prerequisites import prerequisite_closure
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Step = Literal["LISTEN", "WATCH", "LEARN", "DO"]

#: The four steps of a shadowing day, in order; `content_steps` counts along them.
STEPS: tuple[Step, ...] = ("LISTEN", "WATCH", "LEARN", "DO")
# A content belongs to a day or an event when it is about its topic at least so far.
_ABOUT = 0.2


@dataclass(frozen=True, slots=True)
class Shelf:
    """The contents that a plan may use.

    Attributes
    ----------
    contents : tuple of int
        Those recommended, best first.
    topics, minutes, steps, points : arrays with a row for every content of the library
        What each is about, its length, the steps it suits, the point that it answers (−1 for none).
    closure : list of tuple of int
        What comes before each content.

    """

    contents: tuple[int, ...]
    topics: Floats
    minutes: Integers
    steps: Flags
    points: Integers
    closure: list[tuple[int, ...]]

    def answers(self, content: int, topic: int, *, said: bool) -> bool:
        """Tell whether a content is about a topic; where that was put into words, it must answer some of them."""
        return bool(self.topics[content, topic] >= _ABOUT and (self.points[content] >= 0 or not said))

    def is_ready(self, content: int, known: Set[int]) -> bool:
        """Tell whether all that is recommended and comes before a content is among `known`."""
        return set(self.closure[content]) & set(self.contents) <= known


def shown_point(topic: int, proof: Integers) -> int | None:
    """Return the point that shows the need of a topic, which what is placed there answers; None where nothing does.

    It is not the one that a content was recommended for: that may be about another of its topics, and who reads of
    lifts is not told that it answers a word about forms. `proof`, of shape (n_topics,), holds the points.
    """
    return int(proof[topic]) if proof[topic] >= 0 else None


def shelf_of(
    contents: ArrayLike | None,
    content_topics: ArrayLike | None,
    content_minutes: ArrayLike | None,
    content_steps: ArrayLike | None,
    content_points: ArrayLike | None,
    prerequisites: ArrayLike | None,
    n_topics: int,
) -> Shelf:
    """Return the contents that `PackagePlanner.plan` was given, checked; the best recommended first."""
    given = np.asarray([] if contents is None else contents, dtype=np.int64)
    if not len(given):
        nothing = np.zeros(0, dtype=np.int64)
        none = np.zeros((0, len(STEPS)), dtype=np.bool_)
        return Shelf((), np.zeros((0, n_topics)), nothing, none, nothing, [])
    if content_topics is None or content_minutes is None:
        raise InvalidInputError(
            "The 'contents' parameter of plan needs 'content_topics' and 'content_minutes'."
        )
    topics = checked_array("content_topics", content_topics, (None, n_topics), 0.0, 1.0)
    shape = (len(topics),)
    checked_array("contents", given, (None,), -1.0, len(topics) - 1)
    minutes = checked_array("content_minutes", content_minutes, shape, 1.0, np.inf).astype(np.int64)
    suits = np.zeros((len(topics), len(STEPS)))
    suits[:, STEPS.index("LEARN")] = 1.0
    if content_steps is not None:
        suits = checked_array("content_steps", content_steps, suits.shape, 0.0, 1.0)
    answers = optional_array("content_points", content_points, given.shape, -1.0, np.inf, -1.0)
    points = np.full(len(topics), -1, dtype=np.int64)
    for content, point in zip(given[::-1].tolist(), answers[::-1].tolist(), strict=True):
        if content >= 0:
            points[content] = int(point)
    distinct = tuple(dict.fromkeys(content for content in given.tolist() if content >= 0))
    return Shelf(
        distinct, topics, minutes, suits > 0, points, prerequisite_closure(prerequisites, len(topics))
    )
