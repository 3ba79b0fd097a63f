"""Leximin finds its way from any first choice, at sizes and scores where every step counts, and proves every score."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import AssignmentProblem, GroupQuota, KindLimit, MinimumLoadError, assign, verify
from matching.solver import leximin
from matching.solver.network import network
from matching.solver.open_choices import OpenChoices
from matching.solver.stage import Stage, covered

from .oracles import every_choice, problems, quota_problems


def scores_of(problem: AssignmentProblem, pairs) -> list[int]:
    return sorted(int(problem.units[i, j]) for i, j in pairs if problem.open[i, j])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_best_of_all_choices_from_any_first_choice(data):
    problem = data.draw(st.one_of(problems(True), quota_problems(True)))
    seed = data.draw(st.integers(0, 9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leximin, "_steep", lambda units: np.random.default_rng(seed).integers(0, 9, len(units)))
        try:
            solution = assign(problem, "leximin")
        except MinimumLoadError:
            return
    best = max((len(pairs), scores_of(problem, pairs)) for _, _, pairs in every_choice(problem))
    chosen = [tuple(pair) for pair in solution.pairs.tolist()]
    assert (len(chosen), scores_of(problem, chosen)) == best
    assert verify(problem, solution).valid


def test_two_of_a_score_make_room_for_one_of_it():
    # 0 and 1 are stuck at score 0 one by one; together they leave one pair of score 0, from 1 to 2.
    problem = AssignmentProblem.from_scores(
        [[0, 1, 9], [9, 0, 0], [1, 9, 1]], [1, 1, 1], forbidden=[(0, 2), (1, 0), (2, 1)]
    )
    net = network(problem)
    taken = np.flatnonzero(net.pairs[:, 0] == net.pairs[:, 1])
    stage, _ = covered(Stage(net, taken, np.zeros((0, 2), np.int64)))
    choices = OpenChoices(stage)
    level = choices.level_above(-1)
    assert choices.stage.net.pairs[level].tolist() == [[0, 0], [1, 1]]
    assert all(choices.stuck(pair) is not None for pair in level.tolist())
    assert choices.potentials(level) is None
    choices.choose_fewest(level)
    assert choices.stage.net.pairs[choices.level_above(-1)].tolist() == [[1, 2]]
    assert scores_of(problem, assign(problem, "leximin").pairs) == [0, 1, 1]


@pytest.mark.parametrize("need", [1, 3])
@pytest.mark.parametrize("rank", [2, 4])
def test_low_rank_is_proven_score_by_score_with_the_certificate(need, rank):
    random = np.random.default_rng(rank)
    scores = random.random((300, rank)) @ (random.random((90, rank)) * random.pareto(2, (90, 1)).clip(0, 3)).T
    problem = AssignmentProblem.from_scores(scores, [4 * need] * 90, need=need)
    solution = assign(problem, "leximin")
    assert verify(problem, solution).valid
    assert len(solution.levels) > 250
    lowest = assign(problem).pairs
    assert scores_of(problem, solution.pairs)[:3] > scores_of(problem, lowest)[:3]


def test_same_score_of_many_is_settled_among_groups_and_kinds():
    random = np.random.default_rng(7)
    problem = AssignmentProblem.from_scores(
        random.integers(0, 4, (120, 30)),
        [10] * 30,
        [2] * 30,
        need=2,
        forbidden=random.random((120, 30)) < 0.5,
        groups=GroupQuota(random.integers(-1, 4, 120), 3),
        kinds=KindLimit(np.arange(30) % 2, 1),
    )
    solution = assign(problem, "leximin")
    assert verify(problem, solution).valid
    assert len(solution.levels) <= 4
