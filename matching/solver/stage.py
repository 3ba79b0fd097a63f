"""One aim after another: each stage proves its aim by prices and leaves the next all choices that are as good."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.solution import LevelPrices
from .flow import cheapest_pairs
from .network import Network, Tree
from .residual import Residual, exchanges, potentials, trainee_worth


@dataclass(frozen=True, eq=False)
class Stage:
    """What the aims so far leave open.

    Attributes
    ----------
    net : Network
        Pairs still to be decided, within limits tightened so that every choice is best for the aims so far.
    taken : int64 array of shape (n_taken,)
        Positions in `net.pairs` of one such choice.
    fixed : int64 array of shape (n_fixed, 2)
        Pairs that every such choice holds.

    Notes
    -----
    By complementary slackness the best choices of a linear programme are those that leave out every pair
    worth less than the prices around it, take every pair worth more, and fill every limit that has a price:
    again a flow. See R. K. Ahuja, T. L. Magnanti and J. B. Orlin, "Network Flows" (1993), section 9.3.
    """

    net: Network
    taken: IntArray
    fixed: IntArray

    @property
    def pairs(self) -> IntArray:
        """The chosen pairs without the pins, shape (n, 2)."""
        return np.concatenate([self.fixed, self.net.pairs[self.taken]])

    @property
    def units(self) -> IntArray:
        """Scores of the same pairs, in units."""
        return self.net.problem.units[self.pairs[:, 0], self.pairs[:, 1]]


def after(stage: Stage, weights: IntArray, places: IntArray | None = None) -> tuple[Stage, LevelPrices]:
    """Return what is left once the chosen pairs' sum of `weights` is the largest there is, and its proof.

    Parameters
    ----------
    stage : Stage
        What the aims so far leave open.
    weights : int64 array of shape (n_pairs,)
        What each pair of `stage.net` counts for this aim.
    places : int64 array of shape (n_mentors, n_places + 1), optional
        What each mentor's last fixed place and the places beyond it cost, never falling.

    Raises
    ------
    ImprovableError
        If the chosen pairs are not the best for this aim.
    """
    left = exchanges(stage.net, weights, 0, stage.taken, places)
    held = potentials(left)
    worth = trainee_worth(left, held)
    net = stage.net
    rest = weights - held[net.mentors.leaf] - worth[net.trainees.leaf]
    mentors = _tightened(net.mentors, net.mentors.own(held), places)
    trainees = _tightened(net.trainees, net.trainees.own(worth), None)
    level = level_prices(left, held, worth)
    return _decided(replace(stage, net=replace(net, trainees=trainees, mentors=mentors)), rest), level


def covered(stage: Stage) -> tuple[Stage, LevelPrices]:
    """Return what is left once as many pairs as possible are chosen, as the given ones are, and its proof."""
    net, n_trainees = stage.net, stage.net.problem.n_trainees
    need = net.trainees.limit[:n_trainees]
    if len(stage.taken) < need.sum():
        return after(stage, np.ones(len(net.pairs), np.int64))
    # Everybody has all they need: a place of each trainee is worth one, and nothing else is scarce.
    minimum = net.trainees.minimum.copy()
    minimum[:n_trainees] = need
    narrowed = replace(stage, net=replace(net, trainees=replace(net.trainees, minimum=minimum)))
    free = np.zeros(net.mentors.n_cells, np.int64)
    worth = (net.trainees.parent < net.trainees.n_cells).astype(np.int64)
    worth[:n_trainees] = 1
    return narrowed, prices_by_owner(net, free, worth)


def level_prices(left: Residual, held: IntArray, worth: IntArray) -> LevelPrices:
    """Return the prices of both sides' cells by mentor, trainee and quota."""
    return prices_by_owner(left.net, held, worth)


def prices_by_owner(net: Network, held: IntArray, worth: IntArray) -> LevelPrices:
    """Return prices of cells, in which those of what encloses them are counted, by mentor, trainee and quota."""
    problem = net.problem
    mentors, trainees = net.mentors.own(held), net.trainees.own(worth)
    n_mentors, n_trainees = problem.n_mentors, problem.n_trainees
    quotas = by_quota(problem, mentors[n_mentors:], trainees[n_trainees:])
    return LevelPrices(mentors[:n_mentors], trainees[:n_trainees], quotas)


def by_quota(problem: AssignmentProblem, mentors: IntArray, trainees: IntArray) -> tuple[IntArray, ...]:
    """Return the values of both sides' cells beyond mentors and trainees, one array per quota of the problem."""
    found, start = [], {True: 0, False: 0}
    for quota in problem.quotas:
        upper = quota.parameter == "kinds"
        values = trainees if upper else mentors
        part = values[start[upper] : start[upper] + quota.limit.size]
        found.append(part.reshape(quota.limit.shape))
        start[upper] += quota.limit.size
    return tuple(found)


def solved(stage: Stage, costs: IntArray, worth: int, kept: BoolArray | None = None) -> Stage:
    """Return the choice of least cost among those left open, of the pairs `kept` alone if given."""
    net = stage.net if kept is None else stage.net.only(kept)
    return replace(
        stage, net=net, taken=cheapest_pairs(net, costs if kept is None else costs[kept], 0, worth)
    )


def worth_of(net: Network, largest: int) -> int:
    """Return more than any chain of exchanges can cost when no pair costs more than `largest`."""
    return 8 * (largest + 1) * (net.mentors.n_cells + 3)


def _tightened(tree: Tree, own: IntArray, places: IntArray | None) -> Tree:
    minimum = np.where(own > 0, tree.limit, tree.minimum)
    limit = np.where(own < 0, tree.minimum, tree.limit)
    if places is not None:
        price = own[: len(places), None]
        most, fewest = tree.limit[: len(places)], tree.minimum[: len(places)]
        minimum[: len(places)] = np.clip((places[:, 1:] < price).sum(axis=1), fewest, most)
        limit[: len(places)] = np.clip((places[:, 1:] <= price).sum(axis=1), fewest, most)
    return replace(tree, limit=limit, minimum=minimum)


def _decided(stage: Stage, rest: IntArray) -> Stage:
    """Drop the pairs worth less than their prices, and fix those worth more."""
    net = stage.net
    chosen = np.zeros(len(rest), dtype=bool)
    chosen[stage.taken] = True
    sure, free = rest > 0, rest == 0
    trees = []
    for tree in (net.trainees, net.mentors):
        load = tree.loads(tree.leaf[sure])
        trees.append(
            replace(
                tree,
                leaf=tree.leaf[free],
                limit=tree.limit - load,
                minimum=np.maximum(tree.minimum - load, 0),
            )
        )
    fixed = np.concatenate([stage.fixed, net.pairs[sure]])
    return Stage(Network(net.problem, net.pairs[free], *trees), np.flatnonzero(chosen[free]), fixed)
