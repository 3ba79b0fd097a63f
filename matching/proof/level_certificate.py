"""Check of objectives of several aims by prices in layers; it shares nothing with the solver."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..problem.assignment_problem import MICRO, AssignmentProblem, BoolArray, IntArray
from ..problem.solution import LevelPrices, Solution
from ..problem.trainee_sums import compares_sums, have_a_say, sums
from .exact_sums import exact_dot, exact_sum, largest


@dataclass(frozen=True, eq=False)
class Layer:
    """One aim: what each pair counts, which pairs it rules out, and the prices that limit the sum.

    Attributes
    ----------
    prices : LevelPrices
        Any prices; good ones give a tight limit.
    weights : int64 array of shape (n_trainees, n_mentors), or None
        What a pair counts; nothing where left out.
    fewest : int64 array
        Pairs of which there are to be few, each counts one less; places in the flat table of pairs.
    closed : int64 array
        Pairs that no choice as good for the aims before and for this one can hold; places likewise.
    places : int64 array of shape (n_mentors, n_places), or None
        What a mentor's places beyond the pins cost.
    """

    prices: LevelPrices
    weights: IntArray | None = None
    fewest: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    closed: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    places: IntArray | None = None


def level_faults(problem: AssignmentProblem, solution: Solution) -> tuple[int, int, list[str]]:
    """Return what is proven of a solution of several aims, and what is not.

    Returns the largest number of pairs; the most units, pins included, of a choice that is as good in the aims
    before the total; and the aims that are not proven.

    Notes
    -----
    Weak duality holds for sums that are compared aim after aim as it does for numbers: a price list in layers
    whose rest is lexicographically at most zero limits every choice. One pass over the pairs that are still
    undecided for each layer.
    """
    if _wrong_shapes(problem, solution):
        return -1, 0, ["PRICES_SHAPE: levels must hold int64 prices per mentor, trainee and quota"]
    if any(
        sum(map(largest, (level.slot, level.utility, *level.quotas))) > 2.0**61 for level in solution.levels
    ):
        return -1, 0, ["PRICES_TOO_LARGE: not exact in 64 bits"]
    coverage, score = _coverage_layer(problem, solution), _score_layer(problem, solution)
    checks = {
        "worst_off_then_total": _worst_off_faults,
        "leximin": _leximin_faults,
        "balanced_load": _balance_faults,
    }
    most, total, faults = checks[solution.objective](problem, solution, coverage, score)
    pins = problem.units_of(problem.pinned)
    return most + len(pins), total + int(pins.sum()), faults


def _wrong_shapes(problem: AssignmentProblem, solution: Solution) -> bool:
    shapes = [quota.limit.shape for quota in problem.quotas]
    return any(
        level.slot.shape != (problem.n_mentors,)
        or level.utility.shape != (problem.n_trainees,)
        or [quota.shape for quota in level.quotas] != shapes
        or any(array.dtype != np.int64 for array in (level.slot, level.utility, *level.quotas))
        for level in solution.levels
    )


def _coverage_layer(problem: AssignmentProblem, solution: Solution) -> Layer:
    slot, utility, *quotas = (
        array.astype(np.int64)
        for array in (solution.slot_coverage, solution.utility_coverage, *solution.quota_coverage)
    )
    prices = LevelPrices(slot, utility, tuple(quotas))
    return Layer(prices, np.ones_like(problem.units))


def _score_layer(problem: AssignmentProblem, solution: Solution) -> Layer:
    scale = problem.units_per_score
    slot, utility, *quotas = (
        np.rint(array * scale).astype(np.int64)
        for array in (solution.slot_prices, solution.utilities, *solution.quota_prices)
    )
    return Layer(LevelPrices(slot, utility, tuple(quotas)), problem.units)


def _chosen_units(problem: AssignmentProblem, solution: Solution) -> IntArray:
    """Return the scores of the pairs that are not pinned, in units."""
    free = problem.open[solution.pairs[:, 0], solution.pairs[:, 1]]
    units: IntArray = problem.units[solution.pairs[:, 0], solution.pairs[:, 1]][free]
    return units


def _worst_off_faults(
    problem: AssignmentProblem, solution: Solution, coverage: Layer, score: Layer
) -> tuple[int, int, list[str]]:
    if compares_sums(problem, len(solution.pairs)):
        return _sum_faults(problem, solution, coverage)
    units = _chosen_units(problem, solution)
    if not len(units):
        return limits(problem, [coverage])[0], 0, []
    floor = int(units.min())
    faults = []
    low = Layer(_level(problem, solution, 0), fewest=np.flatnonzero(problem.units <= floor))
    if limits(problem, [coverage, low])[1] > -1:
        faults.append(f"WORST_OFF_NOT_PROVEN: lowest score {floor / problem.units_per_score:g}")
    above = Layer(_no_prices(problem), closed=np.flatnonzero(problem.units < floor))
    most, _, total = limits(problem, [coverage, above, score])
    return most, total, faults


def _sum_faults(
    problem: AssignmentProblem, solution: Solution, coverage: Layer
) -> tuple[int, int, list[str]]:
    """Check the lowest sum of a trainee, and the total beside it, by a weighted sum of all sums each."""
    if len(solution.levels) != 2 or not all(_weights_fit(problem, level) for level in solution.levels):
        return -1, 0, ["PRICES_SHAPE: two levels must hold a weight of zero or more for each trainee"]
    counted, own = have_a_say(problem), sums(problem, solution.pairs)
    floor, found = int(own[counted].min()), []
    for level in solution.levels:
        weights = np.asarray(level.weights)
        layer = Layer(level, weights[:, None] * problem.units)
        most, limit = limits(problem, [coverage, layer])
        pins = problem.pinned
        settled = int((weights[pins[:, 0]] * problem.units[pins[:, 0], pins[:, 1]]).sum())
        found.append((weights, limit + settled - int((weights * own)[~counted].sum())))
    weights, limit = found[0]
    highest = limit // int(weights[counted].sum()) if weights[counted].any() else np.iinfo(np.int64).max
    weights, limit = found[1]
    whole = int(weights.min(initial=np.iinfo(np.int64).max))
    # Each sum that counts is at least the lowest, the others are settled: what exceeds `whole` can be taken off.
    total = (
        (limit - floor * int((weights[counted] - whole).sum())) // whole if whole else np.iinfo(np.int64).max
    )
    total += int(own[~counted].sum()) - int(problem.units_of(problem.pinned).sum())
    scale, faults = problem.units_per_score, []
    if highest > floor:
        faults.append(
            f"GAP_OPEN: lowest sum of a trainee {floor / scale:g}, proven limit {highest / scale:g}"
        )
    return most, max(total, int(_chosen_units(problem, solution).sum())), faults


def _weights_fit(problem: AssignmentProblem, level: LevelPrices) -> bool:
    weights = level.weights
    if weights is None or weights.shape != (problem.n_trainees,) or weights.dtype.kind != "i":
        return False
    each = max(largest(problem.units), 1.0) * max(largest(weights), 1.0)
    return bool((weights >= 0).all()) and each * problem.units.size < 2.0**61


def _leximin_faults(
    problem: AssignmentProblem, solution: Solution, coverage: Layer, score: Layer
) -> tuple[int, int, list[str]]:
    values, counts = np.unique(_chosen_units(problem, solution), return_counts=True)
    order = np.argsort(problem.units, axis=None, kind="stable")
    ascending = problem.units.ravel()[order]
    first, beyond = np.searchsorted(ascending, values), np.searchsorted(ascending, values, side="right")
    layers, floor = [coverage], 0
    for place in range(len(values)):
        at, between = order[first[place] : beyond[place]], order[floor : first[place]]
        layers.append(Layer(_level(problem, solution, place), fewest=at, closed=between))
        floor = beyond[place]
    most, *found = limits(problem, layers)
    # The scores say the total.
    total = int(_chosen_units(problem, solution).sum())
    return (
        most,
        total,
        [
            f"LEXIMIN_NOT_PROVEN: {count} pairs of score {value / problem.units_per_score:g}, proven {-limit}"
            for value, count, limit in zip(values, counts, found, strict=True)
            if limit != -count
        ],
    )


def _balance_faults(
    problem: AssignmentProblem, solution: Solution, coverage: Layer, score: Layer
) -> tuple[int, int, list[str]]:
    pins = np.bincount(problem.pinned[:, 1], minlength=problem.n_mentors)
    n_places = int(np.minimum(problem.free_capacity, problem.open.sum(axis=0)).max(initial=0))
    number = np.arange(1, int((pins + n_places).max(initial=0)) + 1)
    costs = (2 * number - 1) * MICRO // np.maximum(problem.capacity, 1)[:, None]
    held = np.arange(costs.shape[1]) < solution.load[:, None]
    beyond = held & (np.arange(costs.shape[1]) >= pins[:, None])
    places = np.take_along_axis(costs, np.minimum(pins[:, None] + np.arange(n_places), costs.shape[1] - 1), 1)
    load = Layer(_level(problem, solution, 0), places=places)
    most, least, total = limits(problem, [coverage, load, score])
    faults = []
    if least != -int(costs[beyond].sum()):
        faults.append(f"BALANCE_NOT_PROVEN: load cost {int(costs[beyond].sum())}, proven {-least} millionths")
    return most, total, faults


def _level(problem: AssignmentProblem, solution: Solution, place: int) -> LevelPrices:
    return solution.levels[place] if place < len(solution.levels) else _no_prices(problem)


def _no_prices(problem: AssignmentProblem) -> LevelPrices:
    quotas = tuple(np.zeros_like(quota.limit) for quota in problem.quotas)
    return LevelPrices(np.zeros(problem.n_mentors, np.int64), np.zeros(problem.n_trainees, np.int64), quotas)


def limits(problem: AssignmentProblem, layers: list[Layer]) -> list[int]:
    """Return what no choice of pairs can exceed in each layer, compared layer after layer, without the pins."""
    totals = np.zeros(len(layers), dtype=object)  # Python's own numbers, which do not wrap round
    left, cells = _usable(problem)
    places = next((layer.places for layer in layers if layer.places is not None), None)
    mentors = [layer.prices.slot for layer in layers]
    if places is None:
        totals += _dearest(mentors, problem.free_capacity, problem.free_minimum)
    else:
        totals += _dearest_places(problem, layers, places.shape[1])
    need = problem.free_need
    totals += _dearest([layer.prices.utility for layer in layers], need, np.zeros_like(need))
    for place, quota in enumerate(problem.quotas):
        prices = [layer.prices.quotas[place] for layer in layers]
        totals += _dearest(prices, quota.free_limit(problem.pinned), quota.free_minimum(problem.pinned))
    counted = []
    for layer in layers:
        left.ravel()[layer.closed] = False
        rest = _rest(layer, cells)
        counted.append(np.flatnonzero(left & (rest > 0)))
        left &= rest == 0
    chosen = np.concatenate(counted)
    for place, layer in enumerate(layers):
        totals[place] += exact_sum(_rest_of(layer, chosen, cells))
    return list(totals)


def _rest(layer: Layer, cells: list[IntArray]) -> IntArray:
    """Return what each pair counts beyond its prices, shape (n_trainees, n_mentors)."""
    rest = -layer.prices.utility[:, None] - layer.prices.slot
    if layer.weights is not None:
        rest += layer.weights
    rest.ravel()[layer.fewest] -= 1
    for quota, cell in zip(layer.prices.quotas, cells, strict=True):
        if quota.any():
            rest -= np.append(quota, 0)[cell]
    return rest


def _rest_of(layer: Layer, chosen: IntArray, cells: list[IntArray]) -> IntArray:
    """Return the same for some places in the flat table of pairs."""
    rows, columns = np.divmod(chosen, max(len(layer.prices.slot), 1))
    rest = -layer.prices.utility[rows] - layer.prices.slot[columns] - np.isin(chosen, layer.fewest)
    if layer.weights is not None:
        rest += layer.weights[rows, columns]
    for quota, cell in zip(layer.prices.quotas, cells, strict=True):
        rest -= np.append(quota, 0)[cell[rows, columns]]
    return rest


def _usable(problem: AssignmentProblem) -> tuple[BoolArray, list[IntArray]]:
    """Return which pairs no limit of zero rules out, and the cell of every pair in each quota."""
    may = problem.open & (problem.free_need > 0)[:, None] & (problem.free_capacity > 0)
    rows, columns = np.arange(problem.n_trainees)[:, None], np.arange(problem.n_mentors)
    cells = [quota.cells(rows, columns) for quota in problem.quotas]
    for quota, cell in zip(problem.quotas, cells, strict=True):
        may &= np.append(quota.free_limit(problem.pinned) > 0, True)[cell]
    return may, cells


def _dearest(prices: list[IntArray], most: IntArray, fewest: IntArray) -> list[int]:
    """Return the sum of load × price in each layer, at the load that is dearest layer after layer."""
    sign = _first_sign(prices)
    load = np.where(sign > 0, most, fewest)
    return [exact_dot(load, price) for price in prices]


def _dearest_places(problem: AssignmentProblem, layers: list[Layer], n_places: int) -> list[int]:
    worth = [
        layer.prices.slot[:, None]
        - (0 if layer.places is None else layer.places)
        + np.zeros(n_places, np.int64)
        for layer in layers
    ]
    place = np.arange(n_places)
    most = np.minimum(problem.free_capacity, problem.open.sum(axis=0))[:, None]
    used = ((_first_sign(worth) > 0) | (place < problem.free_minimum[:, None])) & (place < most)
    return [exact_sum(part[used]) for part in worth]


def _first_sign(values: list[IntArray]) -> IntArray:
    sign = np.zeros_like(values[0])
    for value in values:
        sign = np.where(sign == 0, np.sign(value), sign)
    return sign
