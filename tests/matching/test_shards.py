"""Shards say of their trainees what the whole problem says, and no way of cutting changes what is found."""

import numpy as np
import pytest

import matching.problem.shards as subject
from matching import AssignmentProblem, ProblemError, assign, verify
from matching.problem.shards import shards_of


def posed(kind: str) -> AssignmentProblem:
    random = np.random.default_rng(4)
    U, V = random.random((1300, 3)), random.random((300, 3))
    rules = {
        "need": random.integers(0, 3, 1300),
        "forbidden": np.stack([random.integers(0, 600, 900), random.integers(0, 300, 900)], axis=1),
        # In several shards, and two with one mentor.
        "pinned": [[trainee, 7] for trainee in (620, 1250)]
        + [[trainee, 9] for trainee in range(700, 900, 50)],
    }
    rules["need"][np.array(rules["pinned"])[:, 0]] = 2
    capacity = random.integers(0, 9, 300) + np.isin(np.arange(300), [7, 9]) * 9
    if kind == "table":
        return AssignmentProblem.from_scores(U @ V.T, capacity, **rules)
    rules["same_group"] = random.integers(-1, 40, 1300), random.integers(-1, 40, 300)
    rules["same_group"][1][[7, 9]] = -1
    if kind == "factors":
        return AssignmentProblem.from_factors(U, V, capacity, **rules)
    return AssignmentProblem.from_blocks(lambda start, stop: U[start:stop] @ V.T, 1300, capacity, **rules)


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(subject, "_SHARD_PAIRS", 1)
    monkeypatch.setattr(subject, "_SHARD_PAIRS_IN_TABLE", 1)


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("kind", ["table", "factors", "function"])
def test_shards_say_what_the_problem_says(kind):
    whole = posed(kind)
    units, free = whole.rows(0, 1300)
    shards = shards_of(whole)
    assert shards is shards_of(whole)
    assert len(shards) > 4
    assert [each.start for each in shards[1:]] == [each.stop for each in shards[:-1]]
    assert (shards[0].start, shards[-1].stop) == (0, 1300)
    assert [each.number for each in shards] == list(range(len(shards)))
    for _, start, stop, part in shards:
        assert part.n_trainees == stop - start
        own, own_free = part.rows(0, stop - start)
        np.testing.assert_array_equal(own, units[start:stop])
        np.testing.assert_array_equal(own_free, free[start:stop])
        every = np.argwhere(np.ones(own.shape, dtype=bool))
        np.testing.assert_array_equal(part.is_closed(every), ~own_free.ravel())
        np.testing.assert_array_equal(part.units_of(every), own.ravel())
        np.testing.assert_array_equal(part.free_need, whole.free_need[start:stop])
        np.testing.assert_array_equal(part.free_capacity, whole.free_capacity)
        assert kind == "table" or part.largest == whole.largest


@pytest.mark.parametrize("kind", ["table", "factors", "function"])
def test_no_way_of_cutting_changes_what_is_found(kind, monkeypatch):
    found = []
    for pairs in (2**30, 1):
        monkeypatch.setattr(subject, "_SHARD_PAIRS", pairs)
        monkeypatch.setattr(subject, "_SHARD_PAIRS_IN_TABLE", pairs)
        problem = posed(kind)
        found.append(assign(problem))
        assert (len(shards_of(problem)) > 1) == (pairs == 1)
        assert verify(problem, found[-1]).valid
    for name in ("pairs", "slot_prices", "utilities"):
        assert getattr(found[0], name).tobytes() == getattr(found[1], name).tobytes()


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize(
    ("code", "wrong", "words"),
    [
        ("SCORES_NAN", np.full(300, np.nan), "NaN for trainee 1200, mentor 0"),
        ("SCORES_SHAPE", np.zeros(299), "for rows 1024 to 1280"),
        ("SCORES_MIXED", np.zeros(300), "floats from row"),
    ],
)
def test_wrong_scores_are_named_by_their_row_in_the_whole(code, wrong, words):
    scores = np.ones((1300, 300), dtype=np.int64)

    def score_rows(start: int, stop: int) -> np.ndarray:
        if start <= 1200 < stop:
            if len(wrong) < 300:
                return np.zeros((stop - start, 299))
            rows = scores[start:stop].astype(float)
            rows[1200 - start] = wrong
            return rows
        return scores[start:stop] if code == "SCORES_MIXED" else scores[start:stop].astype(float)

    problem = AssignmentProblem.from_blocks(score_rows, 1300, np.full(300, 5), largest=2.0)
    (bad,) = (each for each in shards_of(problem) if each.start <= 1200 < each.stop)
    with pytest.raises(ProblemError, match=words) as caught:
        bad.problem.unit_rows(0, bad.problem.n_trainees)
    assert caught.value.code == code


@pytest.mark.usefixtures("small_shards")
def test_table_made_of_blocks_has_shards_of_its_table():
    problem = posed("function")
    assert problem.units.shape == (1300, 300)
    assert all(each.problem.is_dense for each in shards_of(problem))
    assert all(np.shares_memory(each.problem.units, problem.units) for each in shards_of(problem))
