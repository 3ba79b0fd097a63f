"""A pass over a table of scores finds what each trainee could have; a flow beside wrong prices is as good."""

import numpy as np
import pytest

from matching import AssignmentProblem
from matching.solver.arcs import solve
from matching.solver.claims import claims
from matching.solver.scan import scan
from matching.solver.search import Search
from matching.watch import Watch


def posed(levels: int, need: int, seed: int = 0) -> AssignmentProblem:
    random = np.random.default_rng(seed)
    return AssignmentProblem.from_scores(
        random.integers(0, levels, (300, 130)),
        random.integers(0, 4, 130),
        need=random.integers(0, need + 1, 300),
        forbidden=random.random((300, 130)) < 0.2,
        pinned=[],
    )


def surplus(problem: AssignmentProblem, search: Search) -> np.ndarray:
    """Units beyond the prices as floats, -infinity where a pair cannot be used."""
    found = problem.units + search.bonus - search.prices
    found[~problem.open | (problem.free_capacity <= 0)] = -np.inf
    return found


@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize(("levels", "need"), [(2, 1), (1000, 1), (1000, 3)])
def test_pass_over_a_table_finds_the_best_of_every_trainee(levels, need, noise):
    problem = posed(levels, need)
    prices = np.random.default_rng(1).integers(0, 500, problem.n_mentors).astype(float)
    search = Search(problem.step, prices + 100, 5, noise)
    found = scan(problem, search, Watch(), (0.0, 1.0))
    values = surplus(problem, search)
    usable = np.isfinite(values)
    beyond = iter(found.beyond.tolist())
    for trainee, wanted in enumerate(problem.free_need.tolist()):
        own = np.sort(values[trainee])[::-1]
        limit = max(own[wanted - 1], 0) if wanted else 0
        assert found.best[trainee] == limit
        if wanted > 1:
            assert [next(beyond) for _ in range(wanted)] == np.maximum(own[:wanted] - limit, 0).tolist()
        mine = found.arcs.columns[found.arcs.rows == trainee]
        assert usable[trainee, mine].all()
        if not wanted:
            assert not len(mine)
        elif noise:
            assert own[0] in values[trainee, mine]
        else:
            assert (
                np.sort(values[trainee, mine])[::-1][:5].tolist()
                == own[: min(5, usable[trainee].sum())].tolist()
            )
        assert len(mine) <= 5 * 5 + need
    np.testing.assert_array_equal(
        found.arcs.worth, problem.units[found.arcs.rows, found.arcs.columns] + problem.step
    )


def test_pass_looks_again_only_at_trainees_who_find_something_better():
    problem = posed(1000, 1)
    search = Search(0, np.full(problem.n_mentors, 100.0), 5, 0.0)
    best = scan(problem, search, Watch(), (0.0, 1.0)).best
    held = np.where(np.arange(300) < 10, best - 1, best)
    again = scan(problem, Search(0, search.prices, 5, 0.0, held=held), Watch(), (0.0, 1.0))
    asking = np.flatnonzero((np.arange(300) < 10) & (problem.free_need > 0))
    assert len(asking)
    np.testing.assert_array_equal(np.unique(again.arcs.rows), asking)
    np.testing.assert_array_equal(again.best, best)


@pytest.mark.parametrize("most", [1, 2])
def test_claims_are_of_those_who_gain_most_by_a_mentor(most):
    problem = posed(1000, 1)
    search = Search(problem.step, np.arange(problem.n_mentors) * 50.0, 3, 0.0)
    utilities = scan(problem, search, Watch(), (0.0, 1.0)).best
    columns = np.arange(0, problem.n_mentors, 3)
    gains, who = claims(problem, columns, utilities, most)
    expected = (problem.units - utilities[:, None]).astype(float)
    expected[~problem.open | (problem.free_need == 0)[:, None]] = -np.inf
    expected = np.sort(expected[:, columns], axis=0)[::-1][:most]
    np.testing.assert_array_equal(np.sort(gains, axis=0)[::-1], expected)
    known = gains > -np.inf
    assert known.any()
    mentors = np.broadcast_to(columns, gains.shape)[known]
    np.testing.assert_array_equal(problem.units[who[known], mentors] - utilities[who[known]], gains[known])


@pytest.mark.parametrize("reach", [0, 1, 50, 10**6])
@pytest.mark.parametrize("need", [1, 3])
def test_flow_beside_wrong_prices_is_as_good(need, reach):
    for seed in range(20):
        problem = posed(1000, need, seed)
        random = np.random.default_rng(seed)
        search = Search(problem.step, np.zeros(problem.n_mentors), 4, 100.0)
        arcs = scan(problem, search, Watch(), (0.0, 1.0)).arcs
        near = random.integers(0, 2, problem.n_mentors) * problem.step + random.integers(
            0, 900, problem.n_mentors
        )
        plain = solve(problem, arcs, problem.step, problem.step)
        beside = solve(problem, arcs, problem.step, problem.step, near, reach)
        assert arcs.worth[beside].sum() == arcs.worth[plain].sum()
        assert (np.bincount(arcs.columns[beside], minlength=problem.n_mentors) <= problem.free_capacity).all()
