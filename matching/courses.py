"""What a cohort should do together next: the monthly topic event, the salon and the next teaching visit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arguments import checked_array, optional_array
from .exceptions import InvalidInputError

Floats = NDArray[np.float64]

# From this strength on a mentor can stand in front of others with a topic.
_SPEAKER_STRENGTH = 0.5


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """The next monthly event.

    Attributes
    ----------
    topic : int
    demand, supply, gap : float in [0, 1], in [0, 1] and in [−1, 1]
        Mean need, one-to-one places that strong mentors offer per trainee, and the difference.
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
        What each of them adds most.
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
        Mentors strongest in the topic.

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
    mentoring cannot carry is taught together. The salon chooses greedily who adds most need covered, which
    reaches at least 1 − 1/e of the best possible. Ties go to the lower index.

    References
    ----------
    Nemhauser, Wolsey and Fisher (1978), An analysis of approximations for maximizing submodular set
    functions.

    Examples
    --------
    >>> plan = plan_courses([[0.9, 0.2], [0.7, 0.4]], [[0.8, 0.0], [0.0, 0.9]], [1, 1], n_speakers=1)
    >>> plan.event.topic, plan.event.speakers, plan.salon.speakers
    (0, (0,), (0,))

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
    demand = needs.mean(axis=0)
    supply = np.clip(capacity @ strength / len(needs), 0.0, 1.0)
    event = _next_event(demand, supply, held, strength, n_speakers)
    salon = _next_salon(demand, strength, n_speakers)
    outreach = _next_visit(county_need, county_trainees, county_visits, strength, n_speakers)
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
    return tuple(int(mentor) for mentor in order[:n_speakers] if strength[mentor] >= _SPEAKER_STRENGTH)


def _next_salon(demand: Floats, strength: Floats, n_speakers: int) -> Salon:
    covered = np.zeros(len(demand))
    speakers: list[int] = []
    topics: list[int] = []
    for _ in range(min(n_speakers, len(strength))):
        gains = np.maximum(strength - covered, 0.0) * demand
        total = np.round(gains.sum(axis=1), 12)
        best = int(np.argmax(total))
        if total[best] <= 0:
            break
        speakers.append(best)
        topics.append(int(np.argmax(gains[best])))
        covered = np.maximum(covered, strength[best])
    whole = float(demand.sum())
    coverage = min(float(demand @ covered) / whole, 1.0) if whole > 0 else 0.0
    return Salon(tuple(speakers), tuple(topics), coverage)


def _next_visit(
    county_need: ArrayLike | None,
    county_trainees: ArrayLike | None,
    county_visits: ArrayLike | None,
    strength: Floats,
    n_speakers: int,
) -> Outreach | None:
    if county_need is None:
        return None
    need = checked_array("county_need", county_need, (None, strength.shape[1]), 0.0, 1.0, nan_allowed=True)
    people = optional_array("county_trainees", county_trainees, (len(need),), 0.0, np.inf, 1.0)
    visits = optional_array("county_visits", county_visits, (len(need),), 0.0, np.inf, 0.0)
    # The root keeps a large county from taking every visit.
    due = np.nan_to_num(need) * (np.sqrt(people) / (visits + 1))[:, None]
    if not due.any():
        return None
    county, topic = (int(i) for i in np.unravel_index(int(np.argmax(np.round(due, 12))), due.shape))
    return Outreach(county, topic, float(need[county, topic]), _speakers(strength[:, topic], n_speakers))
