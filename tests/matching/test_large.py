"""The method for many pairs, forced on small problems, gives what one flow over all pairs gives."""

from dataclasses import replace

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.solver.assignment as subject
import matching.solver.large as large_subject
from matching import AssignmentCancelledError, AssignmentProblem, MinimumLoadError, assign, verify
from matching.solver.scan import scan
from matching.solver.search import Search
from matching.watch import Watch

from .oracles import best_by_scipy, best_by_trying, problems

OBJECTIVES = ("coverage_then_total", "total")


@pytest.fixture
def few_arcs(monkeypatch):
    """Look at few pairs whatever the size."""
    monkeypatch.setattr(subject, "_MOST_ARCS", -1)
    monkeypatch.setattr(subject, "_MOST_BY_SLOTS", -1)


def in_blocks(problem: AssignmentProblem) -> AssignmentProblem:
    units = problem.units
    return AssignmentProblem.from_blocks(
        lambda start, stop: units[start:stop],
        problem.n_trainees,
        problem.capacity,
        problem.minimum_load,
        problem.need,
        np.argwhere(problem.forbidden),
        problem.pinned,
    )


def reached(problem: AssignmentProblem, objective: str) -> tuple[int, int]:
    solution = assign(problem, objective)
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert solution.gap == 0
    units = round(solution.total * problem.units_per_score)
    return (solution.matched if objective == "coverage_then_total" else 0, units)


@pytest.mark.usefixtures("few_arcs")
@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_choice_equals_the_best_of_all(objective, data):
    problem = data.draw(problems())
    assert reached(problem, objective) == best_by_trying(problem, objective)


@pytest.mark.usefixtures("few_arcs")
@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_minimum_loads_hold_or_are_refused(objective, data):
    problem = data.draw(problems(with_minimum=True))
    best = best_by_trying(problem, objective)
    if best is not None:
        assert reached(problem, objective) == best
        return
    with pytest.raises(MinimumLoadError) as caught:
        assign(problem, objective)
    lowered = problem.minimum_load.copy()
    for mentor, missing in caught.value.shortfall:
        lowered[mentor] -= missing
    assert best_by_trying(replace(problem, minimum_load=lowered), objective) is not None


@pytest.mark.usefixtures("few_arcs")
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


def draw(random: np.random.Generator, kind: str, n: int, m: int) -> np.ndarray:
    """Scores that a search among few pairs finds hard: alike, tied, the same mentors wanted by everybody."""
    if kind == "tied":
        return random.integers(0, 3, (n, m)) / 2
    if kind == "all equal":
        return np.full((n, m), 0.5)
    rank = int(random.integers(1, 4))
    U, V = random.random((n, rank)), random.random((m, rank))
    if kind == "popular":
        V = V * random.pareto(1.5, (m, 1)).clip(0.1, 5)
    return U @ V.T if kind != "any" else random.normal(size=(n, m))


@pytest.mark.usefixtures("few_arcs")
@pytest.mark.parametrize("places", [0.6, 1.0, 1.5])
@pytest.mark.parametrize("kind", ["any", "alike", "popular", "tied", "all equal"])
def test_choice_equals_scipy_with_copied_columns(kind, places):
    random = np.random.default_rng(int(places * 10))
    for _ in range(12):
        n, m = int(random.integers(30, 150)), int(random.integers(20, 60))
        capacity = random.multinomial(int(n * places), np.full(m, 1 / m))
        forbidden = random.random((n, m)) < random.choice([0, 0.3, 0.9])
        forbidden[random.integers(n)] = True
        forbidden[:, random.integers(m)] = True
        problem = AssignmentProblem.from_scores(draw(random, kind, n, m), capacity, forbidden=forbidden)
        expected = best_by_scipy(problem)
        assert reached(problem, "coverage_then_total") == expected
        assert reached(in_blocks(problem), "coverage_then_total") == expected


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_choice_equals_one_flow_over_all_pairs(monkeypatch, objective):
    random = np.random.default_rng(5)
    for _ in range(30):
        n, m = int(random.integers(20, 120)), int(random.integers(15, 50))
        capacity = random.integers(0, 5, m)
        minimum = np.where(random.random(m) < 0.2, np.minimum(capacity, 1), 0)
        need = random.integers(0, 4, n)
        forbidden = random.random((n, m)) < random.choice([0, 0.3, 0.9])
        pins = np.zeros((n, m), dtype=bool)
        row, column = np.argwhere(~forbidden & (need > 0)[:, None] & (capacity > 0))[0]
        pins[row, column] = True
        scores = draw(random, str(random.choice(["any", "alike", "popular", "tied"])), n, m) - 0.3
        problem = AssignmentProblem.from_scores(scores, capacity, minimum, need, forbidden, pins)
        answers = []
        for most in (10**9, -1):
            monkeypatch.setattr(subject, "_MOST_ARCS", most)
            monkeypatch.setattr(subject, "_MOST_BY_SLOTS", -1)
            try:
                solution = assign(problem, objective)
            except MinimumLoadError as error:
                answers.append(sum(missing for _, missing in error.shortfall))
            else:
                assert verify(problem, solution).valid
                answers.append((solution.total, solution.bound, solution.matched))
        if objective == "total" and isinstance(answers[0], tuple):
            answers = [answer[:2] for answer in answers]
        assert answers[0] == answers[1]


@pytest.mark.usefixtures("few_arcs")
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_empty_sides_give_an_empty_answer(shape):
    problem = AssignmentProblem.from_scores(np.zeros(shape), np.ones(shape[1], int))
    solution = assign(problem)
    assert solution.matched == 0
    assert verify(problem, solution).valid


@pytest.mark.usefixtures("few_arcs")
def test_filled_places_come_before_any_scores_though_they_count_little_at_first(monkeypatch):
    monkeypatch.setattr(large_subject, "_EXACT_PAIRS", -1)
    monkeypatch.setattr(large_subject, "_ENOUGH", 1)
    problem = AssignmentProblem.from_scores([[1.0, -1.0], [0.9, 0.0]], [1, 1], forbidden=[[1, 1]])
    assert assign(problem).pairs.tolist() == [[0, 1], [1, 0]]
    random = np.random.default_rng(3)
    for _ in range(30):
        n, m = int(random.integers(10, 60)), int(random.integers(10, 40))
        scores, forbidden = random.normal(size=(n, m)), random.random((n, m)) < 0.9
        problem = AssignmentProblem.from_scores(scores, random.integers(0, 3, m), forbidden=forbidden)
        solution = assign(problem, tolerance=0)
        assert verify(problem, solution).valid
        assert (solution.matched, round(solution.total * 1e6)) == best_by_scipy(problem)


def large(places: float = 1.0) -> AssignmentProblem:
    random = np.random.default_rng(6)
    U, V = random.random((800, 5)), random.random((300, 5))
    groups = random.integers(-1, 40, 800), random.integers(-1, 40, 300)
    capacity = random.multinomial(int(800 * places), np.full(300, 1 / 300))
    return AssignmentProblem.from_factors(U, V, capacity, same_group=groups)


@pytest.mark.parametrize("places", [0.9, 1.0, 1.3])
def test_large_problem_is_proven_without_holding_its_pairs(places):
    problem = large(places)
    solution = assign(problem)
    assert not problem.is_dense
    assert solution.gap <= 1e-6
    certificate = verify(problem, solution)
    assert certificate.valid, certificate.violations
    assert not problem.is_dense
    assert solution.matched == min(800, problem.capacity.sum())
    assert best_by_scipy(problem)[0] == solution.matched
    best = best_by_scipy(problem)[1] / problem.units_per_score
    assert solution.total <= best <= solution.bound


def test_few_open_pairs_of_a_large_table_are_one_flow(monkeypatch):
    random = np.random.default_rng(9)
    forbidden = random.random((800, 200)) > 0.04
    problem = AssignmentProblem.from_scores(random.random((800, 200)), np.full(200, 3), forbidden=forbidden)
    monkeypatch.setattr(subject, "choose", None)
    assert reached(problem, "coverage_then_total") == best_by_scipy(problem)


def test_exchanges_between_very_many_mentors_are_not_all_kept(monkeypatch):
    scores = np.random.default_rng(10).random((4, 1001))
    problem = AssignmentProblem.from_scores(scores, np.ones(1001, int))
    monkeypatch.setattr(subject, "network", None)
    assert reached(problem, "coverage_then_total") == best_by_scipy(problem)


def test_same_bytes_for_any_number_of_workers():
    problem = large()
    answers = []
    for backend, workers in (("threading", 1), ("threading", 3), ("sequential", 1)):
        with joblib.parallel_config(backend=backend, n_jobs=workers):
            answers.append(assign(problem))
    for other in answers[1:]:
        for name in ("pairs", "slot_prices", "slot_coverage", "utilities", "load"):
            assert getattr(other, name).tobytes() == getattr(answers[0], name).tobytes()


def test_random_state_decides_what_is_looked_at_first_and_not_how_good_it_is():
    problem = large()
    first, second = assign(problem), assign(problem, random_state=7)
    assert abs(first.total - second.total) <= 1e-6 * first.total
    assert verify(problem, second).valid


def test_progress_is_told_and_work_can_be_cancelled_in_the_middle():
    told = []
    assign(large(), progress=told.append)
    assert len(told) > 5
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
    asked = []

    def enough() -> bool:
        asked.append(True)
        return len(asked) > 4

    with pytest.raises(AssignmentCancelledError):
        assign(large(), cancel=enough)
    assert len(asked) == 5


def test_scan_finds_the_best_pairs_of_every_trainee():
    random = np.random.default_rng(8)
    scores, need = random.random((90, 700)), random.integers(0, 4, 90)
    problem = AssignmentProblem.from_scores(scores, np.ones(700, int), need=need)
    prices = random.integers(0, 300_000, 700)
    found = scan(problem, Search(0, prices.astype(float), 5, 0.0), Watch(), (0, 1))
    surplus = problem.units - prices
    sorted_surplus = np.sort(surplus, axis=1)[:, ::-1]
    for trainee in range(90):
        mine = found.arcs.rows == trainee
        few = 5 + need.max() - 1 if need[trainee] else 0
        best = surplus[trainee, found.arcs.columns[mine]]
        assert sorted(best)[::-1][:few] == sorted_surplus[trainee, :few].tolist()
        expected = max(sorted_surplus[trainee, need[trainee] - 1], 0) if need[trainee] else 0
        assert found.best[trainee] == expected
    beyond = sum(
        max(sorted_surplus[i, k] - found.best[i], 0) for i in range(90) for k in range(max(need[i] - 1, 0))
    )
    assert found.beyond.sum() == beyond
