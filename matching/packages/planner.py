"""The tailor-made mentoring package: five days beside the mentor and the months after, each with its reason."""

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator

from ..arguments import checked_array, optional_array
from ..contents.suitability import UNSAID
from ..exceptions import InvalidInputError
from .day_topics import share_days, topic_weights
from .goals import ability_goals, monthly_events
from .plan import DAYTIME_MINUTES, PackageItem, PackagePlan
from .shadowing_day import SHORTEST_STEP, Day, place
from .shelf import STEPS, Shelf, shelf_of, shown_point

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

N_DAYS = 5

# Shares of a day for listening, watching, learning, doing: the week goes from listening to doing.
_FIRST_DAY = np.array([0.35, 0.30, 0.20, 0.15])
_LAST_DAY = np.array([0.10, 0.15, 0.25, 0.50])
_ROUNDING = 5
# A shadowing day is spent beside the mentor: contents take at most this share of it.
_MATERIAL = 0.5


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
    n_months : int, at least 0, default 3
        Monthly events after the week: a quarter, up to the next look-back.

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
    Months follow the same averages, with the days of the week counted: what the week left out comes next.
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
        self,
        minutes_per_day: int = DAYTIME_MINUTES,
        evening_minutes: int = 60,
        most_days_per_topic: int = 2,
        n_months: int = 3,
    ) -> None:
        self.minutes_per_day = minutes_per_day
        self.evening_minutes = evening_minutes
        self.most_days_per_topic = most_days_per_topic
        self.n_months = n_months

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
        topic_abilities: ArrayLike | None = None,
        level: int = 0,
        kept: Sequence[PackageItem] = (),
    ) -> PackagePlan:
        """Plan the week of one trainee, the months after it, and the goals of both.

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
        topic_abilities : array of shape (n_topics, n_abilities), in [0, 1], optional
            How much of each ability a topic calls for; goals are set for these abilities.
        level : int, 0–2, default 0
            The trainee's rung of the ladder of levels.
        kept : sequence of PackageItem, optional
            What people have decided already. Its steps and evenings stay as they are, its time is taken off the
            day, its contents do not come again, and the rest is planned around it.

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
        shelf = shelf_of(
            contents,
            content_topics,
            content_minutes,
            content_steps,
            content_points,
            prerequisites,
            len(needs),
        )
        said = needs * np.where(proof >= 0, 1.0, UNSAID)
        weights = topic_weights(said, strength, shelf)
        day_topics = share_days(weights, N_DAYS, self.most_days_per_topic)
        week = [self._open_day(day, topic, kept) for day, topic in enumerate(day_topics, start=1)]
        placed = {item.content for item in kept if item.content is not None}
        self._deal(shelf, week, proof, placed)
        placed |= {content for day in week for content in day.seats.values()}
        items = [item for day in week for item in self._items(day, shelf, proof)]
        events = monthly_events(self.n_months, weights, day_topics, proof, shelf, placed)
        placed |= {event.content for event in events if event.content is not None}
        goals = ability_goals(topic_abilities, needs, said, proof, level, day_topics, events)
        unplaced = tuple(content for content in shelf.contents if content not in placed)
        return PackagePlan(tuple(items), day_topics, events, goals, unplaced)

    def _check_budget(self) -> None:
        least = len(STEPS) * SHORTEST_STEP
        given = (self.minutes_per_day, self.evening_minutes, self.most_days_per_topic, self.n_months)
        if any(value < low for value, low in zip(given, (least, 1, 1, 0), strict=True)):
            raise InvalidInputError(
                f"The parameters of PackagePlanner must be minutes_per_day ≥ {least}, evening_minutes ≥ 1, "
                f"most_days_per_topic ≥ 1 and n_months ≥ 0. Got {', '.join(map(str, given))} instead."
            )

    def _open_day(self, day: int, topic: int, kept: Sequence[PackageItem]) -> Day:
        """Return a day with what people have decided for it."""
        here = [item for item in kept if item.day == day]
        daytime = [item for item in here if item.step is not None]
        reading = sum(item.minutes for item in daytime if item.content is not None)
        return Day(
            number=day,
            topic=topic,
            held=frozenset(STEPS.index(item.step) for item in daytime if item.step is not None),
            left=max(self.minutes_per_day - sum(item.minutes for item in daytime), 0),
            reading=max(int(_MATERIAL * self.minutes_per_day) - reading, 0),
            has_evening=len(here) > len(daytime),
            known=frozenset(item.content for item in here if item.content is not None),
            seats={},
        )

    def _deal(self, shelf: Shelf, week: list[Day], proof: Integers, kept: Set[int]) -> None:
        """Deal the contents to the days, best recommended first, until none fits any more."""
        waiting = [content for content in shelf.contents if content not in kept]
        while True:
            dealt = [content for content in waiting if place(content, shelf, week, proof)]
            waiting = [content for content in waiting if content not in dealt]
            # What was placed late may be what another content waits for.
            if not dealt:
                return

    def _items(self, day: Day, shelf: Shelf, proof: Integers) -> list[PackageItem]:
        cited = shown_point(day.topic, proof)
        free = self._free_minutes(day, shelf)
        items = []
        for step, name in enumerate(STEPS):
            if step in day.seats:
                content = day.seats[step]
                minutes = int(shelf.minutes[content])
                items.append(PackageItem(day.number, "DAYTIME", name, content, day.topic, minutes, cited))
            if free[step]:
                items.append(PackageItem(day.number, "DAYTIME", name, None, day.topic, free[step], cited))
        if not day.has_evening:
            review = PackageItem(day.number, "EVENING", None, None, day.topic, self.evening_minutes, cited)
            items.append(review)
        return items

    def _free_minutes(self, day: Day, shelf: Shelf) -> dict[int, int]:
        """Split what the contents leave over the open steps, so that each comes near its share of the day.

        A step without content has some time at least, where there is any; one with content has none rather than
        too little.
        """
        progress = (day.number - 1) / (N_DAYS - 1)
        shares = (1 - progress) * _FIRST_DAY + progress * _LAST_DAY
        lessons = np.array(
            [int(shelf.minutes[day.seats[s]]) if s in day.seats else 0 for s in range(len(STEPS))]
        )
        is_open = np.array([step not in day.held for step in range(len(STEPS))])
        left = day.left - int(lessons.sum())
        least = np.where(is_open & (lessons == 0), SHORTEST_STEP, 0)
        least *= int(least.sum()) <= left
        short = np.where(is_open, np.maximum(shares * self.minutes_per_day - lessons - least, 0.0), 0.0)
        spare = left - int(least.sum())
        minutes = least + (spare * short / max(float(short.sum()), 1.0)).astype(np.int64)
        minutes = np.where(minutes < SHORTEST_STEP, 0, minutes // _ROUNDING * _ROUNDING)
        if is_open.any() and (minutes.any() or left >= SHORTEST_STEP):
            minutes[np.argmax(np.where(is_open, minutes, -1))] += left - int(minutes.sum())
        return dict(enumerate(minutes.tolist()))
