"""Who needs what: mean need and head count per group of people and topic."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked_array, owner_rows
from ..exceptions import InvalidInputError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Groups of people against topics.

    Attributes
    ----------
    mean : float array of shape (n_groups, n_topics), in [0, 1] or NaN
        Mean need of the group's respondents, those without any need of the topic included; NaN in a group
        without respondents.
    n_named : int array of shape (n_groups, n_topics), in [0, n_respondents]
        Distinct respondents of the group who named the topic.
    n_respondents : int array of shape (n_groups,)
        Distinct respondents of the group.

    """

    mean: Floats
    n_named: Integers
    n_respondents: Integers


def heat_map(need: ArrayLike, named: ArrayLike, group: ArrayLike, n_groups: int) -> HeatMap:
    """Average needs and count people by group.

    Parameters
    ----------
    need : array of shape (n_respondents, n_topics), in [0, 1]
        One row per person.
    named : bool array of shape (n_respondents, n_topics)
        Whether the person named the topic.
    group : int array of shape (n_respondents,), in [−1, n_groups)
        The person's group; −1 where it is not known, as of whoever answered anonymously.
    n_groups : int, at least 0
        Number of rows of the result.

    Returns
    -------
    HeatMap

    Raises
    ------
    InvalidInputError
        When a shape or range is wrong.

    Notes
    -----
    Means are not shrunk: a cell stands beside its count, and small cells are for those who know the people.
    Time and memory O(n_respondents · n_topics).

    Examples
    --------
    >>> heat = heat_map([[0.8, 0.0], [0.4, 0.2], [1.0, 1.0]], [[True, False]] * 3, [0, 0, -1], 2)
    >>> heat.mean.round(2).tolist(), heat.n_named.tolist(), heat.n_respondents.tolist()
    ([[0.6, 0.1], [nan, nan]], [[2, 0], [0, 0]], [2, 0])

    """
    values = checked_array("need", need, (None, None), 0.0, 1.0)
    said = np.asarray(named, dtype=np.bool_)
    if said.shape != values.shape:
        raise InvalidInputError(
            f"The 'named' parameter of heat_map must have the shape of 'need', {values.shape}. "
            f"Got {said.shape} instead."
        )
    rows = owner_rows("group", group, len(values), n_groups, least=-1)
    known = rows >= 0
    total = np.zeros((n_groups, values.shape[1]))
    n_named = np.zeros(total.shape, dtype=np.int64)
    np.add.at(total, rows[known], values[known])
    np.add.at(n_named, rows[known], said[known])
    n_respondents = np.bincount(rows[known], minlength=n_groups).astype(np.int64)
    mean = np.full(total.shape, np.nan)
    np.divide(total, n_respondents[:, None], out=mean, where=n_respondents[:, None] > 0)
    return HeatMap(np.clip(mean, 0.0, 1.0), n_named, n_respondents)
