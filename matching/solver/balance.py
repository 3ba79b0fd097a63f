"""Prices at which trainees share themselves out among mentors just as there are places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..problem.score_rows import IntArray
from ..problem.solution import FloatArray

_Floats32 = NDArray[np.float32]

# At each temperature the shares are balanced until the factors change by less than this on average, or so often.
_BALANCED: Final = 0.05
_MOST_BALANCINGS: Final = 40
# Each balancing goes so many times as far as to where the loads are right (over-relaxation).
_AHEAD: Final = 1.5
# Logarithm of the smallest pull that counts; numbers below it are many times slower to reckon with.
_LEAST_PULL: Final = -69.0
_LARGEST: Final = 80.0


@dataclass(frozen=True, eq=False)
class Guess:
    """A guess at what places cost.

    Attributes
    ----------
    prices : float array of shape (n_mentors,)
        In units.
    none : float
        What it is worth to have no mentor: nothing where places are not to be filled at any price, else whatever
        leaves over just as many trainees as there are places missing.
    temperature : float
        In units: by about so much may the prices be wrong.
    """

    prices: FloatArray
    none: float
    temperature: float


@dataclass(frozen=True, eq=False)
class Beginning:
    """What is known of an answer beforehand.

    Attributes
    ----------
    guess : Guess
        What places are likely to cost.
    pairs : int64 array of shape (n_pairs, 2)
        Pairs that are likely to be chosen, sorted: whoever has none looks for a place that none of them takes.
    """

    guess: Guess
    pairs: IntArray


@dataclass(frozen=True, eq=False)
class Demand:
    """Trainees, what their pairs are worth, and the places that they share out among themselves.

    Attributes
    ----------
    units : float32 array, or sparse array by rows, of shape (n_trainees, n_mentors)
        What pairs are worth, -infinity (or left out) where they are not open; every row has a pair.
    weights : float array of shape (n_trainees,)
        Mentors each trainee needs.
    limits : float array of shape (n_mentors,)
        Places.
    needs_all : bool
        True where as many places as possible are to be filled whatever they are worth.
    part : float, default=1
        Which part of the way to a right load each balancing goes, from 0 to 1. Where few of the good pairs are known,
        whoever is in too few of them would otherwise become cheaper and cheaper.
    """

    units: _Floats32 | csr_array
    weights: FloatArray
    limits: FloatArray
    needs_all: bool
    part: float = 1.0

    @property
    def missing(self) -> float:
        """Places that are missing; infinity where none need be filled."""
        return max(float(self.weights.sum() - self.limits.sum()), 0.0) if self.needs_all else np.inf

    def cooled(self, guess: Guess, enough: float, most_halvings: int) -> Guess:
        """Return the guess with the temperature halved until trainees are spread over `enough` mentors each.

        Each trainee shares itself out among mentors, more to those worth more at today's prices (softmax at a
        temperature); prices go up where more is shared out than there are places. That is the scaling algorithm of
        entropic optimal transport with the temperature lowered step by step: a smooth version of raising prices by
        demand, which a small sample does not shake. Places that are missing in all are one more column, "no
        mentor".

        References
        ----------
        M. Cuturi, "Sinkhorn distances: lightspeed computation of optimal transport" (2013); B. Schmitzer,
        "Stabilized sparse scaling algorithms for entropy regularized transport problems" (2019); A. Thibault et
        al., "Overrelaxed Sinkhorn-Knopp algorithm for regularized optimal transport" (2021); L. Chizat et al., "Scaling
        algorithms for unbalanced optimal transport problems" (2018), for going part of the way.
        """
        coolest = guess.temperature / 2**most_halvings
        while True:
            guess, spread = self._balanced(guess)
            if spread <= enough or guess.temperature < 1.0 or guess.temperature == coolest:
                return guess
            # Far from few mentors two halvings at once lose nothing.
            cooler = guess.temperature / (4 if spread > 4 * enough else 2)
            guess = replace(guess, temperature=max(cooler, coolest))

    def _balanced(self, guess: Guess) -> tuple[Guess, float]:
        """Return the guess at its temperature, and over how many mentors the median trainee is spread."""
        temperature, missing, limits = guess.temperature, self.missing, self.limits
        pull, best = self._pull(guess.prices, temperature)
        pull_none = np.zeros(len(best))
        if missing:
            pull_none = np.exp(np.clip((guess.none - best) / temperature, -_LARGEST, _LARGEST))
        factor, factor_none = np.ones(len(limits)), 1.0
        # Where places may stay empty, no price falls below 0.
        no_price = np.full(len(limits), np.inf)
        if missing in (0.0, np.inf):
            no_price = np.exp(np.minimum(guess.prices / temperature, _LARGEST))
        for number in range(_MOST_BALANCINGS):
            before = factor
            shares = self.weights / np.maximum(
                pull @ factor.astype(np.float32) + pull_none * factor_none, 1e-30
            )
            ahead = limits / np.maximum(shares.astype(np.float32) @ pull, 1e-30) / before
            factor = np.minimum((before * ahead ** (_AHEAD if number else 1.0)) ** self.part, no_price)
            factor = np.where(limits > 0, np.clip(factor, 1e-30, 1e30), 1.0)
            if 0 < missing < np.inf:
                factor_none = missing / max(float(pull_none @ shares), 1e-30)
            if float((limits * np.abs(1 - before / factor)).sum()) < _BALANCED * float(limits.sum()):
                break
        spread = _spread(pull, factor)
        none = (
            guess.none - temperature * float(np.log(1 / max(factor_none, 1e-30))) if missing else guess.none
        )
        return Guess(guess.prices - temperature * np.log(factor), none, temperature), spread

    def _pull(self, prices: FloatArray, temperature: float) -> tuple[_Floats32 | csr_array, FloatArray]:
        """Return how much each pair draws, 1 for the best of a trainee, and what the best are worth."""
        units = self.units
        if isinstance(units, csr_array):
            pull = units.data - prices.astype(np.float32)[units.indices]
            best = np.maximum.reduceat(pull, units.indptr[:-1])
            pull -= np.repeat(best, np.diff(units.indptr))
        else:
            pull = units - prices.astype(np.float32)
            best = pull.max(axis=1)
            pull -= best[:, None]
        pull /= np.float32(temperature)
        np.maximum(pull, np.float32(_LEAST_PULL), out=pull)
        np.exp(pull, out=pull)
        if isinstance(units, csr_array):
            return csr_array((pull, units.indices, units.indptr), shape=units.shape), best
        return pull, best


def _spread(pull: _Floats32 | csr_array, factor: FloatArray) -> float:
    """Return over how many mentors the median trainee is spread."""
    if isinstance(pull, csr_array):
        shares = pull.data.astype(np.float64) * factor[pull.indices]
        sums, squares = (np.add.reduceat(each, pull.indptr[:-1]) for each in (shares, shares**2))
    else:
        pull *= factor.astype(np.float32)
        sums, squares = pull.sum(axis=1, dtype=np.float64), np.einsum("ij,ij->i", pull, pull)
    return float(np.median(sums**2 / np.maximum(squares, 1e-30)))
