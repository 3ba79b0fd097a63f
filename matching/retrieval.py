"""Finding the documents that speak of the same thing as a sentence."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from .exceptions import InvalidInputError, NotFittedError
from .features import Vocabulary, ngrams
from .normalise import normalise

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 256


class ContentRetriever(BaseEstimator):
    """Rank documents for a query by BM25 on character pairs fused with the cosine of character 1–3-grams.

    Parameters
    ----------
    saturation : float, at least 0, default 1.2
        BM25's k1: how soon a repeated pair stops counting.
    length_share : float in [0, 1], default 0.75
        BM25's b: how much a long document is discounted.
    bm25_share : float in [0, 1], default 0.5
        Weight of BM25 in the fused score; the rest is the cosine.

    Notes
    -----
    Both scores are linear in the query, so a search is two sparse products and a partial sort; memory is
    bounded by blocks of 256 queries. BM25 is divided by its largest value for the query, so both parts lie in
    [0, 1].

    References
    ----------
    Robertson and Zaragoza (2009), The probabilistic relevance framework: BM25 and beyond.

    Examples
    --------
    >>> retriever = ContentRetriever().fit(["电梯加装怎么谈", "信息怎么写", "消防演练方案"])
    >>> indices, scores = retriever.search(["一楼不同意装电梯"], 1)
    >>> indices.tolist()
    [[0]]

    """

    def __init__(self, saturation: float = 1.2, length_share: float = 0.75, bm25_share: float = 0.5) -> None:
        self.saturation = saturation
        self.length_share = length_share
        self.bm25_share = bm25_share

    def fit(self, documents: Sequence[str]) -> Self:
        """Index documents; their positions are the indices that `search` returns."""
        texts = [each.text for each in normalise(documents)]
        self.n_documents_ = len(texts)
        pairs, grams = ngrams(texts, 2, 2), ngrams(texts, 1, 3)
        self._pairs = Vocabulary.learn(pairs.rows, pairs.codes, len(texts))
        self._grams = Vocabulary.learn(grams.rows, grams.codes, len(texts))
        self._pair_weights = self._bm25(pairs.rows, self._pairs.columns(pairs.codes), texts)
        rows = self._grams.weigh(grams.rows, self._grams.columns(grams.codes), len(texts))
        self._gram_weights = sparse.csr_array(rows.T)
        return self

    def search(self, queries: Sequence[str], k: int) -> tuple[Integers, Floats]:
        """Return the best documents of each query.

        Parameters
        ----------
        queries : sequence of str, n_queries of them
            Sentences; the empty one is allowed.
        k : int, at least 1
            How many documents.

        Returns
        -------
        indices : int array of shape (n_queries, k)
            Best first; ties by position; −1 where there are fewer documents than k.
        scores : float array of the same shape, in [0, 1]; 0 beside a −1

        Raises
        ------
        InvalidInputError
            When k is below 1.
        NotFittedError
            Before `fit`.

        """
        if k < 1:
            raise InvalidInputError(f"The 'k' parameter of search must be at least 1. Got {k!r} instead.")
        wanted = min(k, self._n_fitted())
        indices = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.zeros((len(queries), k))
        for start in range(0, len(queries), _BLOCK):
            block = self.scores(queries[start : start + _BLOCK])
            best = _best_columns(block, wanted)
            indices[start : start + _BLOCK, :wanted] = best
            scores[start : start + _BLOCK, :wanted] = np.take_along_axis(block, best, axis=1)
        return indices, scores

    def scores(self, queries: Sequence[str]) -> Floats:
        """Return the fused score of every document, shape (n_queries, n_documents), in [0, 1]."""
        n_documents = self._n_fitted()
        texts = [each.text for each in normalise(queries)]
        if not n_documents or not texts:
            return np.zeros((len(texts), n_documents))
        pairs, grams = ngrams(texts, 2, 2), ngrams(texts, 1, 3)
        counts = _counts(pairs.rows, self._pairs.columns(pairs.codes), (len(texts), len(self._pairs.terms)))
        bm25 = (counts @ self._pair_weights).toarray()
        bm25 /= np.maximum(bm25.max(axis=1, keepdims=True), np.finfo(float).tiny)
        rows = self._grams.weigh(grams.rows, self._grams.columns(grams.codes), len(texts))
        cosine = (rows @ self._gram_weights).toarray()
        # Rounded, so that a tie is a tie on every machine.
        return np.asarray(
            np.round(self.bm25_share * bm25 + (1 - self.bm25_share) * np.clip(cosine, 0, 1), 12)
        )

    def _n_fitted(self) -> int:
        if not hasattr(self, "n_documents_"):
            raise NotFittedError("ContentRetriever must be fitted before it can search.")
        return self.n_documents_

    def _bm25(self, rows: Integers, columns: Integers, texts: Sequence[str]) -> sparse.csr_array:
        """Return each pair's weight in each document, shape (n_pairs, n_documents)."""
        counts = _counts(rows, columns, (len(texts), len(self._pairs.terms)))
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        average = max(lengths.mean(), 1.0) if len(lengths) else 1.0
        discount = self.saturation * (1 - self.length_share + self.length_share * lengths / average)
        repeated = np.repeat(discount, np.diff(counts.indptr))
        frequency = np.bincount(counts.indices, minlength=len(self._pairs.terms))
        idf = np.log1p((len(texts) - frequency + 0.5) / (frequency + 0.5))
        counts.data = counts.data * (self.saturation + 1) / (counts.data + repeated) * idf[counts.indices]
        return sparse.csr_array(counts.T)


def _counts(rows: Integers, columns: Integers, shape: tuple[int, int]) -> sparse.csr_array:
    known = columns >= 0
    counts = sparse.csr_array((np.ones(int(known.sum())), (rows[known], columns[known])), shape=shape)
    counts.sum_duplicates()
    return counts


def _best_columns(scores: Floats, k: int) -> Integers:
    """Return the k largest columns of each row, greatest first, ties by position."""
    return np.asarray(np.argsort(-scores, axis=1, kind="stable")[:, :k], dtype=np.int64)
