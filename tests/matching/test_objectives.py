"""Worst off first, leximin and an even load are the best of all choices, and proven so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from matching import (
    AssignmentProblem,
    ColumnGroups,
    GroupQuota,
    KindLimit,
    MinimumLoadError,
    assign,
    verify,
)
from matching.solver.crossing import assign_crossing
from matching.watch import Watch

from .oracles import every_choice, lowest_sum, problems, quota_problems

LEVELLED = ("worst_off_then_total", "leximin", "balanced_load")


def value_of(problem: AssignmentProblem, objective: str, pairs) -> tuple:
    """What the objective compares, larger is better; by the words of its description, not by the engine."""
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    units = sorted(int(problem.units[i, j]) for i, j in pairs if (i, j) not in pins)
    total = sum(int(problem.units[i, j]) for i, j in pairs)
    if objective == "worst_off_then_total":
        sums = lowest_sum(problem, pairs)
        return (len(pairs), units[0] if units and sums is None else sums or 0, total)
    if objective == "leximin":
        return (len(pairs), units)
    load = np.bincount([j for _, j in pairs], minlength=problem.n_mentors)
    cost = sum(
        (2 * number - 1) * 1_000_000 // int(problem.capacity[j])
        for j in range(problem.n_mentors)
        for number in range(1, int(load[j]) + 1)
    )
    return (len(pairs), -cost, total)


@pytest.mark.parametrize("with_minimum", [False, True])
@pytest.mark.parametrize("objective", LEVELLED)
@settings(max_examples=350, deadline=None, derandomize=True)
@given(data=st.data())
def test_objective_equals_the_best_of_all_choices(objective, with_minimum, data):
    problem = data.draw(st.one_of(problems(with_minimum), quota_problems(with_minimum)))
    choices = every_choice(problem)
    if not choices:
        with pytest.raises(MinimumLoadError):
            assign(problem, objective)
        return
    best = max(value_of(problem, objective, pairs) for _, _, pairs in choices)
    solution = assign(problem, objective)
    chosen = [(int(i), int(j)) for i, j in solution.pairs]
    assert value_of(problem, objective, chosen) == best
    certificate = verify(problem, solution)
    if objective == "worst_off_then_total" and lowest_sum(problem, chosen) is not None:
        # An integer programme: a linear one may limit it by more than there is.
        assert certificate.is_bounded, certificate.violations
        return
    assert certificate.valid, certificate.violations
    assert (certificate.gap, certificate.primal) == (0, certificate.dual)


@pytest.mark.parametrize("objective", LEVELLED)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_worse_choice_with_honest_figures_is_not_proven(objective, data):
    problem = data.draw(st.one_of(problems(True), quota_problems(True)))
    choices = every_choice(problem)
    if not choices:
        return
    best = max(value_of(problem, objective, pairs) for _, _, pairs in choices)
    solution = assign(problem, objective)
    for _, _, pairs in choices[:40]:
        chosen = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        other = replace(solution.with_pairs(problem, chosen), gap=0.0)
        other = replace(other, bound=other.total)
        is_best = value_of(problem, objective, sorted(pairs)) == best
        if objective == "worst_off_then_total" and lowest_sum(problem, sorted(pairs)) is not None:
            assert is_best or not verify(problem, other).valid
        else:
            assert verify(problem, other).valid == is_best


def highest_floor_by_scipy(problem: AssignmentProblem) -> int:
    """The highest score so that as many pairs as possible can all reach it; need 1, no quotas, no minimum."""

    def most(floor: int) -> int:
        n, m = problem.units.shape
        rows, columns = np.nonzero(problem.open & (problem.units >= floor))
        tails = np.concatenate([np.zeros(n, int), rows + 1, np.arange(m) + n + 1])
        heads = np.concatenate([np.arange(n) + 1, columns + n + 1, np.full(m, n + m + 1)])
        limits = np.concatenate([np.ones(n + len(rows), int), problem.capacity])
        graph = csr_array((limits.astype(np.int32), (tails, heads)), shape=(n + m + 2, n + m + 2))
        return int(maximum_flow(graph, 0, n + m + 1).flow_value)

    floors = np.unique(problem.units[problem.open])
    all_pairs = most(int(floors[0]))
    return max(int(floor) for floor in floors if most(int(floor)) == all_pairs)


@pytest.mark.parametrize("places", [0.6, 1.0, 1.7])
def test_worst_off_equals_scipys_maximum_flow(places):
    random = np.random.default_rng(int(places * 10))
    for _ in range(8):
        n, m = int(random.integers(5, 30)), int(random.integers(2, 8))
        capacity = random.multinomial(int(n * places), np.full(m, 1 / m))
        scores, forbidden = random.integers(0, 60, (n, m)) / 60, random.random((n, m)) < 0.3
        problem = AssignmentProblem.from_scores(scores, capacity, forbidden=forbidden)
        floor = highest_floor_by_scipy(problem)
        for objective in ("worst_off_then_total", "leximin"):
            solution = assign(problem, objective)
            assert problem.units[solution.pairs[:, 0], solution.pairs[:, 1]].min() == floor
            assert verify(problem, solution).valid


@pytest.mark.parametrize("spoil", ["slot", "utility"])
@pytest.mark.parametrize("objective", LEVELLED)
def test_spoilt_prices_of_a_level_prove_nothing(objective, spoil):
    problem = AssignmentProblem.from_scores(np.random.default_rng(4).random((12, 4)), [3, 3, 3, 4])
    solution = assign(problem, objective)
    level = solution.levels[0]
    spoilt = replace(level, **{spoil: getattr(level, spoil) - 3})
    certificate = verify(problem, replace(solution, levels=(spoilt, *solution.levels[1:])))
    assert not certificate.valid
    assert (
        "PRICES_SHAPE"
        in verify(
            problem, replace(solution, levels=(replace(level, slot=level.slot[1:]), *solution.levels[1:]))
        ).violations[-1]
    )


def test_objectives_of_a_cohort_are_proven_within_a_moment():
    random = np.random.default_rng(11)
    quota = GroupQuota(random.integers(0, 5, 120), 2)
    problem = AssignmentProblem.from_scores(random.random((120, 40)), [4] * 40, [1] * 40, groups=quota)
    for objective in LEVELLED:
        assert verify(problem, assign(problem, objective)).valid


@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
def test_quotas_in_one_flow_reach_what_the_integer_programme_reaches(objective):
    random = np.random.default_rng(12)
    for _ in range(10):
        n, m = int(random.integers(10, 40)), int(random.integers(3, 8))
        problem = AssignmentProblem.from_scores(
            random.random((n, m)),
            random.integers(0, 6, m),
            need=random.integers(0, 3, n),
            forbidden=random.random((n, m)) < 0.2,
            groups=GroupQuota(random.integers(-1, 4, n), random.integers(0, 3, (m, 4))),
            kinds=KindLimit(random.integers(-1, 2, m), 1),
            column_groups=ColumnGroups(np.arange(m) // 2, 5),
        )
        by_flow, by_programme = assign(problem, objective), assign_crossing(problem, objective, Watch())
        assert by_flow.total == pytest.approx(by_programme.total)
        assert objective == "total" or by_flow.matched == by_programme.matched


def test_kind_that_must_be_full_does_not_lower_its_trainee():
    # Trainee 3 has both needs filled, one of them by a kind that coverage holds full.
    scores = [[0, 1, 1, 0], [1, 1, 1, 0], [1, 0, 1, 1], [1, 0, 1, 1]]
    bans = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 1), (2, 2), (3, 3)]
    problem = AssignmentProblem.from_scores(
        scores, [1, 1, 2, 0], need=[1, 0, 0, 2], forbidden=bans, kinds=KindLimit([2, 1, 1, 0], 1)
    )
    solution = assign(problem, "balanced_load")
    assert solution.load.tolist() == [1, 0, 1, 0]
    assert verify(problem, solution).valid


@pytest.mark.parametrize("objective", LEVELLED)
def test_objectives_are_proven_among_minimums_kinds_and_quotas(objective):
    random = np.random.default_rng(13)
    proven = 0
    for _ in range(40):
        n, m = int(random.integers(3, 25)), int(random.integers(2, 9))
        capacity, columns = random.integers(0, 6, m), np.arange(m) // 2
        totals = random.integers(3, 9, columns.max() + 1)
        problem = AssignmentProblem.from_scores(
            random.integers(-2, 10, (n, m)),
            capacity,
            need=random.integers(0, 4, n),
            forbidden=random.random((n, m)) < 0.3,
            groups=(random.integers(-1, 3, n), 2),
            kinds=(random.integers(-1, 2, m), 1),
            column_groups=(columns, totals, random.integers(0, 3, len(totals))),
        )
        try:
            solution = assign(problem, objective)
        except MinimumLoadError:
            continue
        certificate = verify(problem, solution)
        sums = (
            objective == "worst_off_then_total" and lowest_sum(problem, solution.pairs.tolist()) is not None
        )
        assert certificate.is_bounded if sums else certificate.valid, certificate.violations
        proven += 1
    assert proven > 10
