"""Finding the documents that speak of the same thing as a sentence."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator

from ..exceptions import InvalidInputError, NotFittedError
from .features import Vocabulary, ngrams
from .normalise import normalise

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 256
# Lengths of the n-grams; longer ones find less in short texts.
_LENGTHS = (1, 2)


class ContentRetriever(BaseEstimator):
    """Rank documents for a query by BM25 fused with the cosine, both on single characters and pairs.

    Parameters
    ----------
    saturation : float, at least 0, default 1.2
        BM25's k1: how soon a repeated n-gram stops counting.
    length_share : float in [0, 1], default 0.75
        BM25's b: how much a long document is discounted.
    bm25_share : float in [0, 1], default 0.5
        Weight of BM25 in the fused score; the rest is the cosine.

    Notes
    -----
    Both scores are divided by their largest value for the query before they are added, for otherwise BM25, whose
    best is 1, would leave the cosine without a say. The sum is scaled so that the best of both scores what its
    cosine earns: `bm25_share` plus the rest times the cosine. So a score tells how near the best is, too.
    Both are linear in the query: a search is two sparse products and a sort; memory is bounded by blocks of 256
    queries. n-grams, weights and fusion were chosen by `benchmarks.retrieval`.

    References
    ----------
    Robertson and Zaragoza (2009), The probabilistic relevance framework: BM25 and beyond.
    Nie, Gao, Zhang and Zhou (2000), On the use of words and n-grams for Chinese information retrieval.

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
        grams = ngrams(texts, *_LENGTHS)
        self._grams = Vocabulary.learn(grams.rows, grams.codes, len(texts))
        columns = self._grams.columns(grams.codes)
        self._bm25_weights = self._bm25(grams.rows, columns, len(texts))
        self._cosine_weights = sparse.csr_array(self._grams.weigh(grams.rows, columns, len(texts)).T)
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
        grams = ngrams(texts, *_LENGTHS)
        columns = self._grams.columns(grams.codes)
        counts = _counts(grams.rows, columns, (len(texts), len(self._grams.terms)))
        rows = self._grams.weigh(grams.rows, columns, len(texts))
        bm25, _ = _by_largest((counts @ self._bm25_weights).toarray())
        cosine, nearest = _by_largest((rows @ self._cosine_weights).toarray())
        share = self.bm25_share
        fused = (share * bm25 + (1 - share) * cosine) * (share + (1 - share) * np.minimum(nearest, 1.0))
        # Rounded, so that a tie is a tie on every machine.
        return np.asarray(np.round(fused, 12))

    def _n_fitted(self) -> int:
        if not hasattr(self, "n_documents_"):
            raise NotFittedError("ContentRetriever must be fitted before it can search.")
        return self.n_documents_

    def _bm25(self, rows: Integers, columns: Integers, n_texts: int) -> sparse.csr_array:
        """Return each n-gram's weight in each document, shape (n_grams, n_documents)."""
        counts = _counts(rows, columns, (n_texts, len(self._grams.terms)))
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        average = max(lengths.mean(), 1.0) if len(lengths) else 1.0
        discount = self.saturation * (1 - self.length_share + self.length_share * lengths / average)
        repeated = np.repeat(discount, np.diff(counts.indptr))
        frequency = np.bincount(counts.indices, minlength=len(self._grams.terms))
        idf = np.log1p((n_texts - frequency + 0.5) / (frequency + 0.5))
        counts.data = counts.data * (self.saturation + 1) / (counts.data + repeated) * idf[counts.indices]
        return sparse.csr_array(counts.T)


def _by_largest(scores: Floats) -> tuple[Floats, Floats]:
    """Return scores divided by each row's largest value, and these values; rows of zeros stay."""
    largest = scores.max(axis=1, keepdims=True)
    return scores / np.where(largest > 0, largest, 1.0), largest


def _counts(rows: Integers, columns: Integers, shape: tuple[int, int]) -> sparse.csr_array:
    known = columns >= 0
    counts = sparse.csr_array((np.ones(int(known.sum())), (rows[known], columns[known])), shape=shape)
    counts.sum_duplicates()
    return counts


def _best_columns(scores: Floats, k: int) -> Integers:
    """Return the k largest columns of each row, greatest first, ties by position."""
    return np.asarray(np.argsort(-scores, axis=1, kind="stable")[:, :k], dtype=np.int64)
