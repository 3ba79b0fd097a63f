"""How near mentors' past cases are to trainees' pain points, compared text by text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..problem.solution import FloatArray
from ..texts.normalise import normalise
from .tables import Texts

_BLOCK_TRAINEES = 64


@dataclass(frozen=True)
class Evidence:
    """The pain point and the case of one pair that are nearest to each other.

    Attributes
    ----------
    pain_text, case : int
        Positions among the trainee's pain points and the mentor's cases.
    similarity : float in (0, 1]
        Their cosine.
    """

    pain_text: int
    case: int
    similarity: float


class CaseSimilarity:
    """Cosine of character 1–3-gram TF-IDF between each mentor's cases and each trainee's pain points.

    Parameters
    ----------
    cases : sequence of n_mentors sequences of str
        Past cases of each mentor, one text each.
    best : int
        How many of the highest similarities of a pair are averaged.

    Notes
    -----
    Comparing item by item keeps one telling case visible that a single joined profile would drown.
    Frequencies come from the cases; an n-gram that no case has keeps the highest weight, so a text of
    unknown words is near to nothing. Time grows with n_pain_texts × n_cases; memory with 64 trainees' texts
    × n_cases.
    """

    def __init__(self, cases: Texts, best: int) -> None:
        self.best = best
        self.n_cases = np.array([len(texts) for texts in cases], dtype=np.int64)
        self.ends = np.cumsum(self.n_cases)
        flat = [text for texts in cases for text in texts]
        self.weighting = None
        # The counter cannot count no texts at all.
        if flat:
            from sklearn.feature_extraction.text import TfidfTransformer

            counts = _count(flat)
            self.weighting = TfidfTransformer(sublinear_tf=True).fit(counts)
            self.cases = self.weighting.transform(counts).T.tocsr()

    def best_mean(self, pain_texts: Texts) -> FloatArray:
        """Return the mean of the best similarities per pair, 0 to 1, shape (n_trainees, n_mentors).

        A pair with fewer comparisons than `best` is averaged over those it has; one with none gets 0.
        """
        means = np.zeros((len(pain_texts), len(self.n_cases)))
        if self.weighting is None:
            return means
        width = int(self.n_cases.max())
        # Shorter lists are filled up with a last column of zeros, which never enters the best ones' count.
        places = np.where(
            np.arange(width) < self.n_cases[:, None],
            (self.ends - self.n_cases)[:, None] + np.arange(width),
            self.ends[-1],
        )
        for start in range(0, len(pain_texts), _BLOCK_TRAINEES):
            block = pain_texts[start : start + _BLOCK_TRAINEES]
            similar = self._similarities([text for texts in block for text in texts])
            similar = np.pad(similar, ((0, 0), (0, 1)))
            ends = np.cumsum([len(texts) for texts in block])
            for row, (end, texts) in enumerate(zip(ends, block, strict=True), start=start):
                means[row] = self._mean_of_best(similar[end - len(texts) : end], places)
        return means

    def nearest(self, pain_texts: Texts, pairs: Sequence[Sequence[int]]) -> list[Evidence | None]:
        """Return the nearest pain point and case of each (trainee, mentor), or None where nothing is shared."""
        found: list[Evidence | None] = [None] * len(pairs)
        for start in range(0, len(pairs), _BLOCK_TRAINEES):
            block = pairs[start : start + _BLOCK_TRAINEES]
            similar = self._similarities([text for trainee, _ in block for text in pain_texts[trainee]])
            row = 0
            for place, (trainee, mentor) in enumerate(block, start=start):
                rows = slice(row, row := row + len(pain_texts[trainee]))
                found[place] = self._best(similar[rows], mentor)
        return found

    def _best(self, similar: FloatArray, mentor: int) -> Evidence | None:
        own = similar[:, self.ends[mentor] - self.n_cases[mentor] : self.ends[mentor]]
        if not own.any():
            return None
        text, case = np.unravel_index(int(own.argmax()), own.shape)
        return Evidence(int(text), int(case), float(own[text, case]))

    def _similarities(self, texts: Sequence[str]) -> FloatArray:
        if not len(texts) or self.weighting is None:
            return np.zeros((len(texts), int(self.ends[-1])))
        product: FloatArray = (self.weighting.transform(_count(texts)) @ self.cases).toarray()
        return product

    def _mean_of_best(self, similar: FloatArray, places: FloatArray) -> FloatArray:
        compared = np.minimum(len(similar) * self.n_cases, self.best)
        values = similar[:, places].transpose(1, 0, 2).reshape(len(places), -1)
        kept = min(self.best, values.shape[1])
        if not kept:
            return np.zeros(len(places))
        highest = np.sort(np.partition(values, -kept, axis=1)[:, -kept:], axis=1)
        mean: FloatArray = highest.sum(axis=1) / np.maximum(compared, 1)
        return mean


def _count(texts: Sequence[str]) -> sparse.csr_matrix:
    from sklearn.feature_extraction.text import HashingVectorizer

    counter = HashingVectorizer(
        analyzer="char",
        ngram_range=(1, 3),
        n_features=2**18,
        alternate_sign=False,
        norm=None,
        lowercase=False,
    )
    counts: sparse.csr_matrix = counter.transform([text.text for text in normalise(texts)])
    return counts
