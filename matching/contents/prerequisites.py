"""What has to be learned before what, made safe against circles."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ..exceptions import InvalidInputError

Integers = NDArray[np.int64]


def prerequisite_closure(pairs: ArrayLike | None, n_contents: int) -> list[tuple[int, ...]]:
    """List for each content everything that comes before it, first things first.

    Parameters
    ----------
    pairs : int array of shape (n_pairs, 2) or None
        Rows (content, prerequisite), both in [0, n_contents).
    n_contents : int
        Number of contents.

    Returns
    -------
    list of tuple of int, length n_contents
        Direct and indirect prerequisites, each after its own.

    Raises
    ------
    InvalidInputError
        When a pair is out of range.

    Notes
    -----
    Contents that demand each other in a circle have no order: the demands inside the circle are dropped,
    those from outside stay. Time O(n_contents · closure).

    Examples
    --------
    >>> prerequisite_closure([[2, 1], [1, 0]], 3)
    [(), (0,), (0, 1)]
    >>> prerequisite_closure([[0, 1], [1, 0], [1, 2]], 3)
    [(), (2,), ()]

    """
    edges = np.asarray([] if pairs is None else pairs, dtype=np.int64).reshape(-1, 2)
    if edges.size and not ((edges >= 0) & (edges < n_contents)).all():
        raise InvalidInputError(
            f"The 'prerequisites' parameter must hold contents in [0, {n_contents}). "
            f"Got {edges.tolist()[:5]} instead."
        )
    graph = sparse.csr_array(
        (np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n_contents, n_contents)
    )
    _, circle = connected_components(graph, directed=True, connection="strong")
    before: list[list[int]] = [[] for _ in range(n_contents)]
    for content, prerequisite in sorted(set(map(tuple, edges.tolist()))):
        if circle[content] != circle[prerequisite]:
            before[content].append(prerequisite)
    return _close(before)


def _close(before: list[list[int]]) -> list[tuple[int, ...]]:
    """Walk an acyclic graph depth first, without recursion: chains may be long."""
    closed: list[tuple[int, ...] | None] = [None] * len(before)
    for root in range(len(before)):
        stack = [root]
        while stack:
            content = stack[-1]
            waiting = [other for other in before[content] if closed[other] is None]
            if closed[content] is None and waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if closed[content] is None:
                chain = (item for other in before[content] for item in (*(closed[other] or ()), other))
                closed[content] = tuple(dict.fromkeys(chain))
    return [chain or () for chain in closed]
