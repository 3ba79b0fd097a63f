"""The measure of lists tells an inverted one, and leaves out what a prerequisite asks for."""

import pytest

from benchmarks.lists import _is_inverted


@pytest.mark.parametrize(
    ("answers", "inverted"),
    [
        ([True, True, False], False),
        ([False, True, True], True),
        ([True, False, True], True),
        ([False, False, False], False),
        ([], False),
    ],
)
def test_list_is_inverted_where_an_answer_stands_below(answers: list[bool], inverted: bool) -> None:
    contents = list(range(len(answers)))
    assert _is_inverted(contents, answers, [() for _ in contents]) is inverted


def test_what_an_answer_asks_for_may_stand_above_it() -> None:
    assert not _is_inverted([0, 1], [False, True], [(), (0,)])
    assert _is_inverted([2, 0, 1], [False, False, True], [(), (0,), ()])
