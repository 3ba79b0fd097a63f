"""Demand against supply: where mentors are short of places, and what contents there are."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, optional_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# From this strength on a mentor is one for the topic, and can stand in front of others with it.
STRONG = 0.5
# Sums that differ by rounding errors alone are the same.
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class TopicGaps:
    """What a cohort needs of each topic beside what its mentors can give one to one.

    Attributes
    ----------
    demand : float array of shape (n_topics,), at least 0, in places
        Needs of all trainees together: a trainee who needs a topic wholly asks for one place.
    supply : float array of shape (n_topics,), at least 0, in places
        Free places, each counted as far as its mentor is strong in the topic.
    places_short : int array of shape (n_topics,), at least 0
        Whole places of wholly strong mentors that would close the gap.
    n_mentors : int array of shape (n_topics,), at least 0
        Mentors with a free place who are strong in the topic (0.5 or more).
    content_hours : float array of shape (n_topics,), at least 0, in hours
        Contents about the topic, to be learned without a mentor.
    order : int array of shape (n_topics,)
        Topics, the greatest gap first; ties by demand, then by position.

    """

    demand: Floats
    supply: Floats
    places_short: Integers
    n_mentors: Integers
    content_hours: Floats
    order: Integers


def topic_gaps(
    need: ArrayLike,
    mentor_strength: ArrayLike,
    mentor_free: ArrayLike,
    *,
    mentor_kinds: ArrayLike | None = None,
    content_hours: ArrayLike | None = None,
) -> TopicGaps:
    """Hold the needs of a cohort against the free places of mentors, topic by topic.

    Parameters
    ----------
    need : array of shape (n_trainees, n_topics), in [0, 1]
        One row per trainee who could be paired; none of anonymous respondents.
    mentor_strength : array of shape (n_mentors, n_topics), in [0, 1]
    mentor_free : int array of shape (n_mentors,), at least 0
        Places that this cohort's trainees can have.
    mentor_kinds : bool array of shape (n_mentors, n_kinds), optional
        Where every trainee is to have a mentor of each kind: which kinds each mentor can be. By default one kind,
        which all are.
    content_hours : array of shape (n_topics,), at least 0, in hours, optional
        By default 0.

    Returns
    -------
    TopicGaps

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    Topics are held apart: one place serves all needs of a trainee at once, and both sides count it in every
    topic. So the gap is that of the best pairing that could be: an actual one meets less. With kinds it is the
    largest over all sets of kinds of what is asked of them and what those who can be one of them give (the
    deficiency of Hall's theorem: P. Hall, "On Representatives of Subsets", 1935), so a mentor of several kinds stands
    in where most is missing. Cost: O((n_trainees + 2^n_kinds · n_mentors) · n_topics).

    Examples
    --------
    >>> gaps = topic_gaps([[0.9, 0.2], [0.8, 0.2], [0.7, 0.0]], [[0.5, 1.0]], [2], content_hours=[1.5, 0])
    >>> gaps.demand.round(2).tolist(), gaps.supply.tolist(), gaps.places_short.tolist()
    ([2.4, 0.4], [1.0, 2.0], [2, 0])

    """
    needs = checked_array("need", need, (None, None), 0.0, 1.0)
    n_topics = needs.shape[1]
    strength = checked_array("mentor_strength", mentor_strength, (None, n_topics), 0.0, 1.0)
    free = checked_array("mentor_free", mentor_free, (len(strength),), 0.0, np.inf)
    hours = optional_array("content_hours", content_hours, (n_topics,), 0.0, np.inf, 0.0)
    kinds = np.ones((len(strength), 1)) if mentor_kinds is None else mentor_kinds
    able = checked_array("mentor_kinds", kinds, (len(strength), None), 0.0, 1.0) > 0
    free = np.where(able.any(axis=1), free, 0.0)
    demand, supply = able.shape[1] * needs.sum(axis=0), free @ strength
    gap = np.round(_deficiency(needs.sum(axis=0), free[:, None] * strength, able), _DECIMALS)
    places_short = np.ceil(np.maximum(gap, 0.0)).astype(np.int64)
    n_mentors = ((strength >= STRONG) & (free[:, None] > 0)).sum(axis=0)
    order = np.lexsort((np.arange(n_topics), -np.round(demand, _DECIMALS), -gap))
    return TopicGaps(demand, supply, places_short, n_mentors, hours, order)


def _deficiency(demand: Floats, given: Floats, able: BoolArray) -> Floats:
    """Return by topic the most by which what is asked of some kinds exceeds what mentors of these give.

    `demand` is that of each kind, shape (n_topics,), `given` of shape (n_mentors, n_topics).
    """
    n_kinds = able.shape[1]
    sets = (each for size in range(1, n_kinds + 1) for each in combinations(range(n_kinds), size))
    gaps = [len(kinds) * demand - given[able[:, list(kinds)].any(axis=1)].sum(axis=0) for kinds in sets]
    worst: Floats = np.max(gaps, axis=0)
    return worst
