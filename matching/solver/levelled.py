"""Objectives of several aims: as many pairs as possible, then worst off, leximin or load, then the total."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.solution import Solution
from ..watch import Watch
from .flow import cheapest_pairs
from .network import Network
from .objectives import balanced_load, leximin, place_costs, worst_off, worth_of
from .residual import exchanges, potentials, trainee_worth
from .stage import Stage, covered, level_prices, solved

LEVELLED: Final = ("worst_off_then_total", "leximin", "balanced_load")
_AIMS: Final = {"worst_off_then_total": worst_off, "leximin": leximin, "balanced_load": balanced_load}


def assign_by_levels(net: Network, taken: IntArray, objective: str, report: Watch) -> Solution:
    """Return the best choice for one aim after another, each with its prices.

    Parameters
    ----------
    net : Network
        The problem as a flow.
    taken : int64 array of shape (n_taken,)
        Positions in `net.pairs` of a choice of most pairs that meets every minimum.
    objective : str
        One of LEVELLED.
    report : Watch
        Told after each aim.
    """
    none = np.zeros((0, 2), np.int64)
    if objective == "balanced_load":
        taken = _evenest(net)
    stage, coverage = covered(Stage(net, taken, none))
    report(0.2)
    stage, levels = _AIMS[objective](stage)
    report(0.8)
    stage = solved(stage, -stage.net.units, net.problem.step)
    left = exchanges(stage.net, stage.net.units, 0, stage.taken)
    held = potentials(left)
    score = level_prices(left, held, trainee_worth(left, held))
    pairs = np.concatenate([net.problem.pinned, stage.pairs])
    units = net.problem.units[pairs[:, 0], pairs[:, 1]]
    return Solution.proven(net.problem, objective, pairs, int(units.sum()), coverage, score, levels)


def _evenest(net: Network) -> IntArray:
    """Return the positions of a choice of most pairs and, among these, of the evenest load."""
    places = place_costs(net, np.zeros((0, 2), np.int64))
    filled = worth_of(net, int(places.max(initial=0)))
    return cheapest_pairs(net, np.zeros(len(net.pairs), np.int64), filled, 3 * filled, places)
