"""Every reason is true, every repair works as said, and every price names who would move."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import AssignmentProblem, InvalidInputError, assign, explain, explain_unmatched
from matching.explain import Move

from .oracles import every_choice, problems


def reason_codes(problem, objective="coverage_then_total"):
    solution = assign(problem, objective)
    return {int(i): explain(problem, solution, int(i)).code for i in solution.unmatched}


def test_unmatched_because_nobody_has_a_place():
    assert reason_codes(AssignmentProblem.from_scores([[1.0, 1.0]], [0, 0])) == {0: "NO_MENTORS"}
    assert reason_codes(AssignmentProblem.from_scores(np.zeros((1, 0)), [])) == {0: "NO_MENTORS"}


def test_unmatched_because_everybody_is_forbidden():
    problem = AssignmentProblem.from_scores([[0.3, 0.4], [1, 1]], [1, 1], forbidden=[(0, 0), (0, 1)])
    reason = explain(problem, assign(problem), 0)
    assert reason.code == "ALL_FORBIDDEN"
    assert [(repair.code, repair.mentor) for repair in reason.repairs] == [
        ("ALLOW_PAIR", 1),
        ("ALLOW_PAIR", 0),
    ]


def test_unmatched_because_too_few_are_allowed():
    problem = AssignmentProblem.from_scores([[0.3, 0.4]], [2, 2], need=2, forbidden=[(0, 1)])
    assert reason_codes(problem) == {0: "TOO_FEW_ALLOWED"}


def test_unmatched_because_places_ran_out_names_the_contest():
    # Trainees 0, 1 and 2 may go to mentor 0 only; trainee 3 and mentor 1 have nothing to do with it.
    forbidden = np.array([[False, True]] * 3 + [[False, False]])
    problem = AssignmentProblem.from_scores(
        [[0.9, 0], [0.8, 0], [0.5, 0], [0.1, 0.2]], [2, 2], forbidden=forbidden
    )
    reason = explain(problem, assign(problem), 2)
    assert reason.code == "NO_CAPACITY_LEFT"
    assert (reason.mentors, reason.rivals) == ((0,), (0, 1))
    assert [(r.code, r.mentor, r.change) for r in reason.repairs] == [
        ("ADD_PLACE", 0, 0.5),
        ("ALLOW_PAIR", 1, 0.0),
    ]


def test_unmatched_because_no_pair_would_add_to_the_total():
    assert reason_codes(AssignmentProblem.from_scores([[-1.0]], [1]), "total") == {0: "NOT_WORTH_IT"}


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_repair_works_as_said(data):
    problem = data.draw(problems())
    solution = assign(problem)
    for trainee in solution.unmatched:
        degree = int((solution.pairs[:, 0] == trainee).sum())
        reason = explain(problem, solution, int(trainee))
        for repair in reason.repairs:
            choices = every_choice(repaired(problem, repair, int(trainee)))
            best = max(
                (count, units)
                for count, units, pairs in choices
                if sum(i == trainee for i, _ in pairs) > degree
                and (repair.code == "ADD_PLACE" or (trainee, repair.mentor) in pairs)
            )
            gained = best[1] / problem.units_per_score - solution.total
            assert best[0] == solution.matched + 1
            assert gained == pytest.approx(repair.change)


def repaired(problem, repair, trainee):
    if repair.code == "ADD_PLACE":
        capacity = problem.capacity.copy()
        capacity[repair.mentor] += 1
        return replace(problem, capacity=capacity)
    opened, forbidden = problem.open.copy(), problem.forbidden.copy()
    opened[trainee, repair.mentor], forbidden[trainee, repair.mentor] = True, False
    return replace(problem, open=opened, forbidden=forbidden)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_contested_places_are_too_few(data):
    problem = data.draw(problems())
    solution = assign(problem)
    for trainee in solution.unmatched:
        reason = explain(problem, solution, int(trainee))
        if reason.code == "NO_CAPACITY_LEFT":
            mentors = list(reason.mentors)
            assert (solution.load[mentors] == problem.capacity[mentors]).all()
            held = {int(i) for i, j in solution.pairs if j in mentors}
            assert set(reason.rivals) == held - {int(trainee)}


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        ((0, 0), "CHOSEN"),
        ((1, 1), "PINNED"),
        ((0, 2), "FORBIDDEN"),
        ((0, 3), "NO_CAPACITY"),
        ((1, 0), "RULED_OUT"),
        ((2, 0), "LOWERS_TOTAL"),
        ((2, 4), "TIE"),
    ],
)
def test_pair_code(pair, code):
    # Trainee 2 is worth the same with mentors 2 and 4, so the one that was not chosen is a tie.
    scores = [[0.9, 0.1, 0.1, 0.1, 0.2], [0.1] * 5, [0.5, 0.1, 0.6, 0.1, 0.6]]
    rules = {"forbidden": [(0, 2)], "pinned": [(1, 1)]}
    solution = assign(problem := AssignmentProblem.from_scores(scores, [1, 1, 1, 0, 1], **rules))
    if code == "TIE":
        pair = (2, {2: 4, 4: 2}[dict(solution.pairs.tolist())[2]])
    assert explain(problem, solution, *pair).code == code


def test_pair_that_costs_somebody_a_mentor_says_so():
    problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.7, 0.1]], [1, 1], forbidden=[(1, 1)])
    reason = explain(problem, assign(problem), 0, 0)
    assert reason.code == "LOWERS_COVERAGE"
    assert reason.price == -np.inf
    assert reason.moves == (Move(0, 1, 0), Move(1, 0, None))


def test_moves_lead_to_the_price():
    random = np.random.default_rng(8)
    problem = AssignmentProblem.from_scores(random.random((12, 4)), [3] * 4)
    solution = assign(problem)
    mentor_of = dict(solution.pairs.tolist())
    for trainee in range(12):
        for mentor in range(4):
            reason = explain(problem, solution, trainee, mentor)
            after = mentor_of | {move.trainee: move.after for move in reason.moves}
            assert all(mentor_of[move.trainee] == move.before for move in reason.moves)
            assert after[trainee] == mentor
            total = sum(int(problem.units[i, j]) for i, j in after.items()) / problem.units_per_score
            assert total - solution.total == pytest.approx(reason.price)


def test_questions_without_an_answer_are_refused():
    problem = AssignmentProblem.from_scores([[1.0]], [1])
    solution = assign(problem)
    with pytest.raises(
        InvalidInputError, match="'trainee' parameter of explain must be an unmatched trainee"
    ):
        explain(problem, solution, 0)
    with pytest.raises(InvalidInputError, match="'mentor' parameter of explain must be from 0 to 0"):
        explain(problem, solution, 0, 1)


def test_all_unmatched_get_the_same_reason_as_one():
    random = np.random.default_rng(3)
    problem = AssignmentProblem.from_scores(
        random.random((9, 3)), [1, 2, 1], forbidden=random.random((9, 3)) < 0.4
    )
    solution = assign(problem)
    assert len(solution.unmatched) == 5
    expected = tuple(explain(problem, solution, int(trainee)) for trainee in solution.unmatched)
    assert explain_unmatched(problem, solution) == expected
