"""The flow network of an assignment problem: two trees of limits, and an arc for every pair between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.quotas import Quota


@dataclass(frozen=True)
class Cell:
    """One limit of a problem.

    Attributes
    ----------
    parameter : str
        ``"capacity"``, ``"minimum_load"``, ``"need"``, ``"groups"``, ``"kinds"`` or ``"column_groups"``.
    place : int
        Position in `problem.quotas`; -1 where it is not one of them.
    row, column : int
        Label of the trainees (a group; for kinds the trainee) and of the mentors (a mentor, a kind, a column
        group).
    """

    parameter: str
    place: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class Tree:
    """Limits on nested sets of pairs: one cell per limit, each inside its parent.

    Attributes
    ----------
    leaf : int64 array of shape (n_pairs,)
        Innermost cell of each pair.
    parent : int64 array of shape (n_cells,)
        Cell that encloses each cell; n_cells stands for the root.
    limit, minimum : int64 arrays of shape (n_cells,)
        Most and fewest pairs in each cell, without the pins.
    """

    leaf: IntArray
    parent: IntArray
    limit: IntArray
    minimum: IntArray

    @property
    def n_cells(self) -> int:
        """Number of cells without the root."""
        return len(self.parent)

    def own(self, prices: IntArray) -> IntArray:
        """Return what each cell adds to the price of what encloses it, shape (n_cells,)."""
        added: IntArray = prices - np.append(prices, 0)[self.parent]
        return added

    def chain(self, cell: int) -> list[int]:
        """Return the cell and those that enclose it, innermost first."""
        found = []
        while cell < self.n_cells:
            found.append(cell)
            cell = int(self.parent[cell])
        return found

    def loads(self, leaves: IntArray) -> IntArray:
        """Return how many pairs with these innermost cells fall in each cell, shape (n_cells,)."""
        count = np.zeros(self.n_cells + 1, np.int64)
        cell = leaves
        while len(cell):
            count += np.bincount(cell, minlength=self.n_cells + 1)
            cell = self.parent[cell]
            cell = cell[cell < self.n_cells]
        return count[:-1]


@dataclass(frozen=True, eq=False)
class Network:
    """An assignment problem as a flow: trainee → kind of mentor → pair → quota → mentor → columns together.

    Attributes
    ----------
    pairs : int64 array of shape (n_pairs, 2)
        (trainee, mentor) of every pair that may be chosen freely, in row order.
    trainees : Tree
        Cells 0 to n_trainees - 1 are the trainees' needs; then a cell per trainee and kind.
    mentors : Tree
        Cells 0 to n_mentors - 1 are the mentors' capacities; then the cells of the quotas, in the problem's
        order.

    Notes
    -----
    A choice of pairs within two families of nested limits is a flow, so its optimum is whole without asking
    for it. Limits that cross on one side (county and role) are not one: :func:`network` returns None for
    them.

    References
    ----------
    A. Schrijver, "Combinatorial Optimization" (2003), sections 13.4 and 39: two laminar families give a
    network matrix.
    """

    problem: AssignmentProblem
    pairs: IntArray
    trainees: Tree
    mentors: Tree

    @property
    def units(self) -> IntArray:
        """Score of each pair in units, shape (n_pairs,)."""
        return self.problem.units[self.pairs[:, 0], self.pairs[:, 1]]

    @property
    def is_plain(self) -> bool:
        """True where there are no limits but those of the trainees and of the mentors."""
        return (
            self.trainees.n_cells == self.problem.n_trainees
            and self.mentors.n_cells == self.problem.n_mentors
        )

    def cell(self, position: int, trainees: bool = False) -> Cell:
        """Return which limit a cell of the mentors' side, or of the trainees', is."""
        n_base = self.problem.n_trainees if trainees else self.problem.n_mentors
        if position < n_base:
            return Cell("need", -1, position, 0) if trainees else Cell("capacity", -1, 0, position)
        position -= n_base
        for place, quota in enumerate(self.problem.quotas):
            if (quota.parameter == "kinds") == trainees:
                if position < quota.limit.size:
                    return Cell(quota.parameter, place, *divmod(position, quota.limit.shape[1]))
                position -= quota.limit.size
        raise IndexError(position)

    def column(self, position: int) -> int:
        """Return the first mentor within a cell of the mentors' side."""
        if position < self.problem.n_mentors:
            return position
        cell = self.cell(position)
        return int(np.argmax(self.problem.quotas[cell.place].columns == cell.column))

    def only(self, kept: BoolArray) -> Network:
        """Return the network without the other pairs; `kept` is of shape (n_pairs,)."""
        trees = (replace(tree, leaf=tree.leaf[kept]) for tree in (self.trainees, self.mentors))
        return Network(self.problem, self.pairs[kept], *trees)


def network(problem: AssignmentProblem, extra: BoolArray | None = None) -> Network | None:
    """Return the flow network of a problem, or None when its quotas cross and are no flow.

    `extra`, of shape (n_trainees, n_mentors), marks closed pairs that are to have their cells too.
    """
    mask = usable(problem)
    places = np.flatnonzero(mask if extra is None else mask | extra)
    pairs = np.stack(np.divmod(places, max(problem.n_mentors, 1)), axis=1)
    if not problem.quotas:
        trees = _plain_trees(problem, pairs)
    else:
        trees = [_tree(problem, pairs, side) for side in (_trainee_side(problem), _mentor_side(problem))]
    if trees[0] is None or trees[1] is None:
        return None
    return Network(problem, pairs, trees[0], trees[1])


def cells_of(problem: AssignmentProblem, trainee: int, mentor: int) -> list[Cell]:
    """Return the quotas' limits that hold a pair."""
    return [
        Cell(quota.parameter, place, int(quota.rows[trainee]), int(quota.columns[mentor]))
        for place, quota in enumerate(problem.quotas)
        if quota.rows[trainee] >= 0 and quota.columns[mentor] >= 0
    ]


def usable(problem: AssignmentProblem) -> BoolArray:
    """Return the open pairs of trainees who need them and whose kinds are not closed; shape of the scores."""
    mask = problem.open & (problem.free_need > 0)[:, None]
    rows, columns = np.arange(problem.n_trainees)[:, None], np.arange(problem.n_mentors)
    for quota in (quota for quota in problem.quotas if quota.parameter == "kinds"):
        closed = np.append(quota.free_limit(problem.pinned).ravel() <= 0, False)
        mask &= ~closed[quota.cells(rows, columns)]
    return mask


def _trainee_side(problem: AssignmentProblem) -> list[Quota]:
    nobody = np.zeros(problem.n_mentors, np.int64)
    need = problem.need[:, None]
    base = Quota("need", np.arange(problem.n_trainees), nobody, need, np.zeros_like(need))
    return [base, *(quota for quota in problem.quotas if quota.parameter == "kinds")]


def _mentor_side(problem: AssignmentProblem) -> list[Quota]:
    everybody = np.zeros(problem.n_trainees, np.int64)
    limit, minimum = problem.capacity[None], problem.minimum_load[None]
    base = Quota("capacity", everybody, np.arange(problem.n_mentors), limit, minimum)
    return [base, *(quota for quota in problem.quotas if quota.parameter != "kinds")]


def _plain_trees(problem: AssignmentProblem, pairs: IntArray) -> list[Tree | None]:
    """Return the limits of trainees and mentors where there are no others."""
    n_trainees, n_mentors = problem.n_trainees, problem.n_mentors
    rows, columns = pairs.T
    return [
        Tree(rows, np.full(n_trainees, n_trainees), problem.free_need, np.zeros(n_trainees, np.int64)),
        Tree(columns, np.full(n_mentors, n_mentors), problem.free_capacity, problem.free_minimum),
    ]


def _tree(problem: AssignmentProblem, pairs: IntArray, side: list[Quota]) -> Tree | None:
    """Nest the cells of one side by size; None when two of them overlap without one holding the other."""
    limit = np.concatenate([quota.free_limit(problem.pinned).ravel() for quota in side])
    minimum = np.concatenate([quota.free_minimum(problem.pinned).ravel() for quota in side])
    cells = _cells(problem, pairs, side, limit, minimum)
    n_cells = len(limit)
    parent = np.full(n_cells, n_cells)
    sizes = np.append(np.bincount(cells[cells >= 0], minlength=n_cells), np.iinfo(np.int64).max)
    if _cross(cells, sizes):
        return None
    inner_first = np.lexsort((-cells, sizes[cells]), axis=0)
    chain = np.take_along_axis(np.where(cells < 0, n_cells, cells), inner_first, axis=0)
    for inner, outer in pairwise(chain):
        held = inner < n_cells
        parent[inner[held]] = outer[held]
    return Tree(chain[0], parent, limit, minimum)


def _cells(
    problem: AssignmentProblem, pairs: IntArray, side: list[Quota], limit: IntArray, minimum: IntArray
) -> IntArray:
    """Return the cell of each pair in each quota of a side, -1 where there is none or it can never bind."""
    rows, columns = pairs.T
    start, found = 0, []
    for position, quota in enumerate(side):
        cell = quota.cells(rows, columns)
        size = quota.limit.size
        if position:
            part = slice(start, start + size)
            loose = _never_binds(problem, quota, cell, limit[part]) & (minimum[part] == 0)
            cell = np.where(np.append(loose, True)[cell], -1, cell)
        found.append(np.where(cell < 0, -1, cell + start))
        start += size
    return np.array(found)


def _never_binds(problem: AssignmentProblem, quota: Quota, cell: IntArray, limit: IntArray) -> BoolArray:
    """Return the cells that could not be overfull without the quota, even with one more place; flat."""
    n_rows, n_columns = quota.limit.shape
    within, among = quota.rows >= 0, quota.columns >= 0
    need = np.bincount(quota.rows[within], problem.free_need[within], n_rows)
    places = np.bincount(quota.columns[among], problem.free_capacity[among], n_columns)
    pairs = np.bincount(cell[cell >= 0], minlength=quota.limit.size)
    ample: BoolArray = (
        (limit >= pairs) | (limit >= np.repeat(need, n_columns)) | (limit > np.tile(places, n_rows))
    )
    return ample


def _cross(cells: IntArray, sizes: IntArray) -> bool:
    for first in range(len(cells)):
        for second in range(first + 1, len(cells)):
            both = (cells[first] >= 0) & (cells[second] >= 0)
            one, other = cells[first][both], cells[second][both]
            keys, shared = np.unique(one * len(sizes) + other, return_counts=True)
            if (shared < np.minimum(sizes[keys // len(sizes)], sizes[keys % len(sizes)])).any():
                return True
    return False
