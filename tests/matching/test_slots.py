"""What SciPy's dense solver finds with every place a column costs as little as the flow."""

import numpy as np
import pytest

from matching import AssignmentProblem, assign, verify
from matching.solver import flow, slots
from matching.solver.network import network


def posed(random: np.random.Generator, need: int = 1) -> AssignmentProblem:
    n_trainees, n_mentors = random.integers(1, 40), random.integers(1, 12)
    capacity = random.integers(0, 6, n_mentors)
    minimum = np.minimum(capacity, random.integers(0, 2, n_mentors))
    while minimum.sum() > n_trainees:
        minimum[np.flatnonzero(minimum)[0]] = 0
    return AssignmentProblem.from_scores(
        random.integers(-5, [3, 1000][random.integers(2)], (n_trainees, n_mentors)),
        capacity,
        minimum,
        need=random.integers(0, need + 1, n_trainees) if not minimum.any() else need,
        forbidden=random.random((n_trainees, n_mentors)) < 0.3,
    )


@pytest.mark.parametrize("counts", [True, False])
def test_pairs_by_slots_cost_as_little_as_the_flow(monkeypatch, counts):
    random, n_minimums = np.random.default_rng(3), 0
    for _ in range(300):
        problem = posed(random)
        net = network(problem)
        bonus = problem.step if counts else 0
        taken = slots.cheapest_by_slots(net, -net.units, bonus, problem.step)
        monkeypatch.setattr(flow, "cheapest_by_slots", lambda *_: None)
        expected = flow.cheapest_pairs(net, -net.units, bonus, problem.step)
        monkeypatch.undo()
        loads = [np.bincount(net.pairs[each, 1], minlength=problem.n_mentors) for each in (taken, expected)]
        assert (loads[0] <= problem.free_capacity).all()
        assert (np.bincount(net.pairs[taken, 0]) <= 1).all()
        reached = [np.minimum(load, problem.free_minimum).sum() for load in loads]
        assert reached[0] == reached[1]
        if counts:
            assert len(taken) == len(expected)
        assert net.units[taken].sum() == net.units[expected].sum()
        assert (np.diff(taken) > 0).all()
        n_minimums += problem.free_minimum.any()
    assert n_minimums > 50


def test_whoever_needs_two_mentors_is_left_to_the_flow():
    net = network(AssignmentProblem.from_scores(np.ones((3, 3)), [2, 2, 2], need=[1, 2, 1]))
    assert slots.cheapest_by_slots(net, -net.units, 10**9, 10**9) is None


def test_costs_that_floats_cannot_hold_exactly_are_left_to_the_flow():
    net = network(AssignmentProblem.from_scores(np.ones((3, 3), int), [1, 1, 1]))
    assert slots.cheapest_by_slots(net, -net.units, 2**40, 2**40) is not None
    assert slots.cheapest_by_slots(net, -net.units, 2**51, 2**40) is None


def test_mentors_whom_everybody_wants_are_left_to_the_flow():
    random = np.random.default_rng(0)
    left, right = random.random((300, 2)), random.random((90, 2)) * (1 + 3 * random.random((90, 1)))
    crowded = network(AssignmentProblem.from_scores(left @ right.T, np.full(90, 4)))
    spread = network(AssignmentProblem.from_scores(random.random((300, 90)), np.full(90, 4)))
    assert slots.cheapest_by_slots(crowded, -crowded.units, 10**9, 10**9) is None
    assert slots.cheapest_by_slots(spread, -spread.units, 10**9, 10**9) is not None


def test_product_of_places_is_proven_though_its_table_is_large():
    # R. E. Machol and M. Wien (1976): everybody would rather have the same one, one after another.
    order = np.arange(1, 281)
    problem = AssignmentProblem.from_scores(-np.outer(order, order), np.ones(280, int))
    solution = assign(problem)
    assert solution.total == -(order * order[::-1]).sum()
    assert verify(problem, solution).valid
