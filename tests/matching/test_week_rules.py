"""Weeks with two seats, limits, persons on both sides and every objective: the best of all bookings, and proven so."""

from contextlib import ExitStack
from itertools import product
from unittest.mock import patch

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
from matching.problem import linear_prices
from matching.solver import programme
from matching.solver.assignment import OBJECTIVES
from matching.solver.network import Cell

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
        labels = given["groups"].labels
        of_group = [(mentor, labels[row]) for row, mentor, _ in choice]
        most = np.broadcast_to(given["groups"].limit, (m, int(np.max(labels)) + 1))
        if any(of_group.count(cell) > most[cell] for cell in of_group):
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
    _compare_with_all_bookings(objective, *data.draw(ruled_weeks()))


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_few_columns_of_a_programme_lead_to_the_best_of_all(objective, data):
    weeks, given = data.draw(ruled_weeks())
    with ExitStack() as small:
        for module, name in ((programme, "_FEW"), (programme, "_EACH"), (linear_prices, "_FEW")):
            small.enter_context(patch.object(module, name, 1))
        small.enter_context(patch.multiple(linear_prices, _FIRST=1, _MORE=1))
        _compare_with_all_bookings(objective, weeks, given)


def _compare_with_all_bookings(objective: str, weeks: WeekProblem, given: dict) -> None:
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


@pytest.mark.parametrize("objective", ["coverage_then_total", "total", "leximin"])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_repairs_are_all_single_changes_that_are_enough(objective, data):
    weeks, given = data.draw(ruled_weeks(pins=False))
    choices = every_booking(given)
    if not choices:
        return
    found = assign_weeks(weeks, objective)
    chosen = [tuple(map(int, each)) for each in found.bookings]
    moving = weeks.is_flow and objective != "leximin" and "same_person" not in given
    for row in found.solution.unmatched.tolist():
        # The best first; a limit on several mentors is told with each of them.
        told, expected = {}, {}
        for repair in explain_weeks(weeks, found, row).repairs:
            told.setdefault(_key(repair), repair.change)
        for repair in _changes(given, row):
            gain = _gain(_repaired(given, row, repair), objective, chosen, row, repair, moving)
            if gain is not None:
                key = _key(repair)
                expected[key] = max(gain, expected.get(key, gain))
        if moving and objective == "total":
            # Who could have a place that adds nothing is told no repair.
            expected = {key: gain for key, gain in expected.items() if key in told}
        assert told.keys() == expected.keys()
        assert told == pytest.approx(expected)


def _key(repair: WeekRepair) -> tuple:
    """What a repair changes: a limit on mentors over weeks and a ban are changed once for all weeks."""
    whole = repair.code == "ALLOW_PAIR" or repair.week is None
    mentor = None if repair.limit and repair.limit.parameter == "column_groups" else repair.mentor
    return repair.code, mentor, None if whole else repair.week, repair.limit


def _changes(given: dict, row: int) -> list[WeekRepair]:
    """Every single change that there is around a trainee."""
    m, w = given["mentor_weeks"].shape
    found = []
    for mentor in range(m):
        found.append(WeekRepair("ADD_PLACE", mentor, None, 0.0))
        if given["forbidden"][row, mentor]:
            found.append(WeekRepair("ALLOW_PAIR", mentor, None, 0.0))
        if given.get("minimum_load", np.zeros(m))[mentor]:
            found.append(WeekRepair("LOWER_MINIMUM", mentor, None, 0.0))
        if "groups" in given:
            cell = Cell("groups", 0, int(given["groups"].labels[row]), mentor)
            found.append(WeekRepair("RAISE_QUOTA", mentor, None, 0.0, cell))
        for week in range(w):
            free = given["mentor_weeks"][mentor, week]
            found.append(WeekRepair("ADD_WEEK_PLACE" if free else "FREE_MENTOR_WEEK", mentor, week, 0.0))
            if not given["trainee_weeks"][row, week] and not given["forbidden"][row, mentor]:
                found.append(WeekRepair("FREE_TRAINEE_WEEK", mentor, week, 0.0))
    if "column_groups" in given:
        place = int("groups" in given)
        found += [
            WeekRepair("RAISE_QUOTA", mentor, None, 0.0, Cell("column_groups", place, 0, 0))
            for mentor in range(m)
        ]
    return found


def _gain(
    given: dict, objective: str, chosen: list[Booking], row: int, repair: WeekRepair, moving: bool
) -> float | None:
    """What the total gains by a change with this trainee matched and nobody left out, or None if it is not enough.

    Without `moving` everybody else stays, and the trainee comes to this mentor. What is freed or allowed for a pair
    brings that pair.
    """
    mentor, pair = repair.mentor, repair.code in ("FREE_TRAINEE_WEEK", "ALLOW_PAIR")
    rows = {each[0] for each in chosen} | {row}
    before = sum(given["scores"][each[:2]] for each in chosen)
    if moving:
        found = [each for each in every_booking(given) if {one[0] for one in each} == rows]
        found = [each for each in found if not pair or any(one[:2] == (row, mentor) for one in each)]
    else:
        mine = [(row, mentor, week) for week in range(given["mentor_weeks"].shape[1])]
        found = [
            (*chosen, each) for each in mine if _is_open(given, each) and _allowed(given, [*chosen, each])
        ]
    gains = [sum(given["scores"][one[:2]] for one in each) - before for each in found]
    best = max(gains, default=None)
    return None if best is None or (objective == "total" and best <= 0) else float(best)


def _is_open(given: dict, booking: Booking) -> bool:
    row, mentor, week = booking
    return bool(
        given["trainee_weeks"][row, week]
        and given["mentor_weeks"][mentor, week]
        and not given["forbidden"][row, mentor]
    )


def _repaired(given: dict, row: int, repair: WeekRepair) -> dict:
    """What a repair says, done."""
    more = {name: np.array(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    changed, mentor, week = {**given, **more}, repair.mentor, repair.week
    if repair.code == "ADD_PLACE":
        changed["capacity"][mentor] += 1
    elif repair.code == "ADD_WEEK_PLACE":
        changed["weekly_capacity"][mentor] += 1
        changed["booked"][mentor, np.arange(changed["booked"].shape[1]) != week] += 1
    elif repair.code == "FREE_MENTOR_WEEK":
        changed["mentor_weeks"][mentor, week] = True
        changed["booked"][mentor, week] = given["weekly_capacity"][mentor] - 1
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
