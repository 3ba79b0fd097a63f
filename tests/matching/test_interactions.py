import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.utils.estimator_checks import parametrize_with_checks

from matching import InteractionRecommender, InvalidInputError, NotFittedError

USED = arrays(np.int8, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.integers(0, 1))


@parametrize_with_checks([InteractionRecommender()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


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
    with pytest.raises(InvalidInputError, match=r"item.* 3 features"):
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


FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr"]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16, np.bool_, np.float32])
def test_any_sparse_format_and_type_gives_what_the_dense_matrix_gives(format: str, dtype: type) -> None:
    used = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 0]], dtype=dtype)
    expected = InteractionRecommender(ridge=1.0).fit(used.astype(float)).recommend(used.astype(float), 3)
    for made in (sparse.coo_array(used).asformat(format), sparse.coo_matrix(used).asformat(format)):
        given_before = made.toarray().copy()
        found = InteractionRecommender(ridge=1.0).fit(made).recommend(made, 3)
        assert found.tolist() == expected.tolist()
        # What was given is left as it was.
        assert np.array_equal(made.toarray(), given_before)
        assert made.dtype == dtype


def test_explicit_zeros_are_no_interactions() -> None:
    """A stored 0, as a download of ratings may hold it, is neither learned from nor left out of the list."""
    data = ([1.0, 0.0, 1.0, 1.0], ([0, 0, 1, 1], [0, 1, 0, 1]))
    stored = sparse.csr_array(data, shape=(2, 3))
    assert stored.nnz == 4
    plain = stored.toarray()
    ours, theirs = InteractionRecommender(ridge=1.0).fit(stored), InteractionRecommender(ridge=1.0).fit(plain)
    assert np.array_equal(ours.coefficients_, theirs.coefficients_)
    assert ours.recommend(stored, 3).tolist() == theirs.recommend(plain, 3).tolist()
    assert 1 in ours.recommend(stored, 1)[0]
    assert stored.nnz == 4
    only_zeros = sparse.csr_array(([0.0], ([0], [0])), shape=(1, 3))
    assert ours.recommend(only_zeros, 3).tolist() == [[0, 1, 2]]


def test_repeated_entries_are_one_interaction() -> None:
    twice = sparse.coo_array(([1, 1, 1], ([0, 0, 1], [0, 0, 1])), shape=(2, 3))
    once = np.array([[1, 0, 0], [0, 1, 0]])
    ours, theirs = InteractionRecommender().fit(twice), InteractionRecommender().fit(once)
    assert np.array_equal(ours.coefficients_, theirs.coefficients_)
    assert np.array_equal(ours.popularity_, theirs.popularity_)


def test_whoever_has_seen_everything_gets_nothing() -> None:
    used = np.array([[1, 1, 1], [1, 0, 0]])
    found = InteractionRecommender(ridge=1.0).fit(used).recommend(used, 5)
    assert found[0].tolist() == [-1] * 5
    assert sorted(found[1].tolist()) == [-1, -1, -1, 1, 2]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0), (4, 3)])
def test_no_interactions_at_all_are_answered(shape: tuple[int, int]) -> None:
    nothing = sparse.csr_array(shape)
    found = InteractionRecommender().fit(nothing).recommend(nothing, 2)
    assert found.shape == (shape[0], 2)
    wanted = [0, 1] if shape[1] else [-1, -1]
    assert found.tolist() == [wanted] * shape[0]


def test_no_users_to_recommend_to_are_answered() -> None:
    assert InteractionRecommender().fit(np.eye(3)).recommend(sparse.csr_array((0, 3)), 2).shape == (0, 2)


@pytest.mark.parametrize("wrong", [[1.0, 0.0], [[np.nan, 1.0]], [[np.inf, 1.0]]])
def test_what_is_no_matrix_of_numbers_is_refused(wrong: list) -> None:
    with pytest.raises(InvalidInputError, match="'X'"):
        InteractionRecommender().fit(wrong)
