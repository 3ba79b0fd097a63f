"""What can still be exchanged in a match of any size: a graph of few pairs, grown until it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import are_among, pair_codes, rows_of
from ..problem.solution import FloatArray, Solution
from ..watch import Watch
from .arcs import Arcs
from .scan import scan
from .search import Search

# Pairs up to which the graph holds them all from the start, and how many of each trainee else.
_ALL_PAIRS: Final = 1_000_000
_FIRST: Final = 16
# Whole numbers from here on are not exact as floats, which the shortest paths are computed in.
_EXACT: Final = 2**53


@dataclass(frozen=True, eq=False)
class ExchangeGraph:
    """Exchanges that a match leaves open, between trainees, mentors and "outside", with what each loses.

    Nodes are the trainees, then the mentors, then outside. A mentor leads to the trainees who hold its places,
    a trainee to the mentors it could join, a mentor with room to outside, and outside to who is short. What an
    exchange loses is counted at the solution's own prices, so that nothing loses less than 0.

    Attributes
    ----------
    problem : AssignmentProblem
        A problem without quotas.
    bonus : int
        Units that filling one place is worth on top of its score.
    prices, utilities : int64 arrays of shapes (n_mentors,) and (n_trainees,)
        The solution's, in units with the bonus.
    chosen : Arcs
        Chosen pairs without the pins.
    joins : Arcs
        Pairs not chosen that are looked at.
    floor : float array of shape (n_trainees,)
        No pair of the trainee that is not looked at loses less.

    Notes
    -----
    One pass over the pairs finds those of each trainee that lose least: about 30 numbers a trainee. Shortest
    paths among these are then held against the pairs left out, of those trainees alone for whom a pair above
    `floor` could shorten one, some rows at a time, until none does. Of a solution with an open gap, what seems
    to win counts as 0, which changes a path by no more than the gap.
    """

    problem: AssignmentProblem
    bonus: int
    prices: IntArray
    utilities: IntArray
    chosen: Arcs
    joins: Arcs
    floor: FloatArray

    @classmethod
    def of(cls, problem: AssignmentProblem, solution: Solution) -> ExchangeGraph:
        """Return the exchanges of an optimal solution for the total, or coverage and then the total."""
        bonus = problem.step if solution.objective == "coverage_then_total" else 0
        scale, few = problem.units_per_score, problem.n_trainees * problem.n_mentors <= _ALL_PAIRS
        prices, utilities = (
            places * bonus + np.rint(scores * scale).astype(np.int64)
            for places, scores in (
                (solution.slot_coverage, solution.slot_prices),
                (solution.utility_coverage, solution.utilities),
            )
        )
        most = problem.n_mentors if few else _FIRST
        search = Search(bonus, prices.astype(np.float64), most, 0.0)
        found = scan(problem, search, Watch(), (0.0, 1.0)).arcs
        free = solution.pairs[~are_among(solution.pairs, problem.pinned, problem.n_mentors)]
        chosen = Arcs(free[:, 0], free[:, 1], problem.units_of(free) + bonus)
        lost = (utilities[found.rows] + prices[found.columns] - found.worth).astype(np.float64)
        floor = np.full(problem.n_trainees, -np.inf)
        np.maximum.at(floor, found.rows, lost)
        floor[np.bincount(found.rows, minlength=problem.n_trainees) < most] = np.inf
        held = np.isin(found.rows * problem.n_mentors + found.columns, pair_codes(free, problem.n_mentors))
        joins = Arcs(found.rows[~held], found.columns[~held], found.worth[~held])
        return cls(
            problem, bonus, prices, utilities, chosen, joins, np.full_like(floor, np.inf) if few else floor
        )

    @property
    def outside(self) -> int:
        """The last node: no mentor, or no trainee."""
        return self.problem.n_trainees + self.problem.n_mentors

    @property
    def load(self) -> IntArray:
        """Chosen pairs of each mentor without the pins, shape (n_mentors,)."""
        return np.bincount(self.chosen.columns, minlength=self.problem.n_mentors)

    def lengths_to(self, targets: IntArray, kept: bool = False) -> tuple[FloatArray, ExchangeGraph]:
        """Return the least loss of any chain to each target, shape (n_targets, n_nodes), and the graph it took.

        Where `kept`, nobody may enter or be dropped on the way.
        """
        graph = self
        while True:
            lengths = dijkstra(graph._losses(kept).T.tocsr(), indices=targets)
            more = graph._shortcuts_to(lengths)
            if not len(more):
                return lengths, graph
            graph = graph._with(more)

    def lengths_from(self, source: int) -> tuple[FloatArray, ExchangeGraph]:
        """Return the least loss of any chain from a node in which nobody enters or is dropped, and the graph."""
        graph = self
        while True:
            lengths = dijkstra(graph._losses(kept=True), indices=np.array([source]))[0]
            more = graph._shortcuts_from(lengths)
            if not len(more):
                return lengths, graph
            graph = graph._with(more)

    def path(self, source: int, target: int, lengths: FloatArray) -> list[int]:
        """Return the nodes of a chain of least loss with the fewest moves; `lengths` are those to the target."""
        losses = self._losses(kept=False).tocoo()
        tails, heads = losses.coords
        with np.errstate(invalid="ignore"):
            tight = losses.data + lengths[heads] == lengths[tails]
        ways = coo_array((losses.data[tight], (tails[tight], heads[tight])), shape=losses.shape).tocsr()
        _, before = dijkstra(ways, indices=np.array([source]), unweighted=True, return_predecessors=True)
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[0, nodes[-1]]))
        return nodes[::-1]

    def losses_of(self, start: int, stop: int) -> FloatArray:
        """Return what each pair of some rows loses by itself, shape (stop - start, n_mentors); infinity if closed."""
        units, free = self.problem.rows(start, stop)
        lost = self.utilities[start:stop, None] + (self.prices - self.bonus) - units
        losses: FloatArray = np.maximum(lost, 0).astype(np.float64)
        losses[~free] = np.inf
        own = rows_of(np.stack([self.chosen.rows, self.chosen.columns], axis=1), start, stop)
        losses[own[:, 0] - start, own[:, 1]] = np.inf
        losses[self.problem.free_need[start:stop] == 0] = np.inf
        return losses

    def _losses(self, kept: bool) -> csr_array:
        n_trainees, outside = self.problem.n_trainees, self.outside
        load, degree = self.load, np.bincount(self.chosen.rows, minlength=n_trainees)
        room = np.flatnonzero(load < self.problem.free_capacity)
        above = np.flatnonzero(load > self.problem.free_minimum)
        parts = [
            (n_trainees + self.chosen.columns, self.chosen.rows, -self._lost(self.chosen)),
            (self.joins.rows, n_trainees + self.joins.columns, self._lost(self.joins)),
            (n_trainees + room, np.full(len(room), outside), -self.prices[room]),
            (np.full(len(above), outside), n_trainees + above, self.prices[above]),
        ]
        if not kept:
            wanting = np.flatnonzero(self.problem.free_need > 0)
            short = np.flatnonzero(degree < self.problem.free_need)
            parts += [
                (wanting, np.full(len(wanting), outside), self.utilities[wanting]),
                (np.full(len(short), outside), short, -self.utilities[short]),
            ]
        tails, heads, lost = (np.concatenate(each) for each in zip(*parts, strict=True))
        losses = np.maximum(lost, 0).astype(np.float64)
        return coo_array((losses, (tails, heads)), shape=(outside + 1, outside + 1)).tocsr()

    def _lost(self, arcs: Arcs) -> IntArray:
        return self.utilities[arcs.rows] + self.prices[arcs.columns] - arcs.worth

    def _with(self, more: Arcs) -> ExchangeGraph:
        parts = zip(
            (self.joins.rows, self.joins.columns, self.joins.worth),
            (more.rows, more.columns, more.worth),
            strict=True,
        )
        rows, columns, worth = (np.concatenate(each) for each in parts)
        _, first = np.unique(rows * self.problem.n_mentors + columns, return_index=True)
        return replace(self, joins=Arcs(rows[first], columns[first], worth[first]))

    def _shortcuts_to(self, lengths: FloatArray) -> Arcs:
        """Return, for each trainee and target, the pair left out that shortens the way there most, if any."""
        n_trainees = self.problem.n_trainees
        here, ahead = lengths[:, :n_trainees], lengths[:, n_trainees:-1]
        wanted = here > self.floor
        found = []
        for start, stop in self._blocks(np.logical_or.reduce(wanted)):
            losses = self.losses_of(start, stop)
            for target in np.flatnonzero(wanted[:, start:stop].any(axis=1)):
                way = losses + ahead[target]
                column = way.argmin(axis=1)
                shorter = way[np.arange(stop - start), column] < here[target, start:stop]
                row = np.flatnonzero(shorter)
                found.append(self._arcs(row + start, column[row], losses[row, column[row]]))
        return _joined(found)

    def _shortcuts_from(self, lengths: FloatArray) -> Arcs:
        """Return, for each mentor, the pair left out that shortens the way there most, if any."""
        n_trainees, n_mentors = self.problem.n_trainees, self.problem.n_mentors
        behind, there = lengths[:n_trainees], lengths[n_trainees:-1]
        # Mentors without places are not looked at before.
        looked_at = there[self.problem.free_capacity > 0].max(initial=0.0)
        far: BoolArray = behind + self.floor < looked_at
        if (self.problem.free_capacity <= 0).any():
            far = np.isfinite(behind)
        best, who, lost = there.copy(), np.full(n_mentors, -1), np.zeros(n_mentors)
        for start, stop in self._blocks(far & np.isfinite(behind)):
            losses = self.losses_of(start, stop)
            way = losses + behind[start:stop, None]
            row = way.argmin(axis=0)
            shorter = np.flatnonzero(way[row, np.arange(n_mentors)] < best)
            best[shorter], who[shorter] = way[row[shorter], shorter], row[shorter] + start
            lost[shorter] = losses[row[shorter], shorter]
        column = np.flatnonzero(who >= 0)
        return self._arcs(who[column], column, lost[column])

    def _blocks(self, wanted: BoolArray) -> Iterator[tuple[int, int]]:
        """Yield the groups of rows that hold a wanted trainee who needs somebody."""
        step = self.problem.step_rows
        for group in np.unique(np.flatnonzero(wanted & (self.problem.free_need > 0)) // step).tolist():
            yield group * step, min((group + 1) * step, self.problem.n_trainees)

    def _arcs(self, rows: IntArray, columns: IntArray, lost: NDArray[Any]) -> Arcs:
        return Arcs(rows, columns, self.utilities[rows] + self.prices[columns] - lost.astype(np.int64))


def is_exact(problem: AssignmentProblem) -> bool:
    """Return whether the graph tells all of a problem: it has no quotas, and floats hold its sums."""
    return not problem.quotas and 4 * problem.step < _EXACT


def _joined(found: list[Arcs]) -> Arcs:
    none = np.zeros(0, np.int64)
    rows, columns, worth = (
        np.concatenate([none, *(getattr(arcs, name) for arcs in found)])
        for name in ("rows", "columns", "worth")
    )
    return Arcs(rows, columns, worth)
