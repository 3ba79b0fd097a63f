"""Pairs that must be chosen in whichever week, weeks that are wanted, and matching again with few moves."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    AssignmentProblem,
    InfeasibleError,
    InvalidInputError,
    ProblemError,
    WeekProblem,
    assign,
    assign_weeks,
    explain_weeks,
    rematch_weeks,
    sensitivity,
    verify,
    week_sensitivity,
)

Given = dict[str, np.ndarray]


@st.composite
def tables(draw: st.DrawFn) -> Given:
    n, m, w = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))

    def drawn(values: st.SearchStrategy, *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    often = st.sampled_from([True, True, False])
    return {
        "scores": drawn(st.integers(-3, 6), n, m),
        "capacity": drawn(st.integers(0, 3), m),
        "mentor_weeks": drawn(often, m, w),
        "trainee_weeks": drawn(often, n, w),
        "weekly_capacity": drawn(st.integers(0, 2), m),
        "booked": drawn(st.sampled_from([0, 0, 1]), m, w),
        "forbidden": ~drawn(st.sampled_from([True, True, True, False]), n, m),
    }


def every_choice(of: Given, fixed: dict[int, int]) -> list[tuple[int, int, tuple]]:
    """All allowed choices of (mentor, week) or nothing per trainee, as (matched, worth, choice)."""
    n, m = of["scores"].shape
    options = []
    for i in range(n):
        allowed = [
            (j, w)
            for j, w in product(range(m), range(of["mentor_weeks"].shape[1]))
            if of["mentor_weeks"][j, w] and of["trainee_weeks"][i, w] and not of["forbidden"][i, j]
        ]
        options.append([b for b in allowed if b[0] == fixed[i]] if i in fixed else [None, *allowed])
    found = []
    for choice in product(*options):
        taken = [booking for booking in choice if booking is not None]
        load = np.bincount([j for j, _ in taken], minlength=m)
        crowded = any(taken.count(b) + of["booked"][b] > of["weekly_capacity"][b[0]] for b in taken)
        if not crowded and (load <= of["capacity"]).all():
            worth = sum(int(of["scores"][i, b[0]]) for i, b in enumerate(choice) if b is not None)
            found.append((len(taken), worth, choice))
    return found


@settings(max_examples=300, deadline=None, derandomize=True)
@given(of=tables(), data=st.data())
def test_fixed_pairs_are_chosen_and_the_rest_is_the_best_of_all(of: Given, data: st.DataObject) -> None:
    free = np.argwhere(~of["forbidden"])
    picked = data.draw(st.lists(st.sampled_from(free.tolist()), max_size=2)) if len(free) else []
    fixed = dict(picked)
    weeks = WeekProblem.from_scores(**of, pinned_pairs=[[row, mentor] for row, mentor in fixed.items()])
    choices = every_choice(of, fixed)
    if not choices:
        with pytest.raises(InfeasibleError, match="pinned_pairs"):
            assign_weeks(weeks)
        return
    found = assign_weeks(weeks)
    certificate = verify(weeks.problem, found.solution)
    assert certificate.valid, certificate.violations
    assert certificate.gap == 0
    assert (len(found.bookings), found.total) == max(choice[:2] for choice in choices)
    assert (found.bound, found.gap) == (found.total, 0)
    assert all([row, mentor] in found.bookings[:, :2].tolist() for row, mentor in fixed.items())
    chosen = {i: (j, w) for i, j, w in found.bookings.tolist()}
    assert tuple(chosen.get(i) for i in range(len(of["scores"]))) in [choice for *_, choice in choices]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(of=tables(), data=st.data())
def test_wanted_weeks_are_given_to_as_many_of_the_chosen_as_can_be(of: Given, data: st.DataObject) -> None:
    weeks = WeekProblem.from_scores(**of)
    (n, m), w = of["scores"].shape, weeks.n_weeks
    wanted = [
        (i, data.draw(st.integers(0, m - 1)), data.draw(st.integers(0, w - 1)))
        for i in range(n)
        if data.draw(st.booleans())
    ]
    plain, found = assign_weeks(weeks), assign_weeks(weeks, wanted=wanted)
    assert found.total == plain.total
    mentors = {(i, j) for i, j, _ in found.bookings.tolist()}
    same = [
        choice
        for *_, choice in every_choice(of, {})
        if {(i, b[0]) for i, b in enumerate(choice) if b is not None} == mentors
    ]

    def kept(bookings: list[tuple[int, int, int]]) -> int:
        return sum(booking in wanted for booking in bookings)

    def late(choice: tuple) -> tuple[int, int]:
        bookings = [(i, *b) for i, b in enumerate(choice) if b is not None]
        return -kept(bookings), sum(booking[2] for booking in bookings)

    assert (-kept(list(map(tuple, found.bookings.tolist()))), found.bookings[:, 2].sum()) == min(
        map(late, same)
    )


def test_smallest_rematch_gives_up_no_mentor_that_can_stay_and_moves_few_weeks() -> None:
    scores = np.array([[0.9, 0.1], [0.9, 0.8], [0.9, 0.8]])
    free = np.array([[True, True, True], [True, True, True]])
    before = [(0, 0, 1), (1, 0, 2), (2, 0, 0)]
    weeks = WeekProblem.from_scores(scores, [3, 3], free)
    assert rematch_weeks(weeks, before, float("inf")).moves == ()
    # The mentor cannot come in the last week any more, and nobody else can do without a week.
    gone = WeekProblem.from_scores(scores, [3, 3], free & [[True, True, False], [True, True, True]])
    found, moves = rematch_weeks(gone, before, float("inf"))
    # One of two who are worth as much gives the mentor up.
    given_up = [move for move in moves if move.before and move.after and move.before[0] != move.after[0]]
    assert len(given_up) == 1
    assert given_up[0].trainee in (1, 2)
    assert found.bookings[0].tolist() == [0, 0, 1]
    assert found.total == pytest.approx(2.6)
    # In whichever week, the pair that must stay stays; then another one goes.
    held = WeekProblem.from_scores(
        scores, [3, 3], free & [[True, True, False], [True, True, True]], pinned_pairs=[[1, 0], [0, 0]]
    )
    found, moves = rematch_weeks(held, before, 0.05)
    assert [(move.trainee, move.after) for move in moves] == [(1, (0, 0)), (2, (1, 0))]
    assert found.total == pytest.approx(2.6)


def test_bonus_of_a_rematch_is_a_share_of_the_scores_whatever_must_be_chosen() -> None:
    scores = [[0.50, 0.60], [0.50, 0.40], [0.55, 0.45]]
    free = np.ones((2, 2), dtype=bool)
    for fixed in ([], [[2, 0]]):
        weeks = WeekProblem.from_scores(scores, [2, 2], free, pinned_pairs=fixed)
        # A tenth is gained by the exchange: worth it at 0.05 of the spread, not at all of it.
        assert rematch_weeks(weeks, [(0, 0, 0), (2, 0, 1)], 0.05).found.bookings[0, 1] == 1
        assert rematch_weeks(weeks, [(0, 0, 0), (2, 0, 1)], 1.0).found.bookings[0, 1] == 0


def test_week_that_people_from_elsewhere_fill_is_full() -> None:
    weeks = WeekProblem.from_scores([[0.9]], [1], [[True]], booked=[[1]])
    found = assign_weeks(weeks)
    assert found.bookings.tolist() == []
    reason = explain_weeks(weeks, found, 0, 0)
    assert (reason.code, reason.full_weeks, reason.rivals) == ("WEEK_FULL", (0,), ())
    assert [repair.code for repair in explain_weeks(weeks, found, 0).repairs] == ["ADD_WEEK_PLACE"]


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("BOOKED_NOT_WHOLE", {"booked": [[0, -1]]}),
        ("BOOKED_NOT_WHOLE", {"booked": [0]}),
        ("PINNED_PAIRS_OVER_NEED", {"pinned_pairs": [[0, 0], [0, 1]]}),
        ("PINNED_PAIRS_OVER_NEED", {"pinned_pairs": [[0, 0]], "need": 2}),
        ("PINNED_PAIRS_FORBIDDEN", {"pinned_pairs": [[0, 0]], "forbidden": [[0, 0]]}),
        ("PINNED_PAIRS_OUT_OF_RANGE", {"pinned_pairs": [[0, 2]]}),
    ],
)
def test_wrong_pins_and_bookings_are_refused_with_codes_of_their_own(code: str, more: dict) -> None:
    with pytest.raises(ProblemError) as refused:
        WeekProblem.from_scores([[0.9, 0.8]], [1, 1], np.ones((2, 2), bool), **more)
    assert refused.value.code == code


@pytest.mark.parametrize("wanted", [[(0, 0, 2)], [(1, 0, 0)], [(0, 0)], [(0.0, 0.0, 0.0)]])
def test_wanted_weeks_outside_the_problem_are_refused(wanted: list) -> None:
    weeks = WeekProblem.from_scores([[0.9]], [1], [[True, True]])
    with pytest.raises(ProblemError) as refused:
        assign_weeks(weeks, wanted=wanted)
    assert refused.value.code == "WANTED_BOOKINGS"


def test_trust_of_mentors_is_that_of_the_match_without_weeks_where_weeks_bind_nobody() -> None:
    random = np.random.default_rng(3)
    scores = random.random((12, 4))
    draws = scores + random.normal(0, 0.05, (30, 12, 4))
    plain = AssignmentProblem.from_scores(scores, [3] * 4)
    weeks = WeekProblem.from_scores(scores, [3] * 4, np.ones((4, 3), bool), weekly_capacity=3)
    ours, theirs = (
        week_sensitivity(weeks, assign_weeks(weeks), draws),
        sensitivity(plain, assign(plain), draws),
    )
    for name in ("pairs", "stays", "runner_up", "firm", "pinned"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    np.testing.assert_allclose(ours.margin, theirs.margin)


def test_pairs_that_are_fixed_count_as_pinned_and_full_weeks_make_the_others_firm() -> None:
    free = np.array([[True, False], [False, True]])
    weeks = WeekProblem.from_scores([[0.6, 0.5], [0.5, 0.6]], [2, 2], free, pinned_pairs=[[0, 0]])
    marks = week_sensitivity(weeks, assign_weeks(weeks), [[[0.1, 0.9], [0.9, 0.1]]])
    assert marks.pinned.tolist() == [True, False]
    # The other mentor's only week is taken, so nobody else comes next.
    assert (marks.firm.tolist(), marks.runner_up.tolist()) == ([True, True], [-1, -1])


def test_pairs_that_are_fixed_stay_however_much_larger_the_drawn_scores_are() -> None:
    weeks = WeekProblem.from_scores([[1e-4], [1e-4]], [1], [[True]], pinned_pairs=[[0, 0]])
    marks = week_sensitivity(weeks, assign_weeks(weeks), [[[0.1], [0.9]], [[-3.0], [2.0]]])
    assert (marks.pairs.tolist(), marks.stays.tolist()) == ([[0, 0]], [1.0])


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (4, 2), (2, 4)])
@pytest.mark.parametrize("objective", ["coverage_then_total", "balanced_load"])
def test_drawn_scores_of_another_shape_are_refused(objective: str, shape: tuple[int, int]) -> None:
    weeks = WeekProblem.from_scores([[0.5, 0.4], [0.3, 0.2]], [1, 1], np.ones((2, 2), bool))
    with pytest.raises(InvalidInputError, match="'draws' parameter of sensitivity must be scores of shape"):
        week_sensitivity(weeks, assign_weeks(weeks, objective), np.ones((1, *shape)))
