"""Answers of clients are checked against their questions, one fault at a time, with the field at fault."""

from typing import Any
from uuid import UUID

import pytest

from studio.errors import StudioError
from studio.operations.surveys.surveys import AnswerInput, _checked
from studio.store.enums import QuestionKind
from studio.store.surveys import Question

KINDS = list(QuestionKind)
QUESTIONS = {
    UUID(int=number): Question(
        id=UUID(int=number),
        kind=kind,
        options=[] if kind in (QuestionKind.TEXT, QuestionKind.SCALE) else ["甲", "乙"],
    )
    for number, kind in enumerate(KINDS)
}


def answer(kind: QuestionKind, **given: Any) -> AnswerInput:
    return AnswerInput(UUID(int=KINDS.index(kind)), **given)


@pytest.mark.parametrize(
    ("kind", "given", "code", "field"),
    [
        ("TEXT", {"number": 3}, "TEXT_WANTED", "number"),
        ("TEXT", {"text": "难", "number": 3}, "TEXT_WANTED", "number"),
        ("TEXT", {"text": ""}, "ANSWER_BLANK", "text"),
        ("TEXT", {"text": " \n\u3000\t"}, "ANSWER_BLANK", "text"),
        ("MULTI", {"options": ("甲",), "text": " "}, "ANSWER_BLANK", "text"),
        ("MULTI", {"options": ("甲", "乙", "甲")}, "OPTION_TWICE", "options"),
        ("RANK", {"options": ("乙", "乙")}, "OPTION_TWICE", "options"),
        ("SINGLE", {"options": ("甲", "甲")}, "OPTION_TWICE", "options"),
        ("SINGLE", {"options": ("甲", "乙")}, "ONE_OPTION_WANTED", "options"),
        ("SINGLE", {"number": 1}, "OPTIONS_WANTED", "number"),
        ("RANK", {"number": 1}, "OPTIONS_WANTED", "number"),
        ("SCALE", {"text": "很难"}, "NUMBER_WANTED", "number"),
        ("SCALE", {"number": 6}, "OUT_OF_SCALE_ANSWER", "number"),
        ("SCALE", {"number": float("nan")}, "OUT_OF_SCALE_ANSWER", "number"),
        ("MULTI", {"options": ("丙",)}, "UNKNOWN_OPTION_ANSWER", "options"),
    ],
)
def test_an_answer_of_another_kind_is_refused(kind: str, given: Any, code: str, field: str) -> None:
    good = answer(QuestionKind.SCALE if kind != "SCALE" else QuestionKind.TEXT, **GOOD[kind != "SCALE"])
    with pytest.raises(StudioError) as refused:
        _checked(QUESTIONS, [good, answer(QuestionKind(kind), **given)])
    assert (refused.value.code, refused.value.field) == (code, f"answers.1.{field}")
    assert refused.value.message("zh") != refused.value.message("en")


GOOD: dict[bool, dict[str, Any]] = {True: {"number": 4}, False: {"text": "难"}}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("TEXT", {"text": " 材料写到半夜 "}),
        ("SCALE", {"number": 1.0}),
        ("SINGLE", {"options": ("甲",)}),
        ("MULTI", {"options": ("乙", "甲"), "text": "还有别的"}),
        ("RANK", {"options": ("乙", "甲")}),
    ],
)
def test_an_answer_as_asked_is_taken_as_written(kind: str, given: Any) -> None:
    (taken,) = _checked(QUESTIONS, [answer(QuestionKind(kind), **given)]).values()
    assert {name: getattr(taken, name) for name in given} == given
