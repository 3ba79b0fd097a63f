"""Quotas of groups, kinds of mentors and columns together hold, and what is chosen within them is the best."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    AssignmentProblem,
    ColumnGroups,
    GroupQuota,
    KindLimit,
    MinimumLoadError,
    ProblemError,
    assign,
    explain,
    explain_unmatched,
    match,
)
from matching.proof.certificate import verify
from matching.reasons.prices import prices
from matching.solver.network import network

from .oracles import best_by_trying, every_choice, quota_problems

OBJECTIVES = ("coverage_then_total", "total")
TWO = [[0.5, 0.25], [0.75, 1.0]]


@pytest.mark.parametrize(
    ("code", "parameter", "arguments"),
    [
        ("GROUPS_KIND", "groups", {"groups": [1, 2]}),
        ("GROUPS_LABELS_SHAPE", "groups", {"groups": ([0], 1)}),
        ("GROUPS_LABELS_NOT_WHOLE", "groups", {"groups": (["a", "b"], 1)}),
        ("GROUPS_LABELS_OUT_OF_RANGE", "groups", {"groups": ([0, 2], 1)}),
        ("GROUPS_LABELS_OUT_OF_RANGE", "groups", {"groups": ([0, -2], 1)}),
        ("GROUPS_LABELS_SHAPE", "groups", {"groups": GroupQuota([0, 0], 1, mentors=[0])}),
        ("GROUPS_LIMIT_NEGATIVE", "groups", {"groups": ([0, 1], -1)}),
        ("GROUPS_LIMIT_NOT_WHOLE", "groups", {"groups": ([0, 1], 0.5)}),
        ("GROUPS_LIMIT_SHAPE", "groups", {"groups": ([0, 1], [1, 1, 1])}),
        ("KINDS_KIND", "kinds", {"kinds": 1}),
        ("KINDS_LABELS_SHAPE", "kinds", {"kinds": ([0, 1, 2], 1)}),
        ("KINDS_LIMIT_NEGATIVE", "kinds", {"kinds": ([0, 1], -1)}),
        ("COLUMN_GROUPS_KIND", "column_groups", {"column_groups": "weeks"}),
        ("COLUMN_GROUPS_CAPACITY_SHAPE", "column_groups", {"column_groups": ([0, 0], [1, 2])}),
        ("COLUMN_GROUPS_CAPACITY_NEGATIVE", "column_groups", {"column_groups": ([0, 0], -2)}),
        ("COLUMN_GROUPS_MINIMUM_NOT_WHOLE", "column_groups", {"column_groups": ([0, 0], 2, 0.1)}),
        ("COLUMN_GROUPS_MINIMUM_OVER_CAPACITY", "column_groups", {"column_groups": ([0, 0], 1, 2)}),
        ("MINIMUM_OVER_COLUMN_GROUP", "minimum_load", {"minimum_load": 1, "column_groups": ([0, 0], 1)}),
        ("PINS_OVER_GROUPS", "pinned", {"pinned": [(0, 0), (1, 0)], "groups": ([0, 0], 1)}),
        ("PINS_OVER_KINDS", "pinned", {"pinned": [(0, 0)], "kinds": ([0, 0], 0)}),
        ("PINS_OVER_COLUMN_GROUPS", "pinned", {"pinned": [(0, 0), (1, 1)], "column_groups": ([0, 0], 1)}),
    ],
)
def test_each_mistake_has_its_code_and_names_the_parameter(code, parameter, arguments):
    with pytest.raises(
        ProblemError, match=f"The '{parameter}' parameter .* must be .* Got .* instead"
    ) as caught:
        AssignmentProblem.from_scores(**({"scores": TWO, "capacity": [2, 2]} | arguments))
    assert (caught.value.code, caught.value.parameter) == (code, parameter)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_assignment_within_quotas_equals_the_best_of_all_choices(objective, data):
    problem = data.draw(quota_problems())
    solution = assign(problem, objective)
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert (solution.gap, solution.bound) == (0, solution.total)
    counted = solution.matched if objective == "coverage_then_total" else 0
    assert (counted, solution.total) == best_by_trying(problem, objective)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_minimums_within_quotas_hold_or_are_refused_with_what_is_enough(objective, data):
    problem = data.draw(quota_problems(with_minimum=True))
    best = best_by_trying(problem, objective)
    if best is None:
        with pytest.raises(MinimumLoadError) as caught:
            assign(problem, objective)
        assert best_by_trying(relaxed(problem, caught.value), objective) is not None
        return
    solution = assign(problem, objective)
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert (solution.matched if objective == "coverage_then_total" else 0, solution.total) == best


def relaxed(problem, error):
    minimum, quotas = problem.minimum_load.copy(), list(problem.quotas)
    for mentor, missing in error.shortfall:
        minimum[mentor] -= missing
    for place, group, missing in error.group_shortfall:
        fewest = quotas[place].minimum.copy()
        fewest[0, group] -= missing
        quotas[place] = replace(quotas[place], minimum=fewest)
    return replace(problem, minimum_load=minimum, quotas=tuple(quotas))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_prices_within_quotas_equal_the_best_choice_with_the_pair(data):
    objective = data.draw(st.sampled_from(OBJECTIVES))
    problem = data.draw(quota_problems(with_minimum=True))
    best = best_by_trying(problem, objective)
    if best is None:
        return
    table = prices(problem, assign(problem, objective))
    choices = every_choice(problem)
    counted = objective == "coverage_then_total"
    pinned = {(int(i), int(j)) for i, j in problem.pinned}
    for (i, j), price in np.ndenumerate(table):
        values = [(count * counted, units) for count, units, pairs in choices if (i, j) in pairs]
        if not values:
            assert np.isnan(price)
        elif max(values)[0] < best[0]:
            assert np.isneginf(price)
        else:
            assert price == max(values)[1] - best[1]
        assert (i, j) not in pinned or price == 0


def test_groups_may_be_nested_and_columns_together_hold_them():
    # Groups 0 and 1 lie within group 0 of the second quota; columns 0 and 1 are the weeks of one mentor.
    small, large = GroupQuota([0, 0, 1, 1, -1], 1), GroupQuota([0, 0, 0, 0, 1], [1, 2])
    problem = AssignmentProblem.from_scores(
        np.ones((5, 3), int), [3, 3, 3], groups=[small, large], column_groups=([0, 0, 1], [4, 1])
    )
    assert network(problem) is not None
    solution = assign(problem)
    assert solution.matched == best_by_trying(problem, "coverage_then_total")[0]
    assert verify(problem, solution).valid


def test_groups_that_cross_are_no_flow():
    county, role = GroupQuota([0, 0, 1, 1], 1), GroupQuota([0, 1, 0, 1], 1)
    assert network(AssignmentProblem.from_scores(np.ones((4, 1)), [4], groups=[county, role])) is None
    over_weeks = GroupQuota([0, 0, 1, 1], 1, mentors=[0, 0])
    assert network(AssignmentProblem.from_scores(np.ones((4, 2)), [2, 2], groups=over_weeks)) is None


def test_two_mentors_of_different_kinds():
    problem = AssignmentProblem.from_scores(
        [[9, 8, 1, 1], [9, 8, 2, 1]], [2, 2, 1, 1], need=2, kinds=KindLimit([0, 0, 1, 1])
    )
    assert assign(problem).pairs.tolist() == [[0, 0], [0, 3], [1, 0], [1, 2]]


def test_callers_labels_stay_as_they_are():
    given = np.array([0, 1])
    problem = AssignmentProblem.from_scores(TWO, [1, 1], column_groups=ColumnGroups(given, 1))
    assert given.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        problem.quotas[0].columns[0] = 1


def test_match_passes_quotas_on():
    needs, strengths = np.ones((4, 2)), np.array([[1.0, 1.0], [0.1, 0.1]])
    free = match(needs, strengths, [4, 4])
    held = match(needs, strengths, [4, 4], groups=GroupQuota([0, 0, 0, 1], 2))
    assert free.solution.load.tolist() == [4, 0]
    assert held.solution.load.tolist() == [3, 1]
    assert held.certificate.valid


def test_reasons_of_all_unmatched_together_are_those_of_each_alone() -> None:
    random, codes = np.random.default_rng(0), set()
    for number in range(60):
        n_trainees, n_mentors = int(random.integers(3, 8)), int(random.integers(2, 4))
        scores = random.integers(0, 5, (n_trainees, n_mentors)) / 4
        labels = random.integers(-1, 2, n_trainees)
        groups = [GroupQuota(labels, int(random.integers(0, 3)))]
        if number % 3 == 0:
            groups.append(GroupQuota(labels, 1, np.array([0] + [-1] * (n_mentors - 1))))
        problem = AssignmentProblem.from_scores(
            scores,
            random.integers(0, 3, n_mentors),
            forbidden=random.random((n_trainees, n_mentors)) < 0.3,
            groups=groups,
        )
        solution = assign(problem)
        for reason in explain_unmatched(problem, solution):
            assert reason == explain(problem, solution, reason.trainee)
            codes |= {repair.code for repair in reason.repairs}
    assert codes == {"ADD_PLACE", "RAISE_QUOTA", "ALLOW_PAIR"}
