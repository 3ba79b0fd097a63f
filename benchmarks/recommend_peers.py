"""Well-known ways to recommend items, to stand beside the product's in the same run.

Settings were chosen by NDCG@10 on a split of another seed than those that are measured; the product keeps its own
default. implicit is asked with one thread, as all others are.
"""

import importlib.util
from collections.abc import Callable
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.neighbors import NearestNeighbors

from matching import InteractionRecommender

Integers = NDArray[np.int64]
Used = sparse.csr_array


class Recommender(Protocol):
    """Anything that learns from who used what and recommends what was not used."""

    def fit(self, X: Used) -> Self:
        """Learn from interactions, shape (n_users, n_items)."""
        ...

    def recommend(self, X: Used, k: int) -> Integers:
        """Return the best unseen items of each user, shape (n_users, k)."""
        ...


def best_unseen(scores: NDArray[Any], used: Used, k: int) -> Integers:
    """Return the k items of the highest scores that are not used, ties by position."""
    ranked = np.array(scores, dtype=np.float64)
    ranked[used.nonzero()] = -np.inf
    return np.argsort(-ranked, axis=1, kind="stable")[:, :k]


class Popularity:
    """The same list for everybody: what most people used."""

    def fit(self, X: Used) -> Self:
        """Count the users of every item."""
        self.counts = np.asarray(X.sum(axis=0)).ravel()
        return self

    def recommend(self, X: Used, k: int) -> Integers:
        """Offer the most used items."""
        return best_unseen(np.tile(self.counts, (X.shape[0], 1)), X, k)


class ItemNeighbours:
    """Items like those that were used, by the cosine between the sets of their users (scikit-learn)."""

    def __init__(self, n_neighbours: int) -> None:
        self.n_neighbours = n_neighbours

    def fit(self, X: Used) -> Self:
        """Keep each item's nearest neighbours with their cosines."""
        vectors = sparse.csr_matrix(X.T)
        n_nearest = min(self.n_neighbours, X.shape[1] - 1)
        search = NearestNeighbors(n_neighbors=n_nearest, metric="cosine").fit(vectors)
        likeness = search.kneighbors_graph(mode="distance").tocoo()
        values = np.clip(1.0 - likeness.data, 0.0, None)
        likeness = sparse.coo_array((values, (likeness.row, likeness.col)), shape=likeness.shape)
        self.likeness = sparse.csr_array(likeness)
        return self

    def recommend(self, X: Used, k: int) -> Integers:
        """Sum the likeness of each item to those that were used."""
        return best_unseen((X @ self.likeness.T).toarray(), X, k)


class PureSVD:
    """The interactions projected on their main directions (scikit-learn).

    P. Cremonesi, Y. Koren and R. Turrin (2010), Performance of recommender algorithms on top-N tasks.
    """

    def __init__(self, n_directions: int) -> None:
        self.n_directions = n_directions

    def fit(self, X: Used) -> Self:
        """Find the directions."""
        n_directions = min(self.n_directions, min(X.shape) - 1)
        svd = TruncatedSVD(n_directions, algorithm="arpack", random_state=0)
        self.directions = svd.fit(sparse.csr_matrix(X)).components_
        return self

    def recommend(self, X: Used, k: int) -> Integers:
        """Offer what the projection fills in."""
        return best_unseen((X @ self.directions.T) @ self.directions, X, k)


class ImplicitALS:
    """Alternating least squares of the package implicit.

    Y. Hu, Y. Koren and C. Volinsky (2008), Collaborative filtering for implicit feedback datasets.
    """

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def fit(self, X: Used) -> Self:
        """Factor the interactions."""
        from implicit.als import AlternatingLeastSquares

        self.model = AlternatingLeastSquares(**self.settings, random_state=0, num_threads=1, use_gpu=False)
        self.model.fit(sparse.csr_matrix(X, dtype=np.float32), show_progress=False)
        return self

    def recommend(self, X: Used, k: int) -> Integers:
        """Offer what lies nearest to the user's factors."""
        used = sparse.csr_matrix(X, dtype=np.float32)
        found, _ = self.model.recommend(np.arange(used.shape[0]), used, N=k, filter_already_liked_items=True)
        return np.asarray(found, dtype=np.int64)


def has_implicit() -> bool:
    """Tell whether the package implicit is installed."""
    return importlib.util.find_spec("implicit") is not None


def ways() -> dict[str, Callable[[], Recommender]]:
    """Return by name how to make each recommender that can be had."""
    found: dict[str, Callable[[], Recommender]] = {
        "popularity": Popularity,
        "item-kNN": lambda: ItemNeighbours(160),
        "PureSVD": lambda: PureSVD(20),
    }
    if has_implicit():
        found["implicit ALS, its defaults"] = ImplicitALS
        found["implicit ALS, tuned"] = lambda: ImplicitALS(factors=32, regularization=30.0, alpha=5.0)
    found["Yanzhen (EASE)"] = InteractionRecommender
    return found
