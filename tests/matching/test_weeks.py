"""Who with whom in which week: the best of all bookings, nobody booked twice, and reasons that speak of weeks."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    AssignmentProblem,
    InvalidInputError,
    ProblemError,
    WeekProblem,
    assign,
    assign_weeks,
    explain_weeks,
    rematch,
    verify,
)

OBJECTIVES = ("coverage_then_total", "total")


@st.composite
def week_problems(draw: st.DrawFn, pins: bool = True) -> WeekProblem:
    n, m, w = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.integers(1, 3))

    def drawn(values: st.SearchStrategy, *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    often = st.sampled_from([True, True, False])
    given = {
        "scores": drawn(st.integers(-2, 5), n, m),
        "capacity": drawn(st.integers(0, 3), m),
        "mentor_weeks": drawn(often, m, w),
        "trainee_weeks": drawn(often, n, w),
        "weekly_capacity": drawn(st.integers(0, 2), m),
        "forbidden": ~drawn(st.sampled_from([True, True, True, False]), n, m),
    }
    if pins and draw(st.booleans()):
        given["pinned"] = [[0, 0, 0]]
        try:
            return WeekProblem.from_scores(**given)
        except ProblemError:
            del given["pinned"]
    return WeekProblem.from_scores(**given)


def every_booking(weeks: WeekProblem, more: tuple[int, int] | None = None) -> list[tuple[int, int, tuple]]:
    """All allowed choices of one (mentor, week) or nothing per trainee, as (booked, units, choice).

    `more` is a (mentor, week) with one place more.
    """
    problem, found = weeks.problem, []
    pins = {(int(i), *divmod(int(c), weeks.n_weeks)) for i, c in problem.pinned}
    options = []
    for i in range(problem.n_trainees):
        allowed = [
            (j, w)
            for j, w in product(range(len(weeks.capacity)), range(weeks.n_weeks))
            if weeks.mentor_weeks[j, w] and weeks.trainee_weeks[i, w] and not weeks.forbidden[i, j]
        ]
        own = [(j, w) for t, j, w in pins if t == i]
        options.append(own or [None, *allowed])
    units = problem.units[:, :: weeks.n_weeks]
    for choice in product(*options):
        taken = [booking for booking in choice if booking is not None]
        held = [sum(1 for j, _ in taken if j == mentor) for mentor in range(len(weeks.capacity))]
        crowded = any(
            taken.count(booking) > weeks.weekly_capacity[booking[0]] + (booking == more) for booking in taken
        )
        if not crowded and all(np.array(held) <= weeks.capacity):
            worth = sum(int(units[i, b[0]]) for i, b in enumerate(choice) if b is not None)
            found.append((len(taken), worth, choice))
    return found


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_bookings_are_the_best_of_all_and_as_early_as_their_mentors_allow(objective, data):
    weeks = data.draw(week_problems())
    counted = objective == "coverage_then_total"
    choices = every_booking(weeks)
    best = max((count * counted, units) for count, units, _ in choices)
    found = assign_weeks(weeks, objective)
    certificate = verify(weeks.problem, found.solution)
    assert certificate.valid, certificate.violations
    assert (found.solution.matched * counted, found.solution.total) == best
    mentors = {(int(i), int(j)) for i, j, _ in found.bookings}
    sums = [
        sum(booking[1] for booking in choice if booking)
        for _, _, choice in choices
        if {(i, booking[0]) for i, booking in enumerate(choice) if booking} == mentors
    ]
    assert found.bookings[:, 2].sum() == min(sums)
    np.testing.assert_array_equal(found.bookings, weeks.bookings(found.solution.pairs))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_reasons_are_true_in_every_week(data):
    weeks = data.draw(week_problems())
    found = assign_weeks(weeks)
    choices = every_booking(weeks)
    best = max((count, units) for count, units, _ in choices)
    booked = {(int(i), int(j)): int(w) for i, j, w in found.bookings}
    load = np.zeros(weeks.mentor_weeks.shape, int)
    np.add.at(load, tuple(found.bookings[:, 1:].T), 1)
    for i, j in product(range(weeks.problem.n_trainees), range(len(weeks.capacity))):
        reason = explain_weeks(weeks, found, i, j)
        both = [w for w in range(weeks.n_weeks) if weeks.mentor_weeks[j, w] and weeks.trainee_weeks[i, w]]
        assert reason.weeks == tuple(both)
        assert (reason.code == "CHOSEN") == ((i, j) in booked)
        if reason.code == "CHOSEN":
            assert reason.week == booked[i, j]
            continue
        assert (reason.code == "FORBIDDEN") == bool(weeks.forbidden[i, j])
        if reason.code in ("FORBIDDEN", "NO_CAPACITY", "NO_COMMON_WEEK"):
            assert reason.code != "NO_COMMON_WEEK" or not both
            continue
        full = [w for w in both if load[j, w] >= weeks.weekly_capacity[j]]
        assert reason.full_weeks == tuple(full)
        assert (reason.code == "WEEK_FULL") == (full == both)
        if reason.code == "MENTOR_FULL":
            assert load[j].sum() == weeks.capacity[j]
        values = [(c, u) for c, u, choice in choices if choice[i] and choice[i][0] == j]
        check_price(reason, values, best)
        check_moves(reason, found)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_repairs_are_those_changes_that_book_the_trainee_and_what_they_bring(data):
    weeks = data.draw(week_problems(pins=False))
    found = assign_weeks(weeks)
    best = max((count, units) for count, units, _ in every_booking(weeks))
    for trainee in found.solution.unmatched.tolist():
        repairs = explain_weeks(weeks, found, trainee).repairs
        assert [repair.change for repair in repairs] == sorted((r.change for r in repairs), reverse=True)
        offered = {(repair.code, repair.mentor, repair.week): repair.change for repair in repairs}
        assert len(offered) == len(repairs)
        people = {*found.bookings[:, 0].tolist(), trainee}
        for change in every_change(weeks, trainee):
            values = [
                units
                for _, units, choice in every_booking(*repaired(weeks, trainee, *change))
                if {i for i, booking in enumerate(choice) if booking} == people
                and within(change, trainee, choice)
            ]
            if values:
                assert offered[change] == max(values) - best[1]
            else:
                assert change not in offered


def within(change, trainee, choice) -> bool:
    """Whether a choice uses no more of a repaired problem than the change says: one mentor, or one place."""
    code, mentor, week = change
    if code in ("ALLOW_PAIR", "FREE_TRAINEE_WEEK"):
        return choice[trainee] == (mentor, week)
    return code != "FREE_MENTOR_WEEK" or choice.count((mentor, week)) <= 1


def every_change(weeks, trainee):
    for j in range(len(weeks.capacity)):
        yield "ADD_PLACE", j, None
        for w in range(weeks.n_weeks):
            if weeks.forbidden[trainee, j]:
                if weeks.trainee_weeks[trainee, w]:
                    yield "ALLOW_PAIR", j, w
            elif not weeks.trainee_weeks[trainee, w]:
                yield "FREE_TRAINEE_WEEK", j, w
            if weeks.weekly_capacity[j]:
                yield ("ADD_WEEK_PLACE" if weeks.mentor_weeks[j, w] else "FREE_MENTOR_WEEK"), j, w


def repaired(weeks, trainee, code, mentor, week):
    """The week problem after a change, and the (mentor, week) with one place more."""
    capacity, forbidden = weeks.capacity.copy(), weeks.forbidden.copy()
    mentor_weeks, trainee_weeks = weeks.mentor_weeks.copy(), weeks.trainee_weeks.copy()
    if code == "ADD_PLACE":
        capacity[mentor] += 1
    if code == "ALLOW_PAIR":
        forbidden[trainee, mentor] = False
    if code == "FREE_TRAINEE_WEEK":
        trainee_weeks[trainee, week] = True
    if code == "FREE_MENTOR_WEEK":
        mentor_weeks[mentor, week] = True
    more = (mentor, week) if code == "ADD_WEEK_PLACE" else None
    scores = weeks.problem.units[:, :: weeks.n_weeks]
    changed = WeekProblem.from_scores(
        scores, capacity, mentor_weeks, trainee_weeks, weeks.weekly_capacity, forbidden=forbidden
    )
    return changed, more


def check_price(reason, values, best) -> None:
    if not values:
        assert reason.week is None
        assert np.isnan(reason.price)
    elif max(values)[0] < best[0]:
        assert np.isneginf(reason.price)
    else:
        assert reason.price == max(values)[1] - best[1]


def check_moves(reason, found) -> None:
    after = {(int(i), (int(j), int(w))) for i, j, w in found.bookings}
    for move in reason.moves:
        after -= {(move.trainee, move.before)}
        after |= {(move.trainee, move.after)} if move.after else set()
    if reason.week is not None:
        assert (reason.trainee, (reason.mentor, reason.week)) in after


def test_mentor_who_is_free_in_one_week_only_and_full_is_said_so():
    mentor_weeks = np.zeros((1, 20), bool)
    mentor_weeks[0, 14] = True
    weeks = WeekProblem.from_scores([[0.9], [0.8]], [2], mentor_weeks)
    found = assign_weeks(weeks)
    assert found.bookings.tolist() == [[0, 0, 14]]
    reason = explain_weeks(weeks, found, 1, 0)
    assert (reason.code, reason.weeks, reason.full_weeks, reason.rivals) == ("WEEK_FULL", (14,), (14,), (0,))
    assert reason.week == 14
    assert reason.price == pytest.approx(-0.1)
    assert [(move.trainee, move.before, move.after) for move in reason.moves] == [
        (0, (0, 14), None),
        (1, None, (0, 14)),
    ]
    left = explain_weeks(weeks, found, 1)
    assert (left.code, left.mentors[0].code) == ("ALL_FULL", "WEEK_FULL")


def test_unmatched_are_told_whether_weeks_bans_or_places_are_missing():
    free = np.array([[True, False, False]])
    away = WeekProblem.from_scores([[1]], [1], free, trainee_weeks=~free)
    assert explain_weeks(away, assign_weeks(away), 0).code == "NO_COMMON_WEEK"
    banned = WeekProblem.from_scores([[1]], [1], free, forbidden=[[0, 0]])
    assert explain_weeks(banned, assign_weeks(banned), 0).code == "ALL_FORBIDDEN"
    nobody = WeekProblem.from_scores([[1]], [0], free)
    assert explain_weeks(nobody, assign_weeks(nobody), 0).code == "NO_MENTORS"
    unwanted = WeekProblem.from_scores([[-1]], [1], free)
    assert explain_weeks(unwanted, assign_weeks(unwanted, "total"), 0).code == "NOT_WORTH_IT"
    total = WeekProblem.from_scores([[2], [1]], [1], [[True, True]])
    full = explain_weeks(total, assign_weeks(total), 1, 0)
    assert (full.code, full.full_weeks, full.rivals) == ("MENTOR_FULL", (0,), (0,))


def test_minimum_load_counts_all_weeks_together():
    free = np.ones((2, 2), bool)
    weeks = WeekProblem.from_scores([[9, 1], [9, 1], [9, 1]], [3, 3], free, minimum_load=[0, 2])
    assert sorted(assign_weeks(weeks).bookings[:, 1].tolist()) == [0, 1, 1]


def test_equal_weeks_are_filled_from_the_first_whatever_the_order_of_trainees():
    scores = np.full((6, 2), 0.5)
    found = assign_weeks(WeekProblem.from_scores(scores, [3, 3], np.ones((2, 9), bool)))
    assert sorted(found.bookings[:, 1:].tolist()) == [[j, w] for j in range(2) for w in range(3)]


def test_answer_is_the_same_every_time_and_at_cohort_size_proven():
    random = np.random.default_rng(3)
    scores = random.random((64, 20)).round(1)
    mentor_weeks, trainee_weeks = random.random((20, 8)) < 0.5, random.random((64, 8)) < 0.5
    first, second = (
        assign_weeks(WeekProblem.from_scores(scores, [4] * 20, mentor_weeks, trainee_weeks)) for _ in range(2)
    )
    assert first.bookings.tobytes() == second.bookings.tobytes()
    trainees, mentors, found = first.bookings.T
    assert (mentor_weeks[mentors, found] & trainee_weeks[trainees, found]).all()
    assert len(np.unique(first.bookings[:, 1:], axis=0)) == len(first.bookings)
    assert np.bincount(mentors).max() <= 4
    assert len(np.unique(trainees)) == len(trainees)


def test_mentors_whose_weeks_are_all_free_and_wide_are_an_ordinary_match():
    random = np.random.default_rng(4)
    scores = random.random((12, 4))
    wide = WeekProblem.from_scores(scores, [4] * 4, np.ones((4, 3), bool), weekly_capacity=4)
    plain = assign(AssignmentProblem.from_scores(scores, [4] * 4))
    found = assign_weeks(wide)
    assert (found.bookings[:, :2] == plain.pairs).all()
    assert (found.bookings[:, 2] == 0).all()
    assert found.solution.total == plain.total


def test_bookings_are_matched_again_with_few_moves():
    free = np.array([[True, True, False], [True, False, False]])
    before = assign_weeks(WeekProblem.from_scores([[9, 2], [8, 2]], [2, 1], free))
    assert before.bookings.tolist() == [[0, 0, 0], [1, 0, 1]] or before.bookings.tolist() == [
        [0, 0, 1],
        [1, 0, 0],
    ]
    # The mentor cannot come in the second week any more.
    now = WeekProblem.from_scores([[9, 2], [8, 2]], [2, 1], free & [True, False, False])
    found = rematch(now.problem, before.solution.pairs, float("inf"))
    assert found.n_moved == 1
    assert sorted(now.bookings(found.solution.pairs)[:, 2].tolist()) == [0, 0]


@pytest.mark.parametrize("shape", [(0, 2, 3), (2, 0, 3), (2, 2, 0)])
def test_empty_sides_give_an_empty_answer(shape):
    n, m, w = shape
    weeks = WeekProblem.from_scores(np.zeros((n, m)), np.ones(m, int), np.ones((m, w), bool))
    found = assign_weeks(weeks)
    assert found.bookings.shape == (0, 3)
    assert found.solution.unmatched.tolist() == list(range(n))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("MENTOR_WEEKS_SHAPE", {"mentor_weeks": [[True, True]]}),
        ("MENTOR_WEEKS_SHAPE", {"mentor_weeks": [True, True]}),
        ("MENTOR_WEEKS_NOT_BOOLEAN", {"mentor_weeks": [[1, 1], [1, 0]]}),
        ("TRAINEE_WEEKS_SHAPE", {"trainee_weeks": [[True], [True]]}),
        ("TRAINEE_WEEKS_NOT_BOOLEAN", {"trainee_weeks": [[1.0, 1.0], [1.0, 0.0]]}),
        ("WEEKLY_CAPACITY_SHAPE", {"weekly_capacity": [1, 1, 1]}),
        ("WEEKLY_CAPACITY_NOT_WHOLE", {"weekly_capacity": -1}),
        ("WEEKLY_CAPACITY_NOT_WHOLE", {"weekly_capacity": [0.5, 1.0]}),
        ("CAPACITY_NEGATIVE", {"capacity": [-1, 1]}),
        ("PINNED_WEEKS_SHAPE", {"pinned": [[0, 0]]}),
        ("PINNED_WEEKS_OUT_OF_RANGE", {"pinned": [[0, 0, 2]]}),
        ("PINNED_WEEKS_NOT_FREE", {"pinned": [[0, 1, 1]]}),
        ("PINNED_WEEKS_NOT_FREE", {"pinned": [[0, 0, 0]], "forbidden": [[0, 0]]}),
        ("PINS_OVER_CAPACITY", {"pinned": [[0, 0, 0], [1, 0, 0]]}),
        ("PINS_OVER_COLUMN_GROUPS", {"pinned": [[0, 0, 0], [1, 0, 1]], "capacity": [1, 1]}),
    ],
)
def test_wrong_parameters_are_refused_with_codes_of_their_own(code, change):
    given = {"scores": np.ones((2, 2)), "capacity": [2, 2], "mentor_weeks": [[True, True], [True, False]]}
    with pytest.raises(ProblemError) as caught:
        WeekProblem.from_scores(**(given | change))
    assert caught.value.code == code


def test_explanations_outside_the_problem_are_refused():
    weeks = WeekProblem.from_scores([[1]], [1], [[True]])
    found = assign_weeks(weeks)
    for trainee, mentor in ((1, 0), (0, 1), (-1, None), (0, None)):
        with pytest.raises(InvalidInputError, match="parameter of explain_weeks must be"):
            explain_weeks(weeks, found, trainee, mentor)


def test_callers_arrays_stay_as_they_are():
    free = np.array([[True, False]])
    weeks = WeekProblem.from_scores([[1]], [1], free)
    assert free.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        weeks.mentor_weeks[0, 0] = False


def test_two_mentors_of_a_trainee_come_in_two_weeks():
    one_week_each = np.array([[True, False], [True, False], [False, True]])
    weeks = WeekProblem.from_scores([[9, 8, 1]], [1, 1, 1], one_week_each, need=2)
    assert assign_weeks(weeks).bookings.tolist() == [[0, 0, 0], [0, 2, 1]]


@pytest.mark.parametrize("objective", ["worst_off_then_total", "leximin"])
def test_earliest_weeks_keep_the_proof_of_other_objectives(objective):
    random = np.random.default_rng(5)
    weeks = WeekProblem.from_scores(random.random((12, 4)).round(1), [4] * 4, random.random((4, 5)) < 0.7)
    found = assign_weeks(weeks, objective)
    certificate = verify(weeks.problem, found.solution)
    assert certificate.valid, certificate.violations


@pytest.mark.parametrize("seed", range(12))
def test_two_mentors_and_their_weeks_are_the_best_of_all(seed):
    random = np.random.default_rng(seed)
    scores = random.integers(1, 9, (2, 3))
    free, own = random.random((3, 2)) < 0.8, random.random((2, 2)) < 0.9
    weeks = WeekProblem.from_scores(scores, [1, 2, 1], free, own, need=2)
    found = assign_weeks(weeks)
    certificate = verify(weeks.problem, found.solution)
    assert certificate.valid, certificate.violations
    slots = list(product(range(3), range(2)))
    best = (0, 0)
    for chosen in product([None, *slots], repeat=4):
        given = [(place // 2, *slot) for place, slot in enumerate(chosen) if slot]
        by_week, by_mentor = [(i, w) for i, _, w in given], [(i, j) for i, j, _ in given]
        held = [[j for _, j, _ in given].count(j) for j in range(3)]
        if (
            len(set(by_week)) == len(set(by_mentor)) == len(given)
            and len({(j, w) for _, j, w in given}) == len(given)
            and all(free[j, w] and own[i, w] for i, j, w in given)
            and all(np.array(held) <= [1, 2, 1])
        ):
            best = max(best, (len(given), sum(int(scores[i, j]) for i, j, _ in given)))
    assert (found.solution.matched, found.solution.total) == best
    assert len({(i, w) for i, _, w in found.bookings.tolist()}) == len(found.bookings)
