"""The tailor-made mentoring package: five days beside the mentor, each step with its reason."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .arguments import checked_array, optional_array
from .exceptions import InvalidInputError
from .prerequisites import prerequisite_closure

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Step = Literal["LISTEN", "WATCH", "LEARN", "DO"]

#: The four steps of a shadowing day, in order; `content_steps` counts along them.
STEPS: tuple[Step, ...] = ("LISTEN", "WATCH", "LEARN", "DO")
N_DAYS = 5

# Shares of a day for listening, watching, learning, doing: the week goes from listening to doing.
_FIRST_DAY = np.array([0.35, 0.30, 0.20, 0.15])
_LAST_DAY = np.array([0.10, 0.15, 0.25, 0.50])
_SHORTEST_STEP = 15
_ROUNDING = 5
# A content belongs to a day when it is about its topic at least so far.
_ABOUT = 0.2
# What only ratings show weighs so much beside what the trainee put into words: a week answers sentences first.
_UNSAID = 0.5


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
    """A five-day plan.

    Attributes
    ----------
    items : tuple of PackageItem
        By day, the four steps in order, then the evening.
    day_topics : tuple of int, length 5
    unplaced : tuple of int
        Contents that found no room or no day of their topic, in the given order.

    """

    items: tuple[PackageItem, ...]
    day_topics: tuple[int, ...]
    unplaced: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The contents that a plan may use."""

    contents: tuple[int, ...]
    topics: Floats
    minutes: Integers
    steps: Integers
    points: Integers
    closure: list[tuple[int, ...]]


class PackagePlanner(BaseEstimator):
    """Plan a shadowing week from one trainee's needs, contents and mentor.

    Parameters
    ----------
    minutes_per_day : int, at least 60, default 360
        Budget of the daytime.
    evening_minutes : int, at least 15, default 60
        Length of the evening review.
    most_days_per_topic : int, at least 1, default 2
        So many days at most for one topic while others are needed too.

    Notes
    -----
    Days go to topics by highest averages (D'Hondt) over need × what the mentor can show, so that two strong
    needs share a week in proportion; days of one topic stand together, the greatest need first, and needs in
    the trainee's own words before those that only ratings show. Where a topic was put into words, a content
    is placed only if it answers one of the sentences. Time is the contents' own; what remains of the day is
    split over the open steps, moving from listening on day 1 to doing on day 5.
    Deterministic; ties go to the lower index.

    References
    ----------
    Balinski and Young (1982), Fair Representation (highest averages).

    Examples
    --------
    >>> plan = PackagePlanner().plan(need=[0.9, 0.3], evidence=[4, -1])
    >>> plan.day_topics, plan.items[0].step, plan.items[0].point
    ((0, 0, 0, 1, 1), 'LISTEN', 4)

    """

    def __init__(
        self, minutes_per_day: int = 360, evening_minutes: int = 60, most_days_per_topic: int = 2
    ) -> None:
        self.minutes_per_day = minutes_per_day
        self.evening_minutes = evening_minutes
        self.most_days_per_topic = most_days_per_topic

    def plan(
        self,
        need: ArrayLike,
        *,
        evidence: ArrayLike | None = None,
        contents: ArrayLike | None = None,
        content_topics: ArrayLike | None = None,
        content_minutes: ArrayLike | None = None,
        content_steps: ArrayLike | None = None,
        content_points: ArrayLike | None = None,
        prerequisites: ArrayLike | None = None,
        mentor_strength: ArrayLike | None = None,
    ) -> PackagePlan:
        """Plan the week of one trainee.

        Parameters
        ----------
        need : array of shape (n_topics,), in [0, 1]
            The trainee's row of `need_profile`.
        evidence : int array of shape (n_topics,), at least −1, optional
            The point that shows each need; −1 for none.
        contents : int array of shape (n_recommended,), optional
            Indices of the recommended contents, best first; −1 is passed over, a repeated one counts once.
        content_topics : array of shape (n_contents, n_topics), in [0, 1]
            Needed with `contents`.
        content_minutes : int array of shape (n_contents,), above 0
            Needed with `contents`.
        content_steps : int array of shape (n_contents,), 0–3, optional
            The step of `STEPS` where each content belongs; LEARN where missing.
        content_points : int array of shape (n_recommended,), at least −1, optional
            The point that each recommended content answers.
        prerequisites : int array of shape (n_pairs, 2), optional
            Rows (content, prerequisite): where both are recommended, the second is placed first.
        mentor_strength : array of shape (n_topics,), in [0, 1], optional
            What the mentor can show.

        Returns
        -------
        PackagePlan

        Raises
        ------
        InvalidInputError
            When a shape, a range or the budget is wrong.

        """
        self._check_budget()
        needs = checked_array("need", need, (None,), 0.0, 1.0)
        if not len(needs):
            raise InvalidInputError("The 'need' parameter of plan must have at least one topic. Got none.")
        proof = optional_array("evidence", evidence, needs.shape, -1.0, np.inf, -1.0).astype(np.int64)
        strength = optional_array("mentor_strength", mentor_strength, needs.shape, 0.0, 1.0, 1.0)
        shelf = _shelf(
            contents,
            content_topics,
            content_minutes,
            content_steps,
            content_points,
            prerequisites,
            len(needs),
        )
        said = np.where(proof >= 0, 1.0, _UNSAID)
        day_topics = self._share_days(_topic_weights(needs * said, strength, shelf))
        items: list[PackageItem] = []
        placed: set[int] = set()
        for day, topic in enumerate(day_topics, start=1):
            lessons = self._choose(shelf, topic, placed, said=bool(proof[topic] >= 0))
            placed.update(lessons.values())
            items += self._day(day, topic, lessons, shelf, int(proof[topic]))
        unplaced = tuple(content for content in shelf.contents if content not in placed)
        return PackagePlan(tuple(items), day_topics, unplaced)

    def _check_budget(self) -> None:
        least = len(STEPS) * _SHORTEST_STEP
        if self.minutes_per_day < least or self.evening_minutes < 1 or self.most_days_per_topic < 1:
            raise InvalidInputError(
                f"The parameters of PackagePlanner must be minutes_per_day ≥ {least}, evening_minutes ≥ 1 "
                f"and most_days_per_topic ≥ 1. Got {self.minutes_per_day}, {self.evening_minutes} and "
                f"{self.most_days_per_topic} instead."
            )

    def _share_days(self, weights: Floats) -> tuple[int, ...]:
        """Give each day to the topic with the highest average; lift the limit when it leaves days empty."""
        days = np.zeros(len(weights), dtype=np.int64)
        for _ in range(N_DAYS):
            averages = weights / (days + 1)
            within = (days < self.most_days_per_topic) & (weights > 0)
            best = np.where(within, averages, -1.0) if within.any() else averages
            days[int(np.argmax(np.round(best, 12)))] += 1
        order = np.lexsort((np.arange(len(weights)), -np.round(weights, 12)))
        return tuple(int(topic) for topic in order for _ in range(int(days[topic])))

    def _choose(self, shelf: _Shelf, topic: int, placed: set[int], *, said: bool) -> dict[int, int]:
        """Choose at most one content per step of a day, best recommended first, within the budget."""
        lessons: dict[int, int] = {}
        left = self.minutes_per_day
        for content in shelf.contents:
            step, minutes = int(shelf.steps[content]), int(shelf.minutes[content])
            open_steps = len(STEPS) - len(lessons) - 1
            before = set(shelf.closure[content]) & set(shelf.contents)
            ready = before <= placed | {other for at, other in lessons.items() if at < step}
            fits = minutes + open_steps * _SHORTEST_STEP <= left
            if content not in placed and step not in lessons and ready and fits:
                is_answer = shelf.points[content] >= 0 or not said
                if shelf.topics[content, topic] < _ABOUT or not is_answer:
                    continue
                lessons[step] = content
                left -= minutes
        return lessons

    def _day(
        self, day: int, topic: int, lessons: dict[int, int], shelf: _Shelf, proof: int
    ) -> list[PackageItem]:
        free = self._free_minutes(day, {step: int(shelf.minutes[c]) for step, c in lessons.items()})
        items = []
        for step, name in enumerate(STEPS):
            content = lessons.get(step)
            minutes = free[step] if content is None else int(shelf.minutes[content])
            own = -1 if content is None else int(shelf.points[content])
            point = own if own >= 0 else proof
            items.append(
                PackageItem(day, "DAYTIME", name, content, topic, minutes, point if point >= 0 else None)
            )
        review = PackageItem(
            day, "EVENING", None, None, topic, self.evening_minutes, proof if proof >= 0 else None
        )
        return [*items, review]

    def _free_minutes(self, day: int, used: dict[int, int]) -> dict[int, int]:
        """Split what the contents leave over the open steps by the day's shares."""
        progress = (day - 1) / (N_DAYS - 1)
        shares = (1 - progress) * _FIRST_DAY + progress * _LAST_DAY
        open_steps = [step for step in range(len(STEPS)) if step not in used]
        spare = self.minutes_per_day - sum(used.values()) - _SHORTEST_STEP * len(open_steps)
        total = float(shares[open_steps].sum()) if open_steps else 1.0
        return {
            step: _SHORTEST_STEP + int(spare * float(shares[step]) / total) // _ROUNDING * _ROUNDING
            for step in open_steps
        }


def _topic_weights(needs: Floats, strength: Floats, shelf: _Shelf) -> Floats:
    """Weigh topics by need and what the mentor can show; without any need by contents, then mentor."""
    # A need that the mentor does not cover still counts half: contents can answer it.
    weights = needs * (0.5 + 0.5 * strength)
    if not weights.any() and shelf.contents:
        weights = shelf.topics[list(shelf.contents)].sum(axis=0)
    if not weights.any():
        weights = strength
    return weights if weights.any() else np.ones(len(needs))


def _shelf(
    contents: ArrayLike | None,
    content_topics: ArrayLike | None,
    content_minutes: ArrayLike | None,
    content_steps: ArrayLike | None,
    content_points: ArrayLike | None,
    prerequisites: ArrayLike | None,
    n_topics: int,
) -> _Shelf:
    given = np.asarray([] if contents is None else contents, dtype=np.int64)
    if not len(given):
        nothing = np.zeros(0, dtype=np.int64)
        return _Shelf((), np.zeros((0, n_topics)), nothing, nothing, nothing, [])
    if content_topics is None or content_minutes is None:
        raise InvalidInputError(
            "The 'contents' parameter of plan needs 'content_topics' and 'content_minutes'."
        )
    topics = checked_array("content_topics", content_topics, (None, n_topics), 0.0, 1.0)
    shape = (len(topics),)
    checked_array("contents", given, (None,), -1.0, len(topics) - 1)
    minutes = checked_array("content_minutes", content_minutes, shape, 1.0, np.inf).astype(np.int64)
    learn = float(STEPS.index("LEARN"))
    steps = optional_array("content_steps", content_steps, shape, 0.0, 3.0, learn).astype(np.int64)
    answers = optional_array("content_points", content_points, given.shape, -1.0, np.inf, -1.0)
    points = np.full(len(topics), -1, dtype=np.int64)
    for content, point in zip(given[::-1].tolist(), answers[::-1].tolist(), strict=True):
        if content >= 0:
            points[content] = int(point)
    distinct = tuple(dict.fromkeys(content for content in given.tolist() if content >= 0))
    return _Shelf(distinct, topics, minutes, steps, points, prerequisite_closure(prerequisites, len(topics)))
