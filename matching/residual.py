"""What can still be exchanged in an assignment: chains of moves between mentors, and the prices they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .exceptions import InvalidInputError, MatchingError
from .network import Network, Tree, network
from .problem import AssignmentProblem, BoolArray, IntArray

# "Not possible". Half the 64-bit range, so that the sum of two of them does not overflow.
IMPOSSIBLE = -(2**62)
_BLOCK_PAIRS = 1024


@dataclass(frozen=True, eq=False)
class Residual:
    """The exchanges an assignment leaves open, one node per cell of the mentors' side and a last one "outside".

    Attributes
    ----------
    bonus : int
        Units that filling one place is worth on top of its score: the problem's step, or 0 for the plain
        total.
    free_pairs : int64 array of shape (n_free_pairs, 2)
        Chosen pairs that are not pinned.
    short : bool array of shape (n_trainees,)
        True for trainees with fewer mentors than they need.
    leaf, trainee_leaf : int64 arrays of shape (n_trainees, n_mentors)
        Innermost cell of each open pair on either side: the mentor and the trainee where no quota applies.
    load : int64 array of shape (n_cells,)
        Pairs in each cell of the mentors' side, without the pins; the mentors come first.
    trainees, mentors : Tree
        The cells of both sides, with their limits and minimums without the pins.
    gains : int64 array of shape (n_cells + 1, n_cells + 1)
        ``gains[j, k]``: most units won by moving one trainee from cell j to cell k; outside as j stands for a
        trainee without a mentor (or for releasing a place), outside as k for dropping a trainee (or a free
        place). Between a cell and the one that encloses it 0 stands for room, or for a pair above the
        minimum.

    Notes
    -----
    One pass over the scores of the chosen pairs' rows; (n_cells + 1)² integers of memory. The network is that
    of R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows" (1993), chapter 9, with the trainees
    contracted: a trainee may always leave, and join wherever no kind of mentor is full or the mentor left was
    of the same kind.
    """

    problem: AssignmentProblem
    bonus: int
    free_pairs: IntArray
    short: BoolArray
    leaf: IntArray
    trainee_leaf: IntArray
    load: IntArray
    trainees: Tree
    mentors: Tree
    gains: IntArray

    @property
    def chosen_units(self) -> IntArray:
        """Units of each free chosen pair with the bonus, shape (n_free_pairs,)."""
        return self.problem.units[self.free_pairs[:, 0], self.free_pairs[:, 1]] + self.bonus

    @property
    def chosen_leaf(self) -> IntArray:
        """Innermost cell of each free chosen pair, shape (n_free_pairs,)."""
        return self.leaf[self.free_pairs[:, 0], self.free_pairs[:, 1]]

    @property
    def n_cells(self) -> int:
        """Number of cells, which is also the place of "outside"."""
        return len(self.load)


def residual(problem: AssignmentProblem, pairs: IntArray, objective: str) -> Residual:
    """Return the exchanges left open by the chosen pairs.

    Raises
    ------
    InvalidInputError
        If the problem's quotas cross, so that exchanges do not tell all.
    """
    net = network(problem)
    if net is None:
        raise InvalidInputError("The 'problem' parameter must be a flow. Got quotas that cross instead.")
    bonus = problem.step if objective == "coverage_then_total" else 0
    free = pairs[~_is_pinned(problem, pairs)]
    degree = np.bincount(free[:, 0], minlength=problem.n_trainees)
    short = degree < problem.free_need
    load = net.loads(free)
    trainee_leaf, leaf = net.leaves()
    gains = _exchange_gains(problem, net, free, short, leaf, bonus)
    cells, tree = np.arange(len(load)), net.mentors
    room, above = load < tree.limit, load > tree.minimum
    gains[cells[room], tree.parent[room]] = np.maximum(gains[cells[room], tree.parent[room]], 0)
    gains[tree.parent[above], cells[above]] = np.maximum(gains[tree.parent[above], cells[above]], 0)
    np.fill_diagonal(gains, 0)
    return Residual(problem, bonus, free, short, leaf, trainee_leaf, load, net.trainees, tree, gains)


def _is_pinned(problem: AssignmentProblem, pairs: IntArray) -> BoolArray:
    codes = problem.pinned[:, 0] * problem.n_mentors + problem.pinned[:, 1]
    return np.isin(pairs[:, 0] * problem.n_mentors + pairs[:, 1], codes)


def _exchange_gains(
    problem: AssignmentProblem, net: Network, free: IntArray, short: BoolArray, leaf: IntArray, bonus: int
) -> IntArray:
    outside = net.mentors.n_cells
    gains = np.full((outside + 1, outside + 1), IMPOSSIBLE, dtype=np.int64)
    joinable = np.zeros(problem.units.shape, dtype=bool)
    joinable[net.pairs[:, 0], net.pairs[:, 1]] = True
    joinable[free[:, 0], free[:, 1]] = False
    rows, columns = free.T
    start = leaf[rows, columns]
    now = problem.units[rows, columns]
    for first in range(0, len(free), _BLOCK_PAIRS):
        part = slice(first, first + _BLOCK_PAIRS)
        may = joinable[rows[part]] & may_swap(problem, free, rows[part], columns[part])
        gain = problem.units[rows[part]] - now[part, None]
        place = np.broadcast_to(start[part, None], may.shape)[may], leaf[rows[part]][may]
        np.maximum.at(gains, place, gain[may])
    np.maximum.at(gains[:, outside], start, -now - bonus)
    may = joinable[short] & may_swap(problem, free, np.flatnonzero(short), None)
    np.maximum.at(gains[outside], leaf[short][may], problem.units[short][may] + bonus)
    return gains


def may_swap(
    problem: AssignmentProblem, free: IntArray, trainees: IntArray, left: IntArray | None
) -> BoolArray:
    """Return where kinds of mentors let each trainee join, shape (len(trainees), n_mentors).

    `left` names the mentor each trainee gives up for it, None for no mentor.
    """
    may = np.ones((len(trainees), problem.n_mentors), dtype=bool)
    for quota in problem.quotas:
        if quota.parameter != "kinds":
            continue
        room = quota.counts(free) < quota.free_limit(problem.pinned)
        kind = np.where(quota.columns < 0, room.shape[1], quota.columns)
        joins = np.append(room, np.ones((len(room), 1), dtype=bool), axis=1)[trainees][:, kind]
        if left is not None:
            joins |= kind[left][:, None] == kind
        may &= joins
    return may


def add(left: IntArray, right: IntArray) -> IntArray:
    """Return the sum, keeping "not possible" as it is."""
    total = left + right
    return np.where(total < IMPOSSIBLE // 2, IMPOSSIBLE, total)


def chain_gains(gains: IntArray) -> IntArray:
    """Return the best gain of any chain of moves between two nodes, shape (n_mentors + 1, n_mentors + 1).

    Notes
    -----
    Floyd–Warshall: n_mentors³ additions, one row operation a node.
    """
    best = gains.copy()
    for middle in range(len(best)):
        np.maximum(best, add(best[:, middle, None], best[middle]), out=best)
    return best


def chains_from(gains: IntArray, node: int) -> IntArray:
    """Return the best gain of any chain of moves that starts at one node, shape (n_mentors + 1,)."""
    best = np.full(len(gains), IMPOSSIBLE, dtype=np.int64)
    best[node] = 0
    for _ in range(len(gains) + 1):
        longer = np.maximum(best, add(best[:, None], gains).max(axis=0))
        if np.array_equal(longer, best):
            return best
        best = longer
    raise MatchingError("The assignment can still be improved by a cycle of moves, so no prices support it.")


def potentials(left: Residual) -> IntArray:
    """Return the smallest price of a place in each cell that supports the assignment, in units.

    Without quotas it is the exact gain of one more place at the mentor, except at a minimum load that binds:
    there it may be negative, as near to 0 as the other prices allow. The price of a cell holds the prices of
    the cells that enclose it.
    """
    outside, tree = left.n_cells, left.mentors
    gains = left.gains.copy()
    # Nothing forces a pair into a cell without a minimum, so it costs no less than what encloses it.
    unforced = np.flatnonzero(tree.minimum == 0)
    gains[tree.parent[unforced], unforced] = np.maximum(gains[tree.parent[unforced], unforced], 0)
    prices = chains_from(gains, outside)[:outside]
    binding = (tree.minimum > 0) & (left.load == tree.minimum)
    falling = binding | (prices == IMPOSSIBLE)
    if not falling.any():
        return prices
    # No chain limits these prices from below: start from 0 and go down only as far as needed.
    prices = np.where(falling, np.maximum(prices, 0), prices)
    onward = gains[:outside]
    for _ in range(outside + 1):
        known = np.append(prices, 0)
        limits = np.where(onward == IMPOSSIBLE, prices[:, None], known - onward).min(axis=1)
        lower = np.where(falling, np.minimum(limits, prices), prices)
        if np.array_equal(lower, prices):
            return prices
        prices = lower
    raise MatchingError("The minimum loads have no prices that support the assignment.")


def trainee_worth(left: Residual, prices: IntArray) -> IntArray:
    """Return what one more mentor within each cell of the trainees' side would bring, in units.

    Shape (n_cells,): the needs first, which are the trainees' utilities, then the kinds of mentors. A full
    kind is worth what its worst pair brings beyond the price of the place, any other what encloses it.
    """
    problem, tree = left.problem, left.trainees
    surplus = left.chosen_units - prices[left.chosen_leaf]
    least = np.full(tree.n_cells, np.iinfo(np.int64).max)
    full = np.zeros(tree.n_cells, dtype=bool)
    start = problem.n_trainees
    np.minimum.at(least, left.free_pairs[:, 0], surplus)
    for quota in (quota for quota in problem.quotas if quota.parameter == "kinds"):
        part = slice(start, start + quota.limit.size)
        cell = quota.cells(left.free_pairs[:, 0], left.free_pairs[:, 1])
        np.minimum.at(least[part], cell[cell >= 0], surplus[cell >= 0])
        full[part] = (quota.counts(left.free_pairs) >= quota.free_limit(problem.pinned)).ravel()
        start = part.stop
    utilities = np.where(left.short | (problem.free_need == 0), 0, least[: problem.n_trainees])
    counted = full & (least < np.iinfo(np.int64).max) & (tree.parent < tree.n_cells)
    worth = np.append(utilities, np.zeros(tree.n_cells + 1 - problem.n_trainees, np.int64))
    for _ in problem.quotas:
        worth[:-1] = np.where(counted, least, worth[tree.parent])
        worth[: problem.n_trainees] = utilities
    return worth[:-1]


def split(units: IntArray, bonus: int) -> tuple[IntArray, IntArray]:
    """Split units into (places filled, score units)."""
    if not bonus:
        return np.zeros_like(units), units
    places = np.floor_divide(units + bonus // 2, bonus)
    return places, units - places * bonus
