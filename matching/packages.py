"""The tailor-made mentoring package: five days beside the mentor, each step with its reason."""

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from .arguments import checked_array, optional_array
from .exceptions import InvalidInputError
from .prerequisites import prerequisite_closure

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
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
# A shadowing day is spent beside the mentor: contents take at most this share of it.
_MATERIAL = 0.5
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
        By day, the four steps in order, then the evening; within a step its content comes before the
        mentor's own work.
    day_topics : tuple of int, length 5
    unplaced : tuple of int
        Contents that found no room or no day of their topic, in the given order.

    """

    items: tuple[PackageItem, ...]
    day_topics: tuple[int, ...]
    unplaced: tuple[int, ...]


# The content at each step of a day.
Seats = dict[int, int]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The contents that a plan may use."""

    contents: tuple[int, ...]
    topics: Floats
    minutes: Integers
    steps: Flags
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
    is placed only if it answers one of the sentences. Contents are dealt in their order, each to the day of
    its topic with the least to read so far, one a step and half the day at most; who sits where within a day
    is a matching of contents to steps, so that no content is lost to a step that another could leave. Time is
    the contents' own; what remains of the day is the mentor's own work, split over the steps and moving from
    listening on day 1 to doing on day 5.
    Deterministic; ties go to the lower index. Cost: O(n_recommended² × 24) at worst, in practice a few
    passes over the recommended contents.

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
        content_steps : bool array of shape (n_contents, 4), optional
            The steps of `STEPS` that each content suits; LEARN where missing.
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
        lessons = self._deal(shelf, day_topics, proof)
        placed = {content for seats in lessons for content in seats.values()}
        items = [
            item
            for day, (topic, seats) in enumerate(zip(day_topics, lessons, strict=True), start=1)
            for item in self._day(day, topic, seats, shelf, int(proof[topic]))
        ]
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

    def _deal(self, shelf: _Shelf, day_topics: tuple[int, ...], proof: Integers) -> list[Seats]:
        """Deal the contents to the days, best recommended first, until none fits any more."""
        days: list[Seats] = [{} for _ in day_topics]
        waiting = list(shelf.contents)
        while True:
            dealt = [content for content in waiting if self._place(content, shelf, day_topics, proof, days)]
            waiting = [content for content in waiting if content not in dealt]
            # What was placed late may be what another content waits for.
            if not dealt:
                return days

    def _place(
        self, content: int, shelf: _Shelf, day_topics: tuple[int, ...], proof: Integers, days: list[Seats]
    ) -> bool:
        """Place a content on the day of its topic with the least to read, if there is room on any."""
        order = sorted(range(len(days)), key=lambda day: (_material(days[day], shelf), day))
        for day in order:
            topic = day_topics[day]
            answers = shelf.points[content] >= 0 or proof[topic] < 0
            if shelf.topics[content, topic] < _ABOUT or not answers:
                continue
            known = {other for seats in days[:day] for other in seats.values()}
            seats = self._seat([*days[day].values(), content], shelf, known)
            if seats is not None:
                days[day] = seats
                return True
        return False

    def _seat(self, contents: list[int], shelf: _Shelf, known: set[int]) -> Seats | None:
        """Give each content of a day a step that it suits, after what comes before it; None if there is no way."""
        if sum(int(shelf.minutes[content]) for content in contents) > _MATERIAL * self.minutes_per_day:
            return None
        for steps in permutations(range(len(STEPS)), len(contents)):
            seats = dict(zip(steps, contents, strict=True))
            if all(
                shelf.steps[content, step] and _is_ready(content, step, seats, shelf, known)
                for step, content in seats.items()
            ):
                return dict(sorted(seats.items()))
        return None

    def _day(self, day: int, topic: int, lessons: Seats, shelf: _Shelf, proof: int) -> list[PackageItem]:
        cited = proof if proof >= 0 else None
        free = self._free_minutes(day, {step: int(shelf.minutes[c]) for step, c in lessons.items()})
        items = []
        for step, name in enumerate(STEPS):
            if step in lessons:
                content = lessons[step]
                own = int(shelf.points[content])
                point = own if own >= 0 else cited
                minutes = int(shelf.minutes[content])
                items.append(PackageItem(day, "DAYTIME", name, content, topic, minutes, point))
            if free[step]:
                items.append(PackageItem(day, "DAYTIME", name, None, topic, free[step], cited))
        return [*items, PackageItem(day, "EVENING", None, None, topic, self.evening_minutes, cited)]

    def _free_minutes(self, day: int, used: dict[int, int]) -> dict[int, int]:
        """Split what the contents leave over the steps, so that each comes near its share of the day.

        A step without content has some time at least; one with content has none rather than too little.
        """
        progress = (day - 1) / (N_DAYS - 1)
        shares = (1 - progress) * _FIRST_DAY + progress * _LAST_DAY
        lessons = np.array([used.get(step, 0) for step in range(len(STEPS))])
        least = np.where(lessons > 0, 0, _SHORTEST_STEP)
        short = np.maximum(shares * self.minutes_per_day - lessons - least, 0.0)
        spare = self.minutes_per_day - int(lessons.sum()) - int(least.sum())
        minutes = least + (spare * short / max(float(short.sum()), 1.0)).astype(np.int64)
        minutes = np.where(minutes < _SHORTEST_STEP, 0, minutes // _ROUNDING * _ROUNDING)
        minutes[np.argmax(minutes)] += self.minutes_per_day - int(lessons.sum() + minutes.sum())
        return dict(enumerate(minutes.tolist()))


def _material(seats: Seats, shelf: _Shelf) -> int:
    return sum(int(shelf.minutes[content]) for content in seats.values())


def _is_ready(content: int, step: int, seats: Seats, shelf: _Shelf, known: set[int]) -> bool:
    """Tell whether all that is recommended and comes before a content is known by then."""
    before = set(shelf.closure[content]) & set(shelf.contents)
    return before <= known | {other for at, other in seats.items() if at < step}


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
        none = np.zeros((0, len(STEPS)), dtype=np.bool_)
        return _Shelf((), np.zeros((0, n_topics)), nothing, none, nothing, [])
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
    return _Shelf(
        distinct, topics, minutes, suits > 0, points, prerequisite_closure(prerequisites, len(topics))
    )
