import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import InvalidInputError, topic_trend


def test_trend_asks_for_five_people_and_for_certainty() -> None:
    trend = topic_trend([0, 2, 20], 40, [4, 20, 22], 40)
    assert trend.rising.tolist() == [False, True, False]
    assert trend.rise_probability[0] > 0.95
    assert trend.share_after.tolist() == [0.1, 0.5, 0.55]


@given(st.integers(0, 30), st.integers(0, 30))
def test_rise_and_fall_complete_each_other(before: int, after: int) -> None:
    up = topic_trend([before], 30, [after], 30).rise_probability[0]
    down = topic_trend([after], 30, [before], 30).rise_probability[0]
    assert up + down == pytest.approx(1, abs=1e-3)


def test_more_people_than_asked_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="after"):
        topic_trend([1], 4, [5], 4)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_probability_is_what_drawing_shares_finds(n_before: int, n_after: int, data: st.DataObject) -> None:
    before, after = data.draw(st.integers(0, n_before)), data.draw(st.integers(0, n_after))
    random = np.random.default_rng(1)
    old = random.beta(before + 1, n_before - before + 1, 40_000)
    new = random.beta(after + 1, n_after - after + 1, 40_000)
    found = topic_trend([before], n_before, [after], n_after).rise_probability[0]
    assert found == pytest.approx((new > old).mean(), abs=0.015)


def test_one_more_voice_never_lowers_the_probability() -> None:
    rise = topic_trend([4] * 21, 20, list(range(21)), 20).rise_probability
    assert (np.diff(rise) > 0).all()
