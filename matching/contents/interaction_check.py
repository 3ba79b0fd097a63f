"""Whether what people did earns a part in recommending: a test on what they did later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from ..arguments import checked_array
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DRAWS = 2000
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class InteractionCheck:
    """What a check of the collaborative part found.

    Attributes
    ----------
    earned : bool
        Whether the part may join the score.
    n_interactions, n_users : int
        Interactions in all, and users with something to find among the later ones.
    ndcg : float in [0, 1]
        Mean NDCG of the score with the collaborative part.
    baseline : float in [0, 1]
        The same of the rival that is hardest to beat: with the least `low`.
    low, high : float in [-1, 1]
        95 % interval of the difference to that rival, paired over users.

    """

    earned: bool
    n_interactions: int
    n_users: int
    ndcg: float
    baseline: float
    low: float
    high: float


def time_split(when: ArrayLike, later: float = 0.2) -> Flags:
    """Tell which interactions come before the moment after which the latest ones lie.

    Parameters
    ----------
    when : array of shape (n_interactions,)
        Moments in any unit, such as seconds.
    later : float in (0, 1), default 0.2
        Share of the interactions that lie at or after the moment; more where some have the same time.

    Returns
    -------
    bool array of shape (n_interactions,)

    Raises
    ------
    InvalidInputError
        When the share or a moment is wrong.

    Notes
    -----
    One moment divides all users, for whoever is tested may not learn from what others did afterwards.

    References
    ----------
    Ji, Sun, Zhang and Li (2023), A critical study on data leakage in recommender system offline evaluation.

    Examples
    --------
    >>> time_split([5.0, 1.0, 2.0, 4.0, 3.0]).tolist()
    [False, True, True, True, True]

    """
    moments = checked_array("when", when, (None,), -np.inf, np.inf)
    if not 0 < later < 1:
        raise InvalidInputError(
            f"The 'later' parameter of time_split must be inside (0, 1). Got {later!r} instead."
        )
    if not len(moments):
        return np.zeros(0, dtype=bool)
    moment = np.sort(moments)[min(int(np.ceil((1 - later) * len(moments))), len(moments) - 1)]
    return np.asarray(moments < moment)


def collaborative_scores(X: ArrayLike | sparse.csr_array, users: ArrayLike | sparse.csr_array) -> Floats:
    """Score every item for some users by what was used together.

    Parameters
    ----------
    X : sparse or dense array of shape (n_all_users, n_items), at least 0
        Interactions to learn from.
    users : sparse or dense array of shape (n_users, n_items), at least 0
        What these users already used.

    Returns
    -------
    float array of shape (n_users, n_items), in [0, 1]
        Each user's best unseen item has 1; whoever used nothing has 0 everywhere.

    Raises
    ------
    InvalidInputError
        When an array is no matrix of finite numbers of at least 0, or the items differ.

    Notes
    -----
    EASE with a ridge of as many users as an item has on average: Steck's choices for three public data sets lie
    between a quarter of that and all of it. Cost: that of `InteractionRecommender`.

    References
    ----------
    Steck (2019), Embarrassingly shallow autoencoders for sparse data.

    Examples
    --------
    >>> used = [[1, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 0]]
    >>> collaborative_scores(used, [[1, 0, 0]]).tolist()
    [[0.0, 1.0, 0.0]]

    """
    from .interactions import InteractionRecommender, interaction_matrix

    learned, asking = interaction_matrix(X), interaction_matrix(users)
    ridge = max(float(learned.sum()) / max(learned.shape[1], 1), 1.0)
    scores = InteractionRecommender(ridge=ridge).fit(learned).scores(asking)
    unseen = np.where(asking.toarray() > 0, 0.0, np.maximum(scores, 0.0))
    return _by_largest(unseen)


def check_interactions(
    earlier: ArrayLike | sparse.csr_array,
    later: ArrayLike | sparse.csr_array,
    content_score: ArrayLike,
    *,
    share: float = 0.2,
    k: int = 10,
    least: int = 1000,
    seed: int = 0,
) -> InteractionCheck:
    """Decide whether the collaborative part earns its share of the score.

    Parameters
    ----------
    earlier, later : sparse or dense arrays of shape (n_users, n_items), at least 0
        Interactions before and after one moment (`time_split`).
    content_score : array of shape (n_users, n_items), in [0, 1]
        The score without the part; 0 where an item would not be offered, and then with the part neither.
    share : float in (0, 1), default 0.2
        Weight of the part; the score without it has the rest.
    k : int, at least 1, default 10
        Length of the lists.
    least : int, at least 0, default 1000
        With fewer interactions nothing is earned.
    seed : int, default 0
        Of the draws; the same input and seed give the same result.

    Returns
    -------
    InteractionCheck

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    The rule: the score with the collaborative part must find more of what users took up later (NDCG at k, over
    users who took up something new) than each of three rivals: the score without it, popularity alone, and the
    score with popularity in the part's place. It does where the lower end of the paired difference's 95 %
    bootstrap interval over users is above 0 for all three; since all must be beaten, no correction for the number
    of tests is needed. What people took up was mostly what they were offered, which favours the score without
    the part: the check errs on the careful side. Time O(n_items³ + n_users · n_items · log n_items).

    References
    ----------
    Sakai (2006), Evaluating evaluation metrics based on the bootstrap (paired bootstrap over queries).
    Berger and Hsu (1996), Bioequivalence trials, intersection-union tests and equivalence confidence sets.

    Examples
    --------
    >>> pairs = np.repeat(np.eye(2), 2, axis=1)
    >>> seen = np.tile([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]], (20, 1))
    >>> new = np.tile([[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], (20, 1))
    >>> check_interactions(seen, new, np.full(seen.shape, 0.5), k=1, least=50).earned
    True

    """
    from .interactions import interaction_matrix

    learned, wanted = interaction_matrix(earlier), interaction_matrix(later)
    if learned.shape != wanted.shape or not 0 < share < 1 or k < 1 or least < 0:
        raise InvalidInputError(
            "The parameters of check_interactions must be two matrices of one shape, a 'share' inside (0, 1), "
            "'k' of at least 1 and 'least' of at least 0. "
            f"Got {learned.shape}, {wanted.shape}, {share!r}, {k!r} and {least!r} instead."
        )
    content = checked_array("content_score", content_score, learned.shape, 0.0, 1.0)
    seen = learned.toarray() > 0
    new = (wanted.toarray() > 0) & ~seen
    examined = np.flatnonzero(new.any(axis=1))
    n_interactions = int(seen.sum() + new.sum())
    if not len(examined):
        return InteractionCheck(False, n_interactions, 0, 0.0, 0.0, 0.0, 0.0)
    score, closed = content[examined], (content[examined] == 0) | seen[examined]
    popular = np.broadcast_to(_by_largest(seen.sum(axis=0, dtype=np.float64)[None, :]), score.shape)
    together = collaborative_scores(learned, learned[examined])

    def found(scores: Floats) -> Floats:
        return _ndcg(np.where(closed, -np.inf, np.round(scores, 12)), new[examined], k)

    mine = found((1 - share) * score + share * together)
    rivals = [found(score), found(popular), found((1 - share) * score + share * popular)]
    intervals = [_paired_interval(mine - rival, seed) for rival in rivals]
    hardest = int(np.argmin([low for low, _ in intervals]))
    low, high = intervals[hardest]
    return InteractionCheck(
        earned=n_interactions >= least and low > 0,
        n_interactions=n_interactions,
        n_users=len(examined),
        ndcg=float(mine.mean()),
        baseline=float(rivals[hardest].mean()),
        low=low,
        high=high,
    )


def _by_largest(scores: Floats) -> Floats:
    """Divide each row by its largest value; rows of zeros stay."""
    largest = scores.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(np.round(scores / np.where(largest > 0, largest, 1.0), 12))


def _ndcg(scores: Floats, wanted: Flags, k: int) -> Floats:
    """Return NDCG at k of each row; what has no finite score is not listed."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(wanted, order, axis=1) & np.isfinite(np.take_along_axis(scores, order, axis=1))
    discount = 1 / np.log2(np.arange(order.shape[1]) + 2)
    best = np.cumsum(discount)[np.minimum(wanted.sum(axis=1), order.shape[1]) - 1]
    return np.asarray(hits @ discount / best)


def _paired_interval(differences: Floats, seed: int) -> tuple[float, float]:
    """Return the bootstrap interval of the mean difference."""
    shuffle = np.random.default_rng(seed)
    # Draws one at a time: their whole matrix would be large for many users.
    means = [
        differences[shuffle.integers(len(differences), size=len(differences))].mean() for _ in range(_DRAWS)
    ]
    low, high = np.quantile(means, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
