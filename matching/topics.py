"""Which topic a short text is about: learned from topics' own phrases and organizers' corrections."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import LinearSVC

from .calibration import choose_threshold, fit_temperature
from .evidence import find_spans
from .examples import Examples, Topics, Validation, gather_examples, validation_texts
from .exceptions import InvalidInputError, NotFittedError
from .features import TextFeatures, Vocabulary
from .normalise import NormalisedText, normalise

Floats = NDArray[np.float64]

# Phrases stand in for labels only so far: together they weigh at most as much as this many real ones.
_PHRASE_VALIDATION_WEIGHT = 20.0
# So many of the held-out texts may look too strange to be judged.
_STRANGE_SHARE = 0.05
_N_FOLDS = 5
# Three numbers are set on held-out texts: after so many of them further folds would change nothing.
_ENOUGH_TO_CALIBRATE = 2000
# Headings of a few characters do not show how answers look: below so many answer-like texts nothing is
# strange.
_LEAST_TO_LEARN_STRANGENESS = 30


class TopicClassifier(ClassifierMixin, BaseEstimator):
    """Name the topic of short Chinese texts, with an honest probability and the right to keep silent.

    The topics' own phrases are training examples beside the labelled texts, so it works before anyone has
    labelled anything. A linear support vector machine on character 1–3-grams and words is added to the cosine
    between a text and each topic's whole wording; both are linear, so the fitted model is one matrix.

    Parameters
    ----------
    semantic : bool, default False
        Sentence embeddings; not part of this version, so True is refused at `fit`.
    penalty : float above 0, default 1
        The support vector machine's C.
    cosine_weight : float, at least 0, default 3
        Weight of the cosine beside the machine's decision value.
    word_weight : float in [0, 1], default 0.2
        Share of words beside character n-grams.
    wrong_cost : float, at least 0, default 0.75
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
    least_known_ : float in [0, 1]
        It also abstains where a text's feature row is shorter than this: too little of it is known.

    Notes
    -----
    Fitting takes one machine per topic on up to six sets of examples (five folds and all): about a second for
    1 500 phrases. Predicting is one sparse product. Equal input gives equal output, alone or in a batch.

    Examples
    --------
    >>> topics = [("PARKING", ["停车难", "没有车位", "乱停车"]), ("FIRE", ["楼道堆物", "消防通道被堵"])]
    >>> classifier = TopicClassifier().fit([], [], topics=topics)
    >>> classifier.predict(["小区里停车太难了", "消防通道又堵了"]).tolist()
    ['PARKING', 'FIRE']

    """

    def __init__(
        self,
        semantic: bool = False,
        penalty: float = 1.0,
        cosine_weight: float = 3.0,
        word_weight: float = 0.2,
        wrong_cost: float = 0.75,
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
        examples, self.classes_ = gather_examples(texts, labels, topics or [])
        self.features_, self.weights_ = self._learn(examples)
        self._calibrate(examples)
        return self

    def decision_function(self, texts: Sequence[str]) -> Floats:
        """Return uncalibrated scores, shape (n_texts, n_topics)."""
        return np.asarray(self._rows(texts) @ self.weights_)

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each topic, shape (n_texts, n_topics), rows summing to 1."""
        return self.judge(texts)[0]

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """Return the best topic code of each text, shape (n_texts,), whether or not it would abstain."""
        best = self.decision_function(texts).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def abstain(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return for which texts the best topic is too doubtful to be said, shape (n_texts,).

        That is where its probability is below `threshold_`, or where too little of the text was ever seen
        (`least_known_`), as in answers about something else altogether.
        """
        return self.judge(texts)[1]

    def judge(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return `predict_proba` and `abstain` at the price of one."""
        rows = self._rows(texts)
        probabilities = np.asarray(softmax(self.temperature_ * (rows @ self.weights_), axis=1))
        doubtful = (probabilities.max(axis=1) < self.threshold_) | (_lengths(rows) < self.least_known_)
        return probabilities, doubtful

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
            "calibration": np.array(
                [self.temperature_, self.threshold_, self.least_known_, self.word_weight]
            ),
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
        n_topics, n_features = len(state["classes"]), len(ngrams.terms) + len(words.terms)
        for name, expected in {
            "weights": (n_features, n_topics),
            "ngram_idf": ngrams.terms.shape,
            "word_idf": words.terms.shape,
            "calibration": (4,),
        }.items():
            array = state[name]
            if array.shape != expected or array.dtype != np.float64 or not np.isfinite(array).all():
                raise InvalidInputError(
                    f"The '{name}' of the state must be finite floats of shape {expected}. "
                    f"Got {array.dtype} of shape {array.shape} instead."
                )
        temperature, threshold, least_known, word_weight = (float(value) for value in state["calibration"])
        model = cls(word_weight=word_weight)
        model.features_ = TextFeatures.of(ngrams, words, word_weight)
        model.classes_, model.weights_ = state["classes"], state["weights"]
        model.temperature_, model.threshold_ = temperature, threshold
        model.least_known_ = least_known
        return model

    def _check_fitted(self) -> None:
        if not hasattr(self, "threshold_"):
            raise NotFittedError("TopicClassifier must be fitted before it is asked for a result.")

    def _rows(self, texts: Sequence[str]) -> sparse.csr_array:
        self._check_fitted()
        return self.features_.transform([each.text for each in normalise(texts)])

    def _evidence(self, texts: Sequence[NormalisedText], columns: NDArray[np.int64]) -> list[tuple[int, int]]:
        self._check_fitted()
        n_ngrams = self.features_.n_ngrams
        # What speaks for every topic alike is no evidence for one.
        pull = self.weights_[:n_ngrams] - self.weights_[:n_ngrams].mean(axis=1, keepdims=True)
        return find_spans(texts, columns, self.features_.ngrams_, pull)

    def _learn(self, examples: Examples) -> tuple[TextFeatures, Floats]:
        """Fit features and the one matrix that holds machine and cosine together."""
        wordings = examples.wordings(len(self.classes_))
        features = TextFeatures(self.word_weight).fit([*examples.texts, *wordings, *examples.unlabelled])
        weights = self.cosine_weight * features.transform(wordings).toarray().T
        present = np.unique(examples.columns)
        if len(present) > 1:
            weights[:, present] += self._machine(features.transform(examples.texts), examples.columns)
        return features, np.ascontiguousarray(weights)

    def _machine(self, rows: sparse.csr_array, classes: NDArray[np.int64]) -> Floats:
        # No intercept: it would favour large topics in texts that say little.
        machine = LinearSVC(C=self.penalty, fit_intercept=False, random_state=0, max_iter=20_000, tol=1e-3)
        coefficients = np.asarray(machine.fit(rows, classes).coef_)
        return (
            coefficients.T if len(coefficients) > 1 else np.column_stack([-coefficients[0], coefficients[0]])
        )

    def _calibrate(self, examples: Examples) -> None:
        """Set temperature, threshold and least known length on texts that the deciding model had not seen."""
        self.temperature_, self.threshold_, self.least_known_ = 1.0, 0.0, 0.0
        folds = examples.deal_folds(_N_FOLDS)
        examined: list[tuple[Floats, Floats, Validation]] = []
        for fold in range(_N_FOLDS):
            part = self._examine(examples, folds == fold)
            examined += [] if part is None else [part]
            if sum(len(exam.texts) for _, _, exam in examined) >= _ENOUGH_TO_CALIBRATE:
                break
        if not examined:
            return
        decisions = np.concatenate([part[0] for part in examined])
        lengths = np.concatenate([part[1] for part in examined])
        columns, is_phrase, is_said = (
            np.array([value for part in examined for value in getattr(part[2], name)])
            for name in ("columns", "is_phrase", "is_said")
        )
        phrase_weight = min(1.0, _PHRASE_VALIDATION_WEIGHT / max(int(is_phrase.sum()), 1))
        weights = np.where(is_phrase, phrase_weight, 1.0)
        self.temperature_ = fit_temperature(decisions, columns, weights)
        probabilities = softmax(self.temperature_ * decisions, axis=1)
        correct = (probabilities.argmax(axis=1) == columns).astype(float)
        self.threshold_ = choose_threshold(probabilities.max(axis=1), correct, weights, self.wrong_cost)
        if is_said.sum() >= _LEAST_TO_LEARN_STRANGENESS:
            self.least_known_ = float(np.quantile(lengths[is_said], _STRANGE_SHARE))

    def _examine(
        self, examples: Examples, held: NDArray[np.bool_]
    ) -> tuple[Floats, Floats, Validation] | None:
        """Decide the held-out texts of one fold; None where there is nothing to learn from or to decide."""
        rest, exam = examples.take(~held), validation_texts(examples.take(held))
        if not exam.texts or not rest.texts:
            return None
        features, matrix = self._learn(rest)
        rows = features.transform(exam.texts)
        return np.asarray(rows @ matrix), _lengths(rows), exam


def _lengths(rows: sparse.csr_array) -> Floats:
    """Return the length of each feature row: what share of the text is known, in [0, 1]."""
    return np.asarray(np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel()))
