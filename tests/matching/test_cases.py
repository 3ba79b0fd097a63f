import numpy as np
import pytest

from matching import InvalidInputError, nearest_cases


def test_score_is_half_words_and_half_topic() -> None:
    words, spoken = [[0.4, 0.1, 0.9]], [[0.8, 0.5]]
    about = [[1.0, 0.0], [0.6, 1.0], [0.5, 0.2]]
    indices, scores = nearest_cases(words, spoken, about, k=3)
    assert indices.tolist() == [[2, 0, 1]]
    assert scores.tolist() == [[0.65, 0.6, 0.3]]


def test_case_of_another_topic_is_left_out_however_alike_its_words() -> None:
    indices, scores = nearest_cases([[1.0, 0.0]], [[0.9, 0.0]], [[0.1, 1.0], [1.0, 0.0]], k=2)
    assert indices.tolist() == [[1, -1]]
    assert scores.tolist() == [[0.45, 0.0]]


def test_words_decide_alone_where_nobody_knows_the_topic() -> None:
    indices, _ = nearest_cases([[0.2, 0.55], [0.1, 0.5]], np.zeros((2, 1)), [[1.0], [1.0]], k=1)
    assert indices.tolist() == [[1], [-1]]


def test_ties_go_to_the_first_and_the_rest_is_filled_up() -> None:
    indices, scores = nearest_cases([[0.5, 0.5]], [[1.0]], [[1.0], [1.0]], k=4)
    assert indices.tolist() == [[0, 1, -1, -1]]
    assert scores.shape == (1, 4)
    assert nearest_cases(np.zeros((0, 2)), np.zeros((0, 1)), [[1.0], [1.0]], k=3)[0].shape == (0, 3)
    assert (
        nearest_cases(np.zeros((2, 0)), np.ones((2, 1)), np.zeros((0, 1)), k=2)[0].tolist() == [[-1, -1]] * 2
    )


@pytest.mark.parametrize(
    ("words", "spoken", "about", "k", "names"),
    [
        ([[0.5]], [[1.0]], [[1.0]], 0, "'k'"),
        ([[0.5, 0.5]], [[1.0]], [[1.0]], 1, "text_scores"),
        ([[0.5]], [[1.5]], [[1.0]], 1, "point_topics"),
        ([[0.5]], [[1.0]], [[1.0, 0.0]], 1, "case_topics"),
    ],
)
def test_bad_input_is_refused_by_name(
    words: list[list[float]], spoken: list[list[float]], about: list[list[float]], k: int, names: str
) -> None:
    with pytest.raises(InvalidInputError, match=names):
        nearest_cases(words, spoken, about, k)
