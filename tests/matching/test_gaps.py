import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import InvalidInputError, topic_gaps


def test_gap_is_the_sum_of_needs_less_the_places_of_those_who_know() -> None:
    need = [[1.0, 0.2, 0.0], [0.8, 0.0, 0.0], [0.6, 0.2, 0.5]]
    strength = [[0.8, 1.0, 0.0], [0.4, 0.0, 0.0]]
    gaps = topic_gaps(need, strength, [1, 2], content_hours=[2, 0.5, 0])
    assert gaps.demand == pytest.approx([2.4, 0.4, 0.5])
    assert gaps.supply == pytest.approx([1.6, 1.0, 0.0])
    assert gaps.places_short.tolist() == [1, 0, 1]
    assert gaps.n_mentors.tolist() == [1, 1, 0]
    assert gaps.content_hours.tolist() == [2, 0.5, 0]
    assert gaps.order.tolist() == [0, 2, 1]


def test_mentor_without_a_free_place_supplies_nothing() -> None:
    gaps = topic_gaps([[1.0]], [[1.0]], [0])
    assert (gaps.supply.tolist(), gaps.n_mentors.tolist(), gaps.places_short.tolist()) == ([0.0], [0], [1])


def test_rounding_errors_ask_for_no_further_place() -> None:
    # 0.1 + 0.2 is a little more than 0.3.
    assert topic_gaps([[0.1], [0.2]], [[0.3]], [1]).places_short.tolist() == [0]


def test_nobody_answered_and_no_mentor_is_no_gap() -> None:
    gaps = topic_gaps(np.zeros((0, 2)), np.zeros((0, 2)), [])
    assert gaps.places_short.tolist() == [0, 0]
    assert gaps.order.tolist() == [0, 1]


def test_with_two_kinds_each_is_asked_for_and_who_is_both_stands_in_where_most_is_missing() -> None:
    """Two trainees who need one topic wholly: two of theory and two of practice are asked for."""
    need, strong = [[1.0], [1.0]], [[1.0]] * 3
    theory, practice, both, nothing = [True, False], [False, True], [True, True], [False, False]

    def short(*kinds: list[bool], free: int = 1) -> int:
        gaps = topic_gaps(need, strong[: len(kinds)], [free] * len(kinds), mentor_kinds=list(kinds))
        assert gaps.demand.tolist() == [4.0]
        return int(gaps.places_short[0])

    assert short(theory, practice) == 2
    # Two more of theory than are asked for give nothing to practice.
    assert short(theory, theory, theory) == 2
    assert short(theory, both, both) == 1
    assert short(both, free=4) == 0
    assert short(nothing, free=9) == 4
    assert topic_gaps(need, [[1.0]], [9], mentor_kinds=[nothing]).supply.tolist() == [0.0]
    one_kind = topic_gaps(need, strong, [1, 1, 1], mentor_kinds=[[True]] * 3)
    plain = topic_gaps(need, strong, [1, 1, 1])
    assert one_kind.places_short.tolist() == plain.places_short.tolist() == [0]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 4), st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=5))
def test_places_short_of_two_kinds_are_what_the_best_filling_leaves_open(
    n_trainees: int, mentors: list[tuple[int, bool, bool]]
) -> None:
    gaps = topic_gaps(
        np.ones((n_trainees, 1)),
        np.ones((len(mentors), 1)),
        [free for free, _, _ in mentors],
        mentor_kinds=np.array([kinds for _, *kinds in mentors], dtype=bool).reshape(len(mentors), 2),
    )
    only = [sum(free for free, *kinds in mentors if kinds == own) for own in ([True, False], [False, True])]
    shared = sum(free for free, theory, practice in mentors if theory and practice)
    best = max(
        sum(min(n_trainees, own + more) for own, more in zip(only, (given, shared - given), strict=True))
        for given in range(shared + 1)
    )
    assert gaps.places_short[0] == 2 * n_trainees - best


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 6), st.integers(0, 4), st.integers(1, 4), st.data())
def test_gaps_are_what_counting_place_by_place_finds(
    n_trainees: int, n_mentors: int, n_topics: int, data: st.DataObject
) -> None:
    share = st.integers(0, 4).map(lambda quarter: quarter / 4)
    row = st.lists(share, min_size=n_topics, max_size=n_topics)
    need = data.draw(st.lists(row, min_size=n_trainees, max_size=n_trainees))
    strength = data.draw(st.lists(row, min_size=n_mentors, max_size=n_mentors))
    free = data.draw(st.lists(st.integers(0, 3), min_size=n_mentors, max_size=n_mentors))
    gaps = topic_gaps(
        np.reshape(need, (n_trainees, n_topics)), np.reshape(strength, (n_mentors, n_topics)), free
    )
    for topic in range(n_topics):
        demand = sum(person[topic] for person in need)
        supply = sum(
            mentor[topic] for mentor, places in zip(strength, free, strict=True) for _ in range(places)
        )
        assert gaps.places_short[topic] == max(math.ceil(demand - supply), 0)
    open_gaps = (gaps.demand - gaps.supply)[gaps.order]
    assert (np.diff(open_gaps) <= 1e-9).all()


@pytest.mark.parametrize(
    ("need", "strength", "free", "named"),
    [
        ([[1.2]], [[1.0]], [1], "need"),
        ([[1.0]], [[1.0, 1.0]], [1], "strength"),
        ([[1.0]], [[1.0]], [-1], "free"),
    ],
)
def test_wrong_shapes_and_ranges_are_refused(
    need: list[list[float]], strength: list[list[float]], free: list[int], named: str
) -> None:
    with pytest.raises(InvalidInputError, match=named):
        topic_gaps(need, strength, free)
