import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching import InvalidInputError, heat_map


@st.composite
def answers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    n_people, n_topics, n_groups = draw(st.integers(0, 8)), draw(st.integers(1, 4)), draw(st.integers(0, 3))
    shape = (n_people, n_topics)
    return (
        draw(arrays(float, shape, elements=st.floats(0, 1))),
        draw(arrays(bool, shape)),
        draw(arrays(np.int64, n_people, elements=st.integers(-1, n_groups - 1))),
        n_groups,
    )


@settings(deadline=None, max_examples=80)
@given(answers())
def test_cells_are_what_loops_over_people_find(given_: tuple) -> None:
    need, named, group, n_groups = given_
    heat = heat_map(need, named, group, n_groups)
    for row in range(n_groups):
        people = [person for person in range(len(need)) if group[person] == row]
        assert heat.n_respondents[row] == len(people)
        for topic in range(need.shape[1]):
            assert heat.n_named[row, topic] == sum(bool(named[person, topic]) for person in people)
            if people:
                expected = sum(need[person, topic] for person in people) / len(people)
                assert heat.mean[row, topic] == pytest.approx(expected)
            else:
                assert np.isnan(heat.mean[row, topic])


@settings(deadline=None, max_examples=40)
@given(answers(), st.randoms())
def test_order_of_people_does_not_matter(given_: tuple, random) -> None:
    need, named, group, n_groups = given_
    order = list(range(len(need)))
    random.shuffle(order)
    one, other = (
        heat_map(need, named, group, n_groups),
        heat_map(need[order], named[order], group[order], n_groups),
    )
    assert np.allclose(one.mean, other.mean, equal_nan=True)
    assert (one.n_named == other.n_named).all()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"need": [[1.5]]}, "need"),
        ({"named": [[True, False]]}, "named"),
        ({"group": [2]}, "group"),
        ({"group": [-2]}, "group"),
        ({"group": [0.5]}, "group"),
    ],
)
def test_wrong_parameter_is_named(change: dict, name: str) -> None:
    good = {"need": [[0.5]], "named": [[True]], "group": [0], "n_groups": 1}
    with pytest.raises(InvalidInputError, match=name):
        heat_map(**{**good, **change})
