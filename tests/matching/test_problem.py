"""A wrong problem is refused by name; a right one is frozen and leaves the caller's arrays alone."""

import numpy as np
import pytest

from matching import AssignmentProblem, MinimumLoadError, ProblemError, assign, verify

from .oracles import best_by_trying

TWO = [[0.5, 0.25], [0.75, 1.0]]


@pytest.mark.parametrize(
    ("code", "parameter", "arguments"),
    [
        ("SCORES_SHAPE", "scores", {"scores": [1.0, 2.0]}),
        ("SCORES_SHAPE", "scores", {"scores": [[1.0], [1.0, 2.0]]}),
        ("SCORES_NOT_NUMERIC", "scores", {"scores": [["a", "b"], ["c", "d"]]}),
        ("SCORES_NAN", "scores", {"scores": [[0.1, np.nan], [0.1, 0.1]]}),
        ("SCORES_INFINITE", "scores", {"scores": [[0.1, -np.inf], [0.1, 0.1]]}),
        ("SCORES_TOO_LARGE", "scores", {"scores": [[1e14, 0.0], [0.1, 0.1]]}),
        ("SCORES_TOO_LARGE", "scores", {"scores": [[-1e14, 0.0], [0.1, 0.1]]}),
        ("CAPACITY_SHAPE", "capacity", {"capacity": [1]}),
        ("CAPACITY_SHAPE", "capacity", {"capacity": 1}),
        ("CAPACITY_NEGATIVE", "capacity", {"capacity": [1, -1]}),
        ("CAPACITY_NOT_WHOLE", "capacity", {"capacity": [1, 0.5]}),
        ("CAPACITY_NOT_WHOLE", "capacity", {"capacity": [1, np.nan]}),
        ("CAPACITY_NOT_WHOLE", "capacity", {"capacity": [True, False]}),
        ("CAPACITY_NOT_WHOLE", "capacity", {"capacity": ["1", "one"]}),
        ("CAPACITY_TOO_LARGE", "capacity", {"capacity": [1, 2**40]}),
        ("MINIMUM_LOAD_NEGATIVE", "minimum_load", {"minimum_load": [0, -1]}),
        ("MINIMUM_OVER_CAPACITY", "minimum_load", {"minimum_load": [0, 2]}),
        ("MINIMUM_OVER_NEED", "minimum_load", {"minimum_load": [1, 1], "need": [1, 0]}),
        ("NEED_SHAPE", "need", {"need": [1, 1, 1]}),
        ("NEED_NEGATIVE", "need", {"need": -1}),
        ("FORBIDDEN_SHAPE", "forbidden", {"forbidden": [[0, 1, 0], [0, 0, 1]]}),
        ("FORBIDDEN_OUT_OF_RANGE", "forbidden", {"forbidden": [[0, 2]]}),
        ("FORBIDDEN_OUT_OF_RANGE", "forbidden", {"forbidden": [[-1, 0]]}),
        ("PINNED_OUT_OF_RANGE", "pinned", {"pinned": [[2, 0]]}),
        ("PIN_FORBIDDEN", "pinned", {"pinned": [[0, 1]], "forbidden": [[0, 1]]}),
        ("PINS_OVER_CAPACITY", "pinned", {"pinned": [[0, 1], [1, 1]]}),
        ("PINS_OVER_NEED", "pinned", {"pinned": [[0, 0], [0, 1]]}),
        ("GROUPS_KIND", "groups", {"groups": [1, 2]}),
    ],
)
def test_each_mistake_has_its_code_and_names_the_parameter(code, parameter, arguments):
    with pytest.raises(
        ProblemError, match=f"The '{parameter}' parameter .* must be .* Got .* instead"
    ) as caught:
        AssignmentProblem.from_scores(**({"scores": TWO, "capacity": [1, 1]} | arguments))
    assert (caught.value.code, caught.value.parameter) == (code, parameter)
    assert isinstance(caught.value, ValueError)


def test_mask_and_pairs_say_the_same():
    mask = np.array([[False, True], [False, False]])
    for rule in ("forbidden", "pinned"):
        by_mask = AssignmentProblem.from_scores(TWO, [1, 1], **{rule: mask})
        by_pairs = AssignmentProblem.from_scores(TWO, [1, 1], **{rule: [(0, 1)]})
        np.testing.assert_array_equal(by_mask.open, by_pairs.open)
        np.testing.assert_array_equal(by_mask.pinned, by_pairs.pinned)
        assert not by_mask.open[0, 1]


def test_no_rules_may_be_an_empty_list():
    problem = AssignmentProblem.from_scores(TWO, [1, 1], forbidden=[], pinned=[])
    assert problem.open.all()


def test_callers_arrays_stay_as_they_are():
    given = {
        "scores": np.array([[1, 2], [3, 4]]),
        "capacity": np.array([1, 1]),
        "minimum_load": np.array([0, 1]),
        "forbidden": np.array([[True, False], [False, False]]),
    }
    before = {name: array.copy() for name, array in given.items()}
    assign(AssignmentProblem.from_scores(**given))
    for name, array in given.items():
        np.testing.assert_array_equal(array, before[name])
        assert array.flags.writeable


def test_problem_cannot_be_changed():
    problem = AssignmentProblem.from_scores(TWO, [1, 1])
    for name in ("units", "open", "capacity", "need"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(problem, name)[0] = 0


def test_floats_count_in_millionths_and_integers_as_they_are():
    assert AssignmentProblem.from_scores([[0.1234567]], [1]).units.tolist() == [[123457]]
    assert AssignmentProblem.from_scores([[7]], [1]).units.tolist() == [[7]]
    for sign in (-1, 1):
        assert AssignmentProblem.from_scores([[sign * 1.234567e-6]], [1]).units.tolist() == [[sign * 1234567]]


def test_negative_number_is_named_with_its_place():
    with pytest.raises(ProblemError, match="Got -1 at position 1 instead"):
        AssignmentProblem.from_scores(TWO, [0, -1])


@pytest.mark.parametrize("size", [5e-4, 1e-6, 1e-9, 1e-12])
def test_tiny_scores_are_told_apart_like_others(size):
    random = np.random.default_rng(3)
    sides = random.random((12, 3)), random.random((5, 3)) / 3
    plain = assign(AssignmentProblem.from_factors(*sides, [3] * 5))
    tiny = AssignmentProblem.from_factors(sides[0] * size, sides[1], [3] * 5)
    solution = assign(tiny)
    assert solution.pairs.tolist() == plain.pairs.tolist()
    assert solution.total == pytest.approx(plain.total * size, rel=1e-5)
    assert verify(tiny, solution).valid
    assert assign(
        AssignmentProblem.from_scores(sides[0] * size @ sides[1].T, [3] * 5)
    ).total == pytest.approx(solution.total, rel=1e-5)


def test_unreachable_minimum_names_the_smallest_relaxation():
    forbidden = np.array([[False, True], [False, True], [False, False]])
    problem = AssignmentProblem.from_scores(np.ones((3, 2)), [3, 3], [0, 3], forbidden=forbidden)
    assert best_by_trying(problem, "total") is None
    with pytest.raises(MinimumLoadError, match="lowers mentor 1 by 2") as caught:
        assign(problem)
    assert caught.value.shortfall == ((1, 2),)
