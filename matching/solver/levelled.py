"""Objectives of several aims: as many pairs as possible, then worst off, leximin or load, then the total."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..problem.assignment_problem import MICRO, IntArray
from ..problem.solution import LevelPrices, Solution
from ..problem.trainee_sums import compares_sums
from ..watch import Watch
from .feasible import attempt
from .flow import cheapest_pairs
from .leximin import leximin
from .network import Network
from .objectives import balanced_load, place_costs, worst_off
from .residual import exchanges, potentials, trainee_worth
from .stage import Stage, covered, level_prices, solved, worth_of
from .worst_off_sums import highest_sums

LEVELLED: Final = ("worst_off_then_total", "leximin", "balanced_load")
_AIMS: Final = {"worst_off_then_total": worst_off, "leximin": leximin, "balanced_load": balanced_load}


def assign_by_levels(net: Network, taken: IntArray, objective: str, report: Watch) -> Solution:
    """Return the best choice for one aim after another, each with its prices.

    Parameters
    ----------
    net : Network
        The problem as a flow.
    taken : int64 array of shape (n_taken,)
        Positions in `net.pairs` of a choice of most pairs that meets every minimum, as :func:`most_pairs` gives.
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
    if objective == "worst_off_then_total" and compares_sums(
        net.problem, len(net.problem.pinned) + len(taken)
    ):
        return _by_sums(solved(stage, -stage.net.units, net.problem.step), coverage)
    stage, levels = _AIMS[objective](stage)
    report(0.8)
    stage = solved(stage, -stage.net.units, net.problem.step)
    left = exchanges(stage.net, stage.net.units, 0, stage.taken)
    held = potentials(left)
    score = level_prices(left, held, trainee_worth(left, held))
    pairs = np.concatenate([net.problem.pinned, stage.pairs])
    units = net.problem.units[pairs[:, 0], pairs[:, 1]]
    return Solution.proven(net.problem, objective, pairs, int(units.sum()), coverage, score, levels)


def most_pairs(net: Network) -> IntArray:
    """Return the positions of a choice of most pairs that misses the fewest of the minimums, whatever its scores.

    A maximum flow where all places of the trainees can be filled, which is mostly so; else a flow at costs.
    """
    minimum = net.trainees.minimum.copy()
    minimum[: net.problem.n_trainees] = net.trainees.limit[: net.problem.n_trainees]
    filled = replace(net, trainees=replace(net.trainees, minimum=minimum))
    taken = attempt(filled, np.ones(len(net.pairs), dtype=bool)).taken
    if taken is not None:
        return taken
    return cheapest_pairs(net, np.zeros(len(net.pairs), np.int64), 1, worth_of(net, 1))


def _by_sums(stage: Stage, coverage: LevelPrices) -> Solution:
    problem = stage.net.problem
    stage, levels, bound = highest_sums(stage)
    pairs = np.concatenate([problem.pinned, stage.pairs])
    whole = int(np.asarray(levels[1].weights).min(initial=MICRO))
    prices = (levels[1].slot, levels[1].utility, levels[1].quotas)
    score = LevelPrices(prices[0] // whole, prices[1] // whole, tuple(part // whole for part in prices[2]))
    return Solution.proven(problem, "worst_off_then_total", pairs, bound, coverage, score, levels)


def _evenest(net: Network) -> IntArray:
    """Return the positions of a choice of most pairs and, among these, of the evenest load."""
    places = place_costs(net, np.zeros((0, 2), np.int64))
    filled = worth_of(net, int(places.max(initial=0)))
    return cheapest_pairs(net, np.zeros(len(net.pairs), np.int64), filled, 3 * filled, places)
