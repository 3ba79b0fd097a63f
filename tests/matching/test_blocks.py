"""A problem of blocks is the same problem as the whole table, whatever the rows that are asked for."""

import pickle

import numpy as np
import pytest

from matching import AssignmentProblem, MentorAffinity, ProblemError, TraineeTable, assign, verify


def whole(scores, capacity, forbidden, trainee_group, mentor_group, pinned):
    same = (trainee_group[:, None] == mentor_group) & (trainee_group[:, None] >= 0)
    closed = same.copy()
    closed[forbidden[:, 0], forbidden[:, 1]] = True
    return AssignmentProblem.from_scores(scores, capacity, forbidden=closed, pinned=pinned)


@pytest.mark.parametrize("integer", [False, True])
def test_blocks_hold_the_same_scores_and_rules_as_the_whole_table(integer):
    random = np.random.default_rng(1)
    for n, m in ((1, 1), (7, 3), (300, 40), (520, 2000)):
        scores = random.integers(-5, 9, (n, m)) if integer else random.normal(size=(n, m))
        groups = random.integers(-1, 4, n), random.integers(-1, 4, m)
        forbidden = np.stack([random.integers(0, n, n), random.integers(0, m, n)], axis=1)
        allowed = np.argwhere(groups[0][:, None] != groups[1])
        pinned = allowed[:1][~(allowed[:1][:, None] == forbidden).all(axis=2).any(axis=1)]
        table = whole(scores, np.full(m, n), forbidden, *groups, pinned)
        blocks = AssignmentProblem.from_blocks(
            lambda start, stop, scores=scores: scores[start:stop],
            n,
            np.full(m, n),
            forbidden=forbidden,
            pinned=pinned,
            same_group=groups,
        )
        assert blocks.units_per_score == table.units_per_score
        for start, stop in ((0, n), (n // 2, n), (n // 3, n // 2 + 1)):
            units, free = blocks.rows(start, stop)
            assert (units.dtype, free.dtype) == (np.int64, np.bool_)
            np.testing.assert_array_equal(units, table.units[start:stop])
            np.testing.assert_array_equal(free, table.open[start:stop])
        every = np.argwhere(np.ones((n, m), bool))
        np.testing.assert_array_equal(blocks.is_forbidden(every).reshape(n, m), table.forbidden)
        np.testing.assert_array_equal(blocks.units_of(every).reshape(n, m), table.units)
        assert not blocks.is_dense
        for name in ("units", "open", "forbidden", "pinned"):
            np.testing.assert_array_equal(getattr(blocks, name), getattr(table, name))
        assert blocks.is_dense


def test_rows_are_the_same_however_many_are_asked_for():
    random = np.random.default_rng(2)
    # Products of short decimals lie on the edge between two millionths again and again.
    U, V = random.integers(0, 1000, (700, 3)) / 1000, random.integers(0, 10000, (1500, 3)) / 10000
    problem = AssignmentProblem.from_factors(U, V, np.ones(1500, int))
    at_once, _ = problem.rows(0, 700)
    for size in (1, 13, 16, 100, 699):
        parts = [problem.rows(start, min(start + size, 700))[0] for start in range(0, 700, size)]
        np.testing.assert_array_equal(np.concatenate(parts), at_once)
    np.testing.assert_array_equal(AssignmentProblem.from_scores(U @ V.T, np.ones(1500, int)).units, at_once)


@pytest.mark.parametrize("size", [1e-180, 1e-33, 1.0, 1e36, 1e180])
def test_factors_may_be_of_any_size_if_their_products_are_not(size):
    random = np.random.default_rng(8)
    U, V = random.normal(size=(300, 3)) * (random.random((300, 3)) < 0.7), random.normal(size=(600, 3))
    plain, uneven = (AssignmentProblem.from_factors(U * by, V / by, [1] * 600) for by in (1.0, size))
    expected, found = assign(plain), assign(uneven)
    assert found.total == pytest.approx(expected.total)
    assert verify(uneven, found).valid
    worse = found.with_pairs(uneven, np.stack([np.arange(300), np.arange(300)], axis=1))
    certificate = verify(uneven, worse)
    assert certificate.is_bounded
    assert certificate.dual == pytest.approx(expected.total)


def test_score_on_the_edge_falls_the_same_way_with_either_last_bit():
    edge = 0.1234565
    scores = np.array([[np.nextafter(edge, 0), edge, np.nextafter(edge, 1)]])
    assert len(set(AssignmentProblem.from_scores(scores, [1, 1, 1]).units[0].tolist())) == 1


def test_affinity_of_a_product_scores_by_rows():
    random = np.random.default_rng(3)
    trainees, mentors = TraineeTable(random.random((50, 4))), random.random((9, 4))
    affinity = MentorAffinity().fit(mentors)
    problem = AssignmentProblem.from_blocks(
        lambda start, stop: affinity.transform(trainees.rows(start, stop)), 50, np.full(9, 6), largest=1.0
    )
    expected = assign(AssignmentProblem.from_scores(affinity.transform(trainees), np.full(9, 6)))
    found = assign(problem)
    np.testing.assert_array_equal(found.pairs, expected.pairs)
    assert verify(problem, found).valid


def test_callers_arrays_stay_as_they_are_and_may_be_changed_later():
    random = np.random.default_rng(4)
    U, V = random.random((5, 2)), random.random((3, 2))
    groups = np.array([0, 1, -1, 0, 1]), np.array([0, 1, 2])
    before = U.copy(), V.copy()
    problem = AssignmentProblem.from_factors(U, V, [2, 2, 2], same_group=groups)
    assign(problem)
    np.testing.assert_array_equal(U, before[0])
    np.testing.assert_array_equal(V, before[1])
    units, free = (array.copy() for array in problem.rows(0, 5))
    U[:], groups[0][:] = 0, -1
    np.testing.assert_array_equal(problem.rows(0, 5)[0], units)
    np.testing.assert_array_equal(problem.rows(0, 5)[1], free)


def test_problem_of_factors_can_be_sent_to_another_process():
    problem = AssignmentProblem.from_factors(np.eye(3), np.eye(3), [1, 1, 1], forbidden=[(0, 0)])
    again = pickle.loads(pickle.dumps(problem))
    np.testing.assert_array_equal(again.rows(0, 3)[0], problem.rows(0, 3)[0])
    np.testing.assert_array_equal(again.open, problem.open)


def test_pin_can_be_added():
    problem = AssignmentProblem.from_factors(np.eye(3), np.eye(3), [1, 1, 1], forbidden=[(0, 0)])
    fixed = problem.with_pin(0, 1)
    assert not fixed.is_dense
    assert assign(fixed).pairs.tolist()[0] == [0, 1]
    assert problem.pinned.tolist() == []
    with pytest.raises(ProblemError, match="both 'pinned' and 'forbidden'"):
        problem.with_pin(0, 0)


def test_whole_arrays_of_a_large_problem_are_refused():
    problem = AssignmentProblem.from_factors(np.ones((20_000, 1)), np.ones((1_000, 1)), np.ones(1_000, int))
    with pytest.raises(ProblemError, match=r"at most 10,000,000 pairs .* 20000 × 1000") as caught:
        problem.units  # noqa: B018
    assert caught.value.code == "PAIRS_TOO_MANY"


def rows_of(*values):
    return lambda start, stop: np.array(values, dtype=object if "a" in values else None)[start:stop]


GOOD = {"score_rows": rows_of([0.1, 0.2], [0.3, 0.4]), "n_trainees": 2, "capacity": [1, 1]}


@pytest.mark.parametrize(
    ("code", "parameter", "arguments"),
    [
        ("SCORE_ROWS_NOT_CALLABLE", "score_rows", {"score_rows": [[1, 2]]}),
        ("N_TRAINEES", "n_trainees", {"n_trainees": -1}),
        ("N_TRAINEES", "n_trainees", {"n_trainees": 2.5}),
        ("LARGEST_RANGE", "largest", {"largest": -1.0}),
        ("LARGEST_RANGE", "largest", {"largest": np.nan}),
        ("SCORES_SHAPE", "score_rows", {"score_rows": rows_of([0.1], [0.2])}),
        ("SCORES_SHAPE", "score_rows", {"score_rows": rows_of([0.1, 0.2])}),
        (
            "SCORES_NOT_NUMERIC",
            "score_rows",
            {"score_rows": lambda start, stop: np.full((stop - start, 2), "a")},
        ),
        ("SCORES_NAN", "score_rows", {"score_rows": rows_of([0.1, 0.2], [np.nan, 0.4])}),
        ("SCORES_NAN", "score_rows", {"score_rows": rows_of([0.1, 0.2], [np.nan, 0.4]), "largest": 1.0}),
        ("SCORES_INFINITE", "score_rows", {"score_rows": rows_of([0.1, -np.inf], [0.3, 0.4])}),
        ("SCORES_ABOVE_LARGEST", "score_rows", {"largest": 0.3}),
        ("SCORES_TOO_LARGE", "score_rows", {"largest": 1e14}),
        ("SCORES_TOO_LARGE", "score_rows", {"score_rows": rows_of([0.1, 1e14], [0.3, 0.4])}),
        ("CAPACITY_NEGATIVE", "capacity", {"capacity": [1, -1]}),
        ("FORBIDDEN_OUT_OF_RANGE", "forbidden", {"forbidden": [[0, 2]]}),
        ("PIN_FORBIDDEN", "pinned", {"pinned": [[0, 1]], "forbidden": [[0, 1]]}),
        ("PIN_FORBIDDEN", "pinned", {"pinned": [[0, 1]], "same_group": ([5, 6], [7, 5])}),
        ("PINS_OVER_CAPACITY", "pinned", {"pinned": [[0, 1], [1, 1]]}),
        ("SAME_GROUP_SHAPE", "same_group", {"same_group": [1, 2, 3]}),
        ("SAME_GROUP_SHAPE", "same_group", {"same_group": ([1, 2], [3])}),
        ("SAME_GROUP_SHAPE", "same_group", {"same_group": ([1, 2], [0.5, 1.0])}),
    ],
)
def test_each_mistake_has_its_code_and_names_the_parameter(code, parameter, arguments):
    with pytest.raises(
        ProblemError, match=f"The '{parameter}' parameter .* must be .* Got .* instead"
    ) as caught:
        assign(AssignmentProblem.from_blocks(**(GOOD | arguments)))
    assert (caught.value.code, caught.value.parameter) == (code, parameter)


@pytest.mark.parametrize(
    ("code", "parameter", "arguments"),
    [
        ("FACTORS_SHAPE", "U", {"U": [1.0, 2.0]}),
        ("FACTORS_SHAPE", "V", {"V": [["a", "b"]]}),
        ("FACTORS_NOT_FINITE", "U", {"U": [[np.nan, 1.0]]}),
        ("FACTORS_DIFFER", "V", {"V": [[1.0], [2.0]]}),
        ("CAPACITY_SHAPE", "capacity", {"capacity": [1]}),
    ],
)
def test_each_mistake_in_factors_has_its_code(code, parameter, arguments):
    good = {"U": [[1.0, 2.0]], "V": [[1.0, 0.0], [0.0, 1.0]], "capacity": [1, 1]}
    with pytest.raises(
        ProblemError, match=f"The '{parameter}' parameter .* must be .* Got .* instead"
    ) as caught:
        AssignmentProblem.from_factors(**(good | arguments))
    assert (caught.value.code, caught.value.parameter) == (code, parameter)
