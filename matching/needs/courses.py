"""What a cohort should do together next: the monthly topic event, the salon and the next teaching visit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array
from ..exceptions import InvalidInputError
from .gaps import STRONG
from .ranking import rank_topics

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """The next monthly event.

    Attributes
    ----------
    topic : int
    demand, supply, gap : float in [0, 1], in [0, 1] and in [−1, 1]
        Mean need as :func:`rank_topics` estimates it, one-to-one places that strong mentors offer per
        trainee, and the difference.
    speakers : tuple of int
        Mentors strongest in the topic, best first; empty where somebody must be invited from outside.

    """

    topic: int
    demand: float
    supply: float
    gap: float
    speakers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Salon:
    """The next quarterly salon.

    Attributes
    ----------
    speakers : tuple of int
        Mentors who complete each other, in order of choice.
    topics : tuple of int
        What each of them speaks about; the first is the salon's own, the greatest need that the event leaves.
    coverage : float in [0, 1]
        Share of the cohort's need that at least one of them is strong in.

    """

    speakers: tuple[int, ...]
    topics: tuple[int, ...]
    coverage: float


@dataclass(frozen=True, slots=True)
class Outreach:
    """The next teaching visit.

    Attributes
    ----------
    county, topic : int
    need : float in [0, 1]
        Mean need of that topic in that county.
    speakers : tuple of int
        Mentors strongest in the topic, from other counties unless nobody there is strong in it.

    """

    county: int
    topic: int
    need: float
    speakers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """The next course steps of a cohort, with demand and supply per topic.

    Attributes
    ----------
    event : TopicEvent
    salon : Salon
    outreach : Outreach or None
        None without counties.
    demand, supply : float arrays of shape (n_topics,), in [0, 1]

    """

    event: TopicEvent
    salon: Salon
    outreach: Outreach | None
    demand: Floats
    supply: Floats


def plan_courses(
    need: ArrayLike,
    mentor_strength: ArrayLike,
    mentor_capacity: ArrayLike,
    *,
    county_need: ArrayLike | None = None,
    county_trainees: ArrayLike | None = None,
    county_visits: ArrayLike | None = None,
    mentor_county: ArrayLike | None = None,
    topic_events: ArrayLike | None = None,
    n_speakers: int = 3,
) -> CoursePlan:
    """Plan the next event, salon and visit of a cohort from demand against supply.

    Parameters
    ----------
    need : array of shape (n_respondents, n_topics), in [0, 1]
        Anonymous respondents included; at least one row and one topic.
    mentor_strength : array of shape (n_mentors, n_topics), in [0, 1]
    mentor_capacity : int array of shape (n_mentors,), at least 0
        Trainees each mentor can take.
    county_need : array of shape (n_counties, n_topics), in [0, 1] or NaN, optional
        Mean need by county; NaN where nobody was asked or the cell is too small to show.
    county_trainees, county_visits : arrays of shape (n_counties,), at least 0, optional
        People there (1 where missing) and visits already made (0 where missing).
    mentor_county : int array of shape (n_mentors,), at least -1, optional
        Row of `county_need` where each mentor works; -1 (also where missing) for any other place.
    topic_events : array of shape (n_topics,), at least 0, optional
        Events already held on each topic.
    n_speakers : int, at least 1, default 3

    Returns
    -------
    CoursePlan

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    A topic is due by its gap, demand less supply, shared among the events it had already; what one-to-one
    mentoring cannot carry is taught together. Salon and visit take other topics while there are any: three
    events on one topic would leave the rest of the cohort's needs alone. The salon opens with a mentor strong
    in its topic and then chooses greedily who adds most need covered, which reaches at least 1 − 1/e of the
    most that can be added. Ties go to the lower index. Cost: O(n_respondents × n_topics + n_mentors ×
    n_topics × n_speakers) time, memory of the input.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978), An analysis of approximations for maximizing submodular set
    functions.

    Examples
    --------
    >>> plan = plan_courses([[0.9, 0.2], [0.7, 0.4]], [[0.8, 0.0], [0.0, 0.9]], [1, 1], n_speakers=1)
    >>> plan.event.topic, plan.event.speakers, plan.salon.speakers
    (0, (0,), (1,))

    """
    needs = checked_array("need", need, (None, None), 0.0, 1.0)
    n_topics = needs.shape[1]
    if not needs.size or n_speakers < 1:
        raise InvalidInputError(
            "The 'need' parameter of plan_courses must have a row and a topic, and 'n_speakers' must be "
            f"at least 1. Got shape {needs.shape} and {n_speakers!r} instead."
        )
    strength = checked_array("mentor_strength", mentor_strength, (None, n_topics), 0.0, 1.0)
    capacity = checked_array("mentor_capacity", mentor_capacity, (len(strength),), 0.0, np.inf)
    held = optional_array("topic_events", topic_events, (n_topics,), 0.0, np.inf, 0.0)
    county = optional_array("mentor_county", mentor_county, (len(strength),), -1.0, np.inf, -1.0)
    demand = rank_topics(needs).mean
    supply = np.clip(capacity @ strength / len(needs), 0.0, 1.0)
    event = _next_event(demand, supply, held, strength, n_speakers)
    salon = _next_salon(demand, strength, n_speakers, event.topic)
    due = _visits_due(county_need, county_trainees, county_visits, n_topics)
    outreach = _next_visit(due, strength, county, n_speakers, {event.topic, *salon.topics[:1]})
    return CoursePlan(event, salon, outreach, demand, supply)


def _next_event(
    demand: Floats, supply: Floats, held: Floats, strength: Floats, n_speakers: int
) -> TopicEvent:
    gap = demand - supply
    # Shares of a gap that is moved above 0, so that a surplus is divided in the right direction too.
    due = (gap + 1) * demand / (held + 1)
    topic = int(np.argmax(np.round(due, 12)))
    speakers = _speakers(strength[:, topic], n_speakers)
    return TopicEvent(topic, float(demand[topic]), float(supply[topic]), float(gap[topic]), speakers)


def _speakers(strength: Floats, n_speakers: int) -> tuple[int, ...]:
    order = np.argsort(-strength, kind="stable")
    return tuple(int(mentor) for mentor in order[:n_speakers] if strength[mentor] >= STRONG)


def _without(due: Floats, taken: set[int]) -> Floats:
    """Return what is due with the taken topics (last axis) at 0, unchanged where nothing else is due."""
    left = due.copy()
    left[..., list(taken)] = 0.0
    return left if left.any() else due


def _next_salon(demand: Floats, strength: Floats, n_speakers: int, taken: int) -> Salon:
    spoken_for = np.where((strength >= STRONG).any(axis=0), demand, 0.0)
    theme = int(np.argmax(np.round(_without(spoken_for, {taken}), 12)))
    candidates = strength[:, theme] >= STRONG
    covered = np.zeros(len(demand))
    speakers: list[int] = []
    topics: list[int] = []
    for _ in range(min(n_speakers, len(strength))):
        gains = np.maximum(strength - covered, 0.0) * demand
        total = np.round(gains.sum(axis=1), 12)
        opens = not speakers and bool(candidates.any())
        best = int(np.argmax(np.where(candidates, total, -1.0) if opens else total))
        if total[best] <= 0:
            break
        speakers.append(best)
        topics.append(theme if opens else int(np.argmax(gains[best])))
        covered = np.maximum(covered, strength[best])
    whole = float(demand.sum())
    coverage = min(float(demand @ covered) / whole, 1.0) if whole > 0 else 0.0
    return Salon(tuple(speakers), tuple(topics), coverage)


@dataclass(frozen=True, slots=True)
class _VisitsDue:
    """Need, and how much a visit is due, per county and topic."""

    need: Floats
    due: Floats


def _visits_due(
    county_need: ArrayLike | None,
    county_trainees: ArrayLike | None,
    county_visits: ArrayLike | None,
    n_topics: int,
) -> _VisitsDue | None:
    if county_need is None:
        return None
    need = checked_array("county_need", county_need, (None, n_topics), 0.0, 1.0, nan_allowed=True)
    people = optional_array("county_trainees", county_trainees, (len(need),), 0.0, np.inf, 1.0)
    visits = optional_array("county_visits", county_visits, (len(need),), 0.0, np.inf, 0.0)
    # The root keeps a large county from taking every visit.
    return _VisitsDue(need, np.nan_to_num(need) * (np.sqrt(people) / (visits + 1))[:, None])


def _next_visit(
    visits: _VisitsDue | None, strength: Floats, mentor_county: Floats, n_speakers: int, taken: set[int]
) -> Outreach | None:
    if visits is None or not visits.due.any():
        return None
    due = np.round(_without(visits.due, taken), 12)
    county, topic = (int(i) for i in np.unravel_index(int(np.argmax(due)), due.shape))
    # A visit brings what a county does not have: its own mentors speak only where nobody else can.
    away = np.where(mentor_county == county, 0.0, strength[:, topic])
    speakers = _speakers(away, n_speakers) or _speakers(strength[:, topic], n_speakers)
    return Outreach(county, topic, float(visits.need[county, topic]), speakers)
