"""The fitted judges of a topic classifier as one model, and their opinions on texts that they have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..arguments import stored_floats, stored_terms
from ..texts.features import TextFeatures, Vocabulary
from ..texts.semantic import N_DIMENSIONS, SentenceEmbedder
from .examples import Examples, Validation, validation_texts
from .experts import SEMANTIC_WEIGHTS, WORD_WEIGHTS, SentenceExperts, word_experts

Floats = NDArray[np.float64]
State = dict[str, NDArray[Any]]

FEATURE_ARRAYS = ("ngrams", "ngram_idf", "words", "word_idf")

_N_FOLDS = 5
# A handful of numbers is set on held-out texts: after so many of them further folds would change nothing.
_ENOUGH_TO_CALIBRATE = 2000
_N_WORD_JUDGES = len(WORD_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Examined:
    """What judges said of texts that they had not learned from.

    Attributes
    ----------
    decisions : float array of shape (n_judges, n_texts, n_topics)
    columns : int array of shape (n_texts,)
        The right topic of each text.
    is_phrase, is_said : bool arrays of shape (n_texts,)
        As in `Validation`.

    """

    decisions: Floats
    columns: NDArray[np.int64]
    is_phrase: NDArray[np.bool_]
    is_said: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.bool_]) -> "Examined":
        """Return what was said of the chosen texts, bool array of shape (n_texts,)."""
        kept = (self.columns[chosen], self.is_phrase[chosen], self.is_said[chosen])
        return Examined(self.decisions[:, chosen], *kept)


class Committee:
    """Judges of words, and of meaning where there is an embedder, whose weighted sum decides.

    Parameters
    ----------
    penalty : float above 0
        The support vector machine's C.
    word_weight : float in [0, 1]
        Share of words beside character n-grams.
    embedder : SentenceEmbedder or None
        Source of sentence vectors; None leaves the judges of meaning out.

    Notes
    -----
    All judges of words are linear, so fitted they are one matrix; their own matrices are made and dropped one
    after the other.

    """

    def __init__(self, penalty: float, word_weight: float, embedder: SentenceEmbedder | None) -> None:
        self.penalty = penalty
        self.word_weight = word_weight
        self.embedder = embedder
        self.usual = WORD_WEIGHTS if embedder is None else SEMANTIC_WEIGHTS

    def examine(self, examples: Examples, n_topics: int) -> Examined | None:
        """Let judges decide texts of folds that they did not learn from; None where there are too few."""
        folds = examples.deal_folds(_N_FOLDS)
        parts: list[tuple[Floats, Validation]] = []
        for fold in range(_N_FOLDS):
            rest, held = examples.take(folds != fold), validation_texts(examples.take(folds == fold))
            if held.texts and rest.texts:
                parts.append((self._decide_unseen(rest, held.texts, n_topics), held))
            if sum(len(held.texts) for _, held in parts) >= _ENOUGH_TO_CALIBRATE:
                break
        if not parts:
            return None
        columns, is_phrase, is_said = (
            np.array([value for _, held in parts for value in getattr(held, name)])
            for name in ("columns", "is_phrase", "is_said")
        )
        return Examined(np.concatenate([part for part, _ in parts], axis=1), columns, is_phrase, is_said)

    def _decide_unseen(self, examples: Examples, texts: Sequence[str], n_topics: int) -> Floats:
        wordings = examples.wordings(n_topics)
        features = self._features(examples, wordings)
        rows = features.transform(texts)
        judges = word_experts(
            features.transform(examples.texts), examples.columns, features.transform(wordings), self.penalty
        )
        decisions = [np.asarray(rows @ weights) for weights in judges]
        if self.embedder is not None:
            sentences = SentenceExperts(self._vectors(examples.texts), examples.columns, n_topics)
            decisions += sentences.decisions(self._vectors(texts))
        return np.stack(decisions)

    def fit(self, examples: Examples, n_topics: int, pool: Floats, features: TextFeatures | None) -> Self:
        """Learn from all examples, with the weight of each judge, shape (n_judges,); on fitted features if given."""
        wordings = examples.wordings(n_topics)
        self.features = features or self._features(examples, wordings)
        rows, topic_rows = self.features.transform(examples.texts), self.features.transform(wordings)
        self.weights = np.zeros((rows.shape[1], n_topics))
        judges = word_experts(rows, examples.columns, topic_rows, self.penalty)
        for weight, judge in zip(pool[:_N_WORD_JUDGES], judges, strict=True):
            self.weights += weight * judge
        self.sentence_pool = pool[_N_WORD_JUDGES:]
        self.sentences = (
            None
            if self.embedder is None
            else SentenceExperts(self._vectors(examples.texts), examples.columns, n_topics)
        )
        return self

    def decide(self, lines: Sequence[str], rows: sparse.csr_array) -> Floats:
        """Return the judges' weighted sum for normalised texts and their feature rows, shape (n_texts, n_topics)."""
        decisions = np.asarray(rows @ self.weights)
        if self.sentences is not None:
            parts = self.sentences.decisions(self._vectors(lines))
            for weight, part in zip(self.sentence_pool, parts, strict=True):
                decisions += weight * part
        return decisions

    def _features(self, examples: Examples, wordings: Sequence[str]) -> TextFeatures:
        return TextFeatures(self.word_weight).fit([*examples.texts, *wordings, *examples.unlabelled])

    def _vectors(self, lines: Sequence[str]) -> Floats:
        if self.embedder is None:
            return np.zeros((len(lines), N_DIMENSIONS))
        return self.embedder.encode(lines).astype(np.float64)

    def state(self) -> State:
        """Return everything fitted as plain arrays."""
        words = {
            "weights": self.weights,
            "ngrams": self.features.ngrams_.terms,
            "ngram_idf": self.features.ngrams_.idf,
            "words": self.features.words_.terms,
            "word_idf": self.features.words_.idf,
        }
        if self.sentences is None:
            return words
        return words | {"sentence_pool": self.sentence_pool, **self.sentences.state()}

    @classmethod
    def of(cls, state: State, word_weight: float, n_topics: int, embedder: SentenceEmbedder | None) -> Self:
        """Rebuild a fitted committee; its judges of meaning are those of the state.

        Raises
        ------
        InvalidInputError
            When arrays are missing or do not fit together.

        """
        ngrams = _vocabulary(state, "ngrams", "ngram_idf", "i")
        words = _vocabulary(state, "words", "word_idf", "U")
        committee = cls(1.0, word_weight, embedder)
        committee.features = TextFeatures.of(ngrams, words, word_weight)
        committee.weights = stored_floats(state, "weights", (len(ngrams.terms) + len(words.terms), n_topics))
        committee.sentences, committee.sentence_pool = None, np.zeros(0)
        if embedder is not None:
            committee.sentence_pool = stored_floats(state, "sentence_pool", (2,))
            committee.sentences = SentenceExperts.of(state, n_topics)
        return committee


def _vocabulary(state: State, terms: str, idf: str, kind: str) -> Vocabulary:
    known = stored_terms(state, terms, kind)
    return Vocabulary(known, stored_floats(state, idf, known.shape))
