"""Rough surplus lies within its error, and what a scan proves with it is exact."""

import numpy as np
import pytest

from matching import AssignmentProblem
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
