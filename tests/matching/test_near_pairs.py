"""No pair that is worth more than its ends is passed over in single precision, whatever cancels."""

import numpy as np
import pytest

import matching.proof.near_pairs as subject
from matching import AssignmentProblem

N, M = 120, 150


def found_pairs(problem: AssignmentProblem, utility: np.ndarray, price: np.ndarray, place: int) -> np.ndarray:
    found = np.zeros((N, M), dtype=bool)
    for start, stop, pairs in subject.near_pairs(problem, tuple(utility), tuple(price), place):
        assert 0 <= start < stop <= N
        assert pairs is not None
        found[start:stop][pairs] = True
    return found


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """Many tiles and blocks, of which none is left to whole numbers."""
    monkeypatch.setattr(subject, "_TILE", 64)
    monkeypatch.setattr(subject, "_ROWS", 32)
    monkeypatch.setattr(subject, "_MANY", 0)


def factors(random: np.random.Generator, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Factors a little above a power of two, of which rounding to 24 bits takes most."""
    size = 2.0**20 if kind != "price and utility" else 1.0
    U, V = random.uniform(1, 1.02, (N, 2)), random.uniform(1.0486, 1.07, (M, 2)) * size
    if kind == "two factors":
        V[:, 1] *= -1
    else:
        U[:, 1] = 0
    return U, V


@pytest.mark.parametrize("kind", ["two factors", "score and utility", "price and utility"])
def test_pair_worth_a_unit_more_is_found_where_rounding_hides_most_of_it(kind):
    random = np.random.default_rng(4)
    for _ in range(6):
        U, V = factors(random, kind)
        problem = AssignmentProblem.from_factors(U, V, np.ones(M, int))
        units = problem.rows(0, N)[0]
        rough = U.astype(np.float32) @ (V * problem.units_per_score).astype(np.float32).T
        price = np.zeros(M, np.int64)
        if kind == "price and utility":
            price = random.integers(2**40, 2**40 + 2**34, M) * (1 - 2 * random.integers(0, 2, M))
            rough = (rough - price.astype(np.float32)).astype(np.float64) + price
        worst = (rough.astype(np.float64) - units).argmin(axis=1)
        utility = units[np.arange(N), worst] - price[worst] - 1
        none = np.zeros(N, np.int64), np.zeros(M, np.int64)
        found = found_pairs(problem, (none[0], utility), (none[1], price), 0)
        more = units > utility[:, None] + price
        assert more.any()
        assert found[more].all()
        assert found.mean() < 0.9


def test_places_decide_before_units():
    random = np.random.default_rng(5)
    for place in (0, 1):
        problem = AssignmentProblem.from_factors(
            random.normal(size=(N, 3)), random.normal(size=(M, 3)), np.ones(M, int)
        )
        utility, price = (
            (random.integers(0, 3, size), random.integers(-(10**6), 10**6, size)) for size in (N, M)
        )
        found = found_pairs(problem, utility, price, place)
        places = place - utility[0][:, None] - price[0]
        left = problem.rows(0, N)[0] - utility[1][:, None] - price[1]
        more = (places > 0) | ((places == 0) & (left > 0))
        assert found[more].all()
        assert not found[(places < 0) | ((places == 0) & (left < -1000))].any()


def test_scores_that_are_no_product_are_refused():
    problem = AssignmentProblem.from_scores([[1.0]], [1])
    level = np.zeros(1, np.int64), np.zeros(1, np.int64)
    with pytest.raises(TypeError, match="Only of factors"):
        next(subject.near_pairs(problem, level, level, 0))
