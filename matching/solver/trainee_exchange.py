"""Choices improved where sums of scores count: everybody gives up one mentor, and one flow fills all places again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..problem.assignment_problem import BoolArray, IntArray
from .flow import cheapest_pairs
from .network import Network, Tree
from .stage import worth_of

# Rounds that may pass in each search; no clock, so that the same input gives the same answer.
_MOST_ROUNDS: Final = 24
# Weights of sums below the target, and how fast they fall from the lowest sum up.
_STEEP, _FALL = 2**16, 8.0
# What a sum is below the target, at most, as a share of what the lowest one is.
_MOST_SHORT: Final = 1.25


@dataclass(frozen=True, eq=False)
class Sums:
    """What a search by sums works on.

    Attributes
    ----------
    net : Network
        Pairs that may be chosen, in limits that every choice of most pairs meets.
    base : int64 array of shape (n_trainees,)
        What each trainee has from pairs that are settled, in units.
    counted : bool array of shape (n_trainees,)
        Whose sums are compared.
    """

    net: Network
    base: IntArray
    counted: BoolArray

    def of(self, taken: IntArray) -> IntArray:
        """Return each trainee's sum with the pairs at these positions of `net.pairs`, shape (n_trainees,)."""
        found = self.base.copy()
        np.add.at(found, self.net.pairs[taken, 0], self.net.units[taken])
        return found

    def lowest(self, taken: IntArray) -> int:
        """Return the lowest sum that counts."""
        return int(self.of(taken)[self.counted].min())


def lifted(sums: Sums, taken: IntArray, target: int) -> IntArray:
    """Return a choice whose lowest sum is no lower, and up to `target` as high as this search gets it.

    Notes
    -----
    Each round is the best of very many exchanges at once: all trainees give up one mentor each, and one flow
    refills the places at costs that fall steeply with the sum, so that the lowest are helped first; above the
    target only the total counts. A local optimum: the highest lowest sum is an integer programme, NP-hard.

    References
    ----------
    R. K. Ahuja, O. Ergun, J. B. Orlin and A. P. Punnen, "A survey of very large-scale neighborhood search
    techniques", Discrete Applied Mathematics 123 (2002).
    """
    units = sums.net.units // _coarse(sums.net)
    over = int(np.abs(units).max(initial=0)) // 8 + 1

    def costs(rest: IntArray) -> IntArray:
        reached = np.where(sums.counted, sums.of(taken), target)
        low, above = int(reached.min()), rest[sums.net.pairs[:, 0]] + sums.net.units
        short = np.clip((target - above) / max(target - low, 1), 0.0, _MOST_SHORT)
        steep = np.rint(_STEEP * np.expm1(_FALL * short) / np.expm1(_FALL)).astype(np.int64)
        return np.where(sums.counted[sums.net.pairs[:, 0]], steep, 0) * over - units

    best, idle, most = taken, 0, _most_held(sums, taken)
    for number in range(_MOST_ROUNDS):
        if sums.lowest(best) >= target or idle > 2 * most:
            break
        # Where one exchange each helps nobody, somebody low gets all their best mentors, and the others make room.
        first = _best_of_low(sums, taken, idle // 2) if idle % 2 else None
        taken = _refilled(sums, taken, number % most, costs, first=first)
        is_better = sums.lowest(taken) > sums.lowest(best)
        best, idle = (taken, 0) if is_better else (best, idle + 1)
    return best


def _coarse(net: Network) -> int:
    """Return how many units count as one, so that 64 bits have room for costs that fall so steeply."""
    steepest = int(_STEEP * np.expm1(_FALL * _MOST_SHORT) / np.expm1(_FALL)) + 1
    nodes = net.trainees.n_cells + net.mentors.n_cells + 3
    return worth_of(net, steepest * int(np.abs(net.units).max(initial=0))) * nodes // 2**61 + 1


def _best_of_low(sums: Sums, taken: IntArray, place: int) -> IntArray:
    """Return the best pairs of the trainee whose sum is at this place from the lowest, as many as are held."""
    found = np.where(sums.counted, sums.of(taken), np.iinfo(np.int64).max)
    trainee = int(np.argsort(found, kind="stable")[place % len(found)])
    own = np.flatnonzero(sums.net.pairs[:, 0] == trainee)
    held = int((sums.net.pairs[taken, 0] == trainee).sum())
    return own[np.argsort(-sums.net.units[own], kind="stable")[:held]]


def enriched(sums: Sums, taken: IntArray, floor: int, weights: IntArray) -> IntArray:
    """Return a choice of more weight in which no sum that counts is below the floor, as in the given one.

    `weights`, of shape (n_pairs,), is what each pair counts. A local optimum of the same exchanges.
    """
    units, trainee = sums.net.units, sums.net.pairs[:, 0]

    def allowed(rest: IntArray) -> BoolArray:
        may: BoolArray = ~sums.counted[trainee] | (rest[trainee] + units >= floor)
        return may

    idle, most = 0, _most_held(sums, taken)
    for number in range(_MOST_ROUNDS):
        if idle >= most:
            break
        other = _refilled(sums, taken, number % most, lambda _: -weights, allowed=allowed)
        is_better = weights[other].sum() > weights[taken].sum()
        taken, idle = (other, 0) if is_better else (taken, idle + 1)
    return taken


def _most_held(sums: Sums, taken: IntArray) -> int:
    return int(np.bincount(sums.net.pairs[taken, 0]).max(initial=1))


def _refilled(
    sums: Sums,
    taken: IntArray,
    rank: int,
    costs: Callable[[IntArray], IntArray],
    allowed: Callable[[IntArray], BoolArray] | None = None,
    first: IntArray | None = None,
) -> IntArray:
    """Give up each trainee's pair of this rank, lowest first, and fill all places again at least cost.

    Where `first`, the pairs of one trainee, is given, these come first, and others give up their mentors before
    any other pair; the given choice comes back where that leaves no place.
    """
    net = sums.net
    wanted = np.zeros(net.problem.n_mentors, dtype=bool)
    if first is not None:
        wanted[net.pairs[first, 1]] = True
    spared = ~wanted[net.pairs[taken, 1]]
    order = taken[np.lexsort((net.units[taken], spared, net.pairs[taken, 0]))]
    trainee = net.pairs[order, 0]
    place = np.arange(len(order)) - np.searchsorted(trainee, trainee)
    held = np.bincount(trainee, minlength=net.problem.n_trainees)[trainee]
    yields = np.zeros(net.problem.n_trainees, dtype=bool)
    yields[trainee[wanted[net.pairs[order, 1]]]] = True
    kept = order[place != np.where(yields[trainee], 0, np.minimum(rank, held - 1))]
    if first is not None and len(first):
        kept = np.concatenate([kept[net.pairs[kept, 0] != net.pairs[first[0], 0]], first])
    trees = (net.trainees, net.mentors)
    if first is not None and any((tree.loads(tree.leaf[kept]) > tree.limit).any() for tree in trees):
        return taken
    rest = sums.of(kept)
    free = np.ones(len(net.pairs), dtype=bool) if allowed is None else allowed(rest)
    free[kept] = False
    cost = costs(rest)[free]
    left = Network(net.problem, net.pairs[free], *(_left(tree, kept, free) for tree in trees))
    filled = cheapest_pairs(left, cost, 0, worth_of(net, int(np.abs(cost).max(initial=0))))
    found = np.sort(np.concatenate([kept, np.flatnonzero(free)[filled]]))
    is_full = all((tree.loads(tree.leaf[found]) >= tree.minimum).all() for tree in trees)
    return found if is_full else taken


def _left(tree: Tree, kept: IntArray, free: BoolArray) -> Tree:
    load = tree.loads(tree.leaf[kept])
    return replace(
        tree, leaf=tree.leaf[free], limit=tree.limit - load, minimum=np.maximum(tree.minimum - load, 0)
    )
