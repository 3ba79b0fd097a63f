"""Prices and moves from a graph of few pairs are those of all pairs, at any size and without holding them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.reasons.prices as prices_module
import matching.solver.exchange_graph as subject
from matching import (
    AssignmentProblem,
    InvalidInputError,
    MinimumLoadError,
    assign,
    explain,
    prices,
    rematch,
    verify,
)
from matching.reasons.graph_prices import graph_prices
from matching.reasons.graph_unmatched import graph_unmatched
from matching.solver.exchange_graph import ExchangeGraph

from .oracles import problems, quota_problems

OBJECTIVES = ("coverage_then_total", "total")


@pytest.fixture
def few_pairs(monkeypatch):
    """Look at one pair of each trainee first, whatever the size."""
    monkeypatch.setattr(subject, "_ALL_PAIRS", -1)
    monkeypatch.setattr(subject, "_FIRST", 1)


def in_blocks(problem):
    scale = problem.units_per_score
    scores = problem.units if scale == 1 else problem.units / scale
    return AssignmentProblem.from_blocks(
        lambda start, stop: scores[start:stop],
        problem.n_trainees,
        problem.capacity,
        problem.minimum_load,
        problem.need,
        np.argwhere(problem.forbidden),
        problem.pinned,
    )


def solved(problem, objective):
    try:
        return assign(problem, objective)
    except MinimumLoadError:
        return None


@pytest.mark.usefixtures("few_pairs")
@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_prices_of_few_pairs_are_those_of_all(objective, data):
    problem = data.draw(problems(with_minimum=True))
    solution = solved(problem, objective)
    if solution is None:
        return
    blocks, everybody = in_blocks(problem), np.arange(problem.n_trainees)
    found = graph_prices(ExchangeGraph.of(blocks, solution), solution, everybody)
    np.testing.assert_array_equal(found, prices(problem, solution))
    assert not blocks.is_dense


@pytest.mark.usefixtures("few_pairs")
@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_unmatched_are_told_from_few_pairs_what_all_pairs_tell(objective, data):
    problem = data.draw(problems())
    solution, blocks = assign(problem, objective), in_blocks(problem)
    for trainee in solution.unmatched.tolist():
        told = graph_unmatched(ExchangeGraph.of(blocks, solution), solution, trainee)
        assert told == explain(problem, solution, trainee)
    assert not blocks.is_dense


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_prices_of_few_trainees_beside_quotas_are_those_of_all(objective, data):
    problem = data.draw(quota_problems(with_minimum=True))
    solution = solved(problem, objective)
    if solution is None:
        return
    whole = prices(problem, solution)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prices_module, "_ROUNDS", 0)
        for trainee in range(problem.n_trainees):
            np.testing.assert_array_equal(prices(problem, solution, [trainee])[0], whole[trainee])


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_forced_pair_moves_nobody_without_need(objective, data):
    problem = data.draw(problems(with_minimum=True))
    solution = solved(problem, objective)
    if solution is None:
        return
    for trainee, mentor in np.argwhere(problem.open):
        reason = explain(problem, solution, int(trainee), int(mentor))
        if reason.code in ("LOWERS_TOTAL", "LOWERS_COVERAGE", "TIE"):
            forced = rematch(problem.with_pin(int(trainee), int(mentor)), solution.pairs, 0.0, objective)
            assert len(reason.moves) <= len(forced.moves)


def test_forced_pair_among_ties_moves_the_two_concerned():
    problem = AssignmentProblem.from_scores(np.full((30, 6), 0.5), np.full(6, 5))
    solution = assign(problem)
    for trainee, mentor in np.argwhere(problem.open):
        reason = explain(problem, solution, int(trainee), int(mentor))
        assert (reason.price, len(reason.moves)) == (0.0, 0 if reason.code == "CHOSEN" else 2)


def large(n_trainees=2600, n_mentors=400, places=7):
    random = np.random.default_rng(4)
    sides = [random.random((size, 6)) for size in (n_trainees, n_mentors)]
    groups = tuple(random.integers(-1, 40, size) for size in (n_trainees, n_mentors))
    return AssignmentProblem.from_factors(*sides, np.full(n_mentors, places), same_group=groups)


@pytest.mark.parametrize("places", [7, 6])
def test_large_problem_has_prices_and_reasons_without_holding_its_pairs(places):
    problem = large(places=places)
    solution = assign(problem, tolerance=0.0)
    table = prices(problem, solution, [3, 1200, 3])
    np.testing.assert_array_equal(table[0], table[2])
    assert (np.isnan(table[0]) == problem.is_forbidden(np.stack([np.full(400, 3), np.arange(400)], 1))).all()
    for row, trainee in ((0, 3), (1, 1200)):
        for mentor in np.flatnonzero(np.isfinite(table[row]))[[5, 150]].tolist():
            forced = assign(problem.with_pin(trainee, mentor), tolerance=0.0)
            assert table[row, mentor] == pytest.approx(forced.total - solution.total, abs=1e-7)
            reason = explain(problem, solution, trainee, mentor)
            assert reason.price == table[row, mentor]
            pairs = {tuple(pair) for pair in solution.pairs.tolist()}
            for move in reason.moves:
                pairs -= {(move.trainee, move.before)}
                pairs |= {(move.trainee, move.after)} if move.after is not None else set()
            found = solution.with_pairs(problem, np.array(sorted(pairs)))
            assert found.total - solution.total == pytest.approx(reason.price, abs=1e-7)
            assert (found.load <= problem.capacity).all()
    assert not problem.is_dense


def test_all_prices_of_a_large_problem_of_blocks_are_refused_by_name():
    problem = large()
    with pytest.raises(
        InvalidInputError, match="'trainees' parameter of prices must be given above 1,000,000"
    ):
        prices(problem, assign(problem))


def test_choice_that_is_not_an_optimum_has_no_prices():
    problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.8, 0.1]], [1, 1])
    worse = assign(problem).with_pairs(problem, np.array([[0, 0], [1, 1]]))
    with pytest.raises(InvalidInputError, match=r"'solution' parameter of prices .* Got a gap of 0\.375"):
        prices(problem, worse)


def test_unmatched_of_a_large_problem_are_told_why_and_what_helps():
    problem = large(places=6)
    solution = assign(problem, tolerance=0.0)
    trainee = int(solution.unmatched[0])
    reason = explain(problem, solution, trainee)
    assert reason.code == "NO_CAPACITY_LEFT"
    # Everybody may go almost everywhere, so all places are contested by all who hold them.
    assert (len(reason.mentors), len(reason.rivals)) == (400, 2400)
    assert {repair.code for repair in reason.repairs} == {"ADD_PLACE"}
    repair = reason.repairs[0]
    more = problem.capacity.copy()
    more[repair.mentor] += 1
    others = [(int(other), mentor) for other in solution.unmatched[1:] for mentor in range(400)]
    alone = problem.with_values(capacity=more, rules=replace(problem.rules, listed=np.array(sorted(others))))
    helped = assign(alone, tolerance=0.0)
    assert trainee not in helped.unmatched
    assert helped.total - solution.total == pytest.approx(repair.change, abs=1e-7)
    assert not problem.is_dense


def test_large_problem_is_matched_again_by_rows():
    problem = large()
    before = assign(problem, tolerance=0.0).pairs
    declined = problem.with_values(rules=replace(problem.rules, listed=before[:3]))
    moved = {stability: rematch(declined, before, stability) for stability in (0.0, 0.05, float("inf"))}
    assert moved[0.0].solution.gap == 0
    assert moved[float("inf")].n_moved == 3
    assert 3 <= moved[0.05].n_moved <= moved[0.0].n_moved
    assert moved[float("inf")].solution.total <= moved[0.05].solution.total < moved[0.0].solution.total
    assert all(verify(declined, found.solution).is_bounded for found in moved.values())
    assert not declined.is_dense
    table = AssignmentProblem.from_scores(
        declined.rows(0, declined.n_trainees)[0],
        declined.capacity,
        forbidden=~declined.rows(0, declined.n_trainees)[1],
    )
    for stability, found in moved.items():
        same = rematch(table, before, stability)
        assert found.n_moved == same.n_moved
        assert round(found.solution.total * 1e6) == pytest.approx(same.solution.total, rel=1e-6)
