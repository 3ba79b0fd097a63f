"""What can still be exchanged in an assignment: chains of moves between mentors, and the prices they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..exceptions import InvalidInputError
from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import are_among
from .chains import IMPOSSIBLE, ImprovableError, chains_from, chains_to
from .network import Network, network

# Where fewer than one in so many pairs are open, they are gone through one by one.
_FEW_OF_TABLE: Final = 4


@dataclass(frozen=True, eq=False)
class Residual:
    """The exchanges a choice of pairs leaves open, one node per cell of the mentors' side and "outside" last.

    Attributes
    ----------
    net : Network
        The pairs that may be chosen, and the limits without the pins.
    weights : int64 array of shape (n_pairs,)
        What each pair is worth in units, without the bonus.
    bonus : int
        Units that filling one place is worth on top: the problem's step, or 0 for the plain total.
    taken : int64 array of shape (n_taken,)
        Positions of the chosen pairs in `net.pairs`, ascending.
    trainee_load, load : int64 arrays of shape (n_cells,)
        Chosen pairs in each cell of either side.
    gains : int64 array of shape (n_cells + 1, n_cells + 1)
        ``gains[j, k]``: most units won by moving one trainee from cell j to cell k; outside as j stands for a
        trainee without a mentor (or for releasing a place), outside as k for dropping a trainee (or a free
        place). Between a cell and the one that encloses it 0 stands for room, or for a pair above the
        minimum.

    Notes
    -----
    One pass over the pairs; (n_cells + 1)² integers of memory. The network is that of R. K. Ahuja, T. L.
    Magnanti and J. B. Orlin, "Network Flows" (1993), chapter 9, with the trainees contracted.
    """

    net: Network
    weights: IntArray
    bonus: int
    taken: IntArray
    trainee_load: IntArray
    load: IntArray
    gains: IntArray

    @property
    def problem(self) -> AssignmentProblem:
        """The problem."""
        return self.net.problem

    @property
    def n_cells(self) -> int:
        """Number of cells, which is also the place of "outside"."""
        return len(self.load)

    @property
    def free_pairs(self) -> IntArray:
        """Chosen pairs that are not pinned, shape (n_taken, 2)."""
        return self.net.pairs[self.taken]

    @property
    def chosen_units(self) -> IntArray:
        """Units of each free chosen pair with the bonus, shape (n_taken,)."""
        return self.weights[self.taken] + self.bonus

    @property
    def chosen_leaf(self) -> IntArray:
        """Innermost cell of each free chosen pair on the mentors' side, shape (n_taken,)."""
        return self.net.mentors.leaf[self.taken]

    @property
    def short(self) -> BoolArray:
        """True for trainees with fewer mentors than they need, shape (n_trainees,)."""
        n = self.problem.n_trainees
        lacking: BoolArray = self.trainee_load[:n] < self.net.trainees.limit[:n]
        return lacking


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
    codes = net.pairs[:, 0] * problem.n_mentors + net.pairs[:, 1]
    free = pairs[~are_among(pairs, problem.pinned, problem.n_mentors)]
    taken = np.searchsorted(codes, np.sort(free[:, 0] * problem.n_mentors + free[:, 1]))
    return exchanges(net, net.units, bonus, taken)


def exchanges(
    net: Network, weights: IntArray, bonus: int, taken: IntArray, places: IntArray | None = None
) -> Residual:
    """Return the exchanges that the pairs at the positions `taken` leave open, as :class:`Residual` says.

    `places`, of shape (n_mentors, n_places + 1), is the cost of each mentor's last place that is fixed, and of
    the first, second, ... place beyond it.
    """
    trainee_load = net.trainees.loads(net.trainees.leaf[taken])
    tree, load = net.mentors, net.mentors.loads(net.mentors.leaf[taken])
    gains = _exchange_gains(net, weights, bonus, taken, trainee_load)
    cells = np.arange(len(load))
    room, above = load < tree.limit, load > tree.minimum
    costs = np.zeros((2, len(load)), np.int64)
    if places is not None:
        mentors = np.arange(len(places))
        # Where only fixed pairs are left, the price still has to cover the last place they hold.
        above[mentors] |= tree.minimum[mentors] == 0
        room[mentors] &= load[mentors] + 1 < places.shape[1]
        costs[0, mentors] = places[mentors, np.minimum(load[mentors] + 1, places.shape[1] - 1)]
        costs[1, mentors] = places[mentors, load[mentors]]
    up, down = (cells[room], tree.parent[room]), (tree.parent[above], cells[above])
    gains[up] = np.maximum(gains[up], -costs[0, room])
    gains[down] = np.maximum(gains[down], costs[1, above])
    np.fill_diagonal(gains, 0)
    return Residual(net, weights, bonus, taken, trainee_load, load, gains)


def _exchange_gains(
    net: Network, weights: IntArray, bonus: int, taken: IntArray, trainee_load: IntArray
) -> IntArray:
    """Contract the trainees: what each pair that may join wins against each pair its trainee may leave."""
    is_full = len(net.pairs) * _FEW_OF_TABLE >= net.problem.n_trainees * net.problem.n_mentors
    is_single = net.trainees.limit.max(initial=0) <= 1 and not net.trainees.minimum.any()
    if net.is_plain and is_full and is_single:
        return _gains_by_mentor(net, weights, bonus, taken, trainee_load)
    outside, leaf = net.mentors.n_cells, net.mentors.leaf
    gains = np.full((outside + 1, outside + 1), IMPOSSIBLE, dtype=np.int64)
    for leaving, joining in swaps(net, taken, trainee_load):
        place = leaf[leaving] * (outside + 1) + leaf[joining]
        np.maximum.at(gains.ravel(), place, weights[joining] - weights[leaving])
    owners, upper = net.pairs[taken, 0], net.trainees
    spare = trainee_load > upper.minimum
    drops = taken[spare[owners] & _way_open(net, upper.leaf[taken], None, spare)]
    np.maximum.at(gains[:, outside], leaf[drops], -weights[drops] - bonus)
    joins = entering(net, taken, trainee_load)
    np.maximum.at(gains[outside], leaf[joins], weights[joins] + bonus)
    return gains


def _gains_by_mentor(
    net: Network, weights: IntArray, bonus: int, taken: IntArray, trainee_load: IntArray
) -> IntArray:
    """Return the same where there are no quotas and nobody needs two mentors, from a table of all pairs."""
    n_trainees, outside = net.problem.n_trainees, net.problem.n_mentors
    gains = np.full((outside + 1, outside + 1), IMPOSSIBLE, dtype=np.int64)
    table = np.full((n_trainees, outside), IMPOSSIBLE, dtype=np.int64)
    table[net.pairs[:, 0], net.pairs[:, 1]] = weights
    held = taken[np.argsort(net.pairs[taken, 1], kind="stable")]
    if len(held):
        owner, mentor = net.pairs[held].T
        starts = np.flatnonzero(np.diff(mentor, prepend=-1))
        won = np.maximum.reduceat(table[owner] - weights[held, None], starts)
        gains[mentor[starts], :outside] = np.where(won < IMPOSSIBLE // 2, IMPOSSIBLE, won)
        gains[mentor[starts], outside] = np.maximum.reduceat(-weights[held] - bonus, starts)
    short = trainee_load < net.trainees.limit
    if short.any():
        best = table[short].max(axis=0, initial=IMPOSSIBLE)
        gains[outside, :outside] = np.where(best == IMPOSSIBLE, IMPOSSIBLE, best + bonus)
    return gains


def swaps(net: Network, taken: IntArray, trainee_load: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield positions of pairs (leaving, joining) of one trainee each, all there are, without repetition."""
    upper = net.trainees
    joining = _others(net, taken)
    start = np.searchsorted(net.pairs[taken, 0], np.arange(net.problem.n_trainees + 1))
    degree, trainee = np.diff(start), net.pairs[joining, 0]
    for rank in range(int(degree.max(initial=0))):
        held = degree[trainee] > rank
        joins, leaves = joining[held], taken[start[trainee[held]] + rank]
        inward = _way_open(net, upper.leaf[joins], upper.leaf[leaves], trainee_load < upper.limit)
        outward = _way_open(net, upper.leaf[leaves], upper.leaf[joins], trainee_load > upper.minimum)
        may = inward & outward
        yield leaves[may], joins[may]


def entering(net: Network, taken: IntArray, trainee_load: IntArray) -> IntArray:
    """Return positions of the pairs that trainees below their need may join, ascending."""
    others, upper = _others(net, taken), net.trainees
    room = trainee_load < upper.limit
    others = others[room[net.pairs[others, 0]]]
    joining: IntArray = others[_way_open(net, upper.leaf[others], None, room)]
    return joining


def _others(net: Network, taken: IntArray) -> IntArray:
    free = np.ones(len(net.pairs), dtype=bool)
    free[taken] = False
    return np.flatnonzero(free)


def _way_open(net: Network, leaf: IntArray, other: IntArray | None, passable: BoolArray) -> BoolArray:
    """Return where every kind around a pair, but not around the other pair of its trainee, is passable."""
    tree, n_trainees = net.trainees, net.problem.n_trainees
    way = np.ones(len(leaf), dtype=bool)
    cell = leaf
    while (inner := cell >= n_trainees).any():
        shared = _encloses(net, cell, other) if other is not None else np.zeros(len(leaf), dtype=bool)
        way &= ~inner | shared | passable[cell]
        cell = np.where(inner, tree.parent[cell], cell)
    return way


def _encloses(net: Network, cell: IntArray, leaf: IntArray) -> BoolArray:
    found: BoolArray = leaf == cell
    while (inner := leaf >= net.problem.n_trainees).any():
        leaf = np.where(inner, net.trainees.parent[leaf], leaf)
        found |= leaf == cell
    return found


@dataclass(frozen=True, eq=False)
class KeptChains:
    """Chains of moves in which nobody enters or is dropped.

    Attributes
    ----------
    gains : int64 array of shape (n_cells + 1, n_cells + 1)
        As in :class:`Residual`, without entering and dropping.
    out : int64 array of shape (n_cells + 1,)
        Best gain of any such chain from each cell to a free place.
    """

    gains: IntArray
    out: IntArray

    @classmethod
    def of(cls, left: Residual) -> KeptChains:
        """Return those of the exchanges that are left open."""
        outside, tree = left.n_cells, left.net.mentors
        gains = left.gains.copy()
        gains[outside], gains[:, outside] = IMPOSSIBLE, IMPOSSIBLE
        outermost = tree.parent == outside
        gains[:outside, outside][outermost & (left.load < tree.limit)] = 0
        gains[outside, :outside][outermost & (left.load > tree.minimum)] = 0
        gains[outside, outside] = 0
        return cls(gains, chains_to(gains, outside))


def potentials(left: Residual) -> IntArray:
    """Return the smallest price of a place in each cell that supports the assignment, in units.

    Without quotas it is the exact gain of one more place at the mentor, except at a minimum load that binds:
    there it may be negative, as near to 0 as the other prices allow. The price of a cell holds the prices of
    the cells that enclose it.
    """
    outside, tree = left.n_cells, left.net.mentors
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
    raise ImprovableError


def trainee_worth(left: Residual, prices: IntArray) -> IntArray:
    """Return what one more mentor within each cell of the trainees' side would bring, in units.

    Shape (n_cells,): the needs first, which are the trainees' utilities, then the kinds of mentors. A full
    cell is worth what its worst pair brings beyond the price of the place; where nothing is left to fill, what
    its best other pair would bring; any other what encloses it. Only a minimum makes a cell worth less than
    what encloses it.
    """
    tree, load = left.net.trainees, left.trainee_load
    surplus = left.weights + left.bonus - prices[left.net.mentors.leaf]
    binding, full = (load <= tree.minimum) & (tree.minimum > 0), load >= tree.limit
    most, depth = np.iinfo(np.int64).max, 1 + len(left.problem.quotas)
    least, best = np.full(tree.n_cells + 1, most), np.full(tree.n_cells + 1, IMPOSSIBLE)
    np.minimum.at(least, tree.leaf[left.taken], surplus[left.taken])
    np.maximum.at(best, tree.leaf, surplus)
    for _ in range(depth):
        np.minimum.at(least, tree.parent, np.where(binding, most, least[:-1]))
        np.maximum.at(best, tree.parent, best[:-1])
    worth = np.zeros(tree.n_cells + 1, np.int64)
    for _ in range(depth):
        outer = worth[tree.parent]
        limited = np.where(full, least[:-1], np.where(binding, np.minimum(outer, least[:-1]), outer))
        worth[:-1] = np.where(full & (least[:-1] == most), np.maximum(outer, best[:-1]), limited)
    return worth[:-1]


def split(units: IntArray, bonus: int) -> tuple[IntArray, IntArray]:
    """Split units into (places filled, score units)."""
    if not bonus:
        return np.zeros_like(units), units
    places = np.floor_divide(units + bonus // 2, bonus)
    return places, units - places * bonus
