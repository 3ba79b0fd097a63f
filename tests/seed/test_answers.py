from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from seed.people import (
    COHORTS,
    PEOPLE_FOLDER,
    cohort_roster,
)
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.topics import load_topics
from seed.wording import JUNK

QUESTIONNAIRE = load_questionnaire()
CODES = [topic.code for topic in QUESTIONNAIRE.topics]
NAMES = [topic.name for topic in QUESTIONNAIRE.topics]
RESPONDENTS = [one for cohort in COHORTS for one in cohort_respondents(cohort, QUESTIONNAIRE)]
ANSWERS = [answer for one in RESPONDENTS for answer in one.answers]
REAL_ANSWERS = [answer.text for answer in ANSWERS if len(answer.text) >= 8]


def triples(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(len(text) - 2)}


@pytest.mark.parametrize("cohort", COHORTS)
def test_every_trainee_answered_once_and_nobody_else(cohort):
    asked = {(row.name, row.community, row.role) for row in cohort_roster(cohort)}
    answered = [(one.name, one.community, one.role) for one in cohort_respondents(cohort, QUESTIONNAIRE)]
    assert len(answered) == len(asked)
    assert set(answered) == asked


def test_ratings_stay_on_the_scale_and_few_are_blank():
    ratings = [rating for one in RESPONDENTS for rating in one.severity + one.urgency]
    assert all(len(one.severity) == len(one.urgency) == 9 for one in RESPONDENTS)
    given = [rating for rating in ratings if rating is not None]
    assert set(given) == {1, 2, 3, 4, 5}
    assert 0 < len(ratings) - len(given) <= 6


def test_ticks_and_order_name_topics_once():
    for one in RESPONDENTS:
        for chosen in (one.ticks, one.order):
            assert set(chosen) <= set(NAMES)
            assert len(chosen) == len(set(chosen))


def test_truth_names_topics_and_junk_has_none():
    assert all(set(answer.truth) <= set(CODES) for answer in ANSWERS)
    assert all(answer.truth == () for answer in ANSWERS if answer.text in ("", *JUNK))


def test_every_topic_is_told_often_enough_to_be_measured():
    told = Counter(code for answer in ANSWERS for code in answer.truth)
    assert min(told[code] for code in CODES) >= 10


def test_ratings_agree_with_words_mostly_but_not_always():
    agree = [
        one.severity[CODES.index(code)] >= max(rating or 0 for rating in one.severity) - 1
        for one in RESPONDENTS
        for code in one.thorniest.truth
    ]
    assert 0.7 < sum(agree) / len(agree) < 1


def test_most_answers_do_not_name_their_topic():
    naming = [text for text in REAL_ANSWERS if any(name in text for name in NAMES)]
    assert len(naming) / len(REAL_ANSWERS) < 0.1


def test_answers_have_the_length_people_write():
    assert len(REAL_ANSWERS) >= 160
    assert all(len(answer.text) <= 80 for answer in ANSWERS)
    assert {answer.text for answer in ANSWERS if len(answer.text) < 8} <= {"", *JUNK}


def test_only_two_pairs_of_people_wrote_nearly_the_same():
    close = [
        pair
        for pair in combinations(REAL_ANSWERS, 2)
        if SequenceMatcher(None, *pair, autojunk=False).quick_ratio() >= 0.8
        and SequenceMatcher(None, *pair, autojunk=False).ratio() >= 0.8
    ]
    assert len(close) == 2
    assert all(first != second for first, second in close)


def test_answers_are_independent_of_the_troubles_the_classifier_learns_from():
    troubles = [trouble for topic in load_topics() for leaf in topic.leaves for trouble in leaf.troubles]
    assert len(troubles) > 300
    pieces = [triples(trouble) for trouble in troubles]
    copied = [
        text
        for text, own in zip(REAL_ANSWERS, map(triples, REAL_ANSWERS), strict=True)
        for other in pieces
        if len(own & other) >= 0.45 * min(len(own), len(other))
    ]
    assert copied == []


@pytest.mark.parametrize("mark", ["①", "；", "１", "領導", "已经解决", "电平车", "台帐", "咋个", "晓得"])
def test_answers_hold_what_real_ones_do(mark):
    assert any(mark in text for text in REAL_ANSWERS)


def test_no_person_or_place_of_the_model_studio_is_used():
    texts = [path.read_text(encoding="utf-8") for path in PEOPLE_FOLDER.parent.rglob("*.csv")]
    texts += [path.read_text(encoding="utf-8") for path in (PEOPLE_FOLDER.parent / "answers").glob("*.toml")]
    assert len(texts) >= 8
    for real in ("李英", "仁和苑", "洗马路", "凤仪街道", "上坝"):
        assert not any(real in text for text in texts)
