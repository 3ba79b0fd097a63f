"""Quotas that cross are solved to the best of all choices, and their gap is honest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    AssignmentProblem,
    GroupQuota,
    MinimumLoadError,
    ProblemError,
    assign,
    explain,
    explain_unmatched,
    prices,
    verify,
)
from matching.problem.exclusions import Exclusion
from matching.proof.linear_certificate import linear_limits
from matching.solver.network import network

from .oracles import best_by_trying, crossing_problems, every_choice
from .test_objectives import LEVELLED, value_of


@pytest.mark.parametrize("with_minimum", [False, True])
@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_assignment_equals_the_best_of_all_choices(objective, with_minimum, data):
    problem = data.draw(crossing_problems(with_minimum))
    best = best_by_trying(problem, objective)
    if best is None:
        with pytest.raises(MinimumLoadError) as caught:
            assign(problem, objective)
        lowered = problem.minimum_load.copy()
        for mentor, missing in caught.value.shortfall:
            lowered[mentor] -= missing
        assert best_by_trying(replace(problem, minimum_load=lowered), objective) is not None
        return
    solution = assign(problem, objective)
    assert (solution.matched if objective == "coverage_then_total" else 0, solution.total) == best
    certificate = verify(problem, solution)
    assert certificate.valid or certificate.is_bounded, certificate.violations
    assert certificate.dual >= certificate.primal
    assert certificate.matched_bound >= certificate.matched


def crossing() -> AssignmentProblem:
    # Each mentor takes one of a county and one of a role; trainee 0 shares something with both others.
    county, role = GroupQuota([0, 0, 1, 1], 1), GroupQuota([0, 1, 0, 1], 1)
    return AssignmentProblem.from_scores([[9, 2], [8, 3], [7, 1], [1, 1]], [3, 1], groups=[county, role])


def test_answer_says_what_proves_it():
    problem = crossing()
    assert network(problem) is None
    solution = assign(problem)
    certificate = verify(problem, solution)
    assert solution.proof == certificate.proof == "linear_programme"
    assert solution.matched == best_by_trying(problem, "coverage_then_total")[0]
    assert solution.gap >= 0


def test_spoilt_answer_is_refused():
    problem = crossing()
    solution = assign(problem)
    crowded = solution.with_pairs(problem, np.array([[0, 0], [1, 0], [2, 0]]))
    assert "QUOTA_EXCEEDED" in {fault.split(":")[0] for fault in verify(problem, crowded).violations}
    for field in ("bound", "total", "gap"):
        for wrong in (getattr(solution, field) + 2.1, np.nan):
            spoilt = replace(solution, **{field: wrong})
            faults = {fault.split(":")[0] for fault in verify(problem, spoilt).violations}
            assert f"{field.upper()}_WRONG" in faults
    worse = solution.with_pairs(problem, solution.pairs[:1])
    assert not verify(problem, worse).valid


@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
def test_only_the_best_of_all_choices_is_proven(objective):
    county, role = GroupQuota([0, 0, 1, 1], 1), GroupQuota([0, 1, 0, 1], 1)
    scores = np.array([[9, 2], [8, 3], [7, 1], [1, 5]]) / 4
    problem = AssignmentProblem.from_scores(scores, [3, 1], groups=[county, role])
    solution, counts = assign(problem, objective), objective == "coverage_then_total"
    best = best_by_trying(problem, objective)
    found = {True: 0, False: 0}
    for count, units, pairs in every_choice(problem):
        certificate = verify(
            problem, solution.with_pairs(problem, np.array(sorted(pairs), np.int64).reshape(-1, 2))
        )
        assert certificate.valid == ((count * counts, units) == best)
        assert certificate.primal == units / 1e6
        assert certificate.dual == solution.bound == best[1] / 1e6
        found[certificate.valid and count == solution.matched] += count == solution.matched
    assert found[True]
    assert found[False]


@pytest.mark.parametrize("size", [0, 2**12, 2**42])
def test_proof_of_an_even_load_is_as_fine_for_whole_scores_of_any_size(size):
    county, role = GroupQuota([0, 0, 1, 1, 0], 1), GroupQuota([0, 1, 0, 1, 1], 1)
    for seed in range(10):
        scores = size + np.random.default_rng(seed).integers(-99, 99, (5, 3))
        problem = AssignmentProblem.from_scores(scores, [3, 2, 4], groups=[county, role])
        certificate = verify(problem, assign(problem, "balanced_load"))
        assert certificate.valid, certificate.violations
        assert certificate.gap < 1e-9


@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
def test_pins_and_pairs_of_negative_worth_are_proven(objective):
    county, role = GroupQuota([0, 0, 1, 1], 2), GroupQuota([0, 1, 0, 1], 1)
    scores = [[9, 2], [8, 3], [-7, -1], [-1, -1]]
    problem = AssignmentProblem.from_scores(scores, [3, 1], groups=[county, role], pinned=[(1, 0)])
    certificate = verify(problem, assign(problem, objective))
    counts = objective == "coverage_then_total"
    assert certificate.valid
    assert (certificate.matched_bound * counts, certificate.dual) == best_by_trying(problem, objective)
    assert certificate.matched_bound == (3 if counts else 2)


@pytest.mark.parametrize("counts", [True, False])
def test_programme_limits_no_choice_by_less_than_it_is_worth(counts):
    random, exact, tried = np.random.default_rng(3), 0, 0
    for share in (1.0, *[0.15] * 25):
        groups = [GroupQuota([0, 0, 1, 1], random.integers(1, 3)), GroupQuota([0, 1, 0, 1], 2)]
        pinned = np.array([(0, random.integers(2)), (3, random.integers(2))])[random.random(2) < 0.5]
        forbidden = random.random((4, 2)) < share
        forbidden[tuple(pinned.T)] = False
        rules = {"groups": groups, "pinned": pinned, "forbidden": forbidden, "need": 2}
        problem = AssignmentProblem.from_scores(
            random.integers(-9, random.integers(0, 9), (4, 2)), [3, 2], **rules
        )
        choices = every_choice(problem)
        solution = assign(problem, "coverage_then_total" if counts else "total")
        for number, pairs in {count: pairs for count, _, pairs in choices}.items():
            chosen = solution.with_pairs(problem, np.array(sorted(pairs), np.int64).reshape(-1, 2))
            most, limit, _ = linear_limits(problem, chosen)
            assert most == number or counts
            assert most >= max(count for count, _, _ in choices) or not counts
            best = max(units for count, units, _ in choices if count >= number or not counts)
            assert limit >= best
            exact, tried = exact + (limit == best), tried + 1
    assert exact > 0.9 * tried


@pytest.mark.parametrize("objective", LEVELLED)
@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_aims_equal_the_best_of_all_choices(objective, data):
    problem = data.draw(crossing_problems())
    if objective == "worst_off_then_total" and problem.need.max() > 1:
        # Sums over several mentors are not compared here.
        return
    solution = assign(problem, objective)
    best = max(value_of(problem, objective, pairs) for _, _, pairs in every_choice(problem))
    chosen = frozenset((int(i), int(j)) for i, j in solution.pairs)
    assert value_of(problem, objective, chosen) == best
    certificate = verify(problem, solution)
    assert certificate.valid or certificate.is_bounded, certificate.violations
    assert certificate.dual >= certificate.primal


def test_sums_over_several_mentors_are_refused_by_name():
    problem = AssignmentProblem.from_scores(
        np.ones((4, 4)), [4] * 4, need=2, groups=[GroupQuota([0, 0, 1, 1], 1), GroupQuota([0, 1, 1, 0], 1)]
    )
    with pytest.raises(ProblemError, match="must not compare sums") as refused:
        assign(problem, "worst_off_then_total")
    assert refused.value.code == "OBJECTIVE_CROSSING"


@pytest.mark.parametrize("objective", LEVELLED)
def test_missed_aim_is_no_proof(objective):
    problem = crossing()
    # One pair of score 1 where three pairs, or one of score 9, are possible.
    missed = assign(problem, objective).with_pairs(problem, np.array([[3, 1]]))
    assert not verify(problem, missed).valid


@pytest.mark.parametrize("objective", ["coverage_then_total", "leximin", "balanced_load"])
def test_nobody_is_in_two_places(objective):
    # Trainee 0 is the mentor of column 1; both columns are one week.
    rule = Exclusion(np.array([0]), np.array([0, 1]), 1, 1)
    problem = AssignmentProblem.from_scores([[9, 1], [8, 7]], [1, 1], forbidden=[[0, 1]])
    assert assign(problem, objective).pairs.tolist() == [[0, 0], [1, 1]]
    apart = replace(problem, exclusions=(rule,))
    found = assign(apart, objective)
    assert found.matched == 1
    assert verify(apart, found).matched == 1
    both = found.with_pairs(apart, np.array([[0, 0], [1, 1]]))
    assert "BOOKED_TWICE: column 1" in verify(apart, both).violations


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_prices_equal_the_best_choice_with_the_pair(data):
    problem = data.draw(crossing_problems())
    solution = assign(problem)
    table = prices(problem, solution)
    choices = every_choice(problem)
    for (i, j), price in np.ndenumerate(table):
        values = [(count, units) for count, units, pairs in choices if (i, j) in pairs]
        if not values:
            assert np.isnan(price)
        elif max(values)[0] < solution.matched:
            assert np.isneginf(price)
        else:
            assert price == max(values)[1] - solution.total


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_unmatched_are_explained_with_repairs_that_work(data):
    problem = data.draw(crossing_problems())
    solution = assign(problem)
    for reason in explain_unmatched(problem, solution):
        for repair in reason.repairs:
            assert repair.mentor in range(problem.n_mentors)
        for cell in reason.limits:
            quota = problem.quotas[cell.place]
            held = quota.counts(solution.pairs)[cell.row, cell.column]
            assert held == quota.limit[cell.row, cell.column]
    if len(solution.pairs):
        assert explain(problem, solution, *map(int, solution.pairs[0])).code == "CHOSEN"


def test_lifting_a_ban_is_no_repair_where_a_limit_of_zero_closes_the_pair():
    county, role = GroupQuota([0, 0, 1, 1], [[0, 1], [1, 1]]), GroupQuota([0, 1, 0, 1], 1)
    problem = AssignmentProblem.from_scores(
        [[9, 2], [8, 3], [7, 1], [1, 1]], [3, 1], groups=[county, role], forbidden=[[0, 0]]
    )
    solution = assign(problem)
    assert solution.proof == "linear_programme"
    assert 0 in solution.unmatched
    assert "ALLOW_PAIR" not in {repair.code for repair in explain(problem, solution, 0).repairs}
