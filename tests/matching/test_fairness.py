"""The fairness report counts what its words say, by trial of every pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import AssignmentProblem, InvalidInputError, assign, fairness

from .oracles import problems, quota_problems

OBJECTIVES = ("total", "coverage_then_total", "worst_off_then_total", "leximin", "balanced_load")


def gives_up(problem, mine, limit, other):
    """What somebody with these pairs drops for another pair: nothing, the lowest free one, or None: stays."""
    if len(mine) < limit:
        return set()
    free = [
        pair for pair in sorted(mine) if problem.open[pair] and problem.units[pair] < problem.units[other]
    ]
    return {min(free, key=lambda pair: problem.units[pair])} if free else None


def blocks(problem, chosen, pair) -> bool:
    i, j = pair
    if pair in chosen or not problem.open[pair]:
        return False
    trainee = gives_up(problem, {p for p in chosen if p[0] == i}, problem.need[i], pair)
    mentor = gives_up(problem, {p for p in chosen if p[1] == j}, problem.capacity[j], pair)
    if trainee is None or mentor is None:
        return False
    after = frozenset((chosen - trainee - mentor) | {pair})
    return all(
        quota.counts(np.array(sorted(after)))[cell] <= quota.limit[cell]
        for quota in problem.quotas
        if (cell := (quota.rows[i], quota.columns[j])) and min(cell) >= 0
    )


@settings(max_examples=250, deadline=None, derandomize=True)
@given(data=st.data())
def test_blocking_pairs_are_those_that_both_would_rather_have(data):
    problem = data.draw(st.one_of(problems(), quota_problems()))
    solution = assign(problem, data.draw(st.sampled_from(OBJECTIVES)))
    chosen = {(int(i), int(j)) for i, j in solution.pairs}
    found = {tuple(pair) for pair in fairness(problem, solution).blocking_pairs.tolist()}
    pairs = list(np.ndindex(problem.units.shape))
    assert found == {pair for pair in pairs if blocks(problem, chosen, pair)}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_envious_are_those_who_would_rather_have_the_mentor_of_another(data):
    problem = data.draw(st.one_of(problems(), quota_problems()))
    solution = assign(problem, data.draw(st.sampled_from(OBJECTIVES)))
    chosen = {(int(i), int(j)) for i, j in solution.pairs}
    expected = []
    for i in range(problem.n_trainees):
        mine = {pair for pair in chosen if pair[0] == i}
        wanted = [
            j
            for k, j in chosen
            if k != i
            and problem.open[i, j]
            and (i, j) not in chosen
            and gives_up(problem, mine, problem.need[i], (i, j)) is not None
        ]
        expected += [i] if wanted else []
    assert fairness(problem, solution).envious.tolist() == expected


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_figures_are_those_counted_pair_by_pair(data):
    problem = data.draw(st.one_of(problems(), quota_problems()))
    n = problem.n_trainees
    solution = assign(problem, data.draw(st.sampled_from(OBJECTIVES)))
    labels = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)))
    report = fairness(problem, solution, {"county": labels})
    scores = {(int(i), int(j)): problem.units[i, j] / problem.units_per_score for i, j in solution.pairs}
    mine = {i: [score for (k, _), score in scores.items() if k == i] for i in range(n)}
    used = [sum(k == j for _, k in scores) / c for j, c in enumerate(problem.capacity) if c > 0]
    sums = [sum(own) for own in mine.values() if own]
    assert report.worst_off == pytest.approx(min(scores.values(), default=np.nan), nan_ok=True)
    assert report.lowest_sum == pytest.approx(min(sums, default=np.nan), nan_ok=True)
    assert report.use.largest == pytest.approx(max(used, default=0))
    assert report.use.mean == pytest.approx(np.mean(used) if used else 0)
    # A group that nobody belongs to is not told of.
    assert [group.label for group in report.groups] == sorted(set(labels.tolist()) - {-1})
    for group in report.groups:
        inside = np.flatnonzero(labels == group.label).tolist()
        own = [score for i in inside for score in mine[i]]
        assert group.n_trainees == len(inside)
        assert group.n_unmatched == sum(len(mine[i]) < problem.need[i] for i in inside)
        assert group.mean == pytest.approx(np.mean(own) if own else np.nan, nan_ok=True)
        assert group.lowest == pytest.approx(min(own, default=np.nan), nan_ok=True)


def test_figures_of_a_small_match():
    problem = AssignmentProblem.from_scores(
        [[0.9, 0.5], [0.8, 0.4], [0.7, 0.3], [0.6, 0.2]], [2, 1], forbidden=[(3, 1)]
    )
    solution = assign(problem)
    report = fairness(problem, solution, {"county": [0, 0, 1, 1], "role": [0, -1, -1, -1]})
    assert report.worst_off == min(problem.units[i, j] / 1e6 for i, j in solution.pairs)
    assert (report.load.smallest, report.load.largest, report.load.mean) == (1, 2, 1.5)
    assert (report.use.smallest, report.use.largest, report.use.std) == (1, 1, 0)
    assert report.quantiles[0] == report.worst_off
    county = report.groups[1]
    assert (county.attribute, county.label, county.n_trainees, county.n_unmatched) == ("county", 1, 2, 1)
    assert [figures.attribute for figures in report.groups] == ["county", "county", "role"]


def test_nobody_is_a_match_too():
    problem = AssignmentProblem.from_scores(np.zeros((0, 2)), [0, 0])
    report = fairness(problem, assign(problem))
    assert (report.n_blocking, len(report.envious), report.use.largest) == (0, 0, 0)
    assert np.isnan(report.worst_off)
    assert np.isnan(report.quantiles).all()


@pytest.mark.parametrize("labels", [[0], [0.5, 1.0], [-2, 0], ["a", "b"]])
def test_wrong_labels_are_refused_by_attribute(labels):
    problem = AssignmentProblem.from_scores([[1.0], [1.0]], [1])
    with pytest.raises(InvalidInputError, match=r"'groups' parameter of fairness .* under 'county'"):
        fairness(problem, assign(problem), {"county": labels})


def test_even_load_is_never_less_even_and_worst_off_never_lower():
    random = np.random.default_rng(9)
    for _ in range(20):
        problem = AssignmentProblem.from_scores(random.random((30, 8)), [6] * 8)
        plain, even, worst = (
            fairness(problem, assign(problem, objective))
            for objective in ("coverage_then_total", "balanced_load", "worst_off_then_total")
        )
        assert even.use.std <= plain.use.std
        assert worst.worst_off >= plain.worst_off
