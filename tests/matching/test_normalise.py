import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import normalise
from matching.texts.features import TextFeatures, spell_digits


def test_width_case_script_and_space_become_one_spelling() -> None:
    assert normalise(["　ＡＢ１  電梯\n壞了\u200b "])[0].text == "ab1 电梯 坏了"


def test_original_is_kept_word_for_word() -> None:
    assert normalise(["網格　員"])[0].original == "網格　員"


def test_span_leads_back_to_the_typed_characters() -> None:
    typed = "  電瓶車　①推進樓道"
    text = normalise([typed])[0]
    start = text.text.index("推进")
    left, right = text.original_span(start, start + 2)
    assert typed[left:right] == "推進"


def test_character_that_unfolds_to_several_points_to_itself() -> None:
    text = normalise(["㈱好"])[0]
    assert text.text == "(株)好"
    assert text.original_span(0, 3) == (0, 1)
    assert text.original_span(3, 4) == (1, 2)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_offsets_are_ordered_and_inside_the_original(texts: list[str]) -> None:
    for typed, text in zip(texts, normalise(texts), strict=True):
        assert len(text.text) == len(text.starts) == len(text.ends)
        assert list(text.starts) == sorted(text.starts)
        assert all(0 <= a < b <= len(typed) for a, b in zip(text.starts, text.ends, strict=True))
        assert text.text == text.text.strip()


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_one_text_gives_the_same_as_many(texts: list[str]) -> None:
    assert normalise(texts) == [normalise([text])[0] for text in texts]


def test_traditional_text_gets_the_same_result_beside_others() -> None:
    assert normalise(["電梯壞了", "好"])[0] == normalise(["電梯壞了"])[0]


@pytest.mark.parametrize(
    ("typed", "one_spelling"),
    [
        ("祇有我們跟著著名的老師鬧", "只有我们跟着著名的老师闹"),
        ("甚麼都要，台帳、汚水", "什么都要,台账、污水"),
        ("台帐多", "台账多"),
        ("蚊帐，帐篷，显著，著作", "蚊帐,帐篷,显著,著作"),
    ],
)
def test_variants_that_the_table_keeps_are_settled(typed: str, one_spelling: str) -> None:
    (line,) = normalise([typed])
    assert line.text == one_spelling
    assert len(line.starts) == len(typed)


def test_lone_digits_read_like_numerals() -> None:
    features = TextFeatures().fit(["一个人管五百户"])
    typed, spoken = features.transform(["1个人", "一个人"]).toarray()
    assert (typed == spoken).all()
    assert spell_digits(["12345热线，3.5万，5年"]) == ["12345热线，3.5万，五年"]
