"""No prices whatever prove a limit below a choice that there is: the check needs no honest solver.

Prices near those of the optimum are tried: with them nothing is to spare, and one sign or one term less in the
check limits a choice by less than it is worth.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import AssignmentProblem, assign, verify
from matching.problem.solution import LevelPrices, Solution
from matching.proof.level_certificate import Layer, limits

from .oracles import every_choice, lowest_sum, problems, quota_problems

any_problem = st.one_of(problems(True), quota_problems(True))
seeds = st.integers(0, 2**32 - 1)


def shaken(random: np.random.Generator, array: np.ndarray, unit: float = 1) -> np.ndarray:
    """Move some entries by up to two units."""
    by = random.integers(-2, 3, array.shape) * (random.random(array.shape) < 0.3)
    return array + by.astype(array.dtype) * array.dtype.type(unit)


def with_other_prices(
    random: np.random.Generator, problem: AssignmentProblem, solution: Solution
) -> Solution:
    unit = 1 / problem.units_per_score
    if random.random() < 0.5:
        coverage = ("slot_coverage", "utility_coverage")
        solution = replace(solution, **{name: shaken(random, getattr(solution, name)) for name in coverage})
        places = tuple(shaken(random, prices) for prices in solution.quota_coverage)
        solution = replace(solution, quota_coverage=places)
    money = {name: shaken(random, getattr(solution, name), unit) for name in ("slot_prices", "utilities")}
    quota_prices = tuple(shaken(random, prices, unit) for prices in solution.quota_prices)
    return replace(solution, **money, quota_prices=quota_prices)


@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
@settings(max_examples=120, deadline=None, derandomize=True)
@given(problem=any_problem, seed=seeds)
def test_no_prices_limit_below_the_best_choice(objective, problem, seed):
    choices = every_choice(problem)
    if not choices:
        return
    random, best = np.random.default_rng(seed), assign(problem, objective)
    counts = objective == "coverage_then_total"
    most = max((count * counts, units) for count, units, _ in choices)
    for _ in range(8):
        other = with_other_prices(random, problem, best)
        found = verify(problem, other)
        if not counts:
            in_places = (other.slot_coverage, other.utility_coverage, *other.quota_coverage)
            assert np.isfinite(found.gap)
            assert not (found.valid and any(each.any() for each in in_places))
        limit = (found.matched_bound * counts, round(found.dual * problem.units_per_score))
        assert limit >= most


def random_layer(random: np.random.Generator, problem: AssignmentProblem) -> Layer:
    def prices(array: np.ndarray) -> np.ndarray:
        return random.integers(-2, 3, array.shape)

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(random.random(problem.units.size) < share)

    level = LevelPrices(
        prices(problem.capacity), prices(problem.need), tuple(prices(quota.limit) for quota in problem.quotas)
    )
    weights = random.integers(-1, 2, problem.units.shape) if random.random() < 0.7 else None
    return Layer(level, weights, some(0.3), some(0.1))


def counted(problem: AssignmentProblem, layers: list[Layer], chosen: list[tuple[int, int]]) -> list[int]:
    """What a choice is worth in each layer, place after place at each mentor, without the pins."""
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    free = [pair for pair in chosen if pair not in pins]
    load = np.bincount([j for _, j in free], minlength=problem.n_mentors)
    found = []
    for layer in layers:
        worth = np.zeros(problem.units.shape, np.int64) if layer.weights is None else layer.weights.copy()
        worth.flat[layer.fewest] -= 1
        places = (
            0 if layer.places is None else sum(layer.places[j, :held].sum() for j, held in enumerate(load))
        )
        found.append(int(sum(worth[pair] for pair in free) - places))
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(problem=any_problem, seed=seeds)
def test_no_prices_in_layers_limit_below_a_choice(problem, seed):
    random = np.random.default_rng(seed)
    choices = [sorted(pairs) for _, _, pairs in every_choice(problem)]
    for _ in range(6):
        layers = [random_layer(random, problem) for _ in range(3)]
        if random.random() < 0.5:
            size = (problem.n_mentors, int(problem.capacity.max(initial=0)))
            layers[1] = replace(layers[1], places=np.sort(random.integers(0, 4, size)))
        closed = {int(place) for layer in layers for place in layer.closed}
        limit = limits(problem, layers)
        for chosen in choices:
            if not any(i * problem.n_mentors + j in closed for i, j in chosen):
                assert counted(problem, layers, chosen) <= limit


def two_mentors_each(random: np.random.Generator) -> AssignmentProblem:
    n, m = int(random.integers(2, 4)), 3
    forbidden = random.random((n, m)) < 0.15
    pinned = (random.random((n, m)) < 0.1) & ~forbidden
    scores, capacity = random.integers(-3, 7, (n, m)), random.integers(2, 4, m)
    return AssignmentProblem.from_scores(scores, capacity, need=2, forbidden=forbidden, pinned=pinned)


def other_levels(random: np.random.Generator, levels: tuple[LevelPrices, ...]) -> tuple[LevelPrices, ...]:
    return tuple(
        replace(
            level,
            slot=shaken(random, level.slot),
            utility=shaken(random, level.utility),
            weights=np.maximum(shaken(random, level.weights), 0),
        )
        for level in levels
    )


def test_no_weights_prove_a_lowest_sum_or_a_total_that_is_exceeded():
    random, proven = np.random.default_rng(8), 0
    for _ in range(60):
        problem = two_mentors_each(random)
        best = assign(problem, "worst_off_then_total")
        choices = [
            (sorted(pairs), units) for count, units, pairs in every_choice(problem) if count == best.matched
        ]
        ranked = [(lowest_sum(problem, pairs), units, pairs) for pairs, units in choices]
        if ranked[0][0] is None:
            continue
        assert best.levels[0].weights is not None
        for turn in range(8):
            lowest, units, pairs = ranked[random.integers(len(ranked))] if turn else max(ranked)
            other = best.with_pairs(problem, np.array(pairs).reshape(-1, 2))
            levels = other_levels(random, best.levels) if turn else best.levels
            found = verify(problem, replace(other, levels=levels))
            is_proven = not any("lowest sum" in fault for fault in found.violations)
            assert lowest == max(ranked)[0] or not is_proven
            beside = max(value for low, value, _ in ranked if low >= lowest)
            assert round(found.dual * problem.units_per_score) >= beside
            proven += is_proven and units == beside and found.dual == found.primal
    assert proven > 40
