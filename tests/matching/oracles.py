"""Independent answers to small assignment problems: all choices tried, or SciPy on copied columns."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from matching.exceptions import ProblemError
from matching.problem.assignment_problem import AssignmentProblem
from matching.problem.quotas import ColumnGroups, GroupQuota, KindLimit


def every_choice(problem: AssignmentProblem) -> list[tuple[int, int, frozenset[tuple[int, int]]]]:
    """All feasible choices as (pairs, units, chosen)."""
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    rows = []
    for i in range(problem.n_trainees):
        mentors = [j for j in range(problem.n_mentors) if problem.open[i, j] or (i, j) in pins]
        sets = [
            chosen
            for size in range(min(int(problem.need[i]), len(mentors)) + 1)
            for chosen in combinations(mentors, size)
            if all(j in chosen for t, j in pins if t == i)
        ]
        rows.append(sets)
    found = []
    for choice in product(*rows):
        load = np.bincount([j for chosen in choice for j in chosen], minlength=problem.n_mentors)
        if (load <= problem.capacity).all() and (load >= problem.minimum_load).all():
            pairs = frozenset((i, j) for i, chosen in enumerate(choice) for j in chosen)
            if not within_quotas(problem, pairs):
                continue
            found.append((len(pairs), int(sum(problem.units[i, j] for i, j in pairs)), pairs))
    return found


def within_quotas(problem: AssignmentProblem, pairs: frozenset[tuple[int, int]]) -> bool:
    for quota in problem.quotas:
        counts = np.zeros_like(quota.limit)
        for i, j in pairs:
            if quota.rows[i] >= 0 and quota.columns[j] >= 0:
                counts[quota.rows[i], quota.columns[j]] += 1
        if (counts > quota.limit).any() or (counts < quota.minimum).any():
            return False
    return True


def own_reach(problem: AssignmentProblem, i: int) -> int:
    """How many mentors beside the pins this trainee could have if nobody else took part."""
    free = [j for j in range(problem.n_mentors) if problem.open[i, j] and problem.free_capacity[j] > 0]
    sizes = range(min(int(problem.free_need[i]), len(free)), -1, -1)

    def allowed(mentors: tuple[int, ...]) -> bool:
        together = [*mentors, *(j for t, j in problem.pinned if t == i)]
        return all(
            sum(int(quota.columns[j]) == kind for j in together) <= quota.limit[quota.rows[i], kind]
            for quota in problem.quotas
            if quota.parameter == "kinds"
            for kind in range(quota.limit.shape[1])
        )

    return next(size for size in sizes if any(map(allowed, combinations(free, size))))


def lowest_sum(problem: AssignmentProblem, pairs) -> int | None:
    """The lowest sum of a trainee with a free mentor; None where somebody has one only, or fewer than could be."""
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    reach = [own_reach(problem, i) for i in range(problem.n_trainees)]
    mine = {i: [pair for pair in pairs if pair[0] == i] for i in range(problem.n_trainees)}
    several = any(reach[i] and reach[i] + sum(t == i for t, _ in pins) > 1 for i in mine)
    if not several or len(pairs) - len(pins) != sum(reach):
        return None
    return min(sum(int(problem.units[tuple(pair)]) for pair in mine[i]) for i in mine if reach[i])


def best_by_trying(problem: AssignmentProblem, objective: str) -> tuple[int, int] | None:
    choices = every_choice(problem)
    if not choices:
        return None
    if objective == "total":
        return (0, max(units for _, units, _ in choices))
    return max((count, units) for count, units, _ in choices)


def best_by_scipy(problem: AssignmentProblem) -> tuple[int, int]:
    """Coverage first, need 1, no minimum: each place a column, and one dear empty place per trainee."""
    columns = np.repeat(np.arange(problem.n_mentors), problem.capacity)
    large = int(np.abs(problem.units).max()) * 4 * (problem.n_trainees + 1) + 1
    value = np.where(problem.open, problem.units + large, -large * 10)[:, columns]
    value = np.hstack([value, np.zeros((problem.n_trainees, problem.n_trainees), np.int64)])
    rows, chosen = linear_sum_assignment(value, maximize=True)
    total = int(value[rows, chosen].sum())
    count = int((chosen < len(columns)).sum())
    return count, total - count * large


@st.composite
def problems(draw: st.DrawFn, with_minimum: bool = False) -> AssignmentProblem:
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    score = st.integers(-3, 6)
    scores = np.array(draw(st.lists(score, min_size=n * m, max_size=n * m))).reshape(n, m)
    marks = np.array(draw(st.lists(st.sampled_from("oooofp"), min_size=n * m, max_size=n * m))).reshape(n, m)
    need = draw(st.one_of(st.just([1] * n), st.lists(st.integers(0, 2), min_size=n, max_size=n)))
    capacity = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)))
    minimum = [draw(st.integers(0, int(c))) if with_minimum else 0 for c in capacity]
    pinned = marks == "p"
    arguments = {"capacity": capacity, "minimum_load": minimum, "need": need, "forbidden": marks == "f"}
    values = scores / 4 if draw(st.booleans()) else scores
    try:
        return AssignmentProblem.from_scores(values, pinned=pinned, **arguments)
    except ProblemError:
        arguments["minimum_load"] = [0] * m
        return AssignmentProblem.from_scores(values, **arguments)


def labels(draw: st.DrawFn, length: int, most: int = 2) -> list[int]:
    return draw(st.lists(st.integers(-1, min(most, length) - 1), min_size=length, max_size=length))


@st.composite
def quota_problems(draw: st.DrawFn, with_minimum: bool = False) -> AssignmentProblem:
    """Problems with up to one group quota, one limit on kinds and one group of columns, always laminar."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    given = st.lists(st.integers(-3, 6), min_size=n * m, max_size=n * m)
    scores = np.array(draw(given)).reshape(n, m)
    marks = np.array(draw(st.lists(st.sampled_from("oooofp"), min_size=n * m, max_size=n * m))).reshape(n, m)
    rules: dict[str, object] = {}
    if draw(st.booleans()):
        group = labels(draw, n)
        size = (m, max(group) + 1)
        rules["groups"] = GroupQuota(group, drawn_numbers(draw, size, 2))
    if draw(st.booleans()):
        kind = labels(draw, m)
        rules["kinds"] = KindLimit(kind, drawn_numbers(draw, (n, max(kind) + 1), 2))
    if draw(st.booleans()):
        column = labels(draw, m)
        most = drawn_numbers(draw, (1, max(column) + 1), 4)[0]
        fewest = np.minimum(most, drawn_numbers(draw, most.shape, 2)) if with_minimum else 0
        rules["column_groups"] = ColumnGroups(column, most, fewest)
    capacity = np.array(draw(st.lists(st.integers(0, 3), min_size=m, max_size=m)))
    need = draw(st.one_of(st.just([1] * n), st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    fixed: dict[str, object] = {"capacity": capacity, "need": need, "forbidden": marks == "f"}
    minimum = [draw(st.integers(0, int(c))) if with_minimum else 0 for c in capacity]
    for extra in ({"minimum_load": minimum, "pinned": marks == "p"}, {"pinned": marks == "p"}, {}):
        try:
            return AssignmentProblem.from_scores(scores, **fixed, **rules, **extra)
        except ProblemError:
            continue
    return AssignmentProblem.from_scores(scores, **fixed)


def drawn_numbers(draw: st.DrawFn, size: tuple[int, ...], most: int) -> np.ndarray:
    count = int(np.prod(size))
    return np.array(draw(st.lists(st.integers(0, most), min_size=count, max_size=count)), int).reshape(size)


@st.composite
def crossing_problems(draw: st.DrawFn, with_minimum: bool = False) -> AssignmentProblem:
    """Problems with two group quotas that cross, and sometimes a limit on kinds."""
    n, m = draw(st.integers(3, 5)), draw(st.integers(1, 3))
    given = st.lists(st.integers(-3, 6), min_size=n * m, max_size=n * m)
    county, role = np.arange(n) % 2, np.arange(n) // 2
    groups = [GroupQuota(county, draw(st.integers(1, 2))), GroupQuota(role, draw(st.integers(0, 2)))]
    kinds = KindLimit(labels(draw, m), 1) if draw(st.booleans()) else None
    capacity = np.array(draw(st.lists(st.integers(2, 4), min_size=m, max_size=m)))
    minimum = [draw(st.integers(0, 3)) if with_minimum else 0 for _ in capacity]
    need = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    rules = {"groups": groups, "kinds": kinds, "need": need}
    try:
        return AssignmentProblem.from_scores(
            np.array(draw(given)).reshape(n, m), capacity, np.minimum(minimum, capacity), **rules
        )
    except ProblemError:
        return AssignmentProblem.from_scores(np.array(draw(given)).reshape(n, m), capacity, **rules)
