"""Questions that cannot be answered are refused with the parameter, what was expected and what came."""

import numpy as np
import pytest

from matching import (
    AssignmentProblem,
    InvalidInputError,
    WeekProblem,
    assign,
    assign_weeks,
    explain,
    explain_unmatched,
    explain_weeks,
    fairness,
    frontier,
    judge,
    prices,
    rematch,
    sensitivity,
    verify,
)

PROBLEM = AssignmentProblem.from_scores([[0.5, 0.2], [0.4, 0.9], [0.1, 0.3]], [1, 1])
SOLUTION = assign(PROBLEM)
OTHER = assign(AssignmentProblem.from_scores(np.ones((5, 2)), [3, 3]))
WEEKS = WeekProblem.from_scores([[0.9], [0.8]], capacity=[2], mentor_weeks=[[True, True]])
BOOKED = assign_weeks(WEEKS)


@pytest.mark.parametrize("position", [3, -1, 1.5, "x", [0], True])
@pytest.mark.parametrize(
    ("function", "name", "ask"),
    [
        ("explain", "trainee", lambda at: explain(PROBLEM, SOLUTION, at, 0)),
        ("explain", "trainee", lambda at: explain(PROBLEM, SOLUTION, at)),
        ("explain", "mentor", lambda at: explain(PROBLEM, SOLUTION, 0, at)),
        ("explain_weeks", "trainee", lambda at: explain_weeks(WEEKS, BOOKED, at, 0)),
        ("explain_weeks", "mentor", lambda at: explain_weeks(WEEKS, BOOKED, 0, at)),
    ],
)
def test_positions_are_whole_numbers_within_the_problem(function, name, ask, position):
    with pytest.raises(InvalidInputError, match=rf"'{name}' parameter of {function} .* Got .* instead"):
        ask(position)


@pytest.mark.parametrize("rows", [[3], [-1], [0.5], "x", 2, [[0]], [True, False, True]])
def test_rows_of_prices_are_whole_numbers_within_the_problem(rows):
    with pytest.raises(InvalidInputError, match=r"'trainees' parameter of prices .* Got .* instead"):
        prices(PROBLEM, SOLUTION, rows)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: prices(PROBLEM, OTHER),
        lambda: explain(PROBLEM, OTHER, 0, 0),
        lambda: explain_unmatched(PROBLEM, OTHER),
    ],
)
def test_solution_of_another_problem_is_refused(ask):
    with pytest.raises(InvalidInputError, match=r"'solution' parameter .* 3 × 2. Got one of 5 trainees"):
        ask()


@pytest.mark.parametrize(
    ("name", "steering"),
    [
        ("tolerance", {"tolerance": "x"}),
        ("tolerance", {"tolerance": None}),
        ("random_state", {"random_state": "x"}),
        ("progress", {"progress": 5}),
        ("cancel", {"cancel": 5}),
    ],
)
def test_steering_of_another_kind_is_refused(name, steering):
    with pytest.raises(InvalidInputError, match=rf"'{name}' parameter of assign .* Got .* instead"):
        assign(PROBLEM, **steering)


def test_scores_in_place_of_a_problem_are_refused():
    with pytest.raises(InvalidInputError, match=r"'problem' parameter of assign .* Got 'ndarray' instead"):
        assign(np.ones((2, 2)))


@pytest.mark.parametrize("stability", ["x", None, [0.1], float("nan")])
def test_stability_is_a_number(stability):
    with pytest.raises(InvalidInputError, match=r"'stability' parameter .* Got .* instead"):
        rematch(PROBLEM, SOLUTION.pairs, stability)
    with pytest.raises(InvalidInputError, match=r"'stabilit.*' parameter .* Got .* instead"):
        frontier(PROBLEM, SOLUTION.pairs, 5 if stability is None else [stability])


def test_ragged_and_masked_scores_are_refused():
    with pytest.raises(InvalidInputError, match="Got rows of different lengths"):
        AssignmentProblem.from_scores([[1, 2], [1]], [1, 1])
    masked = np.ma.masked_array([[0.5, 0.2]], mask=[[False, True]])
    with pytest.raises(InvalidInputError, match="'forbidden'"):
        AssignmentProblem.from_scores(masked, [1, 1])
    assert AssignmentProblem.from_scores(np.ma.masked_array([[0.5, 0.2]]), [1, 1]).n_mentors == 2


def test_factors_whose_products_overflow_are_refused():
    with pytest.raises(InvalidInputError, match="'U, V' parameter"):
        AssignmentProblem.from_factors(np.full((3, 2), 1e200), np.full((2, 2), 1e200), [1, 1])


def test_largest_is_a_number():
    with pytest.raises(InvalidInputError, match="'largest' parameter"):
        AssignmentProblem.from_blocks(lambda start, stop: np.ones((stop - start, 1)), 2, [1], largest="x")


ABOUT_BOTH = {
    "verify": verify,
    "prices": prices,
    "explain": lambda problem, solution: explain(problem, solution, 2),
    "explain_unmatched": explain_unmatched,
    "fairness": fairness,
    "sensitivity": lambda problem, solution: sensitivity(problem, solution, lambda random: SCORES),
}
ABOUT_A_PROBLEM = {
    "rematch": lambda problem, pairs: rematch(problem, pairs),
    "frontier": lambda problem, pairs: frontier(problem, pairs),
    "judge": lambda problem, pairs: judge(problem, pairs),
}
SCORES = np.array([[0.5, 0.2], [0.4, 0.9], [0.1, 0.3]])


@pytest.mark.parametrize("function", [*ABOUT_BOTH, *ABOUT_A_PROBLEM])
def test_scores_in_the_place_of_a_problem_are_refused_by_name(function):
    ask = (ABOUT_BOTH | ABOUT_A_PROBLEM)[function]
    ask(PROBLEM, SOLUTION if function in ABOUT_BOTH else SOLUTION.pairs)
    with pytest.raises(InvalidInputError, match=rf"'problem' parameter of {function} .* Got ndarray instead"):
        ask(SCORES, SOLUTION if function in ABOUT_BOTH else SOLUTION.pairs)


@pytest.mark.parametrize("function", ABOUT_BOTH)
def test_pairs_in_the_place_of_a_solution_are_refused_by_name(function):
    with pytest.raises(
        InvalidInputError, match=rf"'solution' parameter of {function} .* Got ndarray instead"
    ):
        ABOUT_BOTH[function](PROBLEM, SOLUTION.pairs)


@pytest.mark.parametrize("function", ["fairness", "sensitivity"])
def test_a_solution_of_another_problem_is_refused_by_reports(function):
    with pytest.raises(InvalidInputError, match=rf"'solution' parameter of {function} .* of 5 trainees"):
        ABOUT_BOTH[function](PROBLEM, OTHER)


def test_a_report_by_groups_wants_them_named():
    with pytest.raises(InvalidInputError, match=r"'groups' parameter of fairness .* Got list instead"):
        fairness(PROBLEM, SOLUTION, [0, 0, 1])
