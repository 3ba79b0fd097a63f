"""What a cohort needs more than in the wave before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TopicTrend:
    """How topics changed from one wave to the next.

    Attributes
    ----------
    n_before, n_after : int arrays of shape (n_topics,)
        Distinct respondents who showed the need in each wave.
    share_before, share_after : float arrays of shape (n_topics,), in [0, 1]
        Share of respondents who showed the need.
    rise_probability : float array of shape (n_topics,), in [0, 1]
        Posterior probability that the share rose.
    rising : bool array of shape (n_topics,)
        The probability is above 0.95 and at least five respondents show it now.

    """

    n_before: Integers
    n_after: Integers
    share_before: Floats
    share_after: Floats
    rise_probability: Floats
    rising: NDArray[np.bool_]


def topic_trend(
    before: ArrayLike, n_before: int, after: ArrayLike, n_after: int, *, least_trainees: int = 5
) -> TopicTrend:
    """Compare two waves by the number of distinct respondents per topic.

    Parameters
    ----------
    before, after : int arrays of shape (n_topics,)
        Respondents who showed the need in each wave.
    n_before, n_after : int
        Respondents of each wave.
    least_trainees : int, default 5
        Below this many nothing is called rising.

    Returns
    -------
    TopicTrend

    Raises
    ------
    InvalidInputError
        When a count lies outside 0 to its wave's size.

    Notes
    -----
    Shares have uniform priors and are taken as independent; most people answer both waves, which makes the
    probability a careful one. Shares compare only where both waves asked in the same way.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, section 3.7 (comparing two proportions).

    Examples
    --------
    >>> topic_trend([3, 10], 40, [18, 10], 40).rising.tolist()
    [True, False]

    """
    from scipy.stats import beta

    old = checked_array("before", before, (None,), 0.0, float(n_before))
    new = checked_array("after", after, (len(old),), 0.0, float(n_after))
    # Integrate P(new share > x) over the old share's density, on quantiles of equal mass.
    mass = (np.arange(2000) + 0.5) / 2000
    shares = beta.ppf(mass[:, None], old + 1, n_before - old + 1)
    rise = np.asarray(beta.sf(shares, new + 1, n_after - new + 1)).mean(axis=0)
    rising = (rise > 0.95) & (new >= least_trainees)
    counts = old.astype(np.int64), new.astype(np.int64)
    return TopicTrend(*counts, old / max(n_before, 1), new / max(n_after, 1), rise, rising)
