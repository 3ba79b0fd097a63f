"""Worst off first, leximin and an even load are the best of all choices, and proven so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import AssignmentProblem, MinimumLoadError, assign, verify

from .oracles import every_choice, problems, quota_problems

LEVELLED = ("worst_off_then_total", "leximin", "balanced_load")


def value_of(problem: AssignmentProblem, objective: str, pairs) -> tuple:
    """What the objective compares, larger is better; by the words of its description, not by the engine."""
    pins = {(int(i), int(j)) for i, j in problem.pinned}
    units = sorted(int(problem.units[i, j]) for i, j in pairs if (i, j) not in pins)
    total = sum(int(problem.units[i, j]) for i, j in pairs)
    if objective == "worst_off_then_total":
        return (len(pairs), units[0] if units else 0, total)
    if objective == "leximin":
        return (len(pairs), units)
    load = np.bincount([j for _, j in pairs], minlength=problem.n_mentors)
    cost = sum(
        (2 * number - 1) * 1_000_000 // int(problem.capacity[j])
        for j in range(problem.n_mentors)
        for number in range(1, int(load[j]) + 1)
    )
    return (len(pairs), -cost, total)


@pytest.mark.parametrize("with_minimum", [False, True])
@pytest.mark.parametrize("objective", LEVELLED)
@settings(max_examples=350, deadline=None, derandomize=True)
@given(data=st.data())
def test_objective_equals_the_best_of_all_choices(objective, with_minimum, data):
    problem = data.draw(st.one_of(problems(with_minimum), quota_problems(with_minimum)))
    choices = every_choice(problem)
    if not choices:
        with pytest.raises(MinimumLoadError):
            assign(problem, objective)
        return
    best = max(value_of(problem, objective, pairs) for _, _, pairs in choices)
    solution = assign(problem, objective)
    chosen = [(int(i), int(j)) for i, j in solution.pairs]
    assert value_of(problem, objective, chosen) == best
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert (certificate.gap, certificate.primal) == (0, certificate.dual)


@pytest.mark.parametrize("objective", LEVELLED)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_worse_choice_with_honest_figures_is_not_proven(objective, data):
    problem = data.draw(st.one_of(problems(True), quota_problems(True)))
    choices = every_choice(problem)
    if not choices:
        return
    best = max(value_of(problem, objective, pairs) for _, _, pairs in choices)
    solution = assign(problem, objective)
    for _, _, pairs in choices[:40]:
        chosen = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        other = replace(solution.with_pairs(problem, chosen), gap=0.0)
        other = replace(other, bound=other.total)
        assert verify(problem, other).valid == (value_of(problem, objective, sorted(pairs)) == best)
