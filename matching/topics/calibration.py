"""Honest probabilities: weights of judges, an error measure and a threshold, all from held-out decisions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

Floats = NDArray[np.float64]
# Weights stay within e^-6 and e^4 of 1: held-out texts that are all right ask for no end of certainty.
_LOG_RANGE = (-6.0, 4.0)
# So firmly do the weights hold to their usual values: half a dozen texts that speak clearly move them by a third.
_FIRMNESS = 6.0


def fit_pool(decisions: Floats, truth: NDArray[np.integer[Any]], weights: Floats, usual: Floats) -> Floats:
    """Find how much each judge's decision values count, so that their softmax explains held-out labels best.

    The pool is log-linear: probabilities are the softmax of a weighted sum, so the weights choose between the
    judges and set how sure the sum may be, both at once. Few texts leave the weights near their usual values.

    Parameters
    ----------
    decisions : float array of shape (n_judges, n_texts, n_classes)
        Values of judges that have not seen these texts.
    truth : int array of shape (n_texts,)
        Column of the right class.
    weights : float array of shape (n_texts,), at least 0
        How much each text counts.
    usual : float array of shape (n_judges,), above 0
        Weights to hold to while little is known.

    Returns
    -------
    float array of shape (n_judges,), above 0.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks.
    Heskes (1998), Selecting weighting factors in logarithmic opinion pools.

    Examples
    --------
    >>> values = np.array([[[2.0, 0.0], [0.0, 2.0]] * 40])
    >>> truth = np.array([0, 1, 0, 0] * 20)
    >>> float(fit_pool(values, truth, np.ones(80), np.ones(1))[0]) < 0.7
    True

    """
    rows = np.arange(len(truth))
    target = np.zeros(decisions.shape[1:])
    target[rows, truth] = 1.0

    def loss(logs: Floats) -> tuple[float, Floats]:
        pool = np.exp(logs)
        chances = log_softmax(np.tensordot(pool, decisions, axes=1), axis=1)
        away = logs - np.log(usual)
        slope = weights[:, None] * (np.exp(chances) - target)
        gradient = pool * np.tensordot(decisions, slope, axes=2) + 2 * _FIRMNESS * away
        return float(-(weights @ chances[rows, truth]) + _FIRMNESS * away @ away), gradient

    found = minimize(loss, np.log(usual), jac=True, method="L-BFGS-B", bounds=[_LOG_RANGE] * len(usual))
    return np.asarray(np.exp(found.x))


def choose_threshold(confidence: Floats, correct: Floats, weights: Floats, wrong_cost: float) -> float:
    """Choose below which confidence to keep silent, on held-out answers.

    A right answer gains 1, a wrong one costs `wrong_cost`, silence is 0; the threshold with the best sum
    wins, the lowest one on a tie. Held-out sets are small, so the choice stays within 0.85 and 1.15 of what honest
    probabilities ask for, wrong_cost / (1 + wrong_cost).

    Parameters
    ----------
    confidence : float array of shape (n_texts,), in [0, 1]
        Probability of the best class.
    correct : float array of shape (n_texts,)
        1 where the best class was right, else 0.
    weights : float array of shape (n_texts,), at least 0
        How much each text counts.
    wrong_cost : float, at least 0
        In units of what a right answer gains.

    Returns
    -------
    float in [0, 1]; answers with a confidence at or above it are given.

    References
    ----------
    Chow (1970), On optimum recognition error and reject tradeoff.

    Examples
    --------
    >>> choose_threshold(np.array([0.3, 0.6, 0.9]), np.array([0.0, 1.0, 1.0]), np.ones(3), 1.0)
    0.575

    """
    order = np.argsort(-confidence, kind="stable")
    gains = np.cumsum((weights * np.where(correct > 0, 1.0, -wrong_cost))[order])
    ranked = confidence[order]
    # Equal confidences stand or fall together: only the last of a run is a possible cut.
    is_cut = np.append(ranked[1:] < ranked[:-1], True)
    gains = np.where(is_cut, gains, -np.inf)
    best = len(gains) - 1 - int(np.argmax(gains[::-1]))
    honest = wrong_cost / (1 + wrong_cost)
    return float(np.clip(ranked[best], 0.85 * honest, min(1.15 * honest, 1.0)))


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Return the smallest of `values` that leaves at least `share` of the weight at or below it.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 8.0]), 0.5)
    2.0

    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, share * below[-1])])


def expected_calibration_error(
    probabilities: Floats, truth: NDArray[np.integer[Any]], n_bins: int = 10
) -> float:
    """Measure how far the confidence in the best class lies from the share that is right.

    Parameters
    ----------
    probabilities : float array of shape (n_texts, n_classes)
        Rows sum to 1.
    truth : int array of shape (n_texts,)
        Column of the right class.
    n_bins : int, default 10
        Bins of equal width over [0, 1].

    Returns
    -------
    float in [0, 1]: mean gap over the bins, weighted by their counts.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning.

    Examples
    --------
    >>> expected_calibration_error(np.array([[0.75, 0.25]] * 4), np.array([0, 0, 0, 1]))
    0.0

    """
    hits = probabilities.argmax(axis=1) == truth
    return calibration_gap(probabilities.max(axis=1), hits, np.ones(len(truth)), n_bins)


def calibration_gap(confidence: Floats, hits: NDArray[np.bool_], weights: Floats, n_bins: int = 10) -> float:
    """Measure how far confidence lies from the share that is right, as `expected_calibration_error` does.

    Parameters
    ----------
    confidence : float array of shape (n_texts,), in [0, 1]
        Probability of what was said.
    hits : bool array of shape (n_texts,)
        Where it was right.
    weights : float array of shape (n_texts,), at least 0
        How much each text counts.
    n_bins : int, default 10
        Bins of equal width over [0, 1].

    Returns
    -------
    float in [0, 1].

    Examples
    --------
    >>> calibration_gap(np.array([0.75, 0.75]), np.array([True, False]), np.array([3.0, 1.0]))
    0.0

    """
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gap = np.bincount(bins, weights=weights * (confidence - hits), minlength=n_bins)
    return float(np.abs(gap).sum() / max(float(weights.sum()), 1e-9))
