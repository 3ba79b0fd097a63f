"""The assignment is the best there is, by trial of every choice, by SciPy and by its own prices."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.exceptions import AssignmentCancelledError, InvalidInputError, MinimumLoadError
from matching.problem.assignment_problem import AssignmentProblem
from matching.proof.certificate import verify
from matching.reasons.prices import prices
from matching.solver.assignment import assign

from .oracles import best_by_scipy, best_by_trying, every_choice, problems

OBJECTIVES = ("coverage_then_total", "total")


def reached(problem: AssignmentProblem, objective: str) -> tuple[int, int]:
    solution = assign(problem, objective)
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert solution.gap == 0
    assert solution.bound == solution.total
    units = round(solution.total * problem.units_per_score)
    return (solution.matched if objective == "coverage_then_total" else 0, units)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_assignment_equals_the_best_of_all_choices(objective, data):
    problem = data.draw(problems())
    assert reached(problem, objective) == best_by_trying(problem, objective)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_minimum_loads_hold_or_are_refused(objective, data):
    problem = data.draw(problems(with_minimum=True))
    best = best_by_trying(problem, objective)
    if best is None:
        with pytest.raises(MinimumLoadError) as caught:
            assign(problem, objective)
        lowered = problem.minimum_load.copy()
        for mentor, missing in caught.value.shortfall:
            lowered[mentor] -= missing
        assert best_by_trying(replace(problem, minimum_load=lowered), objective) is not None
    else:
        assert reached(problem, objective) == best


@pytest.mark.parametrize("places", [0.6, 1.0, 1.7])
@pytest.mark.parametrize("levels", [3, 10**6])
def test_assignment_equals_scipy_with_copied_columns(places, levels):
    random = np.random.default_rng(int(places * 10) + levels)
    for _ in range(25):
        n, m = int(random.integers(1, 40)), int(random.integers(1, 12))
        scores = random.integers(0, levels, (n, m)) / levels
        capacity = random.multinomial(int(n * places), np.full(m, 1 / m))
        forbidden = random.random((n, m)) < random.choice([0, 0.3, 0.8])
        forbidden[random.integers(n)] = True
        problem = AssignmentProblem.from_scores(scores, capacity, forbidden=forbidden)
        assert reached(problem, "coverage_then_total") == best_by_scipy(problem)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_slot_price_is_the_gain_of_one_more_place(data):
    objective = data.draw(st.sampled_from(OBJECTIVES))
    problem = data.draw(problems())
    solution = assign(problem, objective)
    before = best_by_trying(problem, objective)
    for mentor in range(problem.n_mentors):
        more = problem.capacity.copy()
        more[mentor] += 1
        after = best_by_trying(replace(problem, capacity=more), objective)
        gained = (after[0] - before[0], (after[1] - before[1]) / problem.units_per_score)
        assert (solution.slot_coverage[mentor], solution.slot_prices[mentor]) == gained


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_prices_equal_the_best_choice_with_the_pair(data):
    objective = data.draw(st.sampled_from(OBJECTIVES))
    problem = data.draw(problems(with_minimum=True))
    best = best_by_trying(problem, objective)
    if best is None:
        return
    solution = assign(problem, objective)
    table = prices(problem, solution)
    choices = every_choice(problem)
    chosen = {(int(i), int(j)) for i, j in solution.pairs}
    for i, j in product(range(problem.n_trainees), range(problem.n_mentors)):
        counted = objective == "coverage_then_total"
        values = [(c * counted, u) for c, u, pairs in choices if (i, j) in pairs]
        if not values:
            assert np.isnan(table[i, j])
        elif max(values)[0] < best[0]:
            assert np.isneginf(table[i, j])
        else:
            assert table[i, j] == (max(values)[1] - best[1]) / problem.units_per_score
        assert (i, j) not in chosen or table[i, j] == 0


def test_prices_of_some_trainees_are_rows_of_the_whole_table():
    problem = AssignmentProblem.from_scores(np.random.default_rng(4).random((9, 4)), [2, 2, 2, 2])
    solution = assign(problem)
    np.testing.assert_array_equal(prices(problem, solution, [7, 2]), prices(problem, solution)[[7, 2]])


def test_coverage_comes_before_the_total():
    problem = AssignmentProblem.from_scores([[0.9, -0.5], [0.8, -9.0]], [1, 1])
    assert assign(problem).pairs.tolist() == [[0, 1], [1, 0]]
    assert assign(problem, "total").pairs.tolist() == [[0, 0]]


def test_pins_hold_whatever_they_cost():
    problem = AssignmentProblem.from_scores([[0.9, 0.1], [0.8, 0.1]], [1, 1], pinned=[(0, 1)])
    solution = assign(problem)
    assert solution.pairs.tolist() == [[0, 1], [1, 0]]
    assert solution.total == 0.9


def test_several_mentors_of_a_trainee_differ():
    solution = assign(AssignmentProblem.from_scores([[5, 1, 2]], [3, 3, 3], need=2))
    assert solution.pairs.tolist() == [[0, 0], [0, 2]]
    assert solution.total == 7


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_sides_give_an_empty_answer(shape):
    problem = AssignmentProblem.from_scores(np.zeros(shape), np.ones(shape[1], int))
    solution = assign(problem)
    assert solution.matched == 0
    assert solution.unmatched.tolist() == list(range(shape[0]))
    assert verify(problem, solution).valid


def test_same_people_in_another_order_get_the_same_pairs_once_sorted():
    random = np.random.default_rng(1)
    names = np.array([f"trainee {i:02d}" for i in range(30)])
    scores = random.integers(0, 3, (30, 6)) / 3
    expected = assign(AssignmentProblem.from_scores(scores, [5] * 6)).pairs
    for _ in range(10):
        shuffled = random.permutation(30)
        back = np.argsort(names[shuffled], kind="stable")
        again = assign(AssignmentProblem.from_scores(scores[shuffled][back], [5] * 6)).pairs
        np.testing.assert_array_equal(again, expected)


def test_total_does_not_depend_on_the_order_of_rows_and_columns():
    random = np.random.default_rng(2)
    scores, capacity = random.random((40, 9)), random.integers(0, 6, 9)
    expected = assign(AssignmentProblem.from_scores(scores, capacity))
    for _ in range(10):
        rows, columns = random.permutation(40), random.permutation(9)
        other = assign(AssignmentProblem.from_scores(scores[rows][:, columns], capacity[columns]))
        assert (other.matched, other.total) == (expected.matched, expected.total)
        np.testing.assert_array_equal(other.slot_prices, expected.slot_prices[columns])


def test_same_input_gives_the_same_bytes():
    scores = np.random.default_rng(3).random((64, 20)).round(1)
    first, second = (assign(AssignmentProblem.from_scores(scores, [4] * 20)) for _ in range(2))
    for name in ("pairs", "slot_prices", "utilities", "load"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_unknown_objective_is_refused_by_name():
    with pytest.raises(InvalidInputError, match="'objective' parameter of assign"):
        assign(AssignmentProblem.from_scores([[1.0]], [1]), "happiest")


@pytest.mark.parametrize(
    ("name", "value"), [("tolerance", -0.1), ("tolerance", np.nan), ("random_state", 0.5)]
)
def test_steering_out_of_range_is_refused_by_name(name, value):
    with pytest.raises(InvalidInputError, match=f"'{name}' parameter of assign must be .* Got"):
        assign(AssignmentProblem.from_scores([[1.0]], [1]), **{name: value})


def test_progress_goes_up_to_one_and_cancel_ends_the_work():
    problem = AssignmentProblem.from_scores([[1.0]], [1])
    told = []
    assign(problem, progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    with pytest.raises(AssignmentCancelledError, match="cancelled"):
        assign(problem, cancel=lambda: True)


def test_solution_cannot_be_changed():
    solution = assign(AssignmentProblem.from_scores([[1.0]], [1]))
    with pytest.raises(ValueError, match="read-only"):
        solution.pairs[0, 0] = 5
