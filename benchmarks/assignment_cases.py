"""Problems of assignment to measure on, and what a measured set of pairs is worth, told without any solver of ours."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Case:
    """A problem: `scores`, `open` (n_trainees, n_mentors); `capacity`, `minimum` (n_mentors,); `need` mentors each."""

    name: str
    scores: Floats
    capacity: Integers
    minimum: Integers
    open: NDArray[np.bool_]
    need: int = 1

    @cached_property
    def most(self) -> int:
        """How many pairs there can be at most: SciPy's maximum flow."""
        n_trainees, n_mentors = self.scores.shape
        trainee, mentor = np.nonzero(self.open)
        source, sink = n_trainees + n_mentors, n_trainees + n_mentors + 1
        tails = np.r_[np.full(n_trainees, source), trainee, n_trainees + np.arange(n_mentors)]
        heads = np.r_[np.arange(n_trainees), n_trainees + mentor, np.full(n_mentors, sink)]
        limits = np.r_[np.full(n_trainees, self.need), np.ones(len(trainee)), self.capacity].astype(np.int32)
        graph = sparse.csr_array((limits, (tails, heads)), shape=(sink + 1, sink + 1))
        return int(maximum_flow(graph, source, sink).flow_value)


@dataclass(frozen=True)
class Worth:
    """What some pairs are worth: how many, their sum, the lowest pair, the lowest sum of a trainee who has a mentor."""

    matched: int
    total: float
    lowest_pair: float
    worst_off: float


def worth(case: Case, pairs: Integers) -> Worth:
    """Judge pairs, shape (n_pairs, 2); ValueError where they break a rule of the case."""
    load = np.bincount(pairs[:, 1], minlength=len(case.capacity))
    mentors = np.bincount(pairs[:, 0], minlength=len(case.scores))
    broken = {
        "a pair twice": len(np.unique(pairs, axis=0)) < len(pairs),
        "a forbidden pair": not case.open[pairs[:, 0], pairs[:, 1]].all(),
        "a mentor over capacity": bool((load > case.capacity).any()),
        "a mentor below the minimum load": bool((load < case.minimum).any()),
        "a trainee with too many mentors": bool((mentors > case.need).any()),
    }
    if any(broken.values()):
        raise ValueError("; ".join(rule for rule, is_broken in broken.items() if is_broken))
    if not len(pairs):
        return Worth(0, 0.0, np.nan, np.nan)
    own = case.scores[pairs[:, 0], pairs[:, 1]]
    sums = np.bincount(pairs[:, 0], weights=own, minlength=len(case.scores))[mentors > 0]
    return Worth(len(pairs), float(own.sum()), float(own.min()), float(sums.min()))


def cohort(n_trainees: int, n_mentors: int, places: int) -> Case:
    """Return independent random scores with six decimals, every pair open."""
    random = np.random.default_rng(n_trainees)
    return _case(
        f"{n_trainees} × {n_mentors}, {places} places each", random.random((n_trainees, n_mentors)), places
    )


def topical(need: int, places: int, minimum: int) -> Case:
    """Return 300 × 90 whose scores are shared topics, few to a person, so that some trainees suit almost nobody."""
    random = np.random.default_rng(1)
    left, right = random.dirichlet(np.full(12, 0.2), 300), random.dirichlet(np.full(12, 0.2), 90)
    scores = left @ right.T
    scores = scores / scores.max() + 0.02 * random.random(scores.shape)
    name = f"300 × 90 by topics, mentors each {need}, loads {minimum}–{places}"
    return _case(name, scores / scores.max(), places, need, minimum)


def shortage() -> Case:
    """Return 900 places for 1 000 trainees, and every trainee may go to a tenth of the mentors, mostly popular ones."""
    random = np.random.default_rng(4)
    wanted = random.random(300) ** 3
    allowed = random.random((1000, 300)) < 0.1 * wanted / wanted.mean()
    return _case("1000 × 300, short of mentors", random.random((1000, 300)), 3, allowed=allowed)


def ties() -> Case:
    """Return 300 × 90 with five levels of score only, the high ones rare."""
    return _case("300 × 90, ties", (1 + np.random.default_rng(5).binomial(4, 0.2, (300, 90))) / 5, 4)


def low_rank(n_trainees: int = 1000, n_mentors: int = 300) -> Case:
    """Return scores from two factors with mentors whom everybody wants."""
    random = np.random.default_rng(6)
    left, right = random.random((n_trainees, 2)), random.random((n_mentors, 2))
    scores = left @ (right * random.pareto(2, (n_mentors, 1)).clip(0, 3)).T
    return _case(f"{n_trainees} × {n_mentors}, low rank", scores / scores.max(), 4)


def popular() -> Case:
    """Return 300 × 90 of two factors, three mentors each of a few whom everybody wants."""
    random = np.random.default_rng(6)
    left, right = random.random((300, 2)), random.random((90, 2)) * random.pareto(2, (90, 1)).clip(0, 3)
    scores = left @ right.T
    return _case("300 × 90, low rank, mentors each 3", scores / scores.max(), 10, 3)


def _case(
    name: str,
    scores: Floats,
    places: int,
    need: int = 1,
    minimum: int = 0,
    allowed: NDArray[np.bool_] | None = None,
) -> Case:
    n_mentors = scores.shape[1]
    is_open = np.ones(scores.shape, dtype=bool) if allowed is None else allowed
    bounds = np.full(n_mentors, places), np.full(n_mentors, minimum)
    return Case(name, np.round(scores, 6), *bounds, is_open, need)


CASES: dict[str, Callable[[], Case]] = {
    "64": lambda: cohort(64, 20, 4),
    "300": lambda: cohort(300, 90, 4),
    "topics": lambda: topical(1, 4, 2),
    "committee": lambda: topical(3, 12, 8),
    "1000": lambda: cohort(1000, 300, 4),
    "5000": lambda: cohort(5000, 1500, 4),
    "5000-low-rank": lambda: low_rank(5000, 1500),
    "short": lambda: cohort(1000, 300, 2),
    "shortage": shortage,
    "ties": ties,
    "low-rank": low_rank,
    "popular": popular,
}
