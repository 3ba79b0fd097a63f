"""The affinity is a sum of named parts, exactly, and means what its documentation says."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from matching import AssignmentProblem, InvalidInputError, MentorAffinity, MentorTable, TraineeTable, match

CASES = [
    ["老旧小区加装电梯,逐户协商达成一致"],
    ["党员义工队每周入户走访", "三会一课怎样开得生动"],
    [],
    ["物业纠纷调解"] * 8,
]
PAINS = [["加装电梯一楼住户不同意"], [], ["三会一课没人愿意来", "物业和业主吵架"], ["写总结写到半夜"], [""]]


@parametrize_with_checks([MentorAffinity()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def cohort(seed: int = 0) -> tuple[TraineeTable, MentorTable]:
    random = np.random.default_rng(seed)
    mentors = MentorTable(
        strengths=random.random((4, 9)),
        county=np.array([0, 1, 1, -1]),
        tenure_years=np.array([2.0, 5.0, 12.0, np.nan]),
        cases=CASES,
    )
    trainees = TraineeTable(
        needs=random.random((5, 9)),
        county=np.array([0, 1, 2, -1, 0]),
        level=np.array([1, 2, 3, 0, 1]),
        pain_texts=PAINS,
        wish=random.random((5, 4)),
        history=random.random((5, 4)),
    )
    return trainees, mentors


@pytest.mark.parametrize("seed", range(20))
def test_contributions_sum_to_the_score_at_six_decimals(seed):
    trainees, mentors = cohort(seed)
    affinity = MentorAffinity().fit(mentors)
    scores, parts = affinity.transform(trainees), affinity.weighed_parts(trainees)
    assert sum(round(part.weight * 100) for part in parts.values()) == 100
    for i, j in np.ndindex(scores.shape):
        contributions = [float(part.contribution[i, j]) for part in parts.values()]
        for part, contribution in zip(parts.values(), contributions, strict=True):
            assert 0 <= part.value[i, j] <= 1
            assert contribution == round(float(part.value[i, j]) * part.weight, 6)
        assert scores[i, j] == round(sum(contributions), 6)
        assert 0 <= scores[i, j] <= 1


@pytest.mark.parametrize("seed", range(20))
def test_plain_sum_of_the_parts_is_the_score(seed):
    trainees, mentors = cohort(seed)
    affinity = MentorAffinity().fit(mentors)
    scores, parts = affinity.transform(trainees), affinity.parts(trainees)
    assert list(parts) == list(affinity.weights_)
    assert np.array_equal(sum(parts.values()).round(6), scores)
    pairs = [[4, 0], [0, 3], [2, 2]]
    assert np.array_equal(
        sum(affinity.parts(trainees, pairs).values()).round(6), scores[[4, 0, 2], [0, 3, 2]]
    )


def test_parts_mean_what_they_say():
    trainees, mentors = cohort()
    parts = MentorAffinity().fit(mentors).weighed_parts(trainees)
    i, j = 2, 1
    expected = (trainees.needs[i] * mentors.strengths[j]).sum() / trainees.needs[i].sum()
    assert parts["need_strength"].value[i, j] == round(expected, 4)
    same = [[1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]
    assert parts["region"].value.tolist() == same
    assert parts["tenure"].value[0].tolist() == [0.4, 1, 1, 0]
    assert parts["level"].value[1].tolist() == [round(2 / 6, 4), round(5 / 6, 4), 1, 0]
    assert parts["level"].value[3].tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(parts["wish"].value, trainees.wish.round(4))


def test_evidence_finds_the_telling_case():
    trainees, mentors = cohort()
    affinity = MentorAffinity().fit(mentors)
    evidence = affinity.weighed_parts(trainees)["evidence"].value
    assert evidence[0].argmax() == 0
    assert not evidence[1].any()
    assert not evidence[:, 2].any()
    assert not evidence[4].any()
    found, nothing = affinity.nearest_cases(trainees, [[2, 1], [1, 0]])
    assert (found.pain_text, found.case) == (0, 1)
    assert nothing is None
    assert affinity.nearest_cases(trainees.needs, [[2, 1]]) == (None,)


def test_nearest_cases_of_many_pairs_are_those_of_each():
    mentors = MentorTable(np.ones((3, 1)), cases=[["防汛值守"], [], ["电梯加装", "物业纠纷调解"]])
    pains = [["物业纠纷"], [], ["电梯", "没有人来", "防汛"]] * 50
    affinity, trainees = MentorAffinity().fit(mentors), TraineeTable(np.ones((150, 1)), pain_texts=pains)
    pairs = [(trainee, mentor) for trainee in range(150) for mentor in range(3)]
    found = affinity.nearest_cases(trainees, pairs)
    assert found == tuple(affinity.nearest_cases(trainees, [pair])[0] for pair in pairs)
    at = {pair: each and (each.pain_text, each.case) for pair, each in zip(pairs, found, strict=True)}
    assert [at[0, 2], at[0, 1], at[1, 2], at[2, 0], at[149, 2]] == [(0, 1), None, None, (2, 0), (0, 0)]


def test_evidence_averages_the_best_five_only():
    one = MentorTable(np.ones((2, 1)), cases=[["物业纠纷调解"] * 5, ["物业纠纷调解"] * 5 + ["防汛值守"] * 9])
    trainee = TraineeTable(np.ones((1, 1)), pain_texts=[["物业纠纷调解"]])
    assert MentorAffinity().fit(one).weighed_parts(trainee)["evidence"].value.tolist() == [[1.0, 1.0]]
    diluted = MentorAffinity(best=10, half_similarity=0.25).fit(one).weighed_parts(trainee)["evidence"].value
    assert diluted.tolist() == [[1.0, round(0.5 * 1.25 / 0.75, 4)]]


def test_parts_of_pairs_are_entries_of_the_whole_parts():
    trainees, mentors = cohort()
    affinity = MentorAffinity(block_rows=2).fit(mentors)
    pairs = np.array([[4, 0], [0, 3], [2, 2]])
    some, whole = affinity.weighed_parts(trainees, pairs), affinity.weighed_parts(trainees)
    for name, part in whole.items():
        np.testing.assert_array_equal(some[name].value, part.value[pairs[:, 0], pairs[:, 1]])


def test_block_size_changes_nothing():
    random = np.random.default_rng(9)
    strengths, needs = random.integers(0, 11, (30, 9)) / 10, random.integers(0, 11, (70, 9)) / 10
    whole = MentorAffinity().fit(strengths).transform(needs)
    for rows in (1, 7, 64):
        np.testing.assert_array_equal(MentorAffinity(block_rows=rows).fit(strengths).transform(needs), whole)


@pytest.mark.parametrize(
    "weights",
    [{"need_strength": 0.6}, {"need_strength": 0.495, "evidence": 0.205}, {"level": -0.1, "region": 0.28}],
)
def test_weights_that_are_not_shares_are_refused(weights):
    with pytest.raises(InvalidInputError, match="whole hundredths from 0 to 1 that sum to 1"):
        MentorAffinity(**weights).fit([[0.5]])


@pytest.mark.parametrize(
    ("table", "arguments", "message"),
    [
        (MentorTable, {"strengths": [[1.2]]}, "'strengths' parameter of MentorTable must be from 0 to 1"),
        (MentorTable, {"strengths": [[0.2]], "county": [1, 2]}, "'county' .* integers of shape"),
        (MentorTable, {"strengths": [[0.2]], "tenure_years": [-1]}, "'tenure_years' .* zero or more"),
        (MentorTable, {"strengths": [[0.2]], "cases": ["one text"]}, "'cases' .* a list of texts per person"),
        (TraineeTable, {"needs": [[np.nan]]}, "'needs' parameter of TraineeTable must be from 0 to 1"),
        (TraineeTable, {"needs": [[0.2]], "level": [4]}, "'level' .* from 0 to 3"),
        (TraineeTable, {"needs": [[0.2]], "pain_texts": []}, "'pain_texts' .* 1 lists of texts"),
        (TraineeTable, {"needs": [[0.2]], "wish": [[0.2], [0.2]]}, "'wish' .* a table of 1 rows"),
    ],
)
def test_wrong_tables_are_refused_by_name(table, arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        table(**arguments)


def test_other_topics_or_mentors_than_fitted_are_refused():
    affinity = MentorAffinity().fit(MentorTable([[0.5, 0.5]]))
    with pytest.raises(InvalidInputError, match="mentors' 2 topics"):
        affinity.transform(TraineeTable([[0.5]]))
    with pytest.raises(InvalidInputError, match="column for each of the 1 mentors"):
        affinity.transform(TraineeTable([[0.5, 0.5]], wish=[[0.1, 0.2]]))
    with pytest.raises(InvalidInputError, match="'feedback'"):
        MentorAffinity().fit([[0.5]], feedback=[1])


def test_match_scores_chooses_checks_and_explains():
    trainees, mentors = cohort()
    weights = MentorAffinity(need_strength=0.3, evidence=0.4)
    found = match(trainees, mentors, [1, 1, 1, 1], forbidden=[(0, 0)], pinned=[(3, 3)], affinity=weights)
    assert found.certificate.valid
    assert (0, 0) not in {tuple(pair) for pair in found.solution.pairs.tolist()}
    assert (3, 3) in {tuple(pair) for pair in found.solution.pairs.tolist()}
    assert found.solution.total == round(float(found.scores.sum()), 6)
    contributions = sum(part.contribution for part in found.parts.values())
    np.testing.assert_array_equal(contributions.round(6), found.scores)
    assert [reason.trainee for reason in found.unmatched] == found.solution.unmatched.tolist()
    assert len(found.unmatched) == 1
    assert not hasattr(weights, "n_mentors_")
    expected = clone(weights).fit(mentors).transform(trainees)
    np.testing.assert_array_equal(found.problem.units, AssignmentProblem.from_scores(expected, [1] * 4).units)


def test_weights_rebuild_the_same_estimator():
    trainees, mentors = cohort()
    weights = MentorAffinity(need_strength=0.3, evidence=0.4).weights_
    assert sum(weights.values()) == pytest.approx(1)
    again = MentorAffinity(**weights).fit(mentors)
    assert [part.weight for part in again.weighed_parts(trainees).values()] == list(weights.values())


def test_mentors_without_any_case_get_no_evidence() -> None:
    model = MentorAffinity().fit(MentorTable(np.ones((2, 2)), cases=[[], []]))
    trainees = TraineeTable(np.ones((1, 2)), pain_texts=[["停车难"]])
    assert model.transform(trainees).shape == (1, 2)
    assert not model.weighed_parts(trainees)["evidence"].value.any()
    assert MentorAffinity().fit(MentorTable(np.zeros((0, 2)), cases=[])).transform(trainees).shape == (1, 0)


@pytest.mark.parametrize(
    ("trainees", "mentors", "wrong"),
    [
        (np.eye(3), np.ones((2, 2)), "trainees"),
        (np.array([[np.nan, 1.0]]), np.ones((1, 2)), "trainees"),
        (np.ones((1, 2)), np.array([[np.inf, 1.0]]), "mentors"),
        (np.ones((1, 2)), np.ones(2), "mentors"),
    ],
)
def test_match_names_whose_table_is_wrong(trainees, mentors, wrong):
    with pytest.raises(InvalidInputError, match=f"The '{wrong}' parameter of match"):
        match(trainees, mentors, np.ones(len(mentors), dtype=int))


@pytest.mark.parametrize("nobody", [[], np.zeros((0, 2)), np.zeros((0, 0))])
def test_match_says_on_which_side_nobody_is(nobody):
    for name, trainees, mentors, capacity in (
        ("trainees", nobody, [[1.0, 0.0]], [1]),
        ("mentors", [[1.0, 0.0]], nobody, []),
        ("mentors", TraineeTable([[1.0, 0.0]]), MentorTable(np.zeros((0, 2))), []),
    ):
        with pytest.raises(
            InvalidInputError, match=f"'{name}' parameter of match must be a table with at least"
        ):
            match(trainees, mentors, capacity)
