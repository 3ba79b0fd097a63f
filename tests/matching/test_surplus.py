"""Rough surplus lies within its error, and what a scan proves with it is exact."""

import numpy as np
import pytest

from matching import AssignmentProblem
from matching.problem.rewarded_blocks import Reward, RewardedBlocks
from matching.problem.surplus import Columns, exact_surplus, surplus_of
from matching.solver.scan import scan
from matching.solver.search import Search
from matching.watch import Watch


def of_factors(n: int, m: int, rank: int, seed: int = 1) -> AssignmentProblem:
    random = np.random.default_rng(seed)
    U, V = random.random((n, rank)), random.normal(size=(m, rank))
    groups = random.integers(-1, 30, n), random.integers(-1, 30, m)
    forbidden = np.stack([random.integers(0, n, n), random.integers(0, m, n)], axis=1)
    capacity = random.integers(0, 4, m)
    return AssignmentProblem.from_factors(U, V, capacity, forbidden=forbidden, same_group=groups)


@pytest.mark.parametrize("m", [1, 15, 511, 512, 2049, 25_000])
def test_every_column_lies_in_one_group(m):
    layout = Columns.of(m)
    members = layout.members(np.arange(layout.n_groups))
    assert sorted(members.ravel().tolist()) == list(range(layout.n_groups * layout.size))
    assert m <= layout.n_groups * layout.size < m + layout.n_tiles * layout.size


def test_rough_values_of_tiny_scores_are_in_their_own_units():
    random = np.random.default_rng(5)
    problem = AssignmentProblem.from_factors(
        random.random((50, 2)) / 1e5, random.random((400, 2)), np.ones(400, int)
    )
    rough, exact = surplus_of(problem, np.zeros(400)), exact_surplus(problem, np.zeros(400))
    one, other = rough.largest(0, 50), exact.largest(0, 50)
    assert problem.units_per_score > 1_000_000
    assert np.abs(one - other).max() <= rough.error < other.max() / 1000


@pytest.mark.parametrize(("n", "m"), [(40, 7), (100, 1600), (70, 21_000)])
def test_rough_values_are_within_their_error_and_closed_pairs_are_closed(n, m):
    problem = of_factors(n, m, 9)
    prices = np.random.default_rng(2).normal(size=m) * 1e6
    prices[::5] = np.inf
    rough, exact = surplus_of(problem, prices), exact_surplus(problem, prices)
    assert rough.error > 0
    groups = np.arange(rough.columns.n_groups)
    step = min(rough.step_rows, exact.step_rows)
    for start in range(0, n, step):
        largest, exactly = (
            rough.largest(start, min(start + step, n)),
            exact.largest(start, min(start + step, n)),
        )
        for row in range(largest.shape[1]):
            rows = np.full(len(groups), row)
            one, other = rough.members(start, rows, groups).astype(float), exact.members(start, rows, groups)
            np.testing.assert_array_equal(np.isinf(one), np.isinf(other))
            assert np.isinf(other).any()
            finite = np.isfinite(other)
            assert np.abs(one[finite] - other[finite]).max() <= rough.error
            np.testing.assert_array_equal(exactly[:, row], other.max(axis=1))
            reached = np.isfinite(exactly[:, row])
            np.testing.assert_array_equal(np.isfinite(largest[:, row]), reached)
            assert np.abs(largest[reached, row] - exactly[reached, row]).max() <= rough.error


@pytest.mark.parametrize("scale", [1.0, 1e-5])
def test_single_pairs_have_the_units_of_their_rows(scale):
    random = np.random.default_rng(2)
    # Products of ten decimals lie on the edge between two of nine, and some of these on that between two units.
    U, V = random.integers(0, 10**5, (700, 3)) / 10**5, random.integers(0, 10**5, (1500, 3)) / 10**5
    problem = AssignmentProblem.from_factors(U, V * scale, np.ones(1500, int))
    units, _ = problem.rows(0, 700)
    pairs = np.stack([random.integers(0, 700, 200_000), random.integers(0, 1500, 200_000)], axis=1)
    assert problem.blocks is not None
    assert not problem.blocks.units_of_pairs(pairs)[1].all()
    np.testing.assert_array_equal(problem.units_of(pairs), units[pairs[:, 0], pairs[:, 1]])


@pytest.mark.parametrize("noise", [0.0, 50_000.0])
@pytest.mark.parametrize("kind", ["spread", "alike", "levels"])
def test_limits_of_a_scan_are_exact_where_rough_values_tie(kind, noise):
    random = np.random.default_rng(4)
    n, m = 150, 2500
    rank = 1 if kind == "alike" else 3
    U, V = random.random((n, rank)), random.random((m, rank))
    if kind == "levels":
        U, V = np.eye(3)[random.integers(0, 3, n)], random.integers(0, 5, (m, 3)) / 4
    if kind == "alike":
        V = 0.5 + V / 1e6
    need = random.integers(0, 3, n)
    problem = AssignmentProblem.from_factors(U, V, np.ones(m, int), need=need)
    bonus = problem.step
    prices = random.integers(0, 2, m) * bonus + random.integers(0, 3 if kind == "alike" else 50_000, m)
    found = scan(problem, Search(bonus, prices.astype(float), 5, noise), Watch(), (0, 1))
    units, _ = problem.rows(0, n)
    surplus = np.sort(units + bonus - prices, axis=1)[:, ::-1]
    expected = [max(surplus[i, need[i] - 1], 0) if need[i] else 0 for i in range(n)]
    assert found.best.tolist() == expected
    np.testing.assert_array_equal(found.arcs.worth, units[found.arcs.rows, found.arcs.columns] + bonus)
    beyond = sum(max(surplus[i, k] - expected[i], 0) for i in range(n) for k in range(max(need[i] - 1, 0)))
    assert found.beyond.sum() == beyond
    for trainee in np.flatnonzero(need):
        mine = found.arcs.columns[found.arcs.rows == trainee]
        assert (units[trainee, mine] + bonus - prices[mine]).max() == surplus[trainee, 0]


def rewarded(problem: AssignmentProblem) -> AssignmentProblem:
    """With a bonus on some open pairs, several of a trainee among them."""
    random = np.random.default_rng(7)
    pairs = np.unique(random.integers(0, [problem.n_trainees, problem.n_mentors], (900, 2)), axis=0)
    pairs = pairs[~problem.is_closed(pairs)]
    return problem.with_values(blocks=RewardedBlocks(problem.blocks, Reward(pairs, 7, 4_000_000)))


def test_rewarded_pairs_are_worth_their_bonus_however_they_are_asked_for():
    plain = of_factors(300, 600, 4)
    problem = rewarded(plain)
    pairs = problem.blocks.apart
    expected = plain.rows(0, 300)[0] * 7
    expected[pairs[:, 0], pairs[:, 1]] += 4_000_000
    np.testing.assert_array_equal(problem.rows(0, 300)[0], expected)
    every = np.argwhere(np.ones((300, 600), dtype=bool))
    np.testing.assert_array_equal(problem.units_of(every), expected.ravel())
    columns = np.flatnonzero(np.random.default_rng(3).random(600) < 0.2)
    near = problem.units_in(64, 200, columns) - expected[64:200, columns]
    assert np.abs(near).max() <= 7
    assert problem.largest >= np.abs(expected).max()


@pytest.mark.parametrize("need", [1, 3])
@pytest.mark.parametrize("noise", [0.0, 1e5])
def test_scan_with_rewarded_pairs_finds_the_best_of_every_trainee(need, noise):
    problem = rewarded(of_factors(300, 600, 4))
    problem = problem.with_values(need=np.full(300, need))
    prices = np.random.default_rng(2).random(600) * 3e6 // 1
    found = scan(problem, Search(0, prices, 5, noise), Watch(), (0.0, 1.0))
    units, free = problem.rows(0, 300)
    pull = np.where(free & (problem.free_capacity > 0), units - prices, -np.inf)
    expected = np.maximum(np.sort(pull, axis=1)[:, -need], 0)
    np.testing.assert_array_equal(found.best, expected)
    np.testing.assert_array_equal(found.arcs.worth, units[found.arcs.rows, found.arcs.columns])
    assert len(np.unique(found.arcs.rows * 600 + found.arcs.columns)) == len(found.arcs)


@pytest.mark.parametrize("kind", ["plain", "rewarded", "levels"])
def test_second_scan_tells_who_finds_something_better_than_what_is_held(kind):
    problem = of_factors(300, 600, 4)
    problem = rewarded(problem) if kind == "rewarded" else problem
    prices = np.random.default_rng(2).random(600) * 1e6 // 1
    bonus = problem.step if kind == "levels" else 0
    prices[::3] += bonus
    first = scan(problem, Search(bonus, prices, 5, 0.0), Watch(), (0.0, 1.0))
    held = np.where(np.arange(300) % 10 == 0, np.maximum(first.best - 50_000, 0), first.best)
    again = scan(problem, Search(bonus, prices, 5, 0.0, held=held), Watch(), (0.0, 1.0))
    np.testing.assert_array_equal(again.best, first.best)
    asking = np.flatnonzero(first.best > held)
    np.testing.assert_array_equal(np.unique(again.arcs.rows), asking)
    mine = np.isin(first.arcs.rows, asking)
    np.testing.assert_array_equal(again.arcs.columns, first.arcs.columns[mine])
