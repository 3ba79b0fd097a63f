"""The judges whose opinions a topic classifier pools: three that look at words, two at meaning."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logsumexp

from ..arguments import owner_rows, stored_array, stored_floats

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# How much each judge counts before held-out texts have said more; in the order in which they are asked. Found on
# short texts of several kinds: told troubles, headings of a filing plan, titles of letters.
WORD_WEIGHTS = np.array([6.0, 48.0, 1.0])
SEMANTIC_WEIGHTS = np.array([2.2, 38.0, 0.2, 0.055, 20.0])

_BAYES_SMOOTHING = 0.3
# Width of the bell that stands on every example, in cosines of centred sentence vectors.
_DENSITY_WIDTH = 0.08


def word_experts(
    rows: sparse.csr_array, columns: Integers, wordings: sparse.csr_array, penalty: float
) -> Iterator[Floats]:
    """Yield the weights of each linear judge over words, shape (n_features, n_topics), one at a time.

    Parameters
    ----------
    rows : sparse array of shape (n_examples, n_features)
        Features of the examples.
    columns : int array of shape (n_examples,)
        The topic of each.
    wordings : sparse array of shape (n_topics, n_features)
        Features of each topic's whole wording.
    penalty : float above 0
        The support vector machine's C.

    Notes
    -----
    A support vector machine sees borders, the cosine to the whole wording sees a topic of one phrase, complement
    naive Bayes sees words that all other topics lack. They err apart, and a sum of linear judges is one matrix.

    References
    ----------
    Rennie, Shih, Teevan and Karger (2003), Tackling the poor assumptions of naive Bayes text classifiers.

    """
    n_topics = wordings.shape[0]
    yield _machine(rows, columns, n_topics, penalty)
    yield wordings.toarray().T
    yield _bayes(rows, columns, n_topics)


def _machine(rows: sparse.csr_array, columns: Integers, n_topics: int, penalty: float) -> Floats:
    present = np.unique(columns)
    weights = np.zeros((rows.shape[1], n_topics))
    if len(present) < 2:
        return weights
    from sklearn.svm import LinearSVC

    # No intercept: it would favour large topics in texts that say little.
    machine = LinearSVC(C=penalty, fit_intercept=False, random_state=0, max_iter=20_000, tol=1e-3)
    coefficients = np.asarray(machine.fit(rows, columns).coef_)
    if len(present) == 2:
        coefficients = np.stack([-coefficients[0], coefficients[0]])
    weights[:, present] = coefficients.T
    return weights


def _bayes(rows: sparse.csr_array, columns: Integers, n_topics: int) -> Floats:
    present = np.unique(columns)
    weights = np.zeros((rows.shape[1], n_topics))
    if len(present) < 2:
        return weights
    from sklearn.naive_bayes import ComplementNB

    chances = ComplementNB(alpha=_BAYES_SMOOTHING).fit(rows, columns).feature_log_prob_
    weights[:, present] = chances.T - chances.mean(axis=0)[:, None]
    return weights


class SentenceExperts:
    """Two judges over sentence vectors: one draws flat borders, one looks for the nearest examples.

    Parameters
    ----------
    vectors : float array of shape (n_examples, n_dimensions)
        Sentence vectors of the examples.
    columns : int array of shape (n_examples,)
        The topic of each.
    n_topics : int
        Number of topics, those without an example included.

    Notes
    -----
    Sentence vectors of one language lie in a narrow cone, so they are centred on the examples' mean and brought to
    length 1 again. The first judge is linear discriminant analysis with equal topics and a shrunken covariance,
    the second a kernel density with one bell an example: a topic may have many sides. The work per text is one
    product with all examples.

    References
    ----------
    Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance matrices.

    """

    def __init__(self, vectors: Floats, columns: Integers, n_topics: int) -> None:
        self.centre = vectors.mean(axis=0)
        self.examples = self._unit(vectors)
        self.columns = columns
        self.n_topics = n_topics
        self.weights, self.offsets = _discriminant(self.examples, columns, n_topics)

    def _unit(self, vectors: Floats) -> Floats:
        moved = vectors - self.centre
        # A text without words has no vector and no direction.
        moved[~vectors.any(axis=1)] = 0.0
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.where(lengths > 0, lengths, 1.0))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return everything fitted as plain arrays."""
        return {
            "sentence_centre": self.centre,
            "sentence_examples": self.examples,
            "sentence_columns": self.columns,
            "sentence_weights": self.weights,
            "sentence_offsets": self.offsets,
        }

    @classmethod
    def of(cls, state: Mapping[str, NDArray[Any]], n_topics: int) -> Self:
        """Rebuild fitted experts from their state.

        Raises
        ------
        InvalidInputError
            When arrays are missing or do not fit together.

        """
        experts = cls.__new__(cls)
        experts.n_topics = n_topics
        experts.centre = stored_floats(state, "sentence_centre", (None,))
        size = len(experts.centre)
        experts.examples = stored_floats(state, "sentence_examples", (None, size))
        experts.weights = stored_floats(state, "sentence_weights", (size, n_topics))
        experts.offsets = stored_floats(state, "sentence_offsets", (n_topics,))
        columns = stored_array(state, "sentence_columns")
        experts.columns = owner_rows("sentence_columns", columns, len(experts.examples), n_topics)
        return experts

    def decisions(self, vectors: Floats) -> tuple[Floats, Floats]:
        """Return what each judge says of sentence vectors, two arrays of shape (n_texts, n_topics)."""
        unit = self._unit(vectors)
        flat = np.zeros((len(unit), self.n_topics))
        near = np.zeros((len(unit), self.n_topics))
        # Row by row: a product of matrices rounds a row in another way when other rows stand beside it.
        for place, row in enumerate(unit):
            if row.any():
                flat[place] = row @ self.weights + self.offsets
                near[place] = self._density(self.examples @ row)
        return flat, near

    def _density(self, cosines: Floats) -> Floats:
        density = np.zeros(self.n_topics)
        for topic in range(self.n_topics):
            own = cosines[self.columns == topic] / _DENSITY_WIDTH
            if len(own):
                density[topic] = _DENSITY_WIDTH * (logsumexp(own) - np.log(len(own)))
        return density


def _discriminant(examples: Floats, columns: Integers, n_topics: int) -> tuple[Floats, Floats]:
    present = np.unique(columns)
    weights, offsets = np.zeros((examples.shape[1], n_topics)), np.zeros(n_topics)
    if len(present) < 2 or len(examples) <= len(present):
        return weights, offsets
    from sklearn.covariance import ledoit_wolf

    means = np.stack([examples[columns == topic].mean(axis=0) for topic in present])
    apart = examples - means[np.searchsorted(present, columns)]
    covariance, _ = ledoit_wolf(apart, assume_centered=True)
    # Copies alone leave no spread at all.
    covariance += np.eye(len(covariance)) * (1e-6 + 1e-3 * np.trace(covariance) / len(covariance))
    weights[:, present] = np.linalg.solve(covariance, means.T)
    offsets[present] = -0.5 * np.einsum("td,dt->t", means, weights[:, present])
    return weights, offsets
