"""Which cases tell of a trouble like somebody's: by topic and by words."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array
from ..exceptions import InvalidInputError
from .suitability import ON_TOPIC, TEXT_ALONE, greatest_product

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_DECIMALS = 12


def nearest_cases(
    text_scores: ArrayLike, point_topics: ArrayLike, case_topics: ArrayLike, k: int
) -> tuple[Integers, Floats]:
    """Return the cases that are nearest to each pain point.

    Parameters
    ----------
    text_scores : array of shape (n_points, n_cases), in [0, 1]
        How near the words are, as `ContentRetriever.scores` gives it.
    point_topics : array of shape (n_points, n_topics), in [0, 1]
        What each point is about; a row of zeros where nobody knows.
    case_topics : array of shape (n_cases, n_topics), in [0, 1]
        What each case is about.
    k : int, at least 1
        How many cases.

    Returns
    -------
    indices : int array of shape (n_points, k)
        Best first, ties by position; −1 where no further case is near.
    scores : float array of the same shape, in [0, 1]; 0 beside a −1
        Half the words, half the topic that both share most.

    Raises
    ------
    InvalidInputError
        When shapes or ranges do not fit, or k is below 1.

    Notes
    -----
    A case of another topic is left out, however alike the words: 材料 is paper in one story and cement in
    the next. Where a point has no topic its words decide alone, from a clear likeness on.

    Examples
    --------
    >>> indices, scores = nearest_cases([[0.2, 0.6]], [[0.9, 0.0]], [[1.0, 0.0], [0.0, 1.0]], k=2)
    >>> indices.tolist(), scores.round(2).tolist()
    ([[0, -1]], [[0.55, 0.0]])

    """
    if k < 1:
        raise InvalidInputError(f"The 'k' parameter of nearest_cases must be at least 1. Got {k!r} instead.")
    spoken = checked_array("point_topics", point_topics, (None, None), 0.0, 1.0)
    about = checked_array("case_topics", case_topics, (None, spoken.shape[1]), 0.0, 1.0)
    words = checked_array("text_scores", text_scores, (len(spoken), len(about)), 0.0, 1.0)
    topical, _ = greatest_product(spoken, about)
    topicless = spoken.max(axis=1, initial=0.0)[:, None] == 0
    scores = np.round((words + topical) / 2, _DECIMALS)
    near = (topical >= ON_TOPIC) | (topicless & (words >= TEXT_ALONE))
    scores = np.where(near, scores, 0.0)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    top = np.take_along_axis(scores, best, axis=1)
    best = np.where(np.take_along_axis(near, best, axis=1), best, -1)
    missing = ((0, 0), (0, k - best.shape[1]))
    return np.pad(best, missing, constant_values=-1).astype(np.int64), np.pad(top, missing)
