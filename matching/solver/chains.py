"""The best chains of moves between the nodes of a table of exchanges."""

from __future__ import annotations

import numpy as np

from ..exceptions import MatchingError
from ..problem.assignment_problem import IntArray

# "Not possible". Half the 64-bit range, so that the sum of two of them does not overflow.
IMPOSSIBLE = -(2**62)


class ImprovableError(MatchingError):
    """A cycle of moves still improves the assignment, so no prices support it."""

    def __init__(self) -> None:
        super().__init__("The assignment can still be improved by a cycle of moves, so no prices support it.")


def add(left: IntArray, right: IntArray) -> IntArray:
    """Return the sum, keeping "not possible" as it is."""
    return _possible(left + right)


def _possible(total: IntArray) -> IntArray:
    """Return sums of gains, "not possible" in place of those that an impossible gain went into."""
    return np.where(total < IMPOSSIBLE // 2, IMPOSSIBLE, total)


def chain_gains(gains: IntArray) -> IntArray:
    """Return the best gain of any chain of moves between two nodes, shape (n_mentors + 1, n_mentors + 1).

    Notes
    -----
    Floyd–Warshall: n_mentors³ additions, one row operation a node.
    """
    best, through = gains.copy(), np.empty_like(gains)
    for middle in range(len(best)):
        np.add(best[:, middle, None], best[middle], out=through)
        np.maximum(best, through, out=best)
    return _possible(best)


def chains_from(gains: IntArray, node: int) -> IntArray:
    """Return the best gain of any chain of moves that starts at one node, shape (n_mentors + 1,)."""
    start = np.full(len(gains), IMPOSSIBLE, dtype=np.int64)
    start[node] = 0
    return chains_onward(gains, start)


def chains_to(gains: IntArray, node: int) -> IntArray:
    """Return the best gain of any chain of moves from each node to one, shape (n_mentors + 1,)."""
    return chains_from(np.ascontiguousarray(gains.T), node)


def chains_onward(gains: IntArray, start: IntArray) -> IntArray:
    """Return the best of what is given for each node and of any chain of moves on from one, shape (n_mentors + 1,).

    Notes
    -----
    As many rounds as the longest chain, (n_mentors + 1)² additions each, of the nodes that changed alone.
    """
    best, changed = start, np.flatnonzero(start != IMPOSSIBLE)
    for _ in range(len(gains) + 1):
        longer = np.maximum(
            best, _possible((best[changed, None] + gains[changed]).max(axis=0, initial=IMPOSSIBLE))
        )
        changed = np.flatnonzero(longer != best)
        if not len(changed):
            return best
        best = longer
    raise ImprovableError
