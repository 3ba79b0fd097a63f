"""Which topic a short text is about: learned from topics' own phrases and organizers' corrections."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin

from ..arguments import stored_floats, stored_terms
from ..exceptions import InvalidInputError, NotFittedError
from ..texts.evidence import find_spans
from ..texts.features import TextFeatures
from ..texts.normalise import NormalisedText, normalise
from ..texts.semantic import SentenceEmbedder
from ..texts.small_talk import SMALL_TALK
from .calibration import choose_threshold, fit_pool, weighted_quantile
from .committee import Committee, Examined
from .examples import Topics, gather_examples

Floats = NDArray[np.float64]

# Vectors once read serve every classifier of the process.
_EMBEDDER = SentenceEmbedder()

# Phrases stand in for labels only so far: headings together weigh at most as much as this many real ones, and phrases
# that read like something said as much as that.
_HEADINGS_WEIGH, _SAID_PHRASES_WEIGH = 20.0, 100.0
# So many of the held-out texts may speak too faintly to be judged; and what counts as faint stays in these bounds,
# since held-out headings say little about answers.
_FAINT_SHARE = 0.04
_FAINTEST, _USUAL_FAINTEST, _LEAST_FAINT = 0.7, 1.0, 1.5
# Headings of a few characters do not show how answers look: below so many answer-like texts the usual bound holds.
_LEAST_TO_LEARN_FAINTNESS = 30
# So many of the held-out texts may sound like no topic.
_FOREIGN_SHARE = 0.03
# Headings do not show how people talk, so small talk looks likelier than they do where nothing else is known.
_LEAST_FOREIGN, _USUAL_FOREIGN = -0.75, 4.0


class TopicClassifier(ClassifierMixin, BaseEstimator):
    """Name the topic of short Chinese texts, with an honest probability and the right to keep silent.

    The topics' own phrases are training examples beside the labelled texts, so it works before anyone has
    labelled anything. Three judges look at a text's characters and words: a support vector machine, complement
    naive Bayes, and the cosine to each topic's whole wording. With `semantic` two more look at its meaning. How
    much each counts, and how sure their sum may be, is learned from texts that they had not seen.

    Parameters
    ----------
    semantic : bool, default False
        Also read sentence vectors; needs the extra `semantic`.
    embedder : SentenceEmbedder, optional
        Where sentence vectors come from and are kept; one for the whole process when missing.
    penalty : float above 0, default 1
        The support vector machine's C.
    word_weight : float in [0, 1], default 0.2
        Share of words beside character n-grams.
    wrong_cost : float, at least 0, default 1.25
        What a wrong topic costs when a right one gains 1 and silence is 0; sets the threshold.

    Attributes
    ----------
    classes_ : str array of shape (n_topics,), sorted
        Topic codes, the order of all columns.
    pool_ : float array of shape (n_judges,)
        Weight of each judge: machine, cosine, Bayes; with `semantic` also discriminant and density.
    threshold_ : float in [0, 1]
        Below this probability of the best topic the classifier abstains.
    least_spread_ : float, at least 0
        It also abstains where the decision values of the topics differ by less than this (standard deviation):
        nothing speaks for or against any topic, as in a text about something else altogether.
    most_foreign_ : float
        And where "none of the topics" lies so far above the best topic, in log odds.

    Notes
    -----
    Fitting takes one machine per topic on up to six sets of examples (five folds and all): some seconds for
    1 500 phrases. Predicting is one sparse product, 10 000 texts a second; with `semantic` 30 a second, since
    every new text is read by a language model. Equal input gives equal output, alone or in a batch.

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
        embedder: SentenceEmbedder | None = None,
        penalty: float = 1.0,
        word_weight: float = 0.2,
        wrong_cost: float = 1.25,
    ) -> None:
        self.semantic = semantic
        self.embedder = embedder
        self.penalty = penalty
        self.word_weight = word_weight
        self.wrong_cost = wrong_cost

    def fit(
        self,
        texts: Sequence[str],
        labels: Sequence[str | None],
        topics: Topics | None = None,
        features: TextFeatures | None = None,
        others: Sequence[str] = SMALL_TALK,
    ) -> Self:
        """Learn from labelled texts and from the topics' phrases; either may be missing.

        Parameters
        ----------
        texts : sequence of str, n_texts of them
            Answers.
        labels : sequence of str or None, n_texts of them
            Topic code of each, the empty string where none of the topics fits; None marks an unlabelled text, used
            for document frequencies alone.
        topics : sequence of (code, phrases), optional
            Every topic with the ways people speak of it.
        features : TextFeatures, optional
            Fitted features to share with another classifier; fitted on all the texts here when missing.
        others : sequence of str, optional
            What people say that is about none of the topics; small talk when missing.

        Raises
        ------
        InvalidInputError
            When lengths differ, no topic is known at all, or `semantic` is asked for and not installed.

        """
        examples, self.classes_ = gather_examples(texts, labels, topics or [], others)
        committee = Committee(self.penalty, self.word_weight, self._embedder())
        self._calibrate(committee.usual, committee.examine(examples, self._n_columns))
        self.committee_ = committee.fit(examples, self._n_columns, self.pool_, features)
        return self

    def decision_function(self, texts: Sequence[str]) -> Floats:
        """Return the judges' weighted sum, shape (n_texts, n_topics): log-probabilities up to a constant a row."""
        return self._decide(texts)[:, :-1]

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each topic, shape (n_texts, n_topics), rows summing to 1."""
        return self.judge(texts)[0]

    def predict(self, texts: Sequence[str]) -> NDArray[np.str_]:
        """Return the best topic code of each text, shape (n_texts,), whether or not it would abstain."""
        best = self.decision_function(texts).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def abstain(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return for which texts the best topic is too doubtful to be said, shape (n_texts,).

        That is where its probability is below `threshold_`, where so little speaks for or against any topic
        (`least_spread_`) that the answer is likely about something else, or where it sounds like what people say of
        no topic (`most_foreign_`).
        """
        return self.judge(texts)[1]

    def judge(self, texts: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Return `predict_proba` and `abstain` at the price of one."""
        decisions = self._decide(texts)
        probabilities = np.asarray(softmax(decisions[:, :-1], axis=1))
        doubtful = probabilities.max(axis=1) < self.threshold_
        return probabilities, doubtful | self.is_faint(decisions) | (self.foreignness(decisions) > 0)

    def is_faint(self, decisions: Floats) -> NDArray[np.bool_]:
        """Return where decision values, shape (n_texts, n_topics + 1), speak for and against no topic."""
        # A single topic has nothing to differ from.
        return np.asarray(decisions[:, :-1].std(axis=1) < self.least_spread_) & (len(self.classes_) > 1)

    def foreignness(self, decisions: Floats) -> Floats:
        """Return how far texts lie above the bound from which none of the topics fits, in log odds, shape (n_texts,).

        Decision values are of shape (n_texts, n_topics + 1), none of the topics last.
        """
        return np.asarray(_odds_of_none(decisions) - self.most_foreign_)

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
        return self.evidence_in(normalise(texts), columns)

    def evidence_in(
        self, texts: Sequence[NormalisedText], columns: NDArray[np.int64]
    ) -> list[tuple[int, int]]:
        """Return `evidence` of texts in one spelling, for topics given by their column, shape (n_texts,)."""
        self._check_fitted()
        features, weights = self.committee_.features, self.committee_.weights
        # What speaks for every topic alike is no evidence for one.
        pull = weights[: features.n_ngrams] - weights[: features.n_ngrams].mean(axis=1, keepdims=True)
        return find_spans(texts, columns, features.ngrams_, pull)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return the fitted model as plain arrays, to be stored without pickle."""
        self._check_fitted()
        calibration = [self.threshold_, self.least_spread_, self.most_foreign_, self.word_weight]
        return {
            "classes": self.classes_,
            "calibration": np.array(calibration),
            "pool": self.pool_,
            **self.committee_.state(),
        }

    @classmethod
    def from_state(cls, state: dict[str, NDArray[Any]], embedder: SentenceEmbedder | None = None) -> Self:
        """Rebuild a fitted classifier from `state`; one that reads meaning takes its vectors from `embedder`.

        Raises
        ------
        InvalidInputError
            When arrays are missing or do not fit together.

        """
        classes = stored_terms(state, "classes", "U")
        if not len(classes):
            raise InvalidInputError("The 'classes' of the state must be topic codes. Got none instead.")
        calibration = stored_floats(state, "calibration", (4,)).tolist()
        threshold, least_spread, most_foreign, word_weight = calibration
        if not (0 <= threshold <= 1 and least_spread >= 0 and 0 <= word_weight <= 1):
            raise InvalidInputError(
                "The 'calibration' of the state must be a threshold in [0, 1], a spread of at least 0, a bound and a "
                f"weight in [0, 1]. Got {calibration} instead."
            )
        model = cls("sentence_pool" in state, embedder, word_weight=word_weight)
        model.classes_ = classes
        model.committee_ = Committee.of(state, word_weight, model._n_columns, model._embedder())
        # As many weights as judges: a file of other judges is another model.
        model.pool_ = stored_floats(state, "pool", model.committee_.usual.shape)
        model.threshold_, model.least_spread_, model.most_foreign_ = threshold, least_spread, most_foreign
        return model

    @property
    def _n_columns(self) -> int:
        """One for each topic, and the last for none of them."""
        return len(self.classes_) + 1

    def _embedder(self) -> SentenceEmbedder | None:
        return (self.embedder or _EMBEDDER) if self.semantic else None

    def _check_fitted(self) -> None:
        if not hasattr(self, "committee_"):
            raise NotFittedError("TopicClassifier must be fitted before it is asked for a result.")

    def _decide(self, texts: Sequence[str]) -> Floats:
        self._check_fitted()
        lines = [each.text for each in normalise(texts)]
        return self.committee_.decide(lines, self.committee_.features.transform(lines))

    def _calibrate(self, usual: Floats, examined: Examined | None) -> None:
        """Set the judges' weights and the bounds of silence on texts that the judges had not seen."""
        honest = self.wrong_cost / (1 + self.wrong_cost)
        self.pool_, self.threshold_ = usual, honest
        self.least_spread_, self.most_foreign_ = _USUAL_FAINTEST, _USUAL_FOREIGN
        if examined is None or not (is_told := examined.columns < len(self.classes_)).any():
            return
        examined = examined.take(is_told)
        weights = _weights(examined)
        self.pool_ = fit_pool(examined.decisions[:, :, :-1], examined.columns, weights, usual)
        whole = np.tensordot(self.pool_, examined.decisions, axes=1)
        decisions = whole[:, :-1]
        probabilities = softmax(decisions, axis=1)
        correct = (probabilities.argmax(axis=1) == examined.columns).astype(float)
        self.threshold_ = choose_threshold(probabilities.max(axis=1), correct, weights, self.wrong_cost)
        said = examined.is_said
        if said.sum() >= _LEAST_TO_LEARN_FAINTNESS:
            faint = weighted_quantile(decisions[said].std(axis=1), weights[said], _FAINT_SHARE)
            self.least_spread_ = float(np.clip(faint, _FAINTEST, _LEAST_FAINT))
            foreign = weighted_quantile(_odds_of_none(whole)[said], weights[said], 1 - _FOREIGN_SHARE)
            self.most_foreign_ = max(foreign, _LEAST_FOREIGN)


def _weights(examined: Examined) -> Floats:
    """Return how much each held-out text counts, shape (n_texts,), in [0, 1]: an answer 1, phrases together so far."""
    weights = np.ones(len(examined.columns))
    for are_said, together in ((False, _HEADINGS_WEIGH), (True, _SAID_PHRASES_WEIGH)):
        some = examined.is_phrase & (examined.is_said == are_said)
        weights[some] = min(1.0, together / max(int(some.sum()), 1))
    return weights


def _odds_of_none(decisions: Floats) -> Floats:
    """Return how far the last column lies above the best of the others, shape (n_texts,)."""
    return np.asarray(decisions[:, -1] - decisions[:, :-1].max(axis=1))
