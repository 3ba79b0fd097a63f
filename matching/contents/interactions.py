"""Recommending from what people used before, once there is enough of it."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from ..exceptions import InvalidInputError, NotFittedError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 1024


class InteractionRecommender(BaseEstimator):
    """Recommend items by EASE: a linear item-to-item model in closed form.

    Parameters
    ----------
    ridge : float above 0, default 300
        Weight of the penalty on squared coefficients; more for fewer interactions.

    Attributes
    ----------
    coefficients_ : float array of shape (n_items, n_items)
        Zero on the diagonal: an item never recommends itself.
    popularity_ : float array of shape (n_items,), in [0, 1]
        Share of users who used each item: what is recommended to a user who has used none.

    Notes
    -----
    Any number above 0 is one interaction: grades on another scale change nothing.
    One inverse of an n_items square matrix: O(n_items³) time, O(n_items²) memory, seconds for a few thousand
    items.

    References
    ----------
    Steck (2019), Embarrassingly shallow autoencoders for sparse data.

    Examples
    --------
    >>> used = sparse.csr_array([[1, 1, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]])
    >>> InteractionRecommender(ridge=1.0).fit(used).recommend(used, 1)[3].tolist()
    [1]

    """

    def __init__(self, ridge: float = 300.0) -> None:
        self.ridge = ridge

    def fit(self, X: ArrayLike | sparse.csr_array, y: None = None) -> Self:
        """Learn from interactions, shape (n_users, n_items), at least 0; only a sparse matrix may be empty."""
        used = self._checked(X, reset=True)
        if not self.ridge > 0:
            raise InvalidInputError(
                "The 'ridge' parameter of InteractionRecommender must be above 0. "
                f"Got {self.ridge!r} instead."
            )
        gram = (used.T @ used).toarray()
        gram[np.diag_indices_from(gram)] += self.ridge
        inverse = np.linalg.inv(gram)
        coefficients = inverse / -np.diag(inverse)
        np.fill_diagonal(coefficients, 0.0)
        self.coefficients_ = coefficients
        self.popularity_ = np.asarray(used.sum(axis=0)).ravel() / max(used.shape[0], 1)
        self.n_features_in_ = coefficients.shape[0]
        return self

    def recommend(self, X: ArrayLike | sparse.csr_array, k: int) -> Integers:
        """Return the best unseen items of each user.

        Parameters
        ----------
        X : sparse or dense array of shape (n_users, n_items), at least 0
            What each user already used; these items are left out.
        k : int, at least 1
            How many items.

        Returns
        -------
        int array of shape (n_users, k), best first, ties by position; −1 fills the places of a user who has
        fewer unseen items.

        Raises
        ------
        InvalidInputError
            When k or the number of items is wrong.
        NotFittedError
            Before `fit`.

        """
        if k < 1:
            raise InvalidInputError(f"The 'k' parameter of recommend must be at least 1. Got {k!r} instead.")
        used = self._fitting(X)
        wanted = min(k, self.n_features_in_)
        best = np.full((used.shape[0], k), -1, dtype=np.int64)
        for start in range(0, used.shape[0], _BLOCK):
            block = sparse.csr_array(used[start : start + _BLOCK])
            scores = self._scores(block)
            scores[np.diff(block.indptr) == 0] = self.popularity_
            seen = sparse.coo_array(block)
            scores[seen.row, seen.col] = -np.inf
            order = np.argsort(-scores, axis=1, kind="stable")[:, :wanted]
            unseen = np.isfinite(np.take_along_axis(scores, order, axis=1))
            best[start : start + _BLOCK, :wanted] = np.where(unseen, order, -1)
        return best

    def scores(self, X: ArrayLike | sparse.csr_array) -> Floats:
        """Return the score of every item for each user, seen ones too, shape (n_users, n_items); any sign."""
        return self._scores(self._fitting(X))

    def _scores(self, used: sparse.csr_array) -> Floats:
        # Rounded, so that a tie is a tie on every machine.
        return np.asarray(np.round(used @ self.coefficients_, 12))

    def _fitting(self, X: ArrayLike | sparse.csr_array) -> sparse.csr_array:
        """Return the interactions after checking that they have the items that were learned."""
        if not hasattr(self, "coefficients_"):
            raise NotFittedError("InteractionRecommender must be fitted before it can recommend.")
        return self._checked(X, reset=False)

    def _checked(self, X: Any, reset: bool) -> sparse.csr_array:
        """Return the interactions as ones; for `fit` with the names and the number of its columns kept."""
        # A sparse matrix without rows says that nothing was used yet; a table without rows is a mistake.
        is_sparse = sparse.issparse(X)
        least = int(reset and not is_sparse)
        try:
            checked = validate_data(
                self,
                sparse.csr_array(sparse.coo_array(X)) if is_sparse else X,
                reset=reset,
                skip_check_array=not reset,
                accept_sparse=True,
                dtype=np.float64,
                ensure_non_negative=True,
                ensure_min_samples=least,
                ensure_min_features=least,
            )
        except ValueError as error:
            expected = "a matrix of finite numbers of at least 0, with a column for each item"
            raise InvalidInputError(f"The 'X' parameter must be {expected}. {error}") from error
        return interaction_matrix(checked)

    def __sklearn_tags__(self) -> Tags:
        """Say that negative input is refused and sparse input taken."""
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = True
        return tags


def interaction_matrix(X: Any) -> sparse.csr_array:
    """Return interactions as ones, after checking that they are a matrix of finite numbers of at least 0."""
    used: sparse.csr_array = sparse.csr_array(sparse.coo_array(X).astype(np.float64))
    used.eliminate_zeros()
    if used.ndim != 2 or (used.data < 0).any() or not np.isfinite(used.data).all():
        raise InvalidInputError("The 'X' parameter must be a matrix of finite numbers of at least 0.")
    used.data[:] = 1.0
    return used
