import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching import InvalidInputError, recommend
from matching.contents.prerequisites import prerequisite_closure

SHARES = st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.9, 1.0])


@st.composite
def catalogues(draw: st.DrawFn) -> dict[str, object]:
    n_trainees, n_contents, n_topics, n_points = (draw(st.integers(1, m)) for m in (3, 7, 3, 4))
    pairs = st.tuples(st.integers(0, n_contents - 1), st.integers(0, n_contents - 1))
    return {
        "need": draw(arrays(float, (n_trainees, n_topics), elements=SHARES)),
        "content_topics": draw(arrays(float, (n_contents, n_topics), elements=SHARES)),
        "k": draw(st.integers(1, 5)),
        "point_topics": draw(arrays(float, (n_points, n_topics), elements=SHARES)),
        "point_scores": draw(arrays(float, (n_points, n_contents), elements=SHARES)),
        "point_trainee": draw(arrays(np.int64, n_points, elements=st.integers(0, n_trainees - 1))),
        "trainee_level": draw(arrays(np.int64, n_trainees, elements=st.integers(0, 2))),
        "content_level": draw(arrays(np.int64, n_contents, elements=st.integers(0, 2))),
        "taken": draw(arrays(bool, (n_trainees, n_contents))),
        "excluded": draw(arrays(bool, n_contents)),
        "prerequisites": np.array(draw(st.lists(pairs, max_size=6)), dtype=np.int64).reshape(-1, 2),
    }


@settings(deadline=None, max_examples=120)
@given(catalogues())
def test_every_recommendation_keeps_every_rule(case: dict) -> None:
    found = recommend(**case)
    closure = prerequisite_closure(case["prerequisites"], len(case["content_topics"]))
    assert np.allclose(found.parts.sum(axis=2), found.scores)
    assert ((found.scores >= 0) & (found.scores <= 1 + 1e-12)).all()
    for row, contents in enumerate(found.contents):
        chosen = contents[contents >= 0].tolist()
        assert len(set(chosen)) == len(chosen) == len(found.reasons[row])
        assert (contents[len(chosen) :] == -1).all()
        for place, content in enumerate(chosen):
            assert not case["taken"][row, content]
            assert not case["excluded"][content]
            assert case["content_level"][content] - case["trainee_level"][row] < 2
            assert found.reasons[row][place]
            before = {other for other in closure[content] if not case["taken"][row, other]}
            assert before <= set(chosen[:place])
            point = found.points[row, place]
            assert point == -1 or case["point_trainee"][point] == row


@settings(deadline=None, max_examples=60)
@given(catalogues())
def test_one_trainee_gets_the_same_alone(case: dict) -> None:
    together = recommend(**case)
    for row in range(len(case["need"])):
        mine = case["point_trainee"] == row
        if not mine.any():
            continue
        alone = recommend(
            **{
                **case,
                "need": case["need"][[row]],
                "trainee_level": case["trainee_level"][[row]],
                "taken": case["taken"][[row]],
                "point_topics": case["point_topics"][mine],
                "point_scores": case["point_scores"][mine],
                "point_trainee": np.zeros(int(mine.sum()), dtype=np.int64),
            }
        )
        assert alone.contents.tolist() == together.contents[[row]].tolist()
        assert np.array_equal(alone.scores, together.scores[[row]])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_closure_holds_what_leads_there_but_not_back(pairs: list[tuple[int, int]]) -> None:
    reach = np.zeros((6, 6), dtype=bool)
    for content, before in pairs:
        reach[content, before] = True
    for middle in range(6):
        reach |= np.outer(reach[:, middle], reach[middle])
    closure = prerequisite_closure(pairs, 6)
    for content, before in enumerate(closure):
        one_way = {other for other in range(6) if reach[content, other] and not reach[other, content]}
        # Inside a circle each member keeps only its own demands from outside.
        assert set(before) <= one_way
        if not reach.diagonal().any():
            assert set(before) == one_way
        for place, other in enumerate(before):
            assert set(closure[other]) <= set(before[:place])


def test_circle_blocks_nothing_and_is_not_walked_forever() -> None:
    found = recommend([[1.0]], [[1.0], [0.9], [0.8]], 3, prerequisites=[[0, 1], [1, 2], [2, 0]])
    assert sorted(found.contents[0].tolist()) == [0, 1, 2]


def test_long_chain_of_prerequisites_is_closed() -> None:
    chain = [[i + 1, i] for i in range(3000)]
    assert len(prerequisite_closure(chain, 3001)[3000]) == 3000


def test_prerequisite_comes_first_and_says_so() -> None:
    found = recommend([[1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], 2, prerequisites=[[0, 1]])
    assert found.contents.tolist() == [[1, 0]]
    assert found.reasons[0][0] == ("PREREQUISITE",)


def test_content_whose_prerequisite_is_closed_is_not_offered() -> None:
    found = recommend([[1.0]], [[1.0], [0.5]], 2, prerequisites=[[0, 1]], excluded=[False, True])
    assert found.contents.tolist() == [[-1, -1]]


def test_item_on_a_rare_topic_is_not_buried() -> None:
    about = np.zeros((51, 2))
    about[:50, 0] = 1.0
    about[50, 1] = 1.0
    found = recommend([[0.9, 0.7]], about, 3, content_rating=[0.9] * 50 + [0.5], n_ratings=[100] * 50 + [0])
    assert 50 in found.contents[0]


def test_content_without_any_reason_is_not_offered() -> None:
    found = recommend([[0.8, 0.0]], [[0.0, 1.0], [1.0, 0.0]], 2)
    assert found.contents.tolist() == [[1, -1]]


def test_cited_point_is_the_trainees_own_and_on_the_matter() -> None:
    found = recommend(
        [[0.9, 0.0], [0.9, 0.0]],
        [[1.0, 0.0]],
        1,
        point_topics=[[0.0, 0.9], [0.8, 0.0], [0.9, 0.0]],
        point_scores=[[0.1], [0.6], [0.2]],
        point_trainee=[0, 0, 1],
    )
    assert found.points.ravel().tolist() == [1, 2]
    assert found.reasons[0][0] == ("NEED", "OWN_WORDS")
    assert found.reasons[1][0] == ("NEED",)


def test_few_ratings_count_less_than_many() -> None:
    scores = recommend(
        [[1.0]],
        [[1.0], [1.0], [1.0]],
        3,
        content_rating=[1.0, 0.9, 0.2],
        n_ratings=[1, 200, 100],
        variety=0.0,
    )
    assert scores.contents.tolist() == [[1, 0, 2]]


def test_level_decides_between_equals_and_two_rungs_above_is_out_of_reach() -> None:
    found = recommend([[1.0]], [[1.0], [1.0], [1.0]], 3, trainee_level=[0], content_level=[2, 1, 0])
    assert found.contents.tolist() == [[2, 1, -1]]
    assert "LEVEL_FIT" in found.reasons[0][0]
    assert "LEVEL_FIT" not in found.reasons[0][1]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"k": 0}, "'k'"),
        ({"variety": 1.5}, "variety"),
        ({"need": [[2.0]]}, "need"),
        ({"content_topics": [[0.5, 0.5]]}, "content_topics"),
        ({"prerequisites": [[0, 7]]}, "prerequisites"),
        ({"weights": {"luck": 1.0}}, "weights"),
        ({"point_topics": [[0.5]]}, "point_trainee"),
        ({"excluded": [True, False]}, "excluded"),
        ({"trainee_level": [5], "content_level": [0]}, "trainee_level"),
    ],
)
def test_wrong_parameter_is_named(change: dict, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        recommend(**{"need": [[0.5]], "content_topics": [[0.5]], "k": 1, **change})


def test_likeness_to_words_that_are_not_cited_adds_nothing() -> None:
    # The sentence is about the first topic; the second content is only a little like it, and about another.
    found = recommend(
        [[0.9, 0.5]],
        [[1.0, 0.0], [0.0, 1.0]],
        2,
        point_topics=[[1.0, 0.0]],
        point_scores=[[0.5, 0.2]],
        point_trainee=[0],
    )
    assert found.points.tolist() == [[0, -1]]
    assert found.parts[0, 0, 1] > 0
    assert found.parts[0, 1, 1] == 0
    assert "OWN_WORDS" not in found.reasons[0][1]


def test_praise_needs_five_ratings_above_the_mean() -> None:
    def praised(ratings: list[float], counts: list[int]) -> list[bool]:
        found = recommend(
            [[1.0]], [[1.0]] * len(ratings), len(ratings), content_rating=ratings, n_ratings=counts
        )
        by_content = dict(zip(found.contents[0].tolist(), found.reasons[0], strict=True))
        return ["WELL_RATED" in by_content[content] for content in range(len(ratings))]

    assert praised([1.0, 0.5, np.nan], [4, 0, 0]) == [False, False, False]
    assert praised([1.0, 0.5, np.nan], [5, 0, 0]) == [True, False, False]
    assert praised([0.9, 0.2, np.nan], [50, 50, 0]) == [True, False, False]


def test_one_happy_reader_does_not_lift_what_nobody_judged() -> None:
    found = recommend([[1.0]], [[1.0], [1.0]], 2, content_rating=[1.0, np.nan], n_ratings=[1, 0], variety=0.0)
    judged, unjudged = found.parts[0, :, 3]
    assert found.contents.tolist() == [[0, 1]]
    assert unjudged < judged < 0.08


def test_groups_are_kept_in_balance() -> None:
    """Four contents that answer as well: two of one group in a row only where there is no other."""
    one = {"need": [[0.9]], "content_topics": [[1.0]] * 4, "k": 3}
    grouped = recommend(**one, content_groups=[0, 0, 0, 1])
    assert grouped.contents.tolist() == [[0, 1, 3]]
    assert recommend(**one).contents.tolist() == [[0, 1, 2]]
    assert recommend(**one, content_groups=[-1] * 4).contents.tolist() == [[0, 1, 2]]
    other = {"content_topics": [[1.0, 0.0], [0.9, 0.0], [0.0, 0.1]], "k": 2, "content_groups": [0, 0, 1]}
    strong = recommend([[0.9, 0.1]], **other, variety=0.0)
    assert strong.contents.tolist() == [[0, 1]]


def test_no_contents_are_no_recommendations() -> None:
    assert recommend([[0.9]], np.zeros((0, 1)), 2).contents.tolist() == [[-1, -1]]


def test_what_answers_a_sentence_comes_before_what_ratings_ask_for() -> None:
    """The first topic is rated highest, the second was put into words: four contents each."""
    case = {"need": [[1.0, 0.6]], "content_topics": [[1.0, 0.0]] * 4 + [[0.0, 1.0]] * 4, "k": 8}
    words = {"point_topics": [[0.0, 0.9]], "point_scores": [[0.0] * 4 + [0.4] * 4], "point_trainee": [0]}
    found = recommend(**case, **words)
    assert found.points[0].tolist() == [0] * 4 + [-1] * 4
    # What nobody put into words is not forgotten, and ratings alone keep their full weight.
    assert found.contents[0, 4:].tolist() == [0, 1, 2, 3]
    assert recommend(**case, **words, unsaid=1.0).points[0, 0] == -1
    assert recommend(**case).scores[0].max() == pytest.approx(0.55 + 0.5 * 0.12 + 0.5 * 0.08)


def test_unanswered_sentences_leave_the_needs_as_they_are() -> None:
    """Where no content answers anything that was said, nothing waits."""
    case = {"need": [[0.8, 0.0]], "content_topics": [[1.0, 0.0]], "k": 1}
    silent = recommend(**case)
    spoken = recommend(**case, point_topics=[[0.0, 0.9]], point_scores=[[0.0]], point_trainee=[0])
    assert spoken.scores.tolist() == silent.scores.tolist()
