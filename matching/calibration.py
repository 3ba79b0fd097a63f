"""Honest probabilities: a temperature, an error measure and a threshold, all from held-out decisions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

Floats = NDArray[np.float64]
# Held-out texts that are all right ask for no end of certainty: e^2.5, about 12, is as sure as a model may
# get.
_LOG_RANGE = (-3.0, 2.5)


def fit_temperature(decisions: Floats, truth: NDArray[np.integer[Any]], weights: Floats) -> float:
    """Find the factor on decision values whose softmax explains held-out labels best.

    Parameters
    ----------
    decisions : float array of shape (n_texts, n_classes)
        Values of a model that has not seen these texts.
    truth : int array of shape (n_texts,)
        Column of the right class.
    weights : float array of shape (n_texts,), at least 0
        How much each text counts.

    Returns
    -------
    float above 0; multiply decision values by it before the softmax.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks.

    Examples
    --------
    >>> values = np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 0.0], [0.0, 2.0]])
    >>> fit_temperature(values, np.array([0, 1, 0, 0]), np.ones(4)) < 1
    True

    """
    rows = np.arange(len(truth))

    def loss(log_factor: float) -> float:
        return -float(weights @ log_softmax(np.exp(log_factor) * decisions, axis=1)[rows, truth])

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_RANGE, method="bounded").x))


def choose_threshold(confidence: Floats, correct: Floats, weights: Floats, wrong_cost: float) -> float:
    """Choose below which confidence to keep silent, on held-out answers.

    A right answer gains 1, a wrong one costs `wrong_cost`, silence is 0; the threshold with the best sum
    wins, the lowest one on a tie. Held-out sets are small, so the choice stays within half and one and a half
    of what honest probabilities ask for, wrong_cost / (1 + wrong_cost).

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
    0.6

    """
    order = np.argsort(-confidence, kind="stable")
    gains = np.cumsum((weights * np.where(correct > 0, 1.0, -wrong_cost))[order])
    ranked = confidence[order]
    # Equal confidences stand or fall together: only the last of a run is a possible cut.
    is_cut = np.append(ranked[1:] < ranked[:-1], True)
    gains = np.where(is_cut, gains, -np.inf)
    best = len(gains) - 1 - int(np.argmax(gains[::-1]))
    honest = wrong_cost / (1 + wrong_cost)
    return float(np.clip(ranked[best], honest / 2, min(1.5 * honest, 1.0)))


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
    confidence = probabilities.max(axis=1)
    hits = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gap = np.bincount(bins, weights=confidence - hits, minlength=n_bins)
    return float(np.abs(gap).sum() / max(len(truth), 1))
