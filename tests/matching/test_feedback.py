"""Ratings of past pairs change the weights only where they earn it, and never by accident."""

import numpy as np
import pytest
from scipy.special import expit

from matching import (
    InvalidInputError,
    MentorAffinity,
    PairFeedback,
    WeightsMetric,
    WeightsOutcome,
    WeightsWay,
    learn_weights,
    try_weights,
)
from matching.affinity.learned_weights import fit_curve, whole_hundredths

PRIOR = np.array(list(MentorAffinity().weights_.values()))
# What really matters in the worlds of these tests: level and region, which the hand-set weights hold for little.
TRUTH = np.array([0.1, 0.1, 0.4, 0.3, 0.0, 0.1, 0.0])


def rated(n: int, seed: int = 0, truth: np.ndarray = TRUTH, noise: float = 0.05) -> PairFeedback:
    random = np.random.default_rng(seed)
    values = random.random((n, 7))
    felt = 10 * (values @ truth - truth.sum() / 2 + random.normal(0, noise, n))
    return PairFeedback.from_values(values, np.round(4 * expit(felt)) / 4, cohorts=np.arange(n) % 4)


def test_many_ratings_overrule_the_hand_set_weights():
    trial = try_weights(rated(400), PRIOR)
    assert trial.outcome is WeightsOutcome.ADOPTED
    assert trial.gain.low > 0
    assert np.abs(trial.weights - TRUTH).max() < 0.06
    assert np.abs(PRIOR - TRUTH).max() > 0.3


def test_few_ratings_hardly_move_the_weights():
    learned = learn_weights(rated(6), PRIOR).weights
    assert np.abs(learned - PRIOR).max() < 0.12
    assert np.abs(learn_weights(rated(400), PRIOR).weights - PRIOR).max() > 0.3


@pytest.mark.parametrize("seed", range(15))
def test_ratings_without_meaning_are_not_adopted(seed):
    random = np.random.default_rng(seed)
    feedback = PairFeedback.from_values(
        random.random((64, 7)), random.integers(0, 5, 64) / 4, cohorts=np.arange(64) % 4
    )
    trial = try_weights(feedback, PRIOR)
    assert trial.outcome is WeightsOutcome.NOT_BETTER
    np.testing.assert_array_equal(trial.weights, PRIOR)


def test_sixty_four_ratings_are_not_worse_than_the_hand_set_weights():
    gains = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        truth = random.dirichlet(5.6 * PRIOR + 0.3)
        trial = try_weights(rated(64, seed, truth, noise=0.1), PRIOR)
        table = random.random((60, 20, 7))
        worth = table @ truth
        reached, before = (
            np.take_along_axis(worth, (table @ weights).argmax(axis=1)[:, None], axis=1).mean()
            for weights in (trial.weights, PRIOR)
        )
        gains.append((reached - before) / (worth.max(axis=1).mean() - worth.mean()))
    # One in twenty may be adopted by chance, and then by weights that are hardly different.
    assert min(gains) > -0.02
    assert np.mean(gains) > 0.05


def test_no_rating_teaches_nothing():
    trial = try_weights(PairFeedback.from_values(np.zeros((0, 7)), []), PRIOR)
    assert (trial.outcome, trial.n_ratings) == (WeightsOutcome.TOO_FEW_RATINGS, 0)
    np.testing.assert_array_equal(trial.weights, PRIOR)


@pytest.mark.parametrize("n", [1, 7, 60, 500])
def test_weights_are_whole_hundredths_that_sum_to_one(n):
    weights = learn_weights(rated(n), PRIOR).weights
    steps = weights * 100
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)
    assert np.rint(steps).sum() == 100
    assert (weights >= 0).all()


def test_rounding_gives_what_is_missing_to_the_largest_rests():
    assert whole_hundredths(np.array([1 / 3, 1 / 3, 1 / 3])).tolist() == [0.34, 0.33, 0.33]
    assert whole_hundredths(PRIOR).tolist() == PRIOR.tolist()


def test_a_part_that_never_differs_keeps_its_weight():
    given = rated(300)
    values = given.values.copy()
    values[:, 6] = 0.0
    weights = learn_weights(PairFeedback.from_values(values, given.ratings), PRIOR).weights
    assert weights[6] == PRIOR[6]


@pytest.mark.parametrize(
    ("n", "cohorts", "outcome"),
    [(29, 4, WeightsOutcome.TOO_FEW_RATINGS), (64, 1, WeightsOutcome.TOO_FEW_COHORTS)],
)
def test_too_little_to_tell_keeps_the_weights_in_force(n, cohorts, outcome):
    given = rated(n)
    trial = try_weights(PairFeedback.from_values(given.values, given.ratings, np.arange(n) % cohorts), PRIOR)
    assert (trial.outcome, trial.gain, trial.measures) == (outcome, None, {})
    np.testing.assert_array_equal(trial.weights, PRIOR)


def test_every_way_is_measured_with_an_interval():
    measures = try_weights(rated(400), PRIOR).measures
    assert set(measures) == set(WeightsWay)
    for way in measures.values():
        for estimate in way.values():
            assert estimate.low <= estimate.value <= estimate.high
    concordance = {way: each[WeightsMetric.CONCORDANCE].value for way, each in measures.items()}
    assert concordance[WeightsWay.LEARNED] > 0.85 > concordance[WeightsWay.IN_FORCE] > 0.5
    losses = {way: each[WeightsMetric.LOG_LOSS].value for way, each in measures.items()}
    assert losses[WeightsWay.LEARNED] < losses[WeightsWay.IN_FORCE] < losses[WeightsWay.MEAN_RATING]


def test_many_ratings_of_one_person_are_one_voice():
    given = rated(40)
    people = np.repeat(np.arange(4), 10)
    wide = try_weights(PairFeedback.from_values(given.values, given.ratings, given.cohorts, people), PRIOR)
    narrow = try_weights(given, PRIOR)
    assert wide.n_people == 4
    assert wide.gain.high - wide.gain.low != narrow.gain.high - narrow.gain.low
    assert wide.gain.value == pytest.approx(narrow.gain.value)


def test_same_ratings_give_the_same_weights_in_any_order():
    given = rated(100)
    order = np.random.default_rng(1).permutation(100)
    again = PairFeedback.from_values(given.values[order], given.ratings[order], given.cohorts[order])
    first, second = (try_weights(each, PRIOR) for each in (given, again))
    assert np.abs(first.weights - second.weights).max() <= 0.02
    np.testing.assert_array_equal(try_weights(given, PRIOR).weights, first.weights)


def test_curve_of_ratings_that_do_not_differ_is_finite_and_flat():
    assert fit_curve(np.zeros(0), np.zeros(0)).rating(np.array([0.3])).tolist() == [0.5]
    flat = fit_curve(np.full(20, 0.4), np.ones(20))
    assert flat.slope == 0
    assert 0.9 < flat.rating(np.array([0.4]))[0] < 1
    assert np.isfinite(
        learn_weights(PairFeedback.from_values(np.ones((9, 7)), np.ones(9)), PRIOR).weights
    ).all()


def test_affinity_takes_learned_weights_and_its_parts_sum_to_the_score():
    affinity = MentorAffinity().fit(np.eye(3), feedback=rated(400))
    assert affinity.trial_.is_adopted
    assert affinity.weights_ == dict(zip(MentorAffinity().weights_, affinity.trial_.weights, strict=True))
    trainees = np.random.default_rng(0).random((5, 3))
    parts = affinity.weighed_parts(trainees)
    assert {name: part.weight for name, part in parts.items()} == affinity.weights_
    total = sum(part.micro for part in parts.values())
    np.testing.assert_array_equal(np.rint(affinity.transform(trainees) * 1e6), total)
    assert affinity.fit(np.eye(3)).trial_ is None
    assert affinity.weights_ == MentorAffinity().weights_


def test_feedback_from_parts_has_their_values():
    affinity = MentorAffinity().fit(np.eye(3))
    pairs = np.array([[0, 1], [1, 1]])
    parts = affinity.weighed_parts(np.array([[0.2, 0.8, 0.0], [1.0, 0.0, 0.0]]), pairs)
    feedback = PairFeedback.from_parts(parts, [1.0, 0.0])
    assert feedback.values[:, 0].tolist() == [0.8, 0.0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"values": [[0.5, 2.0]], "ratings": [1.0]}, "'values'"),
        ({"values": [[0.5, 0.5]], "ratings": [5.0]}, "'ratings'"),
        ({"values": [[0.5, np.nan]], "ratings": [0.5]}, "'values'"),
        ({"values": [[0.5]], "ratings": [0.5, 0.5]}, "'values'"),
        ({"values": [[0.5]], "ratings": [0.5], "cohorts": [0.5]}, "'cohorts'"),
        ({"values": [[0.5]], "ratings": [0.5], "people": [1, 2]}, "'people'"),
    ],
)
def test_wrong_feedback_is_refused_by_name(given, words):
    with pytest.raises(InvalidInputError, match=words):
        PairFeedback.from_values(**given)


def test_affinity_refuses_feedback_of_other_parts():
    for wrong in (PairFeedback.from_values([[0.5]], [0.5]), [(0, 1, 5)]):
        with pytest.raises(InvalidInputError, match="feedback"):
            MentorAffinity().fit(np.eye(2), feedback=wrong)
