"""Choices that are still open, as a graph: one exchange is found at a time, and what a level settles is closed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..problem.assignment_problem import BoolArray, IntArray
from ..problem.solution import LevelPrices
from .network import Network
from .stage import Stage, prices_by_owner, solved, worth_of

# Rank of a pair whose level is settled: it may join and leave at no cost. And of one that cannot join.
SETTLED: Final = np.iinfo(np.int32).max
_CLOSED: Final = -1


@dataclass(eq=False)
class OpenChoices:
    """A choice within limits, and every exchange that leads to another one.

    Nodes are the cells of the trainees' side, then those of the mentors' side, then what is outside both. A
    trainee's innermost cell leads to a mentor's where the pair may join, the mentor's back where the pair may
    leave, and a cell to what encloses it, or back, where its limits allow one pair more or less.

    Parameters
    ----------
    stage : Stage
        What is open, and a first choice.

    Attributes
    ----------
    scores : int64 array of shape (n_scores,)
        Scores of the stage's pairs in units, ascending.
    rank : int32 array of shape (n_pairs,)
        Place of each pair's score among `scores`, SETTLED once its level is.
    held : int64 array of shape (n_held,)
        Taken pairs that are not fixed.
    taken : bool array of shape (n_pairs,)
        The choice.
    free : bool array of shape (n_pairs,)
        Pairs that are not fixed. Where not taken they may be closed all the same.

    Notes
    -----
    A table of innermost cells of both sides with the rank of the pair that may join, 4 bytes each, and one of the
    pairs that may leave, 1 byte each.
    """

    stage: Stage
    scores: IntArray = field(init=False)
    rank: NDArray[np.int32] = field(init=False)
    held: IntArray = field(init=False)
    taken: BoolArray = field(init=False)
    free: BoolArray = field(init=False)

    def __post_init__(self) -> None:
        net = self.stage.net
        upper, lower = net.trainees, net.mentors
        self._outside = upper.n_cells + lower.n_cells
        # Both sides' innermost cells, and the row and column of each pair in the tables.
        self._upper, self._row = np.unique(upper.leaf, return_inverse=True)
        mentors, self._column = np.unique(lower.leaf, return_inverse=True)
        self._lower = mentors + upper.n_cells
        codes = self._row * len(mentors) + self._column
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]
        self._row_of = _places(self._upper, self._outside)
        self._column_of = _places(self._lower, self._outside)
        self.scores, rank = np.unique(net.units, return_inverse=True)
        self.rank = rank.astype(np.int32)
        self._by_rank = np.argsort(rank, kind="stable")
        self._starts = np.searchsorted(rank[self._by_rank], np.arange(len(self.scores) + 1))
        self.held = self.stage.taken
        self.free = np.ones(len(rank), dtype=bool)
        self.taken = np.zeros(len(rank), dtype=bool)
        self.taken[self.stage.taken] = True
        self._joins = np.full((len(self._upper), len(mentors)), _CLOSED, dtype=np.int32)
        self._joins[self._row, self._column] = np.where(self.taken, _CLOSED, self.rank)
        self._leaves = np.zeros((len(mentors), len(self._upper)), dtype=bool)
        self._leaves[self._column[self.taken], self._row[self.taken]] = True
        self._limit = np.concatenate([upper.limit, lower.limit])
        self._minimum = np.concatenate([upper.minimum, lower.minimum])
        above = np.where(upper.parent < upper.n_cells, upper.parent, self._outside)
        below = np.where(lower.parent < lower.n_cells, lower.parent + upper.n_cells, self._outside)
        self._parent, cells = np.concatenate([above, below]), np.arange(self._outside)
        # Pairs flow from outside through the trainees' cells to the mentors' and outside again.
        inward = cells < upper.n_cells
        self._tails, self._heads = (
            np.where(inward, self._parent, cells),
            np.where(inward, cells, self._parent),
        )
        self._count()

    def _count(self) -> None:
        sides = (self.stage.net.trainees, self.stage.net.mentors)
        self._load = np.concatenate([tree.loads(tree.leaf[self.taken]) for tree in sides])
        self._open_limits()

    def _open_limits(self) -> None:
        # Back along a limit without a minimum: no way on from an empty cell, but it has no price that nothing forces.
        more, less = self._load < self._limit, (self._load > self._minimum) | (self._minimum == 0)
        self._from = np.concatenate([self._tails[more], self._heads[less]])
        self._to = np.concatenate([self._heads[more], self._tails[less]])

    def level_above(self, rank: int) -> IntArray:
        """Return the taken pairs of the lowest rank above the given one that is not settled; none if there is none."""
        ranks = self.rank[self.held]
        above = (ranks > rank) & (ranks < SETTLED)
        level: IntArray = self.held[above & (ranks == ranks.min(where=above, initial=SETTLED))]
        return level

    def stuck(self, pair: int) -> IntArray | None:
        """Exchange a taken pair for others of higher rank or of settled levels; return the proof if nothing does it.

        The proof is 1 at every node that a chain from the pair's trainee reaches, 0 elsewhere, and None where the
        pair was exchanged.
        """
        start, end = int(self._upper[self._row[pair]]), int(self._lower[self._column[pair]])
        joins = self._joins > self.rank[pair]
        steps = self._steps(start, end, joins)
        if steps[end] < 0:
            return (steps >= 0).astype(np.int64)
        self._move(self._chain(steps, start, end, joins))
        return None

    def _steps(self, start: int, end: int, joins: BoolArray) -> IntArray:
        """Return how many steps each node is from the start, -1 where out of reach; it stops at the end."""
        steps = np.full(self._outside + 1, -1)
        steps[start] = number = 0
        now = np.array([start])
        while len(now) and steps[end] < 0:
            number += 1
            reached = [self._to[steps[self._from] == number - 1]]
            rows, columns = self._row_of[now], self._column_of[now]
            if len(rows := rows[rows >= 0]):
                reached.append(self._lower[joins[rows].any(axis=0)])
            if len(columns := columns[columns >= 0]):
                reached.append(self._upper[self._leaves[columns].any(axis=0)])
            found = np.concatenate(reached)
            steps[found[steps[found] < 0]] = number
            now = np.flatnonzero(steps == number)
        return steps

    def _chain(self, steps: IntArray, start: int, end: int, joins: BoolArray) -> list[int]:
        nodes = [end]
        while (node := nodes[-1]) != start:
            before = [self._from[self._to == node]]
            if (column := self._column_of[node]) >= 0:
                before.append(self._upper[joins[:, column]])
            if (row := self._row_of[node]) >= 0:
                before.append(self._lower[self._leaves[:, row]])
            possible = np.concatenate(before)
            nodes.append(int(possible[steps[possible] == steps[node] - 1][0]))
        return nodes[::-1]

    def _move(self, nodes: list[int]) -> None:
        """Exchange along a chain and back to its start."""
        changed = []
        for tail, head in pairwise([*nodes, nodes[0]]):
            joining = self._row_of[tail], self._column_of[head]
            leaving = self._row_of[head], self._column_of[tail]
            if min(joining) >= 0:
                changed.append(self._set(*joining, True))
            elif min(leaving) >= 0:
                changed.append(self._set(*leaving, False))
            else:
                cell = tail if tail < self._outside and self._parent[tail] == head else head
                self._load[cell] += 1 if self._tails[cell] == tail else -1
        staying = self.held[self.taken[self.held]]
        self.held = np.concatenate([staying, [pair for pair in changed if self.taken[pair]]]).astype(np.int64)
        self._open_limits()

    def _set(self, row: int, column: int, taken: bool) -> int:
        pair = int(self._order[np.searchsorted(self._codes, row * len(self._lower) + column)])
        self.taken[pair] = self._leaves[column, row] = taken
        self._joins[row, column] = _CLOSED if taken else self.rank[pair]
        return pair

    def potentials(self, level: IntArray) -> IntArray | None:
        """Return the proof that no choice has fewer pairs of a level; None where some choice has.

        `level` holds the taken pairs of one rank. Shape (n_nodes,), zero or more: along a chain of exchanges they
        fall by no more than pairs of this rank join, and rise by no less than such pairs leave.
        """
        rank, held = self.rank[level[0]], self.held
        upper, lower = self._upper[self._row[held]], self._lower[self._column[held]]
        found, at_rank = np.zeros(self._outside + 1, np.int64), self.rank[held] == rank
        while True:
            before = found.copy()
            np.maximum.at(found, upper, found[lower] + at_rank)
            np.maximum.at(found, self._to, found[self._from])
            rows = np.flatnonzero(found[self._upper] > 0)
            joins, high = self._joins[rows], found[self._upper[rows], None]
            reached = np.where(joins > rank, high, np.where(joins == rank, high - 1, 0))
            found[self._lower] = np.maximum(found[self._lower], reached.max(axis=0, initial=0))
            # Without a round of exchanges that wins, no chain gives up more pairs of the rank than there are.
            if found.max() > len(level):
                return None
            if np.array_equal(found, before):
                return found

    def choose_fewest(self, level: IntArray) -> None:
        """Change the choice to one with the fewest pairs of a level, and otherwise much the same; one flow."""
        rank, kept = self.rank[level[0]], self._kept(self.rank[level[0]])
        left = self._left(kept)
        same, taken = self.rank[kept] == rank, self.taken[kept]
        many = 2 * len(left.taken) + 1
        chosen = solved(left, many * same + ~taken, worth_of(left.net, many + 1)).taken
        now = np.zeros(len(kept), dtype=bool)
        now[chosen] = True
        for pair in kept[now != taken].tolist():
            self._set(self._row[pair], self._column[pair], not self.taken[pair])
        self.held = kept[now]
        self._count()

    def settle(self, level: IntArray, proof: IntArray) -> LevelPrices:
        """Leave only choices with as few pairs of this level as there are now, and return the proof as prices.

        Notes
        -----
        Complementary slackness, as in :func:`after`: pairs worth less than their prices are closed, those worth
        more are fixed, and limits with a price are filled.
        """
        rank, net, held = self.rank[level[0]], self.stage.net, self.held
        upper, lower = proof[self._upper], proof[self._lower]
        sure = upper[self._row[held]] - lower[self._column[held]] > (self.rank[held] == rank)
        fixed, self.held = held[sure], held[~sure]
        self.free[fixed] = False
        self._leaves[self._column[fixed], self._row[fixed]] = False
        for price in np.unique(lower[lower > 0]):
            self._joins[np.flatnonzero(upper < price)[:, None], lower == price] = _CLOSED
        same = self._by_rank[self._starts[rank] : self._starts[rank + 1]]
        same = same[self.free[same]]
        self.rank[same] = SETTLED
        place = self._row[same], self._column[same]
        may_join = (self._joins[place] == rank) & (upper[place[0]] == lower[place[1]] + 1)
        self._joins[place] = np.where(may_join, SETTLED, _CLOSED)
        own = proof[: self._outside] - proof[self._parent]
        own[: net.trainees.n_cells] *= -1
        self._minimum = np.where(own > 0, self._limit, self._minimum)
        self._limit = np.where(own < 0, self._minimum, self._limit)
        self._open_limits()
        outside, n_upper = proof[-1], net.trainees.n_cells
        return prices_by_owner(net, proof[n_upper:-1] - outside, outside - proof[:n_upper])

    def settled(self) -> Stage:
        """Return the choices that are left once every level is settled."""
        return self._left(self._kept(SETTLED))

    def _kept(self, lowest: int) -> IntArray:
        """Return the pairs that are not fixed and are taken, or may join and are of this rank or above."""
        return np.flatnonzero(self.free & (self.taken | (self._joins[self._row, self._column] >= lowest)))

    def _left(self, kept: IntArray) -> Stage:
        net, fixed = self.stage.net, np.flatnonzero(~self.free)
        trees, start = [], 0
        for tree in (net.trainees, net.mentors):
            part, load = slice(start, start + tree.n_cells), tree.loads(tree.leaf[fixed])
            limit, minimum = self._limit[part] - load, np.maximum(self._minimum[part] - load, 0)
            trees.append(replace(tree, leaf=tree.leaf[kept], limit=limit, minimum=minimum))
            start += tree.n_cells
        pairs = np.concatenate([self.stage.fixed, net.pairs[fixed]])
        return Stage(Network(net.problem, net.pairs[kept], *trees), np.flatnonzero(self.taken[kept]), pairs)


def _places(cells: IntArray, outside: int) -> IntArray:
    places = np.full(outside + 1, -1)
    places[cells] = np.arange(len(cells))
    return places
