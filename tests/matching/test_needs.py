import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching import InvalidInputError, cohort_ratings, need_profile, rank_topics

SHARES = st.floats(0, 1)
GRADES = st.one_of(st.just(np.nan), st.floats(1, 5))


@st.composite
def surveys(draw: st.DrawFn) -> dict[str, object]:
    n_points, n_topics, n_trainees = draw(st.integers(0, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    wide = (n_trainees, n_topics)
    return {
        "point_topics": draw(arrays(float, (n_points, n_topics), elements=SHARES)),
        "point_trainee": draw(arrays(np.int64, n_points, elements=st.integers(0, n_trainees - 1))),
        "n_trainees": n_trainees,
        "point_severity": draw(arrays(float, n_points, elements=GRADES)),
        "point_urgency": draw(arrays(float, n_points, elements=GRADES)),
        "point_age_days": draw(arrays(float, n_points, elements=st.floats(0, 2000))),
        "ticks": draw(arrays(float, wide, elements=st.sampled_from([0.0, 1.0]))),
        "ranks": draw(arrays(float, wide, elements=st.sampled_from([np.nan, 1.0, 2.0, 3.0]))),
        "severity_ratings": draw(arrays(float, wide, elements=GRADES)),
        "urgency_ratings": draw(arrays(float, wide, elements=GRADES)),
    }


@settings(deadline=None, max_examples=80)
@given(surveys())
def test_everything_stays_between_zero_and_one(survey: dict) -> None:
    profile = need_profile(**survey)
    for part in (profile.severity, profile.urgency, profile.need):
        assert ((part >= 0) & (part <= 1)).all()
    assert np.allclose(profile.need, (profile.severity + profile.urgency) / 2)
    owner, topics = survey["point_trainee"], survey["point_topics"]
    for trainee, topic in np.argwhere(profile.evidence >= 0):
        point = profile.evidence[trainee, topic]
        assert owner[point] == trainee
        assert topics[point, topic] >= 0.2


@settings(deadline=None, max_examples=80)
@given(surveys(), st.data())
def test_a_further_sentence_never_lowers_a_need(survey: dict, data: st.DataObject) -> None:
    before = need_profile(**survey)
    n_topics = survey["point_topics"].shape[1]
    more = data.draw(arrays(float, (1, n_topics), elements=SHARES))
    survey["point_topics"] = np.vstack([survey["point_topics"], more])
    survey["point_trainee"] = np.append(survey["point_trainee"], 0)
    for name in ("point_severity", "point_urgency"):
        survey[name] = np.append(survey[name], data.draw(GRADES))
    survey["point_age_days"] = np.append(survey["point_age_days"], 10.0)
    assert (need_profile(**survey).need >= before.need - 1e-12).all()


@settings(deadline=None, max_examples=40)
@given(surveys(), st.randoms())
def test_order_of_sentences_does_not_matter(survey: dict, random) -> None:
    order = list(range(len(survey["point_trainee"])))
    random.shuffle(order)
    turned = {name: value[order] if name.startswith("point") else value for name, value in survey.items()}
    assert np.allclose(need_profile(**turned).need, need_profile(**survey).need)


def test_thorniest_raises_severity_and_most_urgent_raises_urgency_alone() -> None:
    profile = need_profile(
        [[0.9, 0.0], [0.0, 0.9]], [0, 0], 1, point_severity=[5, np.nan], point_urgency=[np.nan, 5]
    )
    assert profile.severity[0, 0] > 0.7
    assert profile.urgency[0, 0] == 0
    assert profile.urgency[0, 1] > 0.7
    assert profile.severity[0, 1] == 0
    assert profile.evidence.tolist() == [[0, 1]]


def test_half_life_halves_what_was_said() -> None:
    fresh = need_profile([[0.8]], [0], 1, point_severity=[5.0]).severity[0, 0]
    old = need_profile([[0.8]], [0], 1, point_severity=[5.0], point_age_days=[180.0]).severity[0, 0]
    assert old == pytest.approx(fresh / 2)


def test_who_rates_everything_five_shows_no_preference() -> None:
    ratings = [[5.0, 5.0, 5.0], [5.0, 1.0, 1.0], [2.0, 2.0, 2.0]]
    none = np.zeros((0, 3))
    severity = need_profile(none, np.zeros(0, dtype=int), 3, severity_ratings=ratings).severity
    assert severity[1, 0] > severity[0, 0]
    # What is left of a difference comes from the cohort, the same for both flat raters.
    assert np.allclose(np.diff(severity[0]), np.diff(severity[2]))


def test_unrated_topic_gets_nothing_from_ratings() -> None:
    severity = need_profile(np.zeros((0, 2)), [], 1, severity_ratings=[[4.0, np.nan]]).severity
    assert severity[0, 0] > 0
    assert severity[0, 1] == 0


def test_first_in_the_order_of_urgency_is_most_urgent() -> None:
    urgency = need_profile(np.zeros((0, 3)), [], 1, ranks=[[2.0, 1.0, np.nan]]).urgency[0]
    assert urgency[1] > urgency[0] > urgency[2] == 0


def test_doubtful_topic_is_not_cited() -> None:
    assert need_profile([[0.15, 0.85]], [0], 1).evidence.tolist() == [[-1, 0]]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"point_topics": [[1.5]]}, "point_topics"),
        ({"point_trainee": [3]}, "point_trainee"),
        ({"point_severity": [0.0]}, "point_severity"),
        ({"ticks": [[0.0, 1.0]]}, "ticks"),
        ({"half_life_days": 0.0}, "half_life_days"),
        ({"severity_share": 2.0}, "severity_share"),
        ({"point_age_days": [np.nan]}, "point_age_days"),
    ],
)
def test_wrong_parameter_is_named(change: dict, name: str) -> None:
    good = {"point_topics": [[0.5]], "point_trainee": [0], "n_trainees": 1}
    with pytest.raises(InvalidInputError, match=name):
        need_profile(**{**good, **change})


NEEDS = arrays(
    float, st.tuples(st.integers(0, 8), st.integers(1, 5)), elements=st.one_of(SHARES, st.just(np.nan))
)


@settings(deadline=None, max_examples=80)
@given(NEEDS)
def test_ranking_is_bounded_and_ordered(need: np.ndarray) -> None:
    ranking = rank_topics(need)
    assert ((ranking.low >= 0) & (ranking.low <= ranking.mean)).all()
    assert ((ranking.mean <= ranking.high) & (ranking.high <= 1)).all()
    assert ((ranking.borda >= 0) & (ranking.borda <= 1)).all()
    assert np.allclose(ranking.borda.mean(), 0.5)
    assert sorted(ranking.order.tolist()) == list(range(need.shape[1]))
    assert (np.diff(np.round(ranking.mean[ranking.order], 12)) <= 0).all()
    assert ranking.n_trainees.tolist() == (np.nan_to_num(need) > 0).sum(axis=0).tolist()


def test_few_voices_are_pulled_towards_the_middle() -> None:
    need = np.full((20, 2), 0.5)
    need[:, 1] = np.nan
    need[0, 1] = 1.0
    ranking = rank_topics(need)
    assert 0.5 < ranking.mean[1] < 0.7
    assert ranking.high[1] - ranking.low[1] > ranking.high[0] - ranking.low[0]


def test_borda_counts_topics_below() -> None:
    assert rank_topics([[0.9, 0.5, 0.1], [0.5, 0.9, 0.1]]).borda.tolist() == [0.75, 0.75, 0.0]


def test_one_trainee_against_the_cohort_is_the_trainee_among_all() -> None:
    random = np.random.default_rng(0)
    grades = random.integers(1, 6, (30, 4)).astype(float)
    grades[random.random(grades.shape) < 0.3] = np.nan
    topics = random.random((40, 4))
    owner = random.integers(0, 30, 40)
    everyone = need_profile(topics, owner, 30, severity_ratings=grades, urgency_ratings=grades[::-1])
    for row in range(30):
        own = owner == row
        alone = need_profile(
            topics[own],
            np.zeros(own.sum(), dtype=int),
            1,
            severity_ratings=grades[[row]],
            urgency_ratings=grades[::-1][[row]],
            severity_of_cohort=cohort_ratings(grades),
            urgency_of_cohort=cohort_ratings(grades[::-1]),
        )
        np.testing.assert_allclose(alone.need[0], everyone.need[row], rtol=0, atol=1e-12)


def test_cohort_that_rated_nothing_has_no_view() -> None:
    assert cohort_ratings(np.full((3, 2), np.nan)) is None
    with pytest.raises(InvalidInputError, match="ratings"):
        cohort_ratings([[6.0]])
