"""Whether affinity weights learned from ratings may replace those in force: grouped cross-validation decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from ..problem.solution import FloatArray
from ..topics.measures import Estimate
from .feedback import PairFeedback
from .learned_weights import LearnedWeights, ScoreCurve, fit_curve, learn_weights

# Fewer ratings tell two sets of weights apart only by chance.
_LEAST_RATINGS: Final = 30
_LEAST_COHORTS: Final = 2
_MOST_FOLDS: Final = 5
_DRAWS: Final = 2000
# The nearest to 0 and 1 that an expected rating may come, so that one surprise does not decide all.
_EDGE: Final = 0.01


class WeightsWay(StrEnum):
    """Ways of foretelling a rating that are measured side by side."""

    LEARNED = "LEARNED"
    IN_FORCE = "IN_FORCE"
    MEAN_RATING = "MEAN_RATING"


class WeightsMetric(StrEnum):
    """What is measured on cohorts that were not learned from."""

    LOG_LOSS = "LOG_LOSS"
    CONCORDANCE = "CONCORDANCE"


class WeightsOutcome(StrEnum):
    """What came of a trial."""

    ADOPTED = "ADOPTED"
    NOT_BETTER = "NOT_BETTER"
    SAME_WEIGHTS = "SAME_WEIGHTS"
    TOO_FEW_RATINGS = "TOO_FEW_RATINGS"
    TOO_FEW_COHORTS = "TOO_FEW_COHORTS"


@dataclass(frozen=True, eq=False)
class WeightsTrial:
    """What a trial of learned weights found.

    Attributes
    ----------
    outcome : WeightsOutcome
        ADOPTED when the learned weights are better; otherwise why those in force stay.
    weights : float array of shape (n_parts,)
        The weights to use from now on: the learned ones if adopted, otherwise those in force.
    candidate : LearnedWeights
        What was learned from all ratings.
    curve : ScoreCurve
        The rating that a score of `weights` lets expect.
    gain : Estimate or None
        Log loss of the weights in force minus that of the learned ones, paired; None where no trial was possible.
    measures : mapping of WeightsWay to mapping of WeightsMetric to Estimate
        Every way on the same ratings, none of which it had learned from; empty where no trial was possible.
    n_ratings, n_cohorts, n_people : int
        What it was measured on.
    least_ratings, least_cohorts : int
        So many are needed for a trial.
    """

    least_ratings: ClassVar[int] = _LEAST_RATINGS
    least_cohorts: ClassVar[int] = _LEAST_COHORTS

    outcome: WeightsOutcome
    weights: FloatArray
    candidate: LearnedWeights
    curve: ScoreCurve
    gain: Estimate | None
    measures: Mapping[WeightsWay, Mapping[WeightsMetric, Estimate]]
    n_ratings: int
    n_cohorts: int
    n_people: int

    @property
    def is_adopted(self) -> bool:
        """Whether the learned weights take over."""
        return self.outcome is WeightsOutcome.ADOPTED


def try_weights(feedback: PairFeedback, in_force: ArrayLike, prior: ArrayLike | None = None) -> WeightsTrial:
    """Learn weights, and try them against those in force on cohorts that they were not learned from.

    Parameters
    ----------
    feedback : PairFeedback
        All ratings there are.
    in_force : float array of shape (n_parts,)
        Weights used today, summing to 1.
    prior : float array of shape (n_parts,), optional
        Weights set by hand, towards which learning leans; `in_force` when left out.

    Returns
    -------
    WeightsTrial

    Raises
    ------
    InvalidInputError
        If weights have another length or range than the parts.

    Notes
    -----
    **The rule.** The learned weights take over only if, over cross-validation by whole cohorts (at most five
    folds), the lower end of the 90 % interval of their paired gain in log loss lies above 0: a one-sided test
    at 5 %. Each fold's weights and curves come from the other folds. The interval draws whole people, 2 000
    times. At least 30 ratings of two cohorts are needed. Weights that were learned before stand on ratings
    that are tried again, which favours them: the rule errs on the side of what is in force.

    Memory: a few tables of n_ratings × n_ratings.

    Log loss is that of a rating between 0 and 1 (cross-entropy), the rating foretold by a curve on the score.
    Concordance is the share of pairs of differently rated pairs, that the score puts in the right order, one
    half by chance.

    References
    ----------
    B. Efron and R. J. Tibshirani, "An introduction to the bootstrap" (1993), chapter 13.
    F. E. Harrell, K. L. Lee and D. B. Mark, "Multivariable prognostic models", Statistics in Medicine 15 (1996).

    Examples
    --------
    >>> feedback = PairFeedback.from_values([[0.9, 0.1], [0.2, 0.8]], ratings=[1.0, 0.25])
    >>> trial = try_weights(feedback, [0.5, 0.5])
    >>> trial.outcome.value, trial.weights.tolist()
    ('TOO_FEW_RATINGS', [0.5, 0.5])
    """
    now = np.asarray(in_force, dtype=np.float64)
    hand_set = now if prior is None else np.asarray(prior, dtype=np.float64)
    candidate = learn_weights(feedback, hand_set)
    outcome = _impossible(feedback)
    gain: Estimate | None = None
    measures: dict[WeightsWay, dict[WeightsMetric, Estimate]] = {}
    if outcome is None:
        foretold = _cross_validated(feedback, now, hand_set)
        gain, measures = _measured(feedback, foretold)
        if np.array_equal(candidate.weights, now):
            outcome = WeightsOutcome.SAME_WEIGHTS
        else:
            outcome = WeightsOutcome.ADOPTED if gain.low > 0 else WeightsOutcome.NOT_BETTER
    weights = candidate.weights if outcome is WeightsOutcome.ADOPTED else now
    return WeightsTrial(
        outcome=outcome,
        weights=weights,
        candidate=candidate,
        curve=fit_curve(feedback.values @ weights, feedback.ratings),
        gain=gain,
        measures=measures,
        n_ratings=len(feedback),
        n_cohorts=feedback.n_cohorts,
        n_people=len(np.unique(feedback.people)),
    )


def _impossible(feedback: PairFeedback) -> WeightsOutcome | None:
    if len(feedback) < _LEAST_RATINGS:
        return WeightsOutcome.TOO_FEW_RATINGS
    if feedback.n_cohorts < _LEAST_COHORTS:
        return WeightsOutcome.TOO_FEW_COHORTS
    return None


def _cross_validated(
    feedback: PairFeedback, in_force: FloatArray, prior: FloatArray
) -> dict[WeightsWay, FloatArray]:
    """Return the ratings that every way foretells, shape (n_ratings,), each from the other cohorts."""
    from sklearn.model_selection import GroupKFold

    foretold = {way: np.zeros(len(feedback)) for way in WeightsWay}
    folds = GroupKFold(min(_MOST_FOLDS, feedback.n_cohorts))
    for rest, held in folds.split(feedback.values, groups=feedback.cohorts):
        known = feedback.take(np.isin(np.arange(len(feedback)), rest))
        learned = learn_weights(known, prior)
        curve = fit_curve(known.values @ in_force, known.ratings)
        values = feedback.values[held]
        foretold[WeightsWay.LEARNED][held] = learned.curve.rating(values @ learned.weights)
        foretold[WeightsWay.IN_FORCE][held] = curve.rating(values @ in_force)
        foretold[WeightsWay.MEAN_RATING][held] = known.ratings.mean()
    return {way: np.clip(values, _EDGE, 1 - _EDGE) for way, values in foretold.items()}


def _measured(
    feedback: PairFeedback, foretold: Mapping[WeightsWay, FloatArray]
) -> tuple[Estimate, dict[WeightsWay, dict[WeightsMetric, Estimate]]]:
    _, people = np.unique(feedback.people, return_inverse=True)
    draws = _draws(int(people.max()) + 1)
    # Sums over each person's ratings: shape (n_people, n_ratings).
    voices: Any = sparse.csr_array((np.ones(len(people)), (people, np.arange(len(people)))))
    counts = draws @ (voices @ np.ones(len(people)))
    losses = {way: voices @ _log_loss(feedback.ratings, values) for way, values in foretold.items()}
    loss_draws = {way: (draws @ each) / counts for way, each in losses.items()}
    measures = {
        way: {
            WeightsMetric.LOG_LOSS: Estimate.of(loss_draws[way]),
            WeightsMetric.CONCORDANCE: Estimate.of(_concordance(feedback.ratings, values, voices, draws)),
        }
        for way, values in foretold.items()
    }
    gain = Estimate.of(loss_draws[WeightsWay.IN_FORCE] - loss_draws[WeightsWay.LEARNED])
    return gain, measures


def _draws(n_people: int) -> FloatArray:
    """Return how often each person is drawn, shape (1 + n_draws, n_people); the first draw is everybody once."""
    random = np.random.default_rng(0)
    drawn = random.multinomial(n_people, np.full(n_people, 1 / n_people), size=_DRAWS)
    return np.vstack([np.ones(n_people), drawn])


def _log_loss(ratings: FloatArray, foretold: FloatArray) -> FloatArray:
    return -(ratings * np.log(foretold) + (1 - ratings) * np.log1p(-foretold))


def _concordance(ratings: FloatArray, foretold: FloatArray, voices: Any, draws: FloatArray) -> FloatArray:
    """Return the share of pairs of unequal ratings that are in the right order, by draw; a tie counts half."""
    better = ratings[:, None] > ratings[None, :]
    right = better * (0.5 + 0.5 * np.sign(foretold[:, None] - foretold[None, :]))
    by_people = [voices @ (voices @ each.astype(np.float64)).T for each in (right, better)]
    found, asked = (((draws @ each) * draws).sum(axis=1) for each in by_people)
    shares: FloatArray = np.where(asked > 0, found / np.maximum(asked, 1e-9), 0.5)
    return shares
