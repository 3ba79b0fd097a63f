"""The check accepts proven solutions only, and needs nothing of the solver for it."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matching.proof.certificate as subject
from matching import (
    AssignmentProblem,
    InvalidInputError,
    assign,
    judge,
    verify,
)
from matching.problem.solution import LevelPrices, Solution, relative_gap
from matching.proof import exact_sums, figures, level_certificate, linear_certificate, near_pairs

from .oracles import every_choice, problems


def example() -> AssignmentProblem:
    random = np.random.default_rng(5)
    forbidden = random.random((12, 4)) < 0.2
    forbidden[3, 1] = False
    scores = random.random((12, 4))
    return AssignmentProblem.from_scores(
        scores, [3, 3, 3, 2], [0, 0, 2, 0], forbidden=forbidden, pinned=[(3, 1)]
    )


def test_optimal_solution_is_valid():
    problem = example()
    certificate = verify(problem, assign(problem))
    assert certificate.valid
    assert certificate.violations == ()
    assert (certificate.gap, certificate.primal) == (0.0, certificate.dual)
    assert certificate.matched == certificate.matched_bound == 11


def changed(array, place, value):
    copy = array.copy()
    copy[place] = value
    return copy


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("OBJECTIVE_UNKNOWN", lambda p, s: {"objective": "best"}),
        ("PAIRS_SHAPE", lambda p, s: {"pairs": s.pairs[:, :1]}),
        ("PAIRS_SHAPE", lambda p, s: {"pairs": s.pairs.astype(float)}),
        ("PAIR_OUT_OF_RANGE", lambda p, s: {"pairs": changed(s.pairs, (0, 1), 4)}),
        ("PAIR_OUT_OF_RANGE", lambda p, s: {"pairs": changed(s.pairs, (0, 0), -1)}),
        ("PAIR_TWICE", lambda p, s: {"pairs": changed(s.pairs, 0, s.pairs[1])}),
        ("PAIR_FORBIDDEN", lambda p, s: {"pairs": changed(s.pairs, 0, np.argwhere(p.forbidden)[0])}),
        ("PIN_MISSING", lambda p, s: {"pairs": s.pairs[s.pairs[:, 0] != 3]}),
        ("CAPACITY_EXCEEDED", lambda p, s: {"pairs": changed(s.pairs, (slice(None), 1), 0)}),
        ("BELOW_MINIMUM", lambda p, s: {"pairs": s.pairs[s.pairs[:, 1] != 2]}),
        ("NEED_EXCEEDED", lambda p, s: {"pairs": changed(s.pairs, (slice(0, 2), 0), 3)}),
        ("LOAD_WRONG", lambda p, s: {"load": s.load + 1}),
        ("UNMATCHED_WRONG", lambda p, s: {"unmatched": s.unmatched[:0]}),
        ("TOTAL_WRONG", lambda p, s: {"total": s.total + 1e-6}),
        ("BOUND_WRONG", lambda p, s: {"bound": s.bound + 1e-6}),
        ("GAP_WRONG", lambda p, s: {"gap": 1e-3}),
        ("PRICES_SHAPE", lambda p, s: {"slot_prices": s.slot_prices[1:]}),
        ("PRICES_SHAPE", lambda p, s: {"utilities": changed(s.utilities, 0, np.nan)}),
        ("PRICES_TOO_LARGE", lambda p, s: {"slot_prices": s.slot_prices + 1e15}),
        ("PRICES_TOO_LARGE", lambda p, s: {"utility_coverage": s.utility_coverage + 2**62}),
        ("BOUND_WRONG", lambda p, s: {"slot_prices": s.slot_prices + 0.1}),
        ("BOUND_WRONG", lambda p, s: {"utilities": s.utilities * 0}),
        ("COVERAGE_NOT_PROVEN", lambda p, s: {"slot_coverage": s.slot_coverage + 1}),
        ("COVERAGE_NOT_PROVEN", lambda p, s: {"pairs": s.pairs[:-1]}),
        ("PROOF_UNKNOWN", lambda p, s: {"proof": "trust me"}),
        ("PROOF_UNKNOWN", lambda p, s: {"proof": "linear_programme"}),
    ],
)
def test_spoilt_solution_is_refused_with_the_reason(code, spoil):
    problem = example()
    solution = assign(problem)
    certificate = verify(problem, replace(solution, **spoil(problem, solution)))
    assert not certificate.valid
    assert code in {violation.split(":")[0] for violation in certificate.violations}


@pytest.mark.parametrize("name", ["slot_coverage", "utility_coverage"])
@pytest.mark.parametrize("by", [-1, 1])
def test_prices_in_places_prove_nothing_of_the_total_and_are_refused(name, by):
    problem = example()
    solution = assign(problem, "total")
    assert verify(problem, solution).valid
    certificate = verify(problem, replace(solution, **{name: getattr(solution, name) + by}))
    assert [violation.split(":")[0] for violation in certificate.violations] == ["COVERAGE_PRICED"]
    assert (certificate.dual, certificate.gap) == (solution.total, 0.0)
    assert not certificate.is_bounded


@pytest.mark.parametrize(("code", "name"), [("TOTAL_WRONG", "total"), ("BOUND_WRONG", "bound")])
def test_figures_of_whole_scores_are_held_to_the_last_digit(code, name):
    problem = AssignmentProblem.from_scores([[3, 1], [2, 2]], [1, 1])
    solution = assign(problem)
    certificate = verify(problem, replace(solution, **{name: getattr(solution, name) + 0.001}))
    assert [violation.split(":")[0] for violation in certificate.violations] == [code]


def worse_choice(objective: str) -> tuple[AssignmentProblem, Solution]:
    """A choice of 32 pairs that is the worst for the objective, its figures honest but for the bound."""
    scores = np.tile([[9, 5], [1, 0]], (16, 1))
    problem = AssignmentProblem.from_scores(scores, [16, 16])
    is_total = objective == "coverage_then_total"
    pairs = np.stack([np.arange(32), (np.arange(32) + is_total) % 2], axis=1)
    other = replace(assign(problem), objective=objective).with_pairs(problem, pairs)
    return problem, replace(other, bound=other.total, gap=0.0)


WRAP = np.full(32, 2**59)  # their sum is 2**64, which 64 bits take for nothing


def test_prices_whose_sum_wraps_round_prove_nothing():
    problem, worse = worse_choice("coverage_then_total")
    slot = np.array([worse.total / 16, 0.0])
    spoilt = replace(worse, utilities=WRAP.astype(float), utility_coverage=WRAP * 0 + 1, slot_prices=slot)
    certificate = verify(problem, replace(spoilt, slot_coverage=np.zeros(2, np.int64)))
    assert not certificate.valid
    assert certificate.dual > 2.0**60


def test_prices_of_a_level_whose_sum_wraps_round_prove_nothing():
    problem, worse = worse_choice("worst_off_then_total")
    level = LevelPrices(np.zeros(2, np.int64), WRAP - (np.arange(32) == 0), ())
    assert (
        "WORST_OFF_NOT_PROVEN: lowest score 0" in verify(problem, replace(worse, levels=(level,))).violations
    )
    for wrong in (replace(level, slot=np.array([0, -(2**63)])), replace(level, utility=WRAP * 8)):
        faults = verify(problem, replace(worse, levels=(wrong,))).violations
        assert "PRICES_TOO_LARGE: not exact in 64 bits" in faults
    narrow = replace(level, slot=np.zeros(2, np.int32))
    assert verify(problem, replace(worse, levels=(narrow,))).violations[-1].startswith("PRICES_SHAPE")


def test_lowest_number_of_64_bits_is_too_large_a_price():
    problem, worse = worse_choice("coverage_then_total")
    spoilt = replace(worse, slot_coverage=np.array([0, -(2**63)]))
    assert verify(problem, spoilt).violations == ("PRICES_TOO_LARGE: not exact in 64 bits",)


def test_parts_of_places_prove_no_coverage():
    problem = AssignmentProblem.from_scores([[1], [1], [1], [0]], [4])
    fewer = assign(problem, "worst_off_then_total").with_pairs(problem, np.array([[0, 0], [1, 0], [2, 0]]))
    spoilt = replace(fewer, bound=3.0, gap=0.0, utility_coverage=np.full(4, 0.9), slot_coverage=np.zeros(1))
    assert not verify(problem, spoilt).valid


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_worse_choice_with_honest_figures_is_not_proven(data):
    problem = data.draw(problems())
    objective = data.draw(st.sampled_from(["coverage_then_total", "total"]))
    best = assign(problem, objective)
    counted = objective == "coverage_then_total"
    for count, units, pairs in every_choice(problem)[:40]:
        chosen = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        other = best.with_pairs(problem, chosen)
        total = units / problem.units_per_score
        assert (other.total, other.gap) == (total, relative_gap(best.bound, total))
        as_good = (count * counted, total) == (best.matched * counted, best.total)
        assert verify(problem, other).valid == as_good


def test_choice_of_people_is_judged_by_the_best_one():
    problem = AssignmentProblem.from_scores([[0.03, 0.02], [0.02, 0.0]], capacity=[1, 1])
    best, worse = judge(problem, [[1, 0], [0, 1]]), judge(problem, [[0, 0], [1, 1]])
    assert (best.valid, best.gap, best.primal) == (True, 0.0, 0.04)
    assert (worse.valid, worse.primal, worse.dual) == (False, 0.03, 0.04)
    assert worse.gap == pytest.approx(0.25)
    assert worse.is_bounded
    crowded = judge(problem, [[0, 0], [1, 0]])
    assert "CAPACITY_EXCEEDED" in {fault.split(":")[0] for fault in crowded.violations}
    assert not crowded.is_bounded
    assert judge(problem, []).matched == 0
    for wrong in ([[0, 2]], [[-1, 0]], [[0.0, 1.5]], [0, 1]):
        with pytest.raises(InvalidInputError, match="'pairs' parameter of judge"):
            judge(problem, wrong)


@pytest.mark.parametrize(
    ("bound", "total", "gap"),
    [(0.04, 0.03, 0.25), (4.0, 3.0, 0.25), (-3.0, -4.0, 0.25), (0.0, 0.0, 0.0), (0.0, -1.0, 1.0)],
)
def test_gap_is_relative_in_any_unit(bound, total, gap):
    assert relative_gap(bound, total) == pytest.approx(gap)


@pytest.mark.parametrize("objective", ["coverage_then_total", "total"])
@pytest.mark.parametrize("spread", [0.0, 1e-6, 0.01, 3.0])
def test_pass_in_single_precision_proves_what_one_in_whole_numbers_does(objective, spread):
    random = np.random.default_rng(3)
    U, V = random.random((300, 6)), random.normal(size=(700, 6))
    capacity, groups = random.integers(0, 2, 700), (random.integers(-1, 9, 300), random.integers(-1, 9, 700))
    forbidden = np.stack([random.integers(0, 300, 500), random.integers(0, 700, 500)], axis=1)
    rules = {"forbidden": forbidden, "same_group": groups}
    problem = AssignmentProblem.from_factors(U, V, capacity, **rules)
    blocks = problem.blocks
    plain = AssignmentProblem.from_blocks(
        lambda start, stop: blocks.score_rows(start, stop),
        300,
        capacity,
        largest=blocks.given_largest,
        **rules,
    )
    solution = assign(problem, objective)
    for _ in range(5):
        spoilt = replace(
            solution,
            slot_prices=solution.slot_prices + spread * random.normal(size=700),
            utilities=solution.utilities - spread * random.random(300),
            slot_coverage=solution.slot_coverage - (random.random(700) < spread / 50),
        )
        found, expected = verify(problem, spoilt), verify(plain, spoilt)
        assert (found.dual, found.matched_bound, found.gap) == (
            expected.dual,
            expected.matched_bound,
            expected.gap,
        )
        assert spread < 1e-3 or not found.valid
    assert not problem.is_dense


def test_solution_of_another_problem_is_refused():
    solution = assign(example())
    other = AssignmentProblem.from_scores(np.random.default_rng(6).random((12, 4)), [3, 3, 3, 2])
    assert not verify(other, solution).valid


def test_check_imports_nothing_of_the_solver():
    problem = {
        f"problem.{name}"
        # Prices need not be right to prove a limit: `linear_prices` may serve both sides.
        for name in (
            "assignment_problem",
            "factor_rows",
            "linear_prices",
            "posed",
            "solution",
            "trainee_sums",
        )
    }
    allowed = {
        "__future__",
        "collections.abc",
        "contextlib",
        "dataclasses",
        "numpy.typing",
        "operator",
        "typing",
        "threads",
    }
    allowed |= {"scipy.optimize", "scipy.sparse"} | problem
    for module in (subject, exact_sums, figures, level_certificate, linear_certificate, near_pairs):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        ours = {"exact_sums", "figures", "level_certificate", "linear_certificate", "near_pairs"}
        assert imported <= allowed | ours
