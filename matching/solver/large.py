"""Match where the pairs are too many for one flow: a flow over few pairs, proven against all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, IntArray
from ..problem.solution import FloatArray
from ..watch import Watch
from .arc_prices import ArcPrices
from .arcs import Arcs, solve
from .balance import Beginning, Guess
from .claims import claims
from .residual import split
from .sample_prices import refined_prices, sample_prices
from .scan import Found, scan
from .search import SPARE, Search

# Pairs of each trainee that the first flow looks at, that each scan adds, and that are kept for the next flow.
_FIRST: Final = 16
_MORE: Final = 10
_KEPT: Final = 18
# Fewest and most trainees of each mentor that the first flow looks at; else twice the places. In a table, which is
# quickly passed over, more: where there are just enough places, fewer leave somebody out.
_CLAIMS: Final = (3, 8)
_CLAIMS_IN_TABLE: Final = 12
_CLAIM_PAIRS: Final = 2**27
# Above so many pairs the first prices are made better once, and twice: a pass takes less time than one more flow.
_MANY_PAIRS: Final = (10_000_000, 1_000_000_000)
# Pairs of all trainees of a very large problem that a flow is to look at: about 400 bytes each.
_MOST_PAIRS: Final = 12_000_000
_FEWEST: Final = 6
# Pairs up to which the proof is carried to a gap of exactly 0.
_EXACT_PAIRS: Final = 1_000_000
_MOST_ROUNDS: Final = 40
# Filling a place first counts as much as so many of the best scores, which is quicker to solve and nearly always
# enough; the prices prove whether it was.
_ENOUGH: Final = 64
# So many times the noise are surely more than the first prices are wrong by.
_FAR: Final = 40
# Relative gap from which on arcs may be dropped.
_NEAR: Final = 1e-3
# In units: as much as tells ties apart.
_LEAST_NOISE: Final = 0.3


@dataclass(frozen=True, eq=False)
class Choice:
    """A best choice among some pairs, with the limit that its prices prove for all pairs.

    Attributes
    ----------
    pairs : int64 array of shape (n_pairs, 2)
        Chosen pairs without the pins, in row order.
    units : int
        What they are worth, in units.
    prices, utilities : int64 arrays of shapes (n_mentors,) and (n_trainees,)
        In units with the bonus.
    limit : (int, int)
        The most pairs that can be chosen (0 where filling places does not count), and the most units that so
        many pairs can be worth.
    bonus : int
        What filling a place counts in the prices and utilities.
    """

    pairs: IntArray
    units: int
    prices: IntArray
    utilities: IntArray
    limit: tuple[int, int]
    bonus: int

    def open_gap(self, counts: bool) -> tuple[int, int]:
        """Return how many pairs and units more the limit allows."""
        return self.limit[0] - (len(self.pairs) if counts else 0), self.limit[1] - self.units


def choose(
    problem: AssignmentProblem,
    bonus: int,
    tolerance: float,
    random_state: int,
    watch: Watch,
    beginning: Beginning | None = None,
) -> Choice:
    """Choose among all pairs, looking at a few of them.

    Parameters
    ----------
    problem : AssignmentProblem
        The problem.
    bonus : int
        Units that filling a place is worth on top of its score.
    tolerance : float
        Proven relative gap to stop at; problems of up to a million pairs are proven to a gap of 0.
    random_state : int
        Draws the sample and the noise.
    watch : Watch
        Told of the progress.
    beginning : Beginning, optional
        What is known beforehand, in place of a sample.

    Notes
    -----
    Prices from a sample show which pairs may matter; one flow over these pairs has exact prices; a pass over
    all pairs at these prices gives the limit that no choice exceeds, and the pairs that are still missing; then
    again. It ends, since every round brings pairs that the flow did not have, in practice after 2 to 10 rounds;
    after 40 the choice is returned with the gap that is still open. Memory: about 30 pairs a trainee and some
    blocks of rows, never all pairs.
    """
    step, counts, most = problem.step, bonus > 0, bonus
    is_small = problem.n_trainees * problem.n_mentors <= _EXACT_PAIRS
    least = 0.0 if is_small else tolerance
    if not is_small and not problem.free_minimum.any():
        bonus = min(bonus, _ENOUGH * (problem.largest + 1))
    each = max(_MOST_PAIRS // max(problem.n_trainees, 1), _FEWEST)
    if beginning is None:
        random = np.random.default_rng([random_state, 0])
        beginning = Beginning(sample_prices(problem, random, counts), problem.pinned[:0])
    watch(0.05)
    arcs, guess = _first_arcs(problem, beginning, bonus, each, random_state, watch)
    noise = guess.temperature
    near, reach = _first_prices(problem, arcs, guess.prices, bonus), int(_FAR * noise) + 1
    best: Choice | None = None
    for number in range(_MOST_ROUNDS):
        # How many rounds there will be is not known: each is taken for the last but one.
        begin, rest = 1 - 0.8 * 0.5**number, 0.4 * 0.5**number
        used = solve(problem, arcs, bonus, step, near, reach)
        support = ArcPrices(problem, arcs, used, step)
        watch(begin + rest / 2)
        search = Search(
            bonus,
            support.prices.astype(np.float64),
            min(_MORE, each),
            noise,
            random_state + number,
            held=support.utilities,
        )
        found = scan(problem, search, watch, (begin + rest / 2, begin + rest))
        choice = _choice(problem, arcs, support, found, bonus)
        if best is None or choice.open_gap(counts) <= best.open_gap(counts):
            best = choice
        places, units = choice.open_gap(counts)
        is_done = places == 0 and units <= least * max(abs(choice.units), abs(choice.limit[1]))
        is_missing = not is_done and _is_missing(arcs, support, found)
        if is_done or not (is_missing or noise):
            if bonus == most or (is_done and _is_told_apart(problem, choice)):
                break
            near = choice.prices + (most - bonus) * split(choice.prices, bonus)[0]
            bonus, arcs, best = most, arcs.dearer(most - bonus), None
            continue
        if not is_missing:
            noise = 0.0
        elif places == 0:
            noise = min(noise, max(units / max(problem.n_trainees, 1), _LEAST_NOISE))
        arcs = arcs.with_more(problem, found.arcs)
        if places == 0:
            near, reach = (
                choice.prices,
                int(_FAR * noise) + 4 * int((found.best - support.utilities).max(initial=0)),
            )
            arcs = arcs.losing_at_most(near, found.best, units)
        # Prices that are still far off say nothing about which arcs will not be needed.
        is_near = places == 0 and units <= _NEAR * abs(choice.limit[1])
        if is_near or len(arcs) > _MOST_PAIRS:
            arcs = arcs.worth_keeping(support.prices, support.utilities, min(_KEPT, each))
    return _with_idle(problem, best if best is not None else choice)


def _first_arcs(
    problem: AssignmentProblem, known: Beginning, bonus: int, each: int, random_state: int, watch: Watch
) -> tuple[Arcs, Guess]:
    """Return the pairs that the first flow looks at, about `each` of a trainee, and a better guess of the prices."""
    guess, has_pairs = known.guess, len(known.pairs) > 0
    twice = 2 * problem.free_capacity.mean() if problem.n_mentors else 0
    n_claims = _CLAIMS_IN_TABLE if problem.is_dense else int(np.clip(twice, *_CLAIMS))
    pairs = problem.n_trainees * problem.n_mentors
    n_refined = max(sum(pairs > many for many in _MANY_PAIRS), int(has_pairs))
    width, none = min(_FIRST, each - SPARE), np.zeros(0, np.int64)
    arcs = Arcs(none, none, none)
    for number in range(n_refined + 1):
        search = Search(bonus, np.rint(guess.prices) + bonus, width, guess.temperature, random_state + number)
        part = 0.15 / (n_refined + 1)
        found = scan(problem, search, watch, (0.05 + part * number, 0.05 + part * (number + 1)))
        arcs = arcs.with_more(problem, _with_claims(problem, found, bonus, n_claims))
        if has_pairs and not number:
            taken = np.bincount(known.pairs[:, 1], minlength=problem.n_mentors)
            held = np.minimum(taken, problem.free_capacity)
            rest = problem.with_values(capacity=problem.capacity - held)
            arcs = arcs.with_more(problem, scan(rest, search, watch, (0.05, 0.05)).arcs)
        if number < n_refined:
            guess, width = refined_prices(problem, arcs, bonus, guess, bonus > 0), min(_MORE, each)
    return arcs, guess


def _with_claims(problem: AssignmentProblem, found: Found, bonus: int, most: int) -> Arcs:
    """Return what was found, and for mentors whom few would choose the trainees who give up least for them."""
    seldom = np.bincount(found.arcs.columns, minlength=problem.n_mentors) < most
    columns = np.flatnonzero(seldom & (problem.free_capacity > 0))
    gains, who = claims(problem, columns, found.best, most, _CLAIM_PAIRS)
    known = gains > -np.inf
    rows, places = who[known], np.nonzero(known)[1]
    worth = np.rint(gains[known]).astype(np.int64) + found.best[rows] + bonus
    return found.arcs.with_more(problem, Arcs(rows, columns[places], worth))


def _with_idle(problem: AssignmentProblem, choice: Choice) -> Choice:
    """Return the choice with prices of mentors without places: the most that a trainee would gain by one."""
    columns = np.flatnonzero(problem.free_capacity <= 0)
    gains, _ = claims(problem, columns, choice.utilities, 1)
    prices = choice.prices.copy()
    prices[columns] += np.rint(np.maximum(gains[0] + choice.bonus, 0)).astype(np.int64)
    return replace(choice, prices=prices)


def _first_prices(problem: AssignmentProblem, arcs: Arcs, guess: FloatArray, bonus: int) -> IntArray:
    """Return prices in units with the bonus from a guess of how they differ."""
    price = np.rint(guess).astype(np.int64)
    capacity, need = problem.free_capacity, problem.free_need
    if not bonus or capacity.sum() >= need.sum():
        return np.maximum(price, 0)
    # Where places are short, the last trainee who gets one is as well off with as without it.
    surplus = arcs.best(price, problem.n_trainees) - bonus
    order = np.argsort(-surplus, kind="stable")
    last = min(int(np.searchsorted(np.cumsum(need[order]), capacity.sum())), len(order) - 1)
    found: IntArray = np.maximum(price + surplus[order[last]] + bonus, 0)
    return found


def _is_told_apart(problem: AssignmentProblem, choice: Choice) -> bool:
    """Return whether places and units in the prices are told apart beyond doubt: units come to less than a place."""
    offered = choice.prices[problem.free_capacity > 0]
    parts = (split(offered, choice.bonus)[1], split(choice.utilities, choice.bonus)[1])
    return sum(int(abs(part).max(initial=0)) for part in parts) + problem.largest < choice.bonus


def _choice(problem: AssignmentProblem, arcs: Arcs, support: ArcPrices, found: Found, bonus: int) -> Choice:
    prices, used = support.prices, support.used
    price_places, price_units = split(prices, bonus)
    best_places, best_units = split(found.best, bonus)
    beyond_places, beyond_units = split(found.beyond, bonus)
    load = np.where(prices > 0, problem.free_capacity, problem.free_minimum)
    need = problem.free_need
    limit = (
        int((best_places * need).sum() + (price_places * load).sum() + beyond_places.sum()),
        int((best_units * need).sum() + (price_units * load).sum() + beyond_units.sum()),
    )
    pairs = np.stack([arcs.rows[used], arcs.columns[used]], axis=1)
    return Choice(pairs, int((arcs.worth[used] - bonus).sum()), prices, found.best, limit, bonus)


def _is_missing(arcs: Arcs, support: ArcPrices, found: Found) -> bool:
    """Return whether a pair was found that is worth more to its trainee than what it has."""
    new = found.arcs
    better = new.worth - support.prices[new.columns] > support.utilities[new.rows]
    if not better.any():
        return False
    # What is worth more than the least of somebody's pairs and was looked at is one of these pairs.
    width, used = len(support.prices), support.used
    codes = new.rows[better] * width + new.columns[better]
    return bool((~np.isin(codes, arcs.rows[used] * width + arcs.columns[used])).any())
