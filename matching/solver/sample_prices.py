"""A first guess at the price of a place at each mentor, from a sample of trainees."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import AssignmentProblem
from ..problem.solution import FloatArray
from ..threads import one_blas_thread

_Floats32 = NDArray[np.float32]

# Pairs that are read and pairs that are kept of the sample: of few thousands about a fifth, or of a table, where more
# pairs are looked at for the same time, a tenth.
_MOST_PAIRS_READ: Final = 32_000_000
_MOST_PAIRS: Final = 8_000_000
# So many trainees of large problems: of fewer the prices say nothing.
_MANY_TRAINEES: Final = 1000
_SHARE: Final = 0.2
_SHARE_OF_TABLE: Final = 0.1
_FEWEST_TRAINEES: Final = 256
# At each temperature the shares are balanced until the factors change by less than this on average, or so often.
_BALANCED: Final = 0.05
_MOST_BALANCINGS: Final = 40
# Each balancing goes so many times as far as to where the loads are right (over-relaxation).
_AHEAD: Final = 1.5
# Logarithm of the smallest pull that counts; numbers below it are many times slower to reckon with.
_LEAST_PULL: Final = -69.0
# The temperature is halved until a trainee's share is spread over about this many mentors, as many as are worth
# looking at.
_SPREAD: Final = 8.0
# What a mentor's place costs is told from about this many trainees' shares or more.
_SHARERS: Final = 4.0
_MOST_HALVINGS: Final = 9


def sample_prices(
    problem: AssignmentProblem, random: np.random.Generator, needs_all: bool
) -> tuple[FloatArray, float]:
    """Return estimated prices in units, shape (n_mentors,), and the noise in units that they leave open.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem.
    random : numpy.random.Generator
        Draws the sample.
    needs_all : bool
        True where as many places as possible are to be filled whatever they are worth.

    Notes
    -----
    Each trainee of the sample shares itself out among mentors, more to those worth more at today's prices
    (softmax at a temperature); prices go up where more is shared out than the capacity, scaled to the sample.
    That is the scaling algorithm of entropic optimal transport with the temperature lowered step by step: a
    smooth version of raising prices by demand, which a small sample does not shake. Places that are missing
    in all are one more column, "no mentor". BLAS takes the sums in one thread: the same for any number of threads.

    References
    ----------
    M. Cuturi, "Sinkhorn distances: lightspeed computation of optimal transport" (2013); B. Schmitzer,
    "Stabilized sparse scaling algorithms for entropy regularized transport problems" (2019); A. Thibault et al.,
    "Overrelaxed Sinkhorn-Knopp algorithm for regularized optimal transport" (2021).
    """
    units, weights = _sample(problem, random)
    capacity = problem.free_capacity.astype(np.float64)
    total = float(problem.free_need.sum())
    if not len(units) or not total:
        return np.zeros(problem.n_mentors), 1.0
    limits = capacity * (weights.sum() / total)
    missing = float(max(weights.sum() - limits.sum(), 0.0)) if needs_all else np.inf
    highest = units.max()
    lowest = np.where(units == -np.inf, highest, units).min()
    temperature = max(float(highest - lowest), 1.0) / 4
    coolest = temperature / 2**_MOST_HALVINGS
    prices = np.zeros(problem.n_mentors)
    # What it is worth to have no mentor: nothing where places are not to be filled at any price, else whatever
    # leaves over just as many trainees as there are places missing.
    none = 0.0 if not needs_all else float(units.max(axis=1).mean())
    enough = max(_SPREAD, _SHARERS * problem.n_mentors / len(units))
    with one_blas_thread():
        while True:
            prices, none, spread = _balance(units, weights, limits, missing, prices, none, temperature)
            if spread <= enough or temperature < 1.0 or temperature == coolest:
                break
            # Far from few mentors two halvings at once lose nothing.
            temperature = max(temperature / (4 if spread > 4 * enough else 2), coolest)
    return prices, temperature


def _sample(problem: AssignmentProblem, random: np.random.Generator) -> tuple[_Floats32, FloatArray]:
    """Return units of some trainees, -inf where a pair is not open, and how many mentors each needs."""
    n_trainees, n_mentors, step = problem.n_trainees, problem.n_mentors, problem.step_rows
    width = max(n_mentors, 1)
    share = _SHARE_OF_TABLE if problem.is_dense else _SHARE
    kept = int(
        min(max(share * n_trainees, _FEWEST_TRAINEES), max(_MOST_PAIRS // width, _MANY_TRAINEES), n_trainees)
    )
    # Neighbours in the list are often alike: more groups of rows are read than needed, some rows of each kept.
    read = min(max(_MOST_PAIRS_READ // width, kept), n_trainees)
    n_groups = -(-n_trainees // step)
    groups = np.sort(random.permutation(n_groups)[: max(-(-read // step), 1)])
    each = max(min(-(-kept // max(len(groups), 1)), step), 1)
    blocks, weights = [], []
    for group in groups:
        start, stop = group * step, min((group + 1) * step, n_trainees)
        rows = np.sort(random.permutation(stop - start)[:each])
        block = problem.unit_rows(start, stop)[rows].astype(np.float32)
        closed, columns = problem.closed_in(start, stop)
        place = np.minimum(np.searchsorted(rows, closed), len(rows) - 1)
        drawn = rows[place] == closed
        block[place[drawn], columns[drawn]] = -np.inf
        blocks.append(block)
        weights.append(problem.free_need[start:stop][rows])
    units = np.concatenate(blocks) if blocks else np.zeros((0, n_mentors), np.float32)
    weight = np.concatenate(weights).astype(np.float64) if blocks else np.zeros(0)
    units[:, problem.free_capacity <= 0] = -np.inf
    useful = (weight > 0) & np.isfinite(units).any(axis=1)
    return units[useful], weight[useful]


def _balance(
    units: _Floats32,
    weights: FloatArray,
    limits: FloatArray,
    missing: float,
    prices: FloatArray,
    none: float,
    temperature: float,
) -> tuple[FloatArray, float, float]:
    """Return prices, the worth of having no mentor, and over how many mentors the median trainee is spread."""
    pull = units - prices.astype(np.float32)
    best = pull.max(axis=1)
    pull -= best[:, None]
    pull /= np.float32(temperature)
    np.maximum(pull, np.float32(_LEAST_PULL), out=pull)
    np.exp(pull, out=pull)
    pull_none = np.exp(np.clip((none - best) / temperature, -80, 80)) if missing else np.zeros(len(units))
    factor, factor_none = np.ones(len(prices)), 1.0
    # Where places may stay empty, no price falls below 0.
    no_price = np.exp(np.minimum(prices / temperature, 80.0)) if missing in (0.0, np.inf) else np.inf
    for number in range(_MOST_BALANCINGS):
        before = factor
        shares = weights / np.maximum(pull @ factor.astype(np.float32) + pull_none * factor_none, 1e-30)
        ahead = limits / np.maximum(shares.astype(np.float32) @ pull, 1e-30) / before
        factor = np.minimum(before * ahead ** (_AHEAD if number else 1.0), no_price)
        factor = np.where(limits > 0, np.clip(factor, 1e-30, 1e30), 1.0)
        if 0 < missing < np.inf:
            factor_none = missing / max(float(pull_none @ shares), 1e-30)
        if float((limits * np.abs(1 - before / factor)).sum()) < _BALANCED * float(limits.sum()):
            break
    pull *= factor.astype(np.float32)
    sums = pull.sum(axis=1, dtype=np.float64)
    spread = float(np.median(sums**2 / np.maximum(np.einsum("ij,ij->i", pull, pull), 1e-30)))
    lowered = none - temperature * float(np.log(1 / max(factor_none, 1e-30))) if missing else none
    return prices - temperature * np.log(factor), lowered, spread
