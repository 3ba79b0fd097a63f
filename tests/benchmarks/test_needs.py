"""The measuring itself is right: what is held out, what counts as found, and what stands in the blind set."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.needs import HELD_BACK, Titles, few_shot, measure, read_titles, shown, splits
from benchmarks.needs_answers import LabelledAnswer, Read, blind_answers, demo_answers, topic_set_f1
from benchmarks.needs_baselines import KeywordMatch, MostFrequent
from matching import AnswerReading
from seed.topics import load_topics
from tests.architecture.sources import ROOT

ANSWERS = ROOT / "benchmarks" / "data" / "answers.toml"


@pytest.fixture
def titles() -> Titles:
    texts = [f"停车难{i}" for i in range(40)] + [f"写总结{i}" for i in range(20)]
    return Titles(np.array(texts), np.array(["A"] * 40 + ["B"] * 20), [("A", ["停车"]), ("B", ["总结"])])


def reading(text: str, codes: tuple[str, ...]) -> AnswerReading:
    class Fixed(AnswerReading):
        @property
        def codes(self) -> tuple[str, ...]:
            return codes

    return Fixed(text, junk=False, resolved=False, points=(), abstained=False)


def test_few_shots_leave_every_class_something_to_be_examined_on(titles: Titles) -> None:
    labelled = few_shot(titles, 50, seed=1)
    assert Counter(titles.labels[~labelled]) == {"A": HELD_BACK, "B": HELD_BACK}
    assert Counter(titles.labels[few_shot(titles, 5, seed=1)]) == {"A": 5, "B": 5}


def test_every_text_is_examined_once_over_the_folds(titles: Titles) -> None:
    examined = np.sum([~labelled for labelled in splits(titles)["5-fold"]], axis=0)
    assert examined.tolist() == [1] * 60


def test_measure_learns_from_labelled_texts_and_judges_the_others(titles: Titles) -> None:
    labelled = titles.labels == "A"
    assert measure(titles, [labelled], MostFrequent())[0] == [0.0]
    assert measure(titles, [labelled], KeywordMatch())[0] == [1.0]


def test_keywords_that_tie_say_the_most_frequent_topic() -> None:
    match = KeywordMatch().fit(["写总结"], ["B"], [("A", ["停车"]), ("B", ["总结"])])
    assert match.predict(["停车要写总结", "停车", "无"]).tolist() == ["B", "A", "B"]


def test_interval_is_that_of_student() -> None:
    assert shown([0.5]) == "0.500"
    assert shown([0.4, 0.6]) == "0.500 ± 1.271"


def test_topic_sets_count_found_and_missed_alike() -> None:
    answer = LabelledAnswer("x", frozenset({"A", "B"}), "several")
    assert topic_set_f1([Read(answer, reading("x", ("A", "C")))]) == pytest.approx(0.5)
    assert topic_set_f1([Read(answer, reading("x", ("B", "A")))]) == 1.0


def test_titles_are_read_with_groups_as_phrases(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("title,label\n停车难,A\n", encoding="utf-8")
    (tmp_path / "x.csv").write_text("label,group,phrase\nA,停车,车位\nA,停车,乱停\n", encoding="utf-8")
    titles = read_titles(tmp_path / "t.csv", tmp_path / "x.csv")
    assert (titles.texts.tolist(), titles.labels.tolist()) == (["停车难"], ["A"])
    assert titles.topics == [("A", ["停车", "车位", "乱停"])]


def test_missing_titles_are_said_and_the_rest_is_measured() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmarks.needs",
            "--data",
            "nowhere.csv",
            "--no-speed",
            "--answers",
            "nowhere",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "nowhere.csv" in done.stdout
    assert "the demo's answers about one topic" in done.stdout


def test_blind_set_is_labelled_in_our_topics_and_shares_no_text_with_the_tree() -> None:
    answers = blind_answers(ANSWERS)
    tops = {top.code for top in load_topics()}
    troubles = {trouble for top in load_topics() for leaf in top.leaves for trouble in leaf.troubles}
    assert len(answers) > 250
    assert all(answer.topics <= tops for answer in answers)
    assert not troubles & {answer.text for answer in answers}
    assert all(not answer.topics for answer in answers if answer.kind in {"junk", "resolved", "off_topic"})


def test_demo_answers_keep_those_that_say_nothing() -> None:
    assert any(not answer.topics for answer in demo_answers())
