"""Check a solution from the problem alone: feasibility, arithmetic and proof of optimality."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.factor_rows import FactorRows
from ..problem.posed import check_posed
from ..problem.solution import FloatArray, Solution, relative_gap
from ..threads import one_blas_thread
from .exact_sums import exact_dot, exact_sum, largest
from .figures import OTHER_PROGRAMME, figure_faults
from .level_certificate import level_faults
from .linear_certificate import linear_limits
from .near_pairs import Level, near_pairs

_PAIRS_AT_A_TIME: Final = 2**16
LEVELLED: Final = ("worst_off_then_total", "leximin", "balanced_load")


@dataclass(frozen=True)
class Certificate:
    """The outcome of checking a solution.

    Attributes
    ----------
    valid : bool
        True when the solution obeys every rule, its figures are right and its optimality is proven.
    gap : float
        Recomputed relative gap of dual and primal; infinity when full coverage is not proven.
    primal, dual : float
        Recomputed total, and the upper limit that the prices prove for any choice of `matched_bound` pairs; for
        ``"total"`` for any choice whatever.
    matched, matched_bound : int
        Pairs chosen, and the proven largest number of pairs (for ``"total"``, both the number chosen).
    violations : tuple of str
        What is wrong, each a code and its place; empty when valid.
    proof : str
        ``"prices"``: `dual` is what the solution's own prices prove. ``"linear_programme"``: quotas cross, and
        `dual` and `matched_bound` are those of a linear programme that is solved for the check; a choice may be
        the best and still leave a gap.
    """

    valid: bool
    gap: float
    primal: float
    dual: float
    matched: int
    matched_bound: int
    violations: tuple[str, ...]
    proof: str = "prices"

    @property
    def is_bounded(self) -> bool:
        """True when nothing but the gap is at fault: an allowed choice, which `dual` limits."""
        return all(violation.startswith("GAP_OPEN") for violation in self.violations)


def verify(problem: AssignmentProblem, solution: Solution, tolerance: float = 1e-6) -> Certificate:
    """Check a solution against its problem without any code of the solver.

    Any prices whatever give a valid upper limit (weak duality of the linear programme), so a spoilt price
    can only make the limit worse, never a wrong one pass. All sums are over integers.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem as it was posed.
    solution : Solution
        The answer to check, from any source.
    tolerance : float, default 1e-6
        Largest relative gap that still counts as proven.

    Returns
    -------
    Certificate

    Raises
    ------
    InvalidInputError
        If there is no problem or no solution to check; a wrong solution is no error but a violation.

    Notes
    -----
    One pass over the scores in blocks of at most 256 rows; memory for one block, and for the pairs. Products of
    factors are passed over in single precision; what comes near its price there is looked at exactly.

    Examples
    --------
    >>> from matching import assign
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], capacity=[1, 1])
    >>> verify(problem, assign(problem)).valid
    True
    """
    check_posed("verify", problem, solution)
    faults = _shape_faults(problem, solution)
    nan = float("nan")
    if faults:
        return Certificate(False, nan, nan, nan, len(solution.pairs), -1, tuple(faults))
    weight = _coverage_weight(problem, solution)
    if not weight:
        return Certificate(
            False, nan, nan, nan, len(solution.pairs), -1, ("PRICES_TOO_LARGE: not exact in 64 bits",)
        )
    faults = rule_faults(problem, solution)
    scale = problem.units_per_score
    if solution.proof == "linear_programme":
        return _linear(problem, solution, faults, tolerance)
    if solution.objective in LEVELLED:
        return _levelled(problem, solution, faults)
    primal_units = int(problem.units_of(solution.pairs).sum())
    counts_coverage = solution.objective == "coverage_then_total"
    # A table of scores is read, not multiplied.
    with nullcontext() if problem.is_dense else one_blas_thread():
        matched_bound, dual_units = _dual(problem, solution, counts_coverage, weight)
    matched = len(solution.pairs)
    primal, dual = primal_units / scale, dual_units / scale
    proven = matched_bound == (matched if counts_coverage else 0)
    gap = relative_gap(dual, primal) if proven else float("inf")
    faults += figure_faults(solution, primal, dual, gap, scale)
    if not proven:
        faults.append(f"COVERAGE_NOT_PROVEN: {matched} pairs, proven limit {matched_bound}")
    elif gap > tolerance:
        faults.append(f"GAP_OPEN: {gap:.3g} is above {tolerance:g}")
    places = (solution.slot_coverage, solution.utility_coverage, *solution.quota_coverage)
    if not counts_coverage and any(each.any() for each in places):
        faults.append("COVERAGE_PRICED: the total counts no places, and its prices have none")
    shown = matched_bound if counts_coverage else matched
    return Certificate(not faults, gap, primal, dual, matched, shown, tuple(faults))


def _linear(
    problem: AssignmentProblem, solution: Solution, faults: list[str], tolerance: float
) -> Certificate:
    """Check a choice within quotas that cross against the linear programme, which bounds it but proves less."""
    matched, scale = len(solution.pairs), problem.units_per_score
    most, limit, open_aims = linear_limits(problem, solution)
    primal, dual = int(problem.units_of(solution.pairs).sum()) / scale, limit / scale
    gap = relative_gap(dual, primal)
    said = relative_gap(solution.bound, solution.total)
    faults = [*faults, *open_aims, *figure_faults(solution, primal, dual, said, scale, OTHER_PROGRAMME)]
    if matched < most:
        faults.append(f"GAP_OPEN: {matched} pairs, the linear programme allows {most}")
    elif gap > tolerance:
        faults.append(f"GAP_OPEN: {gap:.3g} is above {tolerance:g}, against the linear programme")
    return Certificate(not faults, gap, primal, dual, matched, most, tuple(faults), "linear_programme")


def _levelled(problem: AssignmentProblem, solution: Solution, faults: list[str]) -> Certificate:
    """Check an objective of several aims: all before the total must be proven, or the gap is infinite."""
    scale, units = problem.units_per_score, int(problem.units_of(solution.pairs).sum())
    matched_bound, limit, open_aims = level_faults(problem, solution)
    matched = len(solution.pairs)
    if matched_bound != matched:
        open_aims = [f"COVERAGE_NOT_PROVEN: {matched} pairs, proven limit {matched_bound}", *open_aims]
    # The worst-off trainee by sums may be limited and not proven: the total is then that beside the same lowest sum.
    is_open = any(not fault.startswith("GAP_OPEN") for fault in open_aims)
    primal, dual = units / scale, float("inf") if is_open else limit / scale
    gap = float("inf") if is_open else relative_gap(dual, primal)
    figures = figure_faults(solution, primal, primal if is_open else dual, gap, scale)
    if not is_open and limit != units:
        open_aims = [*open_aims, f"GAP_OPEN: total {primal:g}, proven limit {dual:g}"]
    faults = faults + open_aims + figures
    return Certificate(not faults, gap, primal, dual, matched, matched_bound, tuple(faults))


def _shape_faults(problem: AssignmentProblem, solution: Solution) -> list[str]:
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    faults = []
    if solution.objective not in ("coverage_then_total", "total", *LEVELLED):
        faults.append(f"OBJECTIVE_UNKNOWN: {solution.objective}")
    # Where nothing can cross, the solution's own prices have to prove it.
    crosses = bool(problem.quotas or problem.exclusions)
    if solution.proof not in ("prices", "linear_programme")[: 1 + crosses]:
        faults.append(f"PROOF_UNKNOWN: {solution.proof}")
    lengths = {
        "slot_prices": n_mentors,
        "slot_coverage": n_mentors,
        "load": n_mentors,
        "utilities": n_trainees,
        "utility_coverage": n_trainees,
    }
    for name, length in lengths.items():
        array = getattr(solution, name)
        if array.shape != (length,) or not np.isfinite(array).all():
            faults.append(f"PRICES_SHAPE: {name} must be finite and of shape ({length},)")
    shapes = [quota.limit.shape for quota in problem.quotas]
    for name in ("quota_prices", "quota_coverage"):
        arrays = getattr(solution, name)
        if [array.shape for array in arrays] != shapes or not all(
            np.isfinite(array).all() for array in arrays
        ):
            faults.append(f"PRICES_SHAPE: {name} must be finite and of shapes {shapes}")
    pairs = solution.pairs
    if pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu":
        return [*faults, "PAIRS_SHAPE: pairs must be integers of shape (n, 2)"]
    outside = ((pairs < 0) | (pairs >= np.array([n_trainees, n_mentors]))).any(axis=1)
    return faults + [f"PAIR_OUT_OF_RANGE: {pair.tolist()}" for pair in pairs[outside]]


def rule_faults(problem: AssignmentProblem, solution: Solution) -> list[str]:
    """Return what rules of the problem the pairs of a solution break, each a code and its place."""
    pairs = solution.pairs.astype(np.int64)
    codes, times = np.unique(pairs[:, 0] * problem.n_mentors + pairs[:, 1], return_counts=True)
    once = np.stack(np.divmod(codes, max(problem.n_mentors, 1)), axis=1)
    faults = [f"PAIR_TWICE: trainee {i}, mentor {j}" for i, j in once[times > 1]]
    faults += [f"PAIR_FORBIDDEN: trainee {i}, mentor {j}" for i, j in once[problem.is_forbidden(once)]]
    pins = problem.pinned[:, 0] * problem.n_mentors + problem.pinned[:, 1]
    missing = problem.pinned[~np.isin(pins, codes)] if len(pins) else problem.pinned
    faults += [f"PIN_MISSING: trainee {i}, mentor {j}" for i, j in missing]
    load = np.bincount(pairs[:, 1], minlength=problem.n_mentors)
    degree = np.bincount(pairs[:, 0], minlength=problem.n_trainees)
    faults += [f"CAPACITY_EXCEEDED: mentor {j}" for j in np.flatnonzero(load > problem.capacity)]
    faults += [f"BELOW_MINIMUM: mentor {j}" for j in np.flatnonzero(load < problem.minimum_load)]
    faults += [f"NEED_EXCEEDED: trainee {i}" for i in np.flatnonzero(degree > problem.need)]
    for quota in problem.quotas:
        held, name = quota.counts(pairs), quota.parameter
        faults += [f"QUOTA_EXCEEDED: {name}, cell {i}, {j}" for i, j in np.argwhere(held > quota.limit)]
        faults += [f"BELOW_QUOTA: {name}, cell {i}, {j}" for i, j in np.argwhere(held < quota.minimum)]
    faults += [f"BOOKED_TWICE: column {each.column}" for each in problem.exclusions if each.exceeded(pairs)]
    if not np.array_equal(solution.load, load):
        faults.append("LOAD_WRONG: load does not count the pairs")
    if not np.array_equal(solution.unmatched, np.flatnonzero(degree < problem.need)):
        faults.append("UNMATCHED_WRONG: unmatched does not name the trainees below their need")
    return faults


def _dual(
    problem: AssignmentProblem, solution: Solution, counts_coverage: bool, weight: int
) -> tuple[int, int]:
    """Return the limit on (pairs, units) that the prices prove; pairs are compared before units, or not counted.

    Sum over trainees of need × utility, over mentors and quotas of the dearest load × price, over open pairs
    of what is left of the pair's worth after utility and prices, where positive, and the pins' own worth.
    """
    scale, one = problem.units_per_score, int(counts_coverage)
    price = (one * solution.slot_coverage.astype(np.int64), _whole(solution.slot_prices, scale))
    utility = (one * solution.utility_coverage.astype(np.int64), _whole(solution.utilities, scale))
    utility = _positive(utility)
    tariffs = [
        (one * places.astype(np.int64), _whole(units, scale))
        for places, units in zip(solution.quota_coverage, solution.quota_prices, strict=True)
    ]
    need, pinned = problem.free_need, problem.pinned
    # Python's own numbers, which do not wrap round.
    totals = np.array([one * len(pinned), int(problem.units_of(pinned).sum())], dtype=object)
    totals += [exact_dot(need, part) for part in utility]
    totals += _dearest(price, problem.free_capacity, problem.free_minimum)
    for quota, tariff in zip(problem.quotas, tariffs, strict=True):
        totals += _dearest(tariff, quota.free_limit(pinned), quota.free_minimum(pinned))
    wanted, offered = need > 0, problem.free_capacity > 0
    # One number in place of (coverage, units), of the same order: coverage counts more than any units.
    of_trainee, of_mentor = (weight * part[0] + part[1] for part in (utility, price))
    of_mentor -= weight * one
    for start, stop, near in _blocks(problem, utility, price, one):
        if near is not None:
            rows, columns = near
            pairs = np.stack([rows + start, columns], axis=1)
            rest = problem.units_of(pairs) - of_mentor[columns] - of_trainee[pairs[:, 0]]
            counted = (rest > 0) & wanted[pairs[:, 0]] & offered[columns] & ~problem.is_closed(pairs)
            rest = rest[counted]
        else:
            score, allowed = problem.rows(start, stop)
            left = score - of_mentor
            left -= of_trainee[start:stop, None]
            for quota, tariff in zip(problem.quotas, tariffs, strict=True):
                cell = quota.cells(np.arange(start, stop)[:, None], np.arange(problem.n_mentors))
                left -= np.append(weight * tariff[0] + tariff[1], 0)[cell]
                allowed = allowed & np.append(quota.free_limit(pinned) > 0, True)[cell]
            rows, columns = np.divmod(np.flatnonzero((left > 0) & allowed), max(problem.n_mentors, 1))
            rest = left[rows, columns][wanted[rows + start] & offered[columns]]
        places = (rest + weight // 2) // weight
        totals += [exact_sum(places), exact_sum(rest - places * weight)]
    return int(totals[0]), int(totals[1])


def _blocks(
    problem: AssignmentProblem, utility: Level, price: Level, one: int
) -> Iterator[tuple[int, int, tuple[IntArray, IntArray] | None]]:
    """Yield blocks of trainees, of products of factors with the pairs that may be worth more than their ends."""
    blocks = problem.blocks
    if not problem.is_dense and blocks is not None and isinstance(blocks.score_rows, FactorRows):
        yield from near_pairs(problem, utility, price, one)
        return
    # Of a table so many rows at a time that they stay in a processor's cache.
    step = max(_PAIRS_AT_A_TIME // (problem.n_mentors + 1), 1) if blocks is None else problem.step_rows
    for start in range(0, problem.n_trainees, step):
        yield start, min(start + step, problem.n_trainees), None


def _coverage_weight(problem: AssignmentProblem, solution: Solution) -> int:
    """Return more than twice what the units of a pair and its prices come to, or 0 where 64 bits cannot hold it."""
    scale = problem.units_per_score
    money = [solution.slot_prices, solution.utilities, *solution.quota_prices]
    counts = [solution.slot_coverage, solution.utility_coverage, *solution.quota_coverage]
    units = problem.step + sum(map(largest, money)) * scale
    places = 2 + sum(map(largest, counts))
    weight = 2 * (units + len(money)) + 2
    return int(weight) if weight * places < 2**62 else 0


def _dearest(price: tuple[IntArray, IntArray], most: IntArray, fewest: IntArray) -> list[int]:
    load = np.where(_is_positive(price), most, fewest)
    return [exact_dot(load, part) for part in price]


def _whole(prices: FloatArray, scale: int) -> IntArray:
    return np.rint(prices * scale).astype(np.int64)


def _is_positive(pair: tuple[IntArray, IntArray]) -> BoolArray:
    positive: BoolArray = (pair[0] > 0) | ((pair[0] == 0) & (pair[1] > 0))
    return positive


def _positive(pair: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    keep = _is_positive(pair)
    return np.where(keep, pair[0], 0), np.where(keep, pair[1], 0)
