"""A re-match gives up few pairs of before, says which and why, and is honest about what that costs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.solver.assignment as solver
from matching import AssignmentProblem, InvalidInputError, MinimumLoadError, ProblemError, assign, verify
from matching.reasons.rematch import STABILITIES, FrontierPoint, frontier, rematch

from .oracles import best_by_trying, every_choice, lowest_sum, problems, quota_problems

OBJECTIVES = ("coverage_then_total", "total", "worst_off_then_total", "balanced_load")
INFINITE = float("inf")


@st.composite
def with_previous(draw: st.DrawFn) -> tuple[AssignmentProblem, np.ndarray]:
    kind = draw(st.sampled_from([problems, quota_problems]))
    problem = draw(kind(with_minimum=draw(st.booleans())))
    marks = draw(st.lists(st.booleans(), min_size=problem.units.size, max_size=problem.units.size))
    return problem, np.argwhere(np.reshape(marks, problem.units.shape))


def kept_of(pairs, previous) -> int:
    return len({tuple(map(int, pair)) for pair in previous} & {tuple(map(int, pair)) for pair in pairs})


def by_sums(problem, objective, pairs) -> bool:
    return objective == "worst_off_then_total" and lowest_sum(problem, pairs) is not None


def aim(problem, objective, pairs) -> int:
    """What comes between coverage and total; larger is better."""
    if objective == "balanced_load":
        load = np.bincount([j for _, j in pairs], minlength=problem.n_mentors)
        number = np.arange(1, len(pairs) + 1)
        costs = (2 * number - 1) * 1_000_000 // np.maximum(problem.capacity, 1)[:, None]
        return -int(costs[number <= load[:, None]].sum())
    if by_sums(problem, objective, pairs):
        return lowest_sum(problem, pairs)
    lowest = min((int(problem.units[pair]) for pair in pairs if problem.open[pair]), default=0)
    return lowest * (objective == "worst_off_then_total")


@pytest.mark.parametrize("stability", [0.0, 0.05, 0.3, 1.0, 7.0, INFINITE])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_rematch_is_the_best_of_all_choices_with_its_bonus(stability, data):
    problem, previous = data.draw(with_previous())
    check_best(problem, previous, stability, data.draw(st.sampled_from(OBJECTIVES)))


@pytest.mark.parametrize("kind", ["table", "function", "factors"])
@pytest.mark.parametrize("stability", [0.0, 0.05, 1.0, INFINITE])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_rematch_that_looks_at_few_pairs_is_the_best_as_well(kind, stability, data):
    problem = data.draw(problems(with_minimum=data.draw(st.booleans())))
    marks = data.draw(st.lists(st.booleans(), min_size=problem.units.size, max_size=problem.units.size))
    previous, scores = np.argwhere(np.reshape(marks, problem.units.shape)), problem.units
    rules = (
        problem.capacity,
        problem.minimum_load,
        problem.need,
        np.argwhere(problem.forbidden),
        problem.pinned,
    )
    if kind == "function":
        problem = AssignmentProblem.from_blocks(lambda start, stop: scores[start:stop], len(scores), *rules)
    elif kind == "factors":
        problem = AssignmentProblem.from_factors(scores / 1e6, np.eye(scores.shape[1]), *rules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "_MOST_ARCS", -1)
        patch.setattr(solver, "_MOST_BY_SLOTS", -1)
        check_best(problem, previous, stability, data.draw(st.sampled_from(OBJECTIVES[:2])))


def check_best(problem, previous, stability, objective):
    """Compare a re-match with all choices there are."""
    if not every_choice(problem):
        with pytest.raises(MinimumLoadError):
            rematch(problem, previous, stability, objective)
        return
    found = rematch(problem, previous, stability, objective)
    choices = every_choice(problem)
    counted = objective != "total"
    opened = problem.units[problem.open]
    spread = int(opened.max() - opened.min()) if opened.size else 0

    def value(pairs, units, kept):
        first = (len(pairs) * counted, aim(problem, objective, pairs))
        if stability == INFINITE:
            return (*first, kept, units)
        # The bonus is rounded to the finer units in which it is held.
        finer = 2 * problem.n_mentors + 1
        return (*first, units * finer + round(stability * spread * finer) * kept, kept)

    chosen = [tuple(pair) for pair in found.solution.pairs.tolist()]
    kept = kept_of(found.solution.pairs, previous)
    assert found.n_moved == len(previous) - kept
    if by_sums(problem, objective, chosen):
        # An integer programme: the lowest sum holds, the rest is a local optimum.
        best = max((len(pairs), aim(problem, objective, pairs)) for _, _, pairs in choices)
        assert (len(chosen), aim(problem, objective, chosen)) == best
        return
    units = round(found.solution.total * problem.units_per_score)
    best = max(value(pairs, units, kept_of(pairs, previous)) for _, units, pairs in choices)
    assert value(chosen, units, kept) == best


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_figures_are_honest_and_moves_lead_from_before_to_after(data):
    problem, previous = data.draw(with_previous())
    objective = data.draw(st.sampled_from(OBJECTIVES))
    if best_by_trying(problem, objective) is None:
        return
    best = assign(problem, objective)
    solution, moves = rematch(problem, previous, data.draw(st.sampled_from(STABILITIES)), objective)
    certificate = verify(problem, solution)
    assert certificate.is_bounded, certificate.violations
    assert certificate.gap == solution.gap
    assert solution.bound == best.bound
    pairs = {(int(i), int(j)) for i, j in previous}
    for move in moves:
        pairs -= {(move.trainee, move.before)}
        pairs |= {(move.trainee, move.after)} if move.after is not None else set()
    assert pairs == {(int(i), int(j)) for i, j in solution.pairs}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_more_stability_never_moves_more_and_never_wins_more(data):
    problem, previous = data.draw(with_previous())
    objective = data.draw(st.sampled_from(OBJECTIVES))
    if best_by_trying(problem, objective) is None:
        return
    if by_sums(problem, objective, assign(problem, objective).pairs.tolist()):
        return
    points = frontier(problem, previous, (0, 0.1, 0.2, 0.4, 0.8, 1.6, INFINITE), objective)
    for less, more in pairwise(points):
        assert less.n_moved >= more.n_moved
        assert less.total >= more.total
    assert points[0].gap == 0


def test_frontier_at_cohort_size_falls_and_starts_at_the_optimum():
    random = np.random.default_rng(7)
    scores = random.random((64, 20))
    before = assign(AssignmentProblem.from_scores(scores, [4] * 20))
    now = AssignmentProblem.from_scores(scores + random.normal(0, 0.1, scores.shape), [4] * 20)
    points = frontier(now, before)
    assert points == frontier(now, before.pairs)
    assert (points[0].stability, points[0].gap) == (0.0, 0.0)
    assert np.array(points).shape == (len(STABILITIES), len(FrontierPoint._fields))
    assert points[0].n_moved > points[3].n_moved > points[-1].n_moved == 0
    for point in points:
        again = rematch(now, before.pairs, point.stability)
        assert (again.n_moved, again.solution.total, again.solution.gap) == point[1:]


def test_smallest_rematch_of_a_declined_pair_moves_one_person_when_a_place_is_left():
    random = np.random.default_rng(8)
    scores = random.random((30, 8))
    problem = AssignmentProblem.from_scores(scores, [4] * 8)
    before = assign(problem).pairs
    declined = before[11]
    now = AssignmentProblem.from_scores(scores, [4] * 8, forbidden=[declined])
    found = rematch(now, before, INFINITE)
    assert [(move.trainee, move.before, move.cause) for move in found.moves] == [(*declined, "FORBIDDEN")]
    assert found.moves[0].after is not None
    assert found.solution.total <= found.solution.bound == assign(now).total


def test_leaving_and_joining_people_are_told_apart_from_exchanges():
    scores = np.array([[9, 1, 1], [8, 7, 1], [1, 9, 6], [1, 1, 5]])
    now = AssignmentProblem.from_scores(scores, [1, 1, 2], forbidden=[(2, 2)])
    before = [(0, 0), (1, 0), (2, 2)]
    found = rematch(now, before, INFINITE)
    causes = {move.trainee: (move.before, move.after, move.cause) for move in found.moves}
    assert causes[2] == (2, 1, "FORBIDDEN")
    assert causes[3] == (None, 2, "NEW")
    assert [cause for row, cause in causes.items() if row in (0, 1)] == [(0, 2, "OVER_CAPACITY")]
    assert found.n_moved == 2


def test_pair_is_given_up_where_somebody_would_stay_without_a_mentor():
    now = AssignmentProblem.from_scores([[9, 1], [5, 0]], [1, 1], forbidden=[(1, 1)])
    found = rematch(now, [(0, 0)], INFINITE)
    assert found.solution.unmatched.tolist() == []
    assert [(m.trainee, m.before, m.after, m.cause) for m in found.moves] == [
        (0, 0, 1, "EXCHANGE"),
        (1, None, 0, "NEW"),
    ]
    assert rematch(now, [(0, 0)], INFINITE, "total").moves == ()


def test_smaller_need_and_pins_are_said_as_the_cause():
    now = AssignmentProblem.from_scores([[5, 4, 3]], [1, 1, 1], need=1)
    assert [m.cause for m in rematch(now, [(0, 0), (0, 1)]).moves] == ["OVER_NEED"]
    pinned = AssignmentProblem.from_scores([[5, 4, 3]], [1, 1, 1], pinned=[(0, 2)])
    assert [(m.before, m.after, m.cause) for m in rematch(pinned, [(0, 0)]).moves] == [(0, 2, "OVER_NEED")]


@pytest.mark.parametrize("unit", [1, 1000])
def test_stability_means_the_same_in_any_unit(unit):
    random = np.random.default_rng(9)
    scores, before = random.integers(0, 100, (20, 6)), random.integers(0, 6, 20)
    problem = AssignmentProblem.from_scores(scores * unit, [4] * 6)
    floats = AssignmentProblem.from_scores(scores / 100, [4] * 6)
    previous = np.stack([np.arange(20), before], axis=1)
    for stability in (0.03, 0.11, 0.4):
        found, other = (rematch(one, previous, stability) for one in (problem, floats))
        assert found.n_moved == other.n_moved
        assert found.solution.total / unit == pytest.approx(other.solution.total * 100)


@pytest.mark.parametrize(
    ("code", "previous", "stability"),
    [
        ("PREVIOUS_PAIRS_SHAPE", [[0, 1, 2]], 0.05),
        ("PREVIOUS_PAIRS_SHAPE", [[0.0, 1.0]], 0.05),
        ("PREVIOUS_PAIRS_OUT_OF_RANGE", [[0, 2]], 0.05),
        ("PREVIOUS_PAIRS_OUT_OF_RANGE", [[-1, 0]], 0.05),
        ("STABILITY_NEGATIVE", [[0, 1]], -0.1),
        ("STABILITY_NEGATIVE", [[0, 1]], float("nan")),
    ],
)
def test_wrong_parameters_are_refused_by_name(code, previous, stability):
    problem = AssignmentProblem.from_scores([[0.5, 0.4], [0.3, 0.2]], [1, 1])
    with pytest.raises(ProblemError) as caught:
        rematch(problem, previous, stability)
    assert caught.value.code == code
    assert f"'{caught.value.parameter}' parameter of rematch must be" in str(caught.value)


def test_objective_of_another_kind_and_scores_without_room_are_refused():
    problem = AssignmentProblem.from_scores([[0.5, 0.4], [0.3, 0.2]], [1, 1])
    with pytest.raises(InvalidInputError, match="'objective' parameter of rematch"):
        rematch(problem, [], objective="happiest")
    with pytest.raises(InvalidInputError, match="'objective' parameter of frontier"):
        frontier(problem, [], objective="happiest")
    with pytest.raises(InvalidInputError, match="must not be leximin, which decides every score"):
        rematch(problem, [], objective="leximin")
    large = replace(problem, units=problem.units * 10**10)
    with pytest.raises(ProblemError, match="'stability' parameter") as caught:
        rematch(large, [(0, 0)])
    assert caught.value.code == "STABILITY_TOO_LARGE"


def test_scores_without_spread_leave_nothing_that_a_finite_stability_is_a_share_of():
    problem = AssignmentProblem.from_scores([[-1], [-1], [2]], [4], forbidden=[(2, 0)])
    assert rematch(problem, [(1, 0)], 7.0, "total").n_moved == 1
    assert rematch(problem, [(1, 0)], INFINITE, "total").n_moved == 0


def test_no_previous_pairs_give_the_optimum():
    problem = AssignmentProblem.from_scores(np.random.default_rng(3).random((12, 5)), [3] * 5)
    found = rematch(problem, [])
    assert found.n_moved == 0
    assert {move.cause for move in found.moves} == {"NEW"}
    assert (found.solution.gap, found.solution.total) == (0.0, assign(problem).total)


def test_problem_of_blocks_is_matched_again_like_one_of_scores():
    random = np.random.default_rng(12)
    scores, before = random.random((20, 6)), random.integers(0, 6, 20)
    previous = np.stack([np.arange(20), before], axis=1)
    whole = AssignmentProblem.from_scores(scores, [4] * 6, forbidden=[(0, 1), (3, 2)])
    rows = AssignmentProblem.from_blocks(
        lambda start, stop: scores[start:stop], 20, [4] * 6, forbidden=[(0, 1), (3, 2)], largest=1.0
    )
    for stability in (0.1, INFINITE):
        found, other = (rematch(problem, previous, stability) for problem in (whole, rows))
        assert found.moves == other.moves
        assert verify(rows, other.solution).is_bounded


def test_smallest_rematch_of_a_problem_too_large_for_all_arcs_moves_one_person():
    random = np.random.default_rng(13)
    scores = random.random((220, 100))
    before = assign(AssignmentProblem.from_scores(scores, [3] * 100)).pairs
    changed = scores + random.normal(0, 0.2, scores.shape)
    assert rematch(AssignmentProblem.from_scores(changed, [3] * 100), before, INFINITE).n_moved == 0
    declined = AssignmentProblem.from_scores(changed, [3] * 100, forbidden=[before[7]])
    found = rematch(declined, before, INFINITE)
    assert [(move.trainee, move.before) for move in found.moves] == [tuple(before[7])]
    assert verify(declined, found.solution).is_bounded


def test_stability_under_the_worst_off_leaves_a_gap_that_the_certificate_states():
    problem = AssignmentProblem.from_scores([[5, 6], [5, 5]], [1, 1])
    found = rematch(problem, [(0, 0), (1, 1)], INFINITE, "worst_off_then_total")
    certificate = verify(problem, found.solution)
    assert (found.solution.total, found.solution.bound, certificate.dual) == (10.0, 11.0, 11.0)
    assert certificate.is_bounded
    assert not certificate.valid
    assert certificate.gap == found.solution.gap == pytest.approx(1 / 11)
