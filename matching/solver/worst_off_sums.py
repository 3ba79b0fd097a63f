"""The worst-off trainee by the sum over their mentors: a search, and limits from weights of the trainees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.solution import FloatArray, LevelPrices
from ..problem.trainee_sums import have_a_say, sums
from .network import Network
from .residual import exchanges, potentials, trainee_worth
from .stage import Stage, level_prices, solved, worth_of
from .sum_programmes import lowest_shares, total_shares, whole_choice
from .trainee_exchange import Sums, enriched, lifted

# Up to so many pairs the integer programme is solved to its end.
_SMALL: Final = 400
# Above, the linear programme of the limits looks at so many pairs of each trainee; further ones are priced.
_FEW: Final = 8
# Beyond so many pairs limits come from single trainees and the plain total: the programme would take minutes.
_MOST_PAIRS: Final = 60_000
_PARTS: Final = 2**10
# Where the total stays further below its limit than this share, the linear programme is asked, too.
_WIDE: Final = 0.01
# So often pairs that the linear programme has not looked at are added to it.
_PRICINGS: Final = 2


def highest_sums(stage: Stage) -> tuple[Stage, tuple[LevelPrices, LevelPrices], int]:
    """Return a choice whose lowest sum of a trainee is as high as the search gets it, then of high total.

    Parameters
    ----------
    stage : Stage
        All choices of most pairs, and one of them of highest total.

    Returns
    -------
    stage : Stage
        The same with the choice found.
    levels : two LevelPrices
        Weights of the trainees with prices that limit the lowest sum, and others that limit the total.
    bound : int
        What those prove: no choice with that lowest sum has a higher total, in units, pins included.

    Notes
    -----
    An integer programme, NP-hard: with weights w on the trainees, no choice's lowest sum exceeds the highest
    weighted sum divided by that of the weights, and that is a flow. Best weights come from HiGHS's linear
    programme, unless a single trainee already limits everybody. It is not asked for the total either where that is
    near the highest total of all.
    """
    problem = stage.net.problem
    settled = np.concatenate([problem.pinned, stage.fixed])
    case = Sums(stage.net, sums(problem, settled), have_a_say(problem))
    single, parts = _best_alone(case), _parts(stage)
    highest, weights = int(single.min()), _of_one(problem.n_trainees, int(single.argmin()))
    few = _few(stage) if parts > 1 else np.arange(len(stage.net.pairs))
    taken, target, total = stage.taken, highest, _TotalLimit(stage, case, few, parts)
    most = int(case.of(taken).sum())
    if case.lowest(taken) < highest and len(few):
        taken = _improved(case, few, taken, highest, most)
    if case.lowest(taken) < highest and parts > 1:
        # More than one trainee stands in the way: what the linear programme says is the next mark.
        weights, target = _lowest_limit(stage, case, few, weights, highest)
        taken = max(taken, _improved(case, few, taken, target, most), key=case.lowest)
    if 0 < len(stage.net.pairs) <= _SMALL:
        taken = whole_choice(case, taken, target)
    floor, limit = case.lowest(taken), total.plain
    if floor > case.lowest(stage.taken) and _is_wide(limit.beside(floor), case, taken):
        # Weights of the linear programme tell more than the plain total, and where to start for a higher one.
        limit = total.at(floor)
        taken = _richer(case, few, taken, limit)
    best = taken if floor == highest else _highest(stage, case, weights)[1]
    levels = (_priced(stage, weights, best), _priced(stage, limit.weights, limit.best))
    return replace(stage, taken=taken), levels, max(limit.beside(floor), int(case.of(taken).sum()))


def _is_wide(limit: int, case: Sums, taken: IntArray) -> bool:
    """Return whether the total stays further below its limit than matters; in a small problem all matters."""
    total, share = int(case.of(taken).sum()), _WIDE if len(case.net.pairs) > _SMALL else 0.0
    return limit - total > share * abs(total)


def _richer(case: Sums, few: IntArray, taken: IntArray, limit: _Limit) -> IntArray:
    """Return a choice of higher total and no lower sums, from the weights of the limit, if the gap is wide."""
    floor = case.lowest(taken)
    if not _is_wide(limit.beside(floor), case, taken):
        return taken
    pairs = np.union1d(few, limit.best)
    among = _among(case, pairs)
    other = pairs[lifted(among, np.searchsorted(pairs, limit.best), floor)]
    if case.lowest(other) < floor:
        return taken
    other = pairs[enriched(among, np.searchsorted(pairs, other), floor, among.net.units)]
    return max(taken, other, key=lambda choice: int(case.of(choice).sum()))


@dataclass(frozen=True, eq=False)
class _Limit:
    """Weights of the trainees, and a choice of the highest weighted sum `most`."""

    weights: IntArray
    best: IntArray
    most: int

    def beside(self, floor: int) -> int:
        """Return what no total exceeds where no sum that has a say is below the floor."""
        whole = int(self.weights.min())
        return (self.most - floor * int((self.weights - whole).sum())) // whole


@dataclass(frozen=True, eq=False)
class _TotalLimit:
    """Limits of the total beside a lowest sum; `few` are the pairs that the linear programme looks at first."""

    stage: Stage
    case: Sums
    few: IntArray
    parts: int
    found: dict[int, _Limit] = field(default_factory=dict)

    @property
    def plain(self) -> _Limit:
        """The highest total of all, whatever the lowest sum."""
        weights = np.full(len(self.case.base), self.parts)
        return _Limit(weights, self.stage.taken, self.parts * int(self.case.of(self.stage.taken).sum()))

    def at(self, floor: int) -> _Limit:
        """The highest total beside a lowest sum of at least `floor`."""
        if self.parts == 1:
            return self.plain
        if floor not in self.found:
            weights = self.parts + _rounded(total_shares(self.case, self.few, floor))
            most, best = _highest(self.stage, self.case, weights)
            self.found[floor] = _Limit(weights, best, most)
        return self.found[floor]


def _best_alone(case: Sums) -> IntArray:
    """Return what each trainee would have if nobody else took part, shape (n_trainees,)."""
    net, found = case.net, case.base.copy()
    best = _best_of_each(net, net.units, net.trainees.limit[: len(found)])
    np.add.at(found, net.pairs[best, 0], net.units[best])
    return np.where(case.counted, found, np.iinfo(np.int64).max)


def _best_of_each(net: Network, worth: IntArray, numbers: IntArray) -> IntArray:
    """Return positions of the best pairs of each trainee, as many as asked for, ascending."""
    starts = np.searchsorted(net.pairs[:, 0], np.arange(len(numbers) + 1))
    found = [np.zeros(0, np.int64)]
    for start, stop, number in zip(
        starts[:-1], starts[1:], np.minimum(numbers, np.diff(starts)), strict=True
    ):
        if number:
            found.append(start + np.argpartition(worth[start:stop], stop - start - number)[-number:])
    return np.sort(np.concatenate(found))


def _among(case: Sums, pairs: IntArray) -> Sums:
    """Return the same with these pairs alone; `pairs` ascending."""
    kept = np.zeros(len(case.net.pairs), dtype=bool)
    kept[pairs] = True
    return replace(case, net=case.net.only(kept))


def _improved(case: Sums, few: IntArray, taken: IntArray, target: int, most: int) -> IntArray:
    """Return a choice of higher lowest sum, then, if far below `most`, of higher total: among few pairs, then all."""
    for pairs in (np.union1d(few, taken), np.arange(len(case.net.pairs))):
        among = _among(case, pairs)
        taken = pairs[lifted(among, np.searchsorted(pairs, taken), target)]
        if case.lowest(taken) >= target or len(pairs) == len(case.net.pairs):
            break
    if not _is_wide(most, case, taken):
        return taken
    return pairs[enriched(among, np.searchsorted(pairs, taken), case.lowest(taken), among.net.units)]


def _parts(stage: Stage) -> int:
    """Return how finely weights of trainees count: 1 where there are too many pairs, or too large scores."""
    net = stage.net
    largest = 3 * 65 * _PARTS * int(np.abs(net.units).max(initial=0))
    exact = worth_of(net, largest) * (net.trainees.n_cells + net.mentors.n_cells + 3) < 2**62
    return _PARTS if exact and 0 < len(net.pairs) <= _MOST_PAIRS else 1


def _of_one(n_trainees: int, trainee: int) -> IntArray:
    weights = np.zeros(n_trainees, np.int64)
    weights[trainee] = 1
    return weights


def _highest(stage: Stage, case: Sums, weights: IntArray) -> tuple[int, IntArray]:
    """Return the highest weighted sum of all sums, and the pairs of a choice that has it."""
    worth = weights[stage.net.pairs[:, 0]] * stage.net.units
    best = solved(stage, -worth, worth_of(stage.net, int(np.abs(worth).max(initial=0)))).taken
    return int(worth[best].sum()) + int((weights * case.base).sum()), best


def _priced(stage: Stage, weights: IntArray, best: IntArray) -> LevelPrices:
    """Return the prices that prove a choice to have the highest weighted sum."""
    left = exchanges(stage.net, weights[stage.net.pairs[:, 0]] * stage.net.units, 0, best)
    held = potentials(left)
    return replace(level_prices(left, held, trainee_worth(left, held)), weights=weights)


def _rounded(shares: FloatArray) -> IntArray:
    found: IntArray = np.rint(np.clip(shares, 0, 64) * _PARTS).astype(np.int64)
    return found


def _few(stage: Stage) -> IntArray:
    """Return positions of each trainee's best few pairs at the mentors' prices, ascending."""
    net = stage.net
    held = potentials(exchanges(net, net.units, 0, stage.taken))
    limit = net.trainees.limit[: net.problem.n_trainees]
    few = _best_of_each(net, net.units - held[net.mentors.leaf], np.full(len(limit), _FEW))
    found: IntArray = np.union1d(few, _best_of_each(net, net.units, limit + 1))
    return found


def _lowest_limit(
    stage: Stage, case: Sums, pairs: IntArray, weights: IntArray, limit: int
) -> tuple[IntArray, int]:
    """Return weights of the trainees and the limit on the lowest sum that they prove; `pairs` are a first few."""
    for _ in range(_PRICINGS):
        share, value = lowest_shares(case, pairs, limit)
        if not share.any():
            break
        tried = np.rint(share / share.max() * _PARTS * 16).astype(np.int64)
        most, used = _highest(stage, case, tried)
        proven = most // int(tried.sum())
        if proven < limit:
            weights, limit = tried, proven
        more = np.setdiff1d(used, pairs)
        if not len(more) or proven <= value + 1:
            break
        pairs = np.union1d(pairs, more)
    return weights, limit
