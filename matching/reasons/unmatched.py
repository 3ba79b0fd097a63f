"""Why a trainee stayed without a mentor: the limits in conflict, and the repairs that would each be enough."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..problem.assignment_problem import AssignmentProblem, BoolArray, IntArray
from ..problem.pair_rules import are_among
from ..problem.solution import Solution
from ..solver.chains import IMPOSSIBLE, add, chains_onward
from ..solver.network import Cell, Network, network
from ..solver.residual import KeptChains, Residual, exchanges, split
from .statements import Repair, RepairCode, UnmatchedCode, UnmatchedReason

# Bonus of chains that count filled places and nothing else; that of a problem's own is always larger.
COVERAGE_ALONE: Final = 1


# A network in which closed pairs have their cells, too, its exchanges and kept chains.
Widened = tuple[Network, Residual, KeptChains]


def unmatched_reason(
    solution: Solution, left: Residual, kept: KeptChains, trainee: int, widened: Widened | None = None
) -> UnmatchedReason:
    """Explain one unmatched trainee; `left` are the exchanges of the solution, `kept` their kept chains.

    `widened` is what :func:`with_bans` returns for trainees of whom this is one; where it is None it is made here.

    Notes
    -----
    The limits in conflict are the smallest cut between the trainee and a free place; every repair is one more
    arc, with the best chains from the trainee to it and from it to a free place.
    """
    reached = _reached(left, _joinable(left, trainee))
    code, limits = _code(left, trainee, reached)
    contested = code in ("NO_CAPACITY_LEFT", "QUOTA_FULL")
    problem = left.problem
    mentors = np.flatnonzero(reached[: problem.n_mentors] & (problem.capacity > 0)) if contested else _none()
    rivals = solution.pairs[np.isin(solution.pairs[:, 1], mentors), 0]
    if contested and problem.quotas:
        rivals = np.concatenate([rivals, left.free_pairs[reached[left.chosen_leaf], 0]])
    rivals = np.unique(rivals[rivals != trainee])
    repairs = () if code == "NOT_WORTH_IT" else _repairs(left, kept, trainee, widened)
    return UnmatchedReason(
        trainee, code, tuple(mentors.tolist()), tuple(rivals.tolist()), repairs, limits if contested else ()
    )


def _none() -> IntArray:
    return np.zeros(0, np.int64)


def _of_row(left: Residual, kept: KeptChains, trainee: int) -> Widened:
    """Return the trainee's pairs where there are no quotas: their cells are the mentors."""
    problem = left.problem
    pinned_to = problem.pinned[problem.pinned[:, 0] == trainee, 1]
    columns = np.setdiff1d(np.arange(problem.n_mentors), pinned_to)
    own = replace(left.net.trainees, leaf=np.full(len(columns), trainee))
    pairs = np.stack([own.leaf, columns], axis=1)
    return Network(problem, pairs, own, replace(left.net.mentors, leaf=columns)), left, kept


def with_bans(left: Residual, kept: KeptChains, trainees: IntArray) -> Widened | None:
    """Return a network in which the closed pairs of these trainees have their cells too, its exchanges and chains.

    Building it is most of the work of an explanation, so one serves many trainees. None where there are no quotas, or
    where with so many pairs they cross.
    """
    problem = left.problem
    if not problem.quotas:
        return None
    extra = np.zeros(problem.units.shape, dtype=bool)
    extra[trainees] = True
    extra[problem.pinned[:, 0], problem.pinned[:, 1]] = False
    net = network(problem, extra)
    if net is None:
        return None
    known = net.only(are_among(net.pairs, left.net.pairs, problem.n_mentors))
    taken = np.flatnonzero(are_among(known.pairs, left.free_pairs, problem.n_mentors))
    again = exchanges(known, known.units * (left.bonus != COVERAGE_ALONE), left.bonus, taken)
    return net, again, KeptChains.of(again)


def _joinable(left: Residual, trainee: int) -> IntArray:
    """Return positions of the pairs the trainee may join and has not."""
    net = left.net
    own = np.flatnonzero(net.pairs[:, 0] == trainee)
    return own[~np.isin(own, left.taken)]


def _reached(left: Residual, start: IntArray) -> BoolArray:
    """Return the cells that pairs starting in these could reach if those who hold places moved on."""
    possible = left.gains[:-1, :-1] > IMPOSSIBLE
    reached = np.zeros(left.n_cells, dtype=bool)
    open_kinds = _kinds_open(left, left.net, start)
    reached[left.net.mentors.leaf[start[open_kinds]]] = True
    while True:
        further = reached | possible[reached].any(axis=0)
        if np.array_equal(further, reached):
            return reached
        reached = further


def _kinds_open(left: Residual, net: Network, pairs: IntArray) -> BoolArray:
    return np.array([not _full_kinds(left, net, int(pair)) for pair in pairs], dtype=bool)


def _full_kinds(left: Residual, net: Network, pair: int) -> list[int]:
    tree = net.trainees
    cells = [cell for cell in tree.chain(int(tree.leaf[pair])) if cell >= left.problem.n_trainees]
    return [cell for cell in cells if left.trainee_load[cell] >= tree.limit[cell]]


def _code(left: Residual, trainee: int, reached: BoolArray) -> tuple[UnmatchedCode, tuple[Cell, ...]]:
    problem, tree = left.problem, left.net.mentors
    with_place = problem.capacity > 0
    if not with_place.any():
        return "NO_MENTORS", ()
    allowed = with_place & ~problem.forbidden[trainee]
    if not allowed.any():
        return "ALL_FORBIDDEN", ()
    if allowed.sum() < problem.need[trainee]:
        return "TOO_FEW_ALLOWED", ()
    full = left.load >= tree.limit
    if left.bonus == 0 and (reached & ~full & (tree.parent == tree.n_cells)).any():
        return "NOT_WORTH_IT", ()
    outer = np.append(reached, False)[tree.parent]
    cut = np.flatnonzero(reached & full & ~outer)
    limits = [left.net.cell(int(cell)) for cell in cut if cell >= problem.n_mentors]
    limits += _closing(left, trainee, with_place)
    return ("QUOTA_FULL" if limits else "NO_CAPACITY_LEFT"), tuple(dict.fromkeys(limits))


def _closing(left: Residual, trainee: int, with_place: BoolArray) -> list[Cell]:
    """Return the trainee's own full kinds, and the quotas of zero around the trainee's allowed pairs."""
    problem = left.problem
    held = left.free_pairs[left.free_pairs[:, 0] == trainee, 1]
    may = problem.open[trainee] & with_place
    may[held] = False
    return [
        Cell(quota.parameter, place, *divmod(int(cell), quota.limit.shape[1]))
        for place, quota in enumerate(problem.quotas)
        for cell in np.unique(quota.cells(np.array(trainee), np.flatnonzero(may)))
        if cell >= 0
        and quota.free_limit(problem.pinned).flat[cell]
        <= (quota.counts(left.free_pairs).flat[cell] if quota.parameter == "kinds" else 0)
    ]


def _repairs(left: Residual, kept: KeptChains, trainee: int, widened: Widened | None) -> tuple[Repair, ...]:
    if not left.problem.quotas:
        widened = _of_row(left, kept, trainee)
    # Of one trainee alone quotas may not cross where they do for many.
    widened = widened or with_bans(left, kept, np.array([trainee])) or (left.net, left, kept)
    net, left, kept = widened
    problem = left.problem
    pairs = np.flatnonzero(net.pairs[:, 0] == trainee)
    pairs = pairs[~are_among(net.pairs[pairs], left.free_pairs, problem.n_mentors)]
    worth = net.units[pairs] * (left.bonus != COVERAGE_ALONE) + left.bonus
    leaf = net.mentors.leaf[pairs]
    found = _own_repairs(left, net, pairs, add(worth, kept.out[leaf]))
    free = ~problem.forbidden[trainee, net.pairs[pairs, 1]] & _kinds_open(left, net, pairs)
    start = np.full(left.n_cells + 1, IMPOSSIBLE)
    np.maximum.at(start, leaf[free], worth[free])
    found += _limit_repairs(left, net, chains_onward(kept.gains, start), kept.out)
    enough = [repair for each in found if (repair := _priced(left, *each)) is not None]
    return tuple(best_of_each(enough))


_Change = tuple[RepairCode, int, int, Cell | None]


def _own_repairs(left: Residual, net: Network, pairs: IntArray, ends: IntArray) -> list[_Change]:
    """Return what lifting a ban, or raising the one full kind in the way, would bring in units."""
    problem = left.problem
    found: list[_Change] = []
    for pair, change in zip(pairs, ends, strict=True):
        trainee, mentor = net.pairs[pair]
        kinds = _full_kinds(left, net, int(pair))
        if problem.forbidden[trainee, mentor]:
            if not kinds and problem.capacity[mentor] > 0:
                found.append(("ALLOW_PAIR", int(mentor), int(change), None))
        elif len(kinds) == 1:
            found.append(("RAISE_QUOTA", int(mentor), int(change), net.cell(kinds[0], trainees=True)))
    return found


def _limit_repairs(left: Residual, net: Network, into: IntArray, out: IntArray) -> list[_Change]:
    """Return what one pair more within a full limit, or one less in a binding minimum, would bring in units.

    `into` is the best chain from the trainee to each cell, `out` the best from each cell to a free place.
    """
    tree = net.mentors
    found: list[_Change] = []
    for position in range(tree.n_cells):
        cell, mentor, outer = net.cell(position), net.column(position), tree.parent[position]
        if left.load[position] >= tree.limit[position]:
            change = int(add(into[position : position + 1], out[outer : outer + 1])[0])
            is_place = cell.parameter == "capacity"
            found.append(
                ("ADD_PLACE" if is_place else "RAISE_QUOTA", mentor, change, None if is_place else cell)
            )
        # Where nothing but the minimum is in the way, whoever leaves makes room for nobody.
        if 0 < tree.minimum[position] == left.load[position] and outer < tree.n_cells:
            change = int(add(into[outer : outer + 1], out[position : position + 1])[0])
            lowered = replace(cell, parameter="minimum_load") if cell.place < 0 else cell
            found.append(("LOWER_MINIMUM", mentor, change, lowered))
    return found


def _priced(left: Residual, code: RepairCode, mentor: int, change: int, limit: Cell | None) -> Repair | None:
    """Return the repair, or None where it does not give the trainee a mentor without taking another's."""
    if change == IMPOSSIBLE:
        return None
    coverage, units = (int(part[0]) for part in split(np.array([change]), left.bonus))
    if coverage <= 0 if left.bonus else units <= 0:
        return None
    return Repair(code, mentor, units / left.problem.units_per_score, limit)


def best_of_each(found: list[Repair]) -> list[Repair]:
    """Order by change, and keep the best way to use each: a kind raised for a trainee may serve several mentors."""
    best: dict[object, Repair] = {}
    for repair in sorted(found, key=lambda repair: (-repair.change, repair.code, repair.mentor)):
        best.setdefault((repair.code, repair.limit or repair.mentor), repair)
    return list(best.values())


def with_repair(problem: AssignmentProblem, trainee: int, repair: Repair) -> AssignmentProblem:
    """Return the problem after a repair for this trainee."""
    if repair.code == "ADD_PLACE":
        more = problem.capacity.copy()
        more[repair.mentor] += 1
        return replace(problem, capacity=more)
    if repair.code == "ALLOW_PAIR":
        opened, forbidden = problem.open.copy(), problem.forbidden.copy()
        opened[trainee, repair.mentor], forbidden[trainee, repair.mentor] = True, False
        return replace(problem, open=opened, forbidden=forbidden)
    limit = repair.limit or Cell("minimum_load", -1, 0, repair.mentor)
    if limit.parameter == "minimum_load":
        less = problem.minimum_load.copy()
        less[repair.mentor] -= 1
        return replace(problem, minimum_load=less)
    quotas = list(problem.quotas)
    quota = quotas[limit.place]
    change = int(repair.code == "RAISE_QUOTA"), -int(repair.code == "LOWER_MINIMUM")
    most, fewest = quota.limit.copy(), quota.minimum.copy()
    most[limit.row, limit.column] += change[0]
    fewest[limit.row, limit.column] += change[1]
    quotas[limit.place] = replace(quota, limit=most, minimum=fewest)
    return replace(problem, quotas=tuple(quotas))
