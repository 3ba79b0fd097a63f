import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import InvalidInputError, find_copies, normalise
from matching.texts.copies import _BLOCK

LONG = "老旧小区没有物业，环境卫生差"


def apart(texts: list[str], **more: float) -> list[int]:
    """Return the copies among texts of different people."""
    return find_copies(texts, range(len(texts)), **more).tolist()


def test_text_of_another_is_a_copy_whatever_its_marks_and_script() -> None:
    assert apart([LONG, "下雨就淹", "老舊小區沒有物業 環境衛生差。", "老旧小区没物业，环境卫生太差"]) == [
        -1,
        -1,
        0,
        0,
    ]


def test_short_answers_are_honest_repeats() -> None:
    assert apart(["不会写材料"] * 3) == [-1, -1, -1]
    assert apart(["一二三四五六七八九"] * 2) == [-1, -1]
    assert apart(["一二三四五六七八九十"] * 2) == [-1, 0]


def test_nobody_copies_from_oneself() -> None:
    assert find_copies([LONG, LONG, LONG + "！", LONG], [4, 4, 7, 7]).tolist() == [-1, -1, 0, 0]


def test_same_trouble_in_other_words_is_no_copy() -> None:
    assert apart(["一楼的住户死活不同意加装电梯", "要给老楼装电梯，底楼几家就是不签字"]) == [-1, -1]


def test_likeness_does_not_spread_along_a_chain() -> None:
    words = [LONG, LONG[2:] + "没人管", LONG[4:] + "没人管居民年年投诉"]
    found = apart(words, threshold=0.6)
    assert found[1] == 0
    # The third is like the second and not like the first, which alone is an original.
    assert find_copies(words[1:], [0, 1], threshold=0.55).tolist() == [-1, 0]
    assert apart(words, threshold=0.55)[2] == -1


def bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", normalise([text])[0].text)


def slow(texts: list[str], threshold: float, least: int) -> list[int]:
    """Compare every text with all originals before it."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in map(bare, texts)]
    found: list[int] = []
    for late, own in enumerate(pairs):
        best, to = 0.0, -1
        for early in range(late):
            if found[early] < 0 and min(len(bare(texts[late])), len(bare(texts[early]))) >= least:
                alike = len(own & pairs[early]) / len(own | pairs[early])
                if round(alike, 9) > best and alike >= threshold - 1e-9:
                    best, to = round(alike, 9), early
        found.append(to)
    return found


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.text(alphabet="停车难没人管", min_size=2, max_size=9), max_size=14, unique=True),
    st.sampled_from([0.3, 0.4, 0.7, 1.0]),
)
def test_copies_are_those_that_comparing_each_with_each_finds(texts: list[str], threshold: float) -> None:
    # Repeated pairs of characters count once, so equal sets of different texts are copies as well.
    assert apart(texts, threshold=threshold, least_letters=2) == slow(texts, threshold, 2)


def test_originals_are_found_beyond_one_block() -> None:
    random = np.random.default_rng(3)
    letters = list("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃")
    texts = ["".join(random.choice(letters, 30)) for _ in range(2 * _BLOCK)]
    copies = [text[:12] + "的" + text[13:] for text in texts[::7]]
    found = apart(texts + copies)
    assert found[: len(texts)] == [-1] * len(texts)
    assert found[len(texts) :] == list(range(0, len(texts), 7))


def test_many_copies_of_few_texts_take_no_time() -> None:
    texts = [f"第{number}栋楼道里的电动车到处飞线充电没人敢管" for number in range(20_000)]
    start = time.process_time()
    assert set(apart(texts)) == {-1, 0}
    assert time.process_time() - start < 30


def test_nothing_and_signs_are_no_copies() -> None:
    assert apart([]) == []
    assert apart(["", "……", "……", "，" * 40, "，" * 40]) == [-1] * 5


@pytest.mark.parametrize(("threshold", "least"), [(0.0, 10), (1.1, 10), (0.4, 0)])
def test_parameters_outside_their_range_are_refused(threshold: float, least: int) -> None:
    with pytest.raises(InvalidInputError, match="threshold"):
        find_copies(["a"], [0], threshold=threshold, least_letters=least)


def test_owner_for_every_text_is_asked_for() -> None:
    with pytest.raises(InvalidInputError, match="owner"):
        find_copies(["a", "b"], [0])
