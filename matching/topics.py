"""Which topic a short text is about: learned from the topics' own phrases and from organizers' corrections."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC

from .calibration import choose_threshold, fit_temperature
from .evidence import find_spans
from .exceptions import InvalidInputError, NotFittedError
from .features import TextFeatures, Vocabulary
from .normalise import NormalisedText, normalise

Floats = NDArray[np.float64]
Topics = Sequence[tuple[str, Sequence[str]]]

# Validation texts made of held-out phrases are joined up to this many characters: a short answer's length.
_ANSWER_LENGTH = 20
# Phrases stand in for labels only so far: together they weigh at most as much as this many real ones.
_PHRASE_VALIDATION_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class _Examples:
    """Training texts: which class each belongs to, and whether it is a topic's phrase."""

    texts: tuple[str, ...]
    classes: NDArray[np.int64]
    is_phrase: NDArray[np.bool_]
    unlabelled: tuple[str, ...]

    def take(self, chosen: NDArray[np.bool_]) -> "_Examples":
        texts = tuple(text for text, keep in zip(self.texts, chosen, strict=True) if keep)
        return _Examples(texts, self.classes[chosen], self.is_phrase[chosen], self.unlabelled)


class TopicClassifier(ClassifierMixin, BaseEstimator):
    """Name the topic of short Chinese texts, with an honest probability and the right to keep silent.

    The topics' own phrases are training examples beside the labelled texts, so it works before anyone has labelled
    anything. A linear support vector machine on character 1–3-grams and words is added to the cosine between a text
    and each topic's whole wording; both are linear, so the fitted model is one matrix.

    Parameters
    ----------
    semantic : bool, default False
        Sentence embeddings; not part of this version, so True is refused at `fit`.
    penalty : float above 0, default 1
        The support vector machine's C.
    cosine_weight : float, at least 0, default 3
        Weight of the cosine beside the machine's decision value.
    word_weight : float in [0, 1], default 0.4
        Share of words beside character n-grams.
    wrong_cost : float, at least 0, default 0.5
        What a wrong topic costs when a right one gains 1 and silence is 0; sets the threshold.

    Attributes
    ----------
    classes_ : str array of shape (n_topics,), sorted
        Topic codes, the order of all columns.
    weights_ : float array of shape (n_features, n_topics)
        The linear model.
    temperature_ : float
        Factor on decision values before the softmax, fitted on held-out texts.
    threshold_ : float in [0, 1]
        Below this probability of the best topic the classifier abstains.

    Notes
    -----
    Fitting takes one machine per topic on six sets of examples (five folds and all): about a second for 1 500
    phrases. Predicting is one sparse product. Equal input gives equal output, alone or in a batch.

    Examples
    --------
    >>> topics = [("PARKING", ["停车难", "没有车位", "乱停车"]), ("FIRE", ["楼道堆物", "消防通道被堵", "飞线充电"])]
    >>> classifier = TopicClassifier().fit([], [], topics=topics)
    >>> classifier.predict(["小区里停车太难了", "消防通道又堵了"]).tolist()
    ['PARKING', 'FIRE']

    """

    def __init__(
        self,
        semantic: bool = False,
        penalty: float = 1.0,
        cosine_weight: float = 3.0,
        word_weight: float = 0.4,
        wrong_cost: float = 0.5,
    ) -> None:
        self.semantic = semantic
        self.penalty = penalty
        self.cosine_weight = cosine_weight
        self.word_weight = word_weight
        self.wrong_cost = wrong_cost

    def fit(self, texts: Sequence[str], labels: Sequence[str | None], topics: Topics | None = None) -> Self:
        """Learn from labelled texts and from the topics' phrases; either may be missing.

        Parameters
        ----------
        texts : sequence of str, n_texts of them
            Answers.
        labels : sequence of str or None, n_texts of them
            Topic code of each; None marks an unlabelled text, used for document frequencies alone.
        topics : sequence of (code, phrases), optional
            Every topic with the ways people speak of it.

        Raises
        ------
        InvalidInputError
            When lengths differ, no topic is known at all, or `semantic` is asked for.

        """
        if self.semantic:
            raise InvalidInputError(
                "The 'semantic' parameter of TopicClassifier must be False in this version. Got True instead."
            )
        examples = self._examples(texts, labels, topics or [])
        self.features_, self.weights_ = self._learn(examples)
        self._calibrate(examples)
        return self

    def decision_function(self, texts: Sequence[str]) -> Floats:
        """Return uncalibrated scores, shape (n_texts, n_topics)."""
        return self._decide([each.text for each in normalise(texts)])

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each topic, shape (n_texts, n_topics), rows summing to 1."""
        decisions = self.decision_function(texts)
        return np.asarray(softmax(self.temperature_ * decisions, axis=1))

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """Return the best topic code of each text, shape (n_texts,), whether or not it would abstain."""
        best = self.decision_function(texts).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def abstain(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return for which texts the best topic is too doubtful to be said, shape (n_texts,)."""
        return np.asarray(self.predict_proba(texts).max(axis=1, initial=0.0) < self.threshold_)

    def evidence(self, texts: Sequence[str], codes: Sequence[str] | None = None) -> list[tuple[int, int]]:
        """Return the stretch of each original text that speaks most for its topic.

        Parameters
        ----------
        texts : sequence of str
            Original texts.
        codes : sequence of str, optional
            The topic to find evidence for in each text; the predicted one when missing.

        Returns
        -------
        list of (start, end), characters of the original text, end excluded; (0, 0) for a text without words.

        """
        wanted = self.predict(texts) if codes is None else np.asarray(codes, dtype=np.str_)
        unknown = sorted(set(wanted.tolist()) - set(self.classes_.tolist()))
        if unknown:
            raise InvalidInputError(
                f"The 'codes' parameter of evidence must hold codes of classes_. Got {unknown} instead."
            )
        columns = np.searchsorted(self.classes_, wanted)
        return self._evidence(normalise(texts), columns)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the fitted model as plain arrays, to be stored without pickle."""
        self._check_fitted()
        return {
            "classes": self.classes_,
            "weights": self.weights_,
            "calibration": np.array([self.temperature_, self.threshold_, self.word_weight]),
            "ngrams": self.features_.ngrams_.terms,
            "ngram_idf": self.features_.ngrams_.idf,
            "words": self.features_.words_.terms,
            "word_idf": self.features_.words_.idf,
        }

    @classmethod
    def from_state(cls, state: dict[str, NDArray[Any]]) -> Self:
        """Rebuild a fitted classifier from `state`.

        Raises
        ------
        InvalidInputError
            When arrays are missing or do not fit together.

        """
        missing = {"classes", "weights", "calibration", "ngrams", "ngram_idf", "words", "word_idf"} - set(
            state
        )
        if missing:
            raise InvalidInputError(f"The 'state' parameter must hold the arrays {sorted(missing)}.")
        ngrams = Vocabulary(state["ngrams"], state["ngram_idf"])
        words = Vocabulary(state["words"], state["word_idf"])
        expected = (len(ngrams.terms) + len(words.terms), len(state["classes"]))
        if state["weights"].shape != expected:
            got = state["weights"].shape
            raise InvalidInputError(
                f"The 'weights' of the state must have shape {expected}. Got {got} instead."
            )
        temperature, threshold, word_weight = (float(value) for value in state["calibration"])
        model = cls(word_weight=word_weight)
        model.features_ = TextFeatures.of(ngrams, words, word_weight)
        model.classes_, model.weights_ = state["classes"], state["weights"]
        model.temperature_, model.threshold_ = temperature, threshold
        return model

    def _check_fitted(self) -> None:
        if not hasattr(self, "threshold_"):
            raise NotFittedError("TopicClassifier must be fitted before it is asked for a result.")

    def _decide(self, lines: Sequence[str]) -> Floats:
        self._check_fitted()
        return np.asarray(self.features_.transform(lines) @ self.weights_)

    def _evidence(self, texts: Sequence[NormalisedText], columns: NDArray[np.int64]) -> list[tuple[int, int]]:
        self._check_fitted()
        n_ngrams = self.features_.n_ngrams
        # What speaks for every topic alike is no evidence for one.
        pull = self.weights_[:n_ngrams] - self.weights_[:n_ngrams].mean(axis=1, keepdims=True)
        return find_spans(texts, columns, self.features_.ngrams_, pull)

    def _examples(self, texts: Sequence[str], labels: Sequence[str | None], topics: Topics) -> _Examples:
        if len(texts) != len(labels):
            raise InvalidInputError(
                "The 'labels' parameter of fit must be as long as 'texts' "
                f"({len(texts)}). Got {len(labels)} instead."
            )
        lines = [each.text for each in normalise(texts)]
        known = [(line, label) for line, label in zip(lines, labels, strict=True) if label is not None]
        phrases = [(each.text, code) for code, wording in topics for each in normalise(wording)]
        codes = [code for code, _ in topics] + [label for _, label in known]
        if not codes:
            raise InvalidInputError(
                "The 'topics' parameter of fit must name a topic when no text is labelled."
            )
        self.classes_ = np.unique(np.array(codes, dtype=np.str_))
        pairs = phrases + known
        return _Examples(
            tuple(line for line, _ in pairs),
            np.searchsorted(self.classes_, np.array([code for _, code in pairs], dtype=np.str_)),
            np.arange(len(pairs)) < len(phrases),
            tuple(line for line, label in zip(lines, labels, strict=True) if label is None),
        )

    def _learn(self, examples: _Examples) -> tuple[TextFeatures, Floats]:
        """Fit features and the one matrix that holds machine and cosine together."""
        wordings = _wordings(examples, len(self.classes_))
        features = TextFeatures(self.word_weight).fit([*examples.texts, *wordings, *examples.unlabelled])
        weights = self.cosine_weight * features.transform(wordings).toarray().T
        present = np.unique(examples.classes)
        if len(present) > 1:
            weights[:, present] += self._machine(features.transform(examples.texts), examples.classes)
        return features, np.ascontiguousarray(weights)

    def _machine(self, rows: sparse.csr_array, classes: NDArray[np.int64]) -> Floats:
        # No intercept: it would favour large topics in texts that say little.
        machine = LinearSVC(C=self.penalty, fit_intercept=False, random_state=0, max_iter=20_000, tol=1e-3)
        coefficients = np.asarray(machine.fit(rows, classes).coef_)
        return (
            coefficients.T if len(coefficients) > 1 else np.column_stack([-coefficients[0], coefficients[0]])
        )

    def _calibrate(self, examples: _Examples) -> None:
        """Set temperature and threshold on texts that the deciding model had not seen."""
        folds = _folds(examples)
        parts = [self._held_out(examples, folds == fold) for fold in range(int(folds.max(initial=0)) + 1)]
        decisions, truth, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        if not len(truth):
            self.temperature_, self.threshold_ = 1.0, 0.0
            return
        is_phrase = weights < 1
        weights[is_phrase] = min(1.0, _PHRASE_VALIDATION_WEIGHT / max(is_phrase.sum(), 1))
        self.temperature_ = fit_temperature(decisions, truth, weights)
        probabilities = softmax(self.temperature_ * decisions, axis=1)
        correct = (probabilities.argmax(axis=1) == truth).astype(float)
        confidence = probabilities.max(axis=1)
        self.threshold_ = choose_threshold(confidence, correct, weights, self.wrong_cost)

    def _held_out(self, examples: _Examples, held: NDArray[np.bool_]) -> tuple[Floats, Any, Floats]:
        """Decide the held-out texts of one fold; phrases are marked with weight 0."""
        rest, held_out = examples.take(~held), examples.take(held)
        lines, truth, weights = _validation_texts(held_out)
        if not lines or not rest.texts:
            return np.zeros((0, len(self.classes_))), np.zeros(0, dtype=np.int64), np.zeros(0)
        features, matrix = self._learn(rest)
        return np.asarray(features.transform(lines) @ matrix), np.array(truth), np.array(weights)


def _wordings(examples: _Examples, n_classes: int) -> list[str]:
    """Join each topic's phrases into one text; a topic without phrases lends its labelled texts."""
    lines: list[list[str]] = [[] for _ in range(n_classes)]
    has_phrase = np.bincount(examples.classes[examples.is_phrase], minlength=n_classes) > 0
    for text, column, is_phrase in zip(examples.texts, examples.classes, examples.is_phrase, strict=True):
        if is_phrase or not has_phrase[column]:
            lines[column].append(text)
    return [" ".join(each) for each in lines]


def _folds(examples: _Examples, n_folds: int = 5) -> NDArray[np.int64]:
    """Deal the examples of each class into folds, phrases and labelled texts apart."""
    folds = np.zeros(len(examples.texts), dtype=np.int64)
    shuffle = np.random.default_rng(0)
    for column in np.unique(examples.classes):
        for is_phrase in (True, False):
            group = np.flatnonzero((examples.classes == column) & (examples.is_phrase == is_phrase))
            folds[group] = shuffle.permutation(len(group)) % n_folds
    return folds


def _validation_texts(held_out: _Examples) -> tuple[list[str], list[int], list[float]]:
    """Return labelled texts as they are (weight 1) and short phrases of a topic joined to an answer's length (0).

    A heading of four characters is harder to place than an answer: left alone it would make the model too modest.
    """
    lines: list[str] = []
    truth: list[int] = []
    weights: list[float] = []
    pending: dict[int, str] = {}
    for text, column, is_phrase in zip(
        held_out.texts, held_out.classes.tolist(), held_out.is_phrase, strict=True
    ):
        joined = f"{pending.pop(column, '')} {text}".strip() if is_phrase else text
        if is_phrase and len(joined) < _ANSWER_LENGTH:
            pending[column] = joined
            continue
        lines.append(joined)
        truth.append(column)
        weights.append(0.0 if is_phrase else 1.0)
    return lines, truth, weights
