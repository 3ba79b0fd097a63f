import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from matching import InteractionRecommender, InvalidInputError, NotFittedError

USED = arrays(np.int8, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.integers(0, 1))


@settings(deadline=None, max_examples=60)
@given(USED, st.floats(0.5, 50))
def test_each_column_is_the_ridge_regression_without_its_own_item(used: np.ndarray, ridge: float) -> None:
    coefficients = InteractionRecommender(ridge=ridge).fit(used).coefficients_
    matrix = used.astype(float)
    for item in range(used.shape[1]):
        others = np.delete(np.arange(used.shape[1]), item)
        left = matrix[:, others]
        best = np.linalg.solve(left.T @ left + ridge * np.eye(len(others)), left.T @ matrix[:, item])
        assert np.allclose(coefficients[others, item], best, atol=1e-8)
        assert coefficients[item, item] == 0


@settings(deadline=None, max_examples=60)
@given(USED, st.integers(1, 8))
def test_seen_items_are_never_recommended_again(used: np.ndarray, k: int) -> None:
    found = InteractionRecommender(ridge=1.0).fit(used).recommend(sparse.csr_array(used), k)
    assert found.shape == (len(used), k)
    for row, items in zip(used, found, strict=True):
        offered = items[items >= 0].tolist()
        assert not row[offered].any()
        assert len(set(offered)) == len(offered) == min(k, int((row == 0).sum()))


def test_what_others_took_along_comes_first() -> None:
    used = sparse.csr_array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1], [1, 0, 0, 0]])
    assert InteractionRecommender(ridge=1.0).fit(used).recommend(used, 1)[4].tolist() == [1]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(NotFittedError):
        InteractionRecommender().recommend(np.eye(2), 1)
    with pytest.raises(InvalidInputError, match="ridge"):
        InteractionRecommender(ridge=0).fit(np.eye(2))
    with pytest.raises(InvalidInputError, match="'X'"):
        InteractionRecommender().fit([[-1.0, 0.0]])
    with pytest.raises(InvalidInputError, match="items"):
        InteractionRecommender().fit(np.eye(2)).recommend(np.eye(3), 1)


def test_grades_count_as_one_interaction_each() -> None:
    used = np.array([[1, 1, 0, 0], [1, 1, 0, 1], [0, 1, 1, 0]])
    graded = used * np.array([[5, 1, 3, 2]])
    plain = InteractionRecommender(ridge=1.0).fit(used)
    other = InteractionRecommender(ridge=1.0).fit(graded)
    assert np.array_equal(plain.coefficients_, other.coefficients_)
    assert plain.recommend(used, 2).tolist() == other.recommend(graded, 2).tolist()


def test_who_has_used_nothing_gets_what_most_use() -> None:
    used = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 0, 0]])
    assert InteractionRecommender(ridge=1.0).fit(used).recommend(np.zeros((1, 3)), 3).tolist() == [[2, 1, 0]]
