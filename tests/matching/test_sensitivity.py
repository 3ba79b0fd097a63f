"""A pair is firm when it stays under other scores that may be the true ones; the runner-up is who comes next."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    AssignmentCancelledError,
    AssignmentProblem,
    InvalidInputError,
    MentorAffinity,
    MentorTable,
    ProblemError,
    TraineeTable,
    affinity_draws,
    assign,
    need_draws,
    need_profile,
    sensitivity,
)

from .oracles import every_choice, problems, quota_problems


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_stays_counts_the_draws_whose_only_best_choice_holds_the_pair(data):
    problem = data.draw(st.one_of(problems(), quota_problems()))
    objective = data.draw(st.sampled_from(["coverage_then_total", "total"]))
    seed = data.draw(st.integers(0, 1000))
    scores = problem.units / problem.units_per_score
    tables = scores + np.random.default_rng(seed).normal(0, 1, (5, *scores.shape)).round(3)
    solution = assign(problem, objective)
    found = sensitivity(problem, solution, tables)
    expected = np.zeros(len(solution.pairs))
    for table in tables:
        drawn = AssignmentProblem.from_scores(table, problem.capacity)
        best = max(
            (
                len(pairs) * (objective != "total"),
                sum(int(drawn.units[pair]) for pair in pairs),
                sorted(pairs),
            )
            for _, _, pairs in every_choice(problem)
        )[2]
        expected += [tuple(pair) in best for pair in solution.pairs.tolist()]
    np.testing.assert_array_equal(found.stays, expected / 5)
    np.testing.assert_array_equal(found.pairs, solution.pairs)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_runner_up_is_free_to_take_the_trainee_and_its_margin_is_what_that_costs(data):
    problem = data.draw(st.one_of(problems(), quota_problems()))
    solution = assign(problem)
    found = sensitivity(problem, solution, [problem.units / problem.units_per_score])
    choices = every_choice(problem)
    best = max((count, units) for count, units, _ in choices)
    for (trainee, _), mentor, margin in zip(found.pairs, found.runner_up, found.margin, strict=True):
        own = {j for i, j in solution.pairs.tolist() if i == trainee}
        costs = {}
        for j in set(range(problem.n_mentors)) - own:
            values = [(c, u) for c, u, pairs in choices if (trainee, j) in pairs]
            if values and max(values)[0] == best[0]:
                costs[j] = (best[1] - max(values)[1]) / problem.units_per_score
        assert (mentor >= 0) == bool(costs)
        if costs:
            assert margin == costs[int(mentor)] == min(costs.values())
        else:
            assert np.isinf(margin)


def test_runner_up_is_whom_the_trainee_gets_most_often():
    problem = AssignmentProblem.from_scores([[0.9, 0.8, 0.1]], [1, 1, 1])
    tables = np.array([[[0.9, 0.8, 0.1]]] * 6 + [[[0.1, 0.2, 0.9]]] * 3 + [[[0.1, 0.9, 0.2]]])
    found = sensitivity(problem, assign(problem), tables, firm_from=0.6)
    assert (found.stays.tolist(), found.runner_up.tolist(), found.n_draws) == ([0.6], [2], 10)
    assert found.margin.tolist() == pytest.approx([0.8])
    assert found.firm.tolist() == [True]
    assert not sensitivity(problem, assign(problem), tables, firm_from=0.61).firm.any()


def test_tie_is_never_firm():
    problem = AssignmentProblem.from_scores([[5, 5, 1]], [1, 1, 1])
    found = sensitivity(problem, assign(problem), [problem.units] * 4)
    assert found.stays.tolist() == [1.0]
    assert found.margin.tolist() == [0.0]
    assert found.firm.tolist() == [False]
    assert found.share_firm == 0.0


def test_pinned_pair_is_firm_and_has_no_runner_up():
    problem = AssignmentProblem.from_scores([[0.1, 0.9], [0.4, 0.6]], [2, 2], pinned=[(0, 0)])
    found = sensitivity(problem, assign(problem), lambda random: random.random((2, 2)))
    assert found.stays[0] == 1.0
    assert (found.firm[0], found.runner_up[0], found.margin[0]) == (True, -1, np.inf)
    assert found.pinned.tolist() == [True, False]
    # What a rule decides says nothing of the scores.
    assert found.share_firm == float(found.firm[1])


def test_problem_of_blocks_is_marked_like_one_of_scores():
    scores = np.random.default_rng(11).random((20, 6))
    whole = AssignmentProblem.from_scores(scores, [4] * 6, forbidden=[(0, 1), (3, 2)])
    rows = AssignmentProblem.from_blocks(
        lambda start, stop: scores[start:stop], 20, [4] * 6, forbidden=[(0, 1), (3, 2)], largest=1.0
    )
    marks = [
        sensitivity(problem, assign(problem), lambda random: scores + random.normal(0, 0.1, (20, 6)), 20)
        for problem in (whole, rows)
    ]
    assert marks[0].stays.tobytes() == marks[1].stays.tobytes()
    np.testing.assert_array_equal(marks[0].runner_up, marks[1].runner_up)


def test_greater_doubt_leaves_fewer_firm_pairs():
    random = np.random.default_rng(4)
    scores = random.random((64, 20))
    problem = AssignmentProblem.from_scores(scores, [4] * 20)
    solution = assign(problem)
    shares = [
        sensitivity(
            problem, solution, lambda random, by=by: scores + random.normal(0, by, scores.shape), 30
        ).share_firm
        for by in (0.0, 0.02, 0.1, 1.0)
    ]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.1


def test_same_seed_gives_the_same_marks_and_another_seed_other_draws():
    random = np.random.default_rng(5)
    scores = random.random((30, 8))
    problem = AssignmentProblem.from_scores(scores, [4] * 8)
    solution = assign(problem)

    def draw(random):
        return scores + random.normal(0, 0.1, scores.shape)

    first, second, other = (sensitivity(problem, solution, draw, 20, random_state=seed) for seed in (1, 1, 2))
    assert first.stays.tobytes() == second.stays.tobytes()
    assert first.stays.tobytes() != other.stays.tobytes()
    longer = sensitivity(problem, solution, draw, 40, random_state=1)
    assert (longer.stays * 40 >= first.stays * 20).all()


def people() -> tuple[MentorAffinity, TraineeTable]:
    random = np.random.default_rng(6)
    mentors = MentorTable(random.random((6, 4)), county=random.integers(0, 3, 6), cases=[["停车难"], []] * 3)
    trainees = TraineeTable(
        random.random((9, 4)), county=random.integers(0, 3, 9), pain_texts=[["小区停车难"]] * 9
    )
    return MentorAffinity().fit(mentors), trainees


def test_affinity_draw_lies_where_moved_weights_can_reach():
    affinity, trainees = people()
    scores = affinity.transform(trainees)
    draw = affinity_draws(affinity, trainees)
    tables = np.stack([draw(np.random.default_rng(seed)) for seed in range(50)])
    assert (tables >= scores * 0.8 / 1.2 - 1e-12).all()
    assert (tables <= scores * 1.2 / 0.8 + 1e-12).all()
    assert (tables.std(axis=0) > 0).any()
    still = affinity_draws(affinity, trainees, weight_change=0.0)(np.random.default_rng(0))
    np.testing.assert_allclose(still, scores, atol=1e-12)


def test_weights_of_a_draw_sum_to_one():
    trainees = TraineeTable(np.ones((1, 3)), wish=np.ones((1, 2)), history=np.ones((1, 2)))
    affinity = MentorAffinity(0.5, 0.0, 0.0, 0.0, 0.0, 0.3, 0.2).fit(np.ones((2, 3)))
    np.testing.assert_allclose(affinity_draws(affinity, trainees)(np.random.default_rng(1)), 1.0)


def test_drawn_needs_move_only_the_part_of_needs():
    affinity, trainees = people()
    needs = np.random.default_rng(9).random((9, 4))
    draw = affinity_draws(affinity, trainees, lambda random: needs, weight_change=0.0)
    expected = affinity.transform(TraineeTable(needs, county=trainees.county, pain_texts=trainees.pain_texts))
    np.testing.assert_allclose(draw(np.random.default_rng(0)), expected, atol=1e-12)


def test_topic_stands_as_often_as_the_classifier_is_sure():
    sure = np.array([[0.8, 0.1], [1.0, 0.0], [0.0, 0.3]])
    draw = need_draws(sure, [0, 1, 2], 3)
    drawn = np.stack([draw(np.random.default_rng(seed)) for seed in range(2000)])
    np.testing.assert_allclose((drawn > 0).mean(axis=0), sure, atol=0.04)
    certain = need_profile([[1.0, 0.0]], [0], 1).need[0, 0]
    assert set(np.unique(drawn)) == {0.0, certain}


def test_ratings_stay_in_a_draw_of_topics():
    draw = need_draws([[0.5, 0.0]], [0], 1, ticks=[[0.0, 1.0]])
    drawn = np.stack([draw(np.random.default_rng(seed)) for seed in range(20)])
    assert len(np.unique(drawn[:, 0, 0])) == 2
    assert len(np.unique(drawn[:, 0, 1])) == 1


@pytest.mark.parametrize(
    ("parameter", "draws", "options"),
    [
        ("draws", [[0.1, 0.2]], {}),
        ("draws", np.zeros((0, 1, 2)), {}),
        ("draws", np.zeros((3, 2, 2)), {}),
        ("draws", lambda random: random.random((2, 1)), {}),
        ("n_draws", lambda random: random.random((1, 2)), {"n_draws": 0}),
        ("firm_from", np.zeros((3, 1, 2)), {"firm_from": 1.5}),
        ("firm_from", np.zeros((3, 1, 2)), {"firm_from": float("nan")}),
        ("random_state", lambda random: random.random((1, 2)), {"random_state": -1}),
    ],
)
def test_wrong_parameters_are_refused_by_name(parameter, draws, options):
    problem = AssignmentProblem.from_scores([[0.5, 0.4]], [1, 1])
    with pytest.raises(InvalidInputError, match=f"'{parameter}' parameter of sensitivity must be"):
        sensitivity(problem, assign(problem), draws, **options)


def test_scores_that_no_problem_may_hold_and_wild_changes_are_refused():
    problem = AssignmentProblem.from_scores([[0.5, 0.4]], [1, 1])
    with pytest.raises(ProblemError, match="NaN"):
        sensitivity(problem, assign(problem), [[[np.nan, 1.0]]])
    affinity, trainees = people()
    with pytest.raises(InvalidInputError, match="'weight_change' parameter of affinity_draws"):
        affinity_draws(affinity, trainees, weight_change=-0.1)
    with pytest.raises(InvalidInputError, match="'point_topics' parameter"):
        need_draws([[1.5]], [0], 1)


def test_no_pairs_have_no_share():
    problem = AssignmentProblem.from_scores(np.zeros((2, 1)), [0])
    found = sensitivity(problem, assign(problem), [np.zeros((2, 1))])
    assert np.isnan(found.share_firm)
    assert found.runner_up.shape == (0,)


def test_cancelled_work_ends_between_two_draws():
    problem = AssignmentProblem.from_scores([[0.5, 0.4]], [1, 1])
    solution, asked = assign(problem), []

    def draw(random):
        asked.append(1)
        return random.random((1, 2))

    with pytest.raises(AssignmentCancelledError):
        sensitivity(problem, solution, draw, cancel=lambda: len(asked) == 3)
    assert len(asked) == 3


def test_objective_without_prices_has_no_margins_and_keeps_its_marks():
    scores = np.array([[0.9, 0.2, 0.8], [0.5, 0.4, 0.1]])
    problem = AssignmentProblem.from_scores(scores, [1, 1, 0])
    solution = assign(problem, "worst_off_then_total")
    assert solution.pairs.tolist() == [[0, 0], [1, 1]]
    found = sensitivity(problem, solution, [scores, scores[:, [1, 0, 2]]])
    assert found.stays.tolist() == [0.5, 0.5]
    assert found.runner_up.tolist() == [1, 0]
    assert np.isnan(found.margin).all()


def test_draws_are_solved_as_the_caller_says() -> None:
    problem = AssignmentProblem.from_scores([[0.9, 0.8], [0.9, 0.8]], capacity=[1, 1])
    asked: list[np.ndarray] = []

    def solve(scores: np.ndarray) -> np.ndarray:
        asked.append(scores)
        return np.array([[0, 1], [1, 0]])

    found = sensitivity(problem, assign(problem), lambda random: random.random((2, 2)), 5, solve=solve)
    assert [scores.shape for scores in asked] == [(2, 2)] * 5
    assert found.stays.tolist() == [float(list(pair) in [[0, 1], [1, 0]]) for pair in found.pairs]
