"""With several mentors each, the worst-off trainee is found by the sum over them, within limits that are proven."""

from dataclasses import replace

import numpy as np
import pytest

from matching import AssignmentProblem, KindLimit, assign, rematch, verify

WORST_OFF = "worst_off_then_total"


def sums_of(problem: AssignmentProblem, pairs) -> np.ndarray:
    found = np.zeros(problem.n_trainees, np.int64)
    for i, j in pairs:
        found[i] += problem.units[i, j]
    return found


def cohort(seed: int, need: int = 2, places: int = 8, **rules) -> AssignmentProblem:
    """60 × 18 of two factors with mentors whom everybody wants."""
    random = np.random.default_rng(seed)
    scores = random.random((60, 2)) @ (random.random((18, 2)) * random.pareto(2, (18, 1)).clip(0, 3)).T
    return AssignmentProblem.from_scores(scores, [places] * 18, need=need, **rules)


def test_lowest_sum_decides_and_not_the_lowest_pair():
    # Only with 0.8 and 0.4 is the first as well off as can be, and the second then has the other two.
    problem = AssignmentProblem.from_scores([[0.8, 0.3, 0.4, 0.4], [0.9, 0.9, 0.5, 0.7]], [1] * 4, need=2)
    solution = assign(problem, WORST_OFF)
    assert sums_of(problem, solution.pairs).tolist() == [1_200_000, 1_600_000]
    assert (solution.gap, verify(problem, solution).valid) == (0, True)


def test_what_no_programme_proves_is_said():
    problem = AssignmentProblem.from_scores([[0.9, 0.3, 0.5], [0.9, 0.3, 0.5]], [1, 2, 1], need=2)
    solution = assign(problem, WORST_OFF)
    assert sums_of(problem, solution.pairs).min() == 800_000
    certificate = verify(problem, solution)
    assert certificate.violations == ("GAP_OPEN: lowest sum of a trainee 0.8, proven limit 1",)
    assert (certificate.is_bounded, certificate.primal, certificate.dual) == (True, 2.0, 2.0)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 2e7])
def test_scores_in_any_unit_have_the_same_answer(unit):
    for seed in range(12):
        random = np.random.default_rng(seed)
        scores, capacity = random.integers(-30, 90, (4, 3)), random.integers(1, 4, 3)
        need = random.integers(1, 3, 4)
        plain, other = (
            AssignmentProblem.from_scores(each, capacity, need=need) for each in (scores, scores * unit)
        )
        best, found = assign(plain, WORST_OFF), assign(other, WORST_OFF)
        assert verify(other, found).is_bounded
        expected = [sums_of(plain, best.pairs).min(), plain.units[tuple(best.pairs.T)].sum()]
        reached = [sums_of(plain, found.pairs).min(), plain.units[tuple(found.pairs.T)].sum()]
        assert reached == expected


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("need", [2, 3])
def test_lowest_sum_is_never_below_that_of_other_objectives_and_never_above_its_limit(seed, need):
    problem = cohort(seed, need, places=5 * need)
    solution = assign(problem, WORST_OFF)
    lowest = sums_of(problem, solution.pairs).min()
    for objective in ("coverage_then_total", "leximin", "balanced_load"):
        assert lowest >= sums_of(problem, assign(problem, objective).pairs).min()
    alone = np.sort(problem.units, axis=1)[:, -need:].sum(axis=1).min()
    certificate = verify(problem, solution)
    assert certificate.is_bounded
    is_highest = not any("lowest sum" in fault for fault in certificate.violations)
    assert lowest <= alone
    assert is_highest or lowest < alone
    assert solution.total <= solution.bound <= assign(problem).total


def test_weights_that_are_spoilt_prove_nothing_that_is_not_so():
    problem = cohort(1)
    solution = assign(problem, WORST_OFF)
    honest = verify(problem, solution)
    lowest, total = solution.levels
    for level in (replace(lowest, weights=lowest.weights * 0), replace(lowest, weights=-lowest.weights)):
        assert not verify(problem, replace(solution, levels=(level, total))).valid
    huge = np.full(60, 2**60)  # 64 bits cannot hold what they come to
    for weights in (None, total.weights[1:], total.weights * 1.0, -total.weights, huge):
        level = replace(total, weights=weights)
        faults = verify(problem, replace(solution, levels=(lowest, level))).violations
        assert any(fault.startswith("PRICES_SHAPE") for fault in faults)
    heavier = replace(total, weights=total.weights + np.arange(60))
    assert verify(problem, replace(solution, levels=(lowest, heavier))).dual >= honest.dual - 1e-9


def test_shortage_compares_pairs():
    problem = cohort(2, places=5)
    solution = assign(problem, WORST_OFF)
    assert len(solution.unmatched) > 0
    assert verify(problem, solution).valid
    lowest = problem.units[solution.pairs[:, 0], solution.pairs[:, 1]].min()
    plain = assign(problem).pairs
    assert lowest >= problem.units[plain[:, 0], plain[:, 1]].min()


def test_theory_and_practice_mentors_keep_their_kinds():
    kinds = KindLimit(np.arange(18) % 2, 1)
    problem = cohort(3, kinds=kinds)
    solution = assign(problem, WORST_OFF)
    assert verify(problem, solution).is_bounded
    assert (np.sort((solution.pairs[:, 1] % 2).reshape(60, 2), axis=1) == [0, 1]).all()


def test_rematch_keeps_the_lowest_sum_and_many_pairs():
    problem = cohort(4)
    best = assign(problem, WORST_OFF)
    before = best.pairs[:100]
    kept = rematch(problem, before, float("inf"), WORST_OFF)
    free = rematch(problem, before, 0.0, WORST_OFF)
    for found in (kept, free):
        assert sums_of(problem, found.solution.pairs).min() >= sums_of(problem, best.pairs).min()
    assert kept.n_moved <= free.n_moved
    assert kept.n_moved <= 2


def test_same_input_gives_the_same_pairs():
    assert np.array_equal(
        assign(cohort(5, 3, 12), WORST_OFF).pairs, assign(cohort(5, 3, 12), WORST_OFF).pairs
    )
