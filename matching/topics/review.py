"""Which doubtful answers a person should look at first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..exceptions import InvalidInputError
from ..texts.answers import near_duplicates


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """Doubtful answers in the order in which looking at them helps.

    Attributes
    ----------
    order : int array of shape (n_groups,)
        Position of the answer that stands for each group of near-copies, the most helpful first.
    n_answers : int array of shape (n_groups,)
        How many answers the group has, the one that stands for it included.
    leader : int array of shape (n_texts,)
        Position of the answer that stands for each answer's group.

    """

    order: NDArray[np.int64]
    n_answers: NDArray[np.int64]
    leader: NDArray[np.int64]


def review_queue(texts: Sequence[str], margins: ArrayLike) -> ReviewQueue:
    """Put doubtful answers in order: those first whose label decides much and is least sure.

    Near-copies are looked at once. A group's worth is how many answers it has times its uncertainty, 1 − margin of
    its least sure answer, which stands for it; ties keep the order of `texts`.

    Parameters
    ----------
    texts : sequence of str, n_texts of them
        Answers that a person has not decided.
    margins : float array of shape (n_texts,), in [0, 1]
        How far the best topic's probability lies above the second best's.

    Returns
    -------
    ReviewQueue

    Raises
    ------
    InvalidInputError
        When there are not as many margins as texts, or one lies outside [0, 1].

    Notes
    -----
    One call of `near_duplicates`, and a sort.

    References
    ----------
    Scheffer, Decomain and Wrobel (2001), Active hidden Markov models for information extraction: the margin.
    Settles and Craven (2008), An analysis of active learning strategies for sequence labeling tasks: uncertainty
    weighted by how many others an example stands for.

    Examples
    --------
    >>> found = review_queue(["停车难没人管", "材料写不出来", "停车难,没人管"], [0.4, 0.1, 0.3])
    >>> found.order.tolist(), found.n_answers.tolist(), found.leader.tolist()
    ([2, 1], [2, 1], [2, 1, 2])

    """
    unsure = np.asarray(margins, dtype=np.float64)
    if unsure.shape != (len(texts),) or not ((unsure >= 0) & (unsure <= 1)).all():
        raise InvalidInputError(
            "The 'margins' parameter of review_queue must hold a number in [0, 1] for each of "
            f"{len(texts)} texts. Got {margins!r} instead."
        )
    _, group = np.unique(near_duplicates(texts), return_inverse=True)
    n_answers = np.bincount(group)
    # The first of each group in the order of margins stands for it.
    by_margin = np.argsort(unsure, kind="stable")
    _, first = np.unique(group[by_margin], return_index=True)
    leaders = by_margin[first]
    worth = n_answers * (1 - unsure[leaders])
    best = np.lexsort((leaders, -worth))
    return ReviewQueue(leaders[best], n_answers[best], leaders[group])
