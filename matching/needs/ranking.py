"""What a cohort needs most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TopicRanking:
    """Which topics weigh most on a cohort.

    Attributes
    ----------
    mean, low, high : float arrays of shape (n_topics,), in [0, 1]
        Shrunk mean need with its interval; low ≤ mean ≤ high.
    n_trainees : int array of shape (n_topics,)
        Distinct respondents who showed any need of it.
    borda : float array of shape (n_topics,), in [0, 1]
        Mean share of the other topics that a respondent puts below this one.
    order : int array of shape (n_topics,)
        Topics, greatest mean first; ties by Borda, then by position.

    """

    mean: Floats
    low: Floats
    high: Floats
    n_trainees: Integers
    borda: Floats
    order: Integers


def rank_topics(need: ArrayLike, *, prior_strength: float = 5.0, level: float = 0.9) -> TopicRanking:
    """Rank topics by the need of a cohort, small groups pulled towards the middle.

    Parameters
    ----------
    need : array of shape (n_respondents, n_topics), in [0, 1] or NaN
        One row per respondent, anonymous ones included; NaN where a respondent was not asked.
    prior_strength : float above 0, default 5
        How many respondents of the average topic are imagined for each topic.
    level : float in (0, 1), default 0.9
        Probability that the interval holds.

    Returns
    -------
    TopicRanking

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    Needs are read as fractions of a yes in a Beta posterior, which makes the interval a careful one.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 2.4.

    Examples
    --------
    >>> ranking = rank_topics([[0.9, 0.1], [0.8, 0.0], [0.7, 0.3]])
    >>> ranking.order.tolist(), ranking.n_trainees.tolist()
    ([0, 1], [3, 2])

    """
    values = checked_array("need", need, (None, None), 0.0, 1.0, nan_allowed=True)
    if not prior_strength > 0 or not 0 < level < 1:
        raise InvalidInputError(
            "The 'prior_strength' and 'level' parameters of rank_topics must be above 0 and inside (0, 1). "
            f"Got {prior_strength!r} and {level!r} instead."
        )
    from scipy.stats import beta

    asked = ~np.isnan(values)
    filled = np.where(asked, values, 0.0)
    n_asked = asked.sum(axis=0)
    # Neither 0 nor 1 exactly: a Beta distribution needs both parameters above 0.
    middle = float(np.clip(filled.sum() / max(asked.sum(), 1), 0.01, 0.99))
    yes = filled.sum(axis=0) + prior_strength * middle
    no = n_asked + prior_strength - yes
    mean = yes / (yes + no)
    tail = (1 - level) / 2
    # In a very skewed posterior the mean lies outside the central interval; widen it then.
    low = np.minimum(beta.ppf(tail, yes, no), mean)
    high = np.maximum(beta.ppf(1 - tail, yes, no), mean)
    borda = _borda(values)
    order = np.lexsort((np.arange(len(mean)), -np.round(borda, 12), -np.round(mean, 12)))
    return TopicRanking(mean, low, high, (filled > 0).sum(axis=0), borda, order)


def _borda(values: Floats) -> Floats:
    """Average over respondents the share of other topics that stand below, ties counting half."""
    n_topics = values.shape[1]
    rows = values[~np.isnan(values).any(axis=1)] if n_topics > 1 else values[:0]
    if not len(rows):
        return np.full(n_topics, 0.5)
    from scipy.stats import rankdata

    return np.asarray(((rankdata(rows, axis=1) - 1) / (n_topics - 1)).mean(axis=0))
