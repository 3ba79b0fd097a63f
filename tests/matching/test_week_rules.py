"""Weeks with two seats, limits, persons on both sides and every objective: the best of all bookings, and proven so."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import (
    ColumnGroups,
    GroupQuota,
    MinimumLoadError,
    WeekProblem,
    WeekRepair,
    assign_weeks,
    explain_weeks,
    verify_weeks,
)
from matching.solver.assignment import OBJECTIVES

Booking = tuple[int, int, int]


@st.composite
def ruled_weeks(draw: st.DrawFn, pins: bool = True) -> tuple[WeekProblem, dict]:
    each = draw(st.sampled_from([1, 2]))
    n, m, w = draw(st.integers(1, 3 if each == 1 else 2)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    rows = n * each

    def drawn(values: st.SearchStrategy, *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    often = st.sampled_from([True, True, True, False])
    free = drawn(often, n, w)
    given = {
        "scores": drawn(st.integers(-1, 4), rows, m),
        "capacity": drawn(st.integers(0, 3), m),
        "mentor_weeks": drawn(often, m, w),
        "trainee_weeks": np.repeat(free, each, axis=0),
        "weekly_capacity": drawn(st.integers(1, 2), m),
        "forbidden": ~drawn(often, rows, m),
        "booked": drawn(st.sampled_from([0, 0, 0, 1]), m, w),
        "same_trainee": np.repeat(np.arange(n), each),
    }
    county = np.repeat(drawn(st.integers(0, min(1, n - 1)), n), each)
    if draw(st.booleans()):
        given["groups"] = GroupQuota(county, draw(st.integers(0, 2)))
    if draw(st.booleans()):
        given["column_groups"] = ColumnGroups(np.zeros(m, np.int64), draw(st.integers(1, 4)))
    if draw(st.booleans()):
        person, mentor = draw(st.integers(0, n - 1)), draw(st.integers(0, m - 1))
        given["same_person"] = [[person * each, mentor]]
        given["forbidden"][person * each : (person + 1) * each, mentor] = True
    if draw(st.booleans()):
        given["minimum_load"] = np.minimum(drawn(st.integers(0, 1), m), given["capacity"])
        if given["minimum_load"].sum() > (min(rows, 1) if "column_groups" in given else rows):
            del given["minimum_load"]
    if pins and draw(st.booleans()):
        row, mentor = draw(st.integers(0, rows - 1)), draw(st.integers(0, m - 1))
        if not given["forbidden"][row, mentor]:
            given["pinned_pairs"] = [[row, mentor]]
    return WeekProblem.from_scores(**given), given


def every_booking(given: dict) -> list[tuple[Booking, ...]]:
    """All choices of (row, mentor, week) that obey the rules as they are described, not as the engine has them."""
    rows, m = given["scores"].shape
    w = given["mentor_weeks"].shape[1]
    pins = dict(map(tuple, given.get("pinned_pairs", [])))
    options = []
    for row in range(rows):
        can = [
            (row, mentor, week)
            for mentor in range(m)
            for week in range(w)
            if not given["forbidden"][row, mentor]
            and given["mentor_weeks"][mentor, week]
            and given["trainee_weeks"][row, week]
            and pins.get(row, mentor) == mentor
        ]
        options.append(can if row in pins else [None, *can])
    choices = ([each for each in choice if each] for choice in product(*options))
    return [tuple(choice) for choice in choices if _allowed(given, choice)]


def _allowed(given: dict, choice: list[Booking]) -> bool:
    m, whose = len(given["capacity"]), given["same_trainee"]
    load = np.bincount([mentor for _, mentor, _ in choice], minlength=m)
    minimum = given.get("minimum_load", np.zeros(m, np.int64))
    if (load > given["capacity"]).any() or (load < minimum).any():
        return False
    for mentor, week in {each[1:] for each in choice}:
        held = sum(each[1:] == (mentor, week) for each in choice)
        if held > given["weekly_capacity"][mentor] - given["booked"][mentor, week]:
            return False
    for place in (1, 2):
        of_trainee = [(whose[each[0]], each[place]) for each in choice]
        if len(set(of_trainee)) < len(of_trainee):
            return False
    if "groups" in given:
        of_group = [(given["groups"].labels[row], mentor) for row, mentor, _ in choice]
        if any(of_group.count(cell) > given["groups"].limit for cell in of_group):
            return False
    if "column_groups" in given and len(choice) > given["column_groups"].capacity:
        return False
    for row, mentor in given.get("same_person", []):
        learns = {week for each, _, week in choice if whose[each] == whose[row]}
        if learns & {week for _, each, week in choice if each == mentor}:
            return False
    return True


def value_of(given: dict, objective: str, choice: tuple[Booking, ...]) -> tuple:
    """What the objective compares; larger is better, pins have no say in the lowest score."""
    pins = {tuple(pair) for pair in given.get("pinned_pairs", [])}
    scores = [int(given["scores"][row, mentor]) for row, mentor, _ in choice]
    free = sorted(int(given["scores"][each[:2]]) for each in choice if each[:2] not in pins)
    if objective == "total":
        return (sum(scores),)
    if objective == "coverage_then_total":
        return len(choice), sum(scores)
    if objective == "worst_off_then_total":
        return len(choice), free[0] if free else 0, sum(scores)
    if objective == "leximin":
        return len(choice), free
    left = given["weekly_capacity"][:, None] - given["booked"]
    weekly = np.where(given["mentor_weeks"], left, 0).sum(axis=1)
    capacity = np.maximum(np.minimum(given["capacity"], weekly), 1)
    load = np.bincount([mentor for _, mentor, _ in choice], minlength=len(capacity))
    cost = sum(
        (2 * k + 1) * 1_000_000 // int(capacity[mentor])
        for mentor, held in enumerate(load)
        for k in range(held)
    )
    return len(choice), -cost, sum(scores)


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_answer_is_the_best_of_all_bookings_and_limited(objective, data):
    weeks, given = data.draw(ruled_weeks())
    choices = every_booking(given)
    if not choices:
        with pytest.raises(MinimumLoadError):
            assign_weeks(weeks, objective)
        return
    found = assign_weeks(weeks, objective)
    chosen = tuple(tuple(map(int, each)) for each in found.bookings)
    assert chosen in choices
    assert value_of(given, objective, chosen) == max(value_of(given, objective, each) for each in choices)
    certificate = verify_weeks(weeks, found)
    assert certificate.valid or certificate.is_bounded, certificate.violations
    assert certificate.primal == found.total
    assert certificate.dual >= found.total


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_forced_pairs_cost_what_the_best_bookings_with_them_do(data):
    weeks, given = data.draw(ruled_weeks(pins=False))
    choices = every_booking(given)
    if not choices:
        return
    found = assign_weeks(weeks)
    most = max(len(each) for each in choices)
    for row, mentor in np.ndindex(*given["scores"].shape):
        reason = explain_weeks(weeks, found, row, mentor)
        having = [each for each in choices if any(one[:2] == (row, mentor) for one in each)]
        if reason.code == "CHOSEN" or reason.week is None:
            # What cannot be forced at all is so in no choice; full limits alone are told without a price.
            assert reason.code == "CHOSEN" or not having or reason.code in ("OTHER_MENTOR", "NO_CAPACITY")
            continue
        best = max(value_of(given, "coverage_then_total", each) for each in having)
        if best[0] < most:
            assert np.isneginf(reason.price)
        else:
            assert reason.price == pytest.approx(best[1] - found.total)


@pytest.mark.parametrize("objective", ["coverage_then_total", "leximin"])
@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_unmatched_are_told_what_stands_against_each_mentor_and_repairs_that_are_enough(objective, data):
    weeks, given = data.draw(ruled_weeks(pins=False))
    if not every_booking(given):
        return
    found = assign_weeks(weeks, objective)
    for row in found.solution.unmatched.tolist():
        reason = explain_weeks(weeks, found, row)
        assert [one.mentor for one in reason.mentors] == list(range(len(given["capacity"])))
        assert all(one.code != "CHOSEN" for one in reason.mentors)
        for repair in reason.repairs:
            repaired = WeekProblem.from_scores(**_repaired(given, row, repair))
            again = assign_weeks(repaired, "coverage_then_total")
            assert again.solution.matched > found.solution.matched, repair


def _repaired(given: dict, row: int, repair: WeekRepair) -> dict:
    """What a repair says, done."""
    more = {name: np.array(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    changed, mentor, week = {**given, **more}, repair.mentor, repair.week
    if repair.code == "ADD_PLACE":
        changed["capacity"][mentor] += 1
    elif repair.code == "ADD_WEEK_PLACE":
        changed["booked"][mentor, week] -= 1
        if changed["booked"][mentor, week] < 0:
            changed["booked"][mentor, week] = 0
            changed["weekly_capacity"][mentor] += 1
    elif repair.code == "FREE_MENTOR_WEEK":
        changed["mentor_weeks"][mentor, week], changed["booked"][mentor, week] = True, 0
    elif repair.code == "FREE_TRAINEE_WEEK":
        changed["trainee_weeks"][row, week] = True
    elif repair.code == "ALLOW_PAIR":
        changed["forbidden"][row, mentor] = False
    elif repair.code == "LOWER_MINIMUM":
        changed["minimum_load"][mentor] -= 1
    else:
        assert repair.limit is not None
        name = repair.limit.parameter
        rule = given[name]
        if name == "column_groups":
            changed[name] = ColumnGroups(rule.labels, rule.capacity + 1)
        else:
            limit = np.full((len(given["capacity"]), int(np.max(rule.labels)) + 1), rule.limit)
            limit[repair.limit.column, repair.limit.row] += 1
            changed[name] = GroupQuota(rule.labels, limit)
    return changed
