from pathlib import Path
from typing import Any

import pytest

from service.gaps import topics_short
from service.report.gaps import explained_gaps
from tests.service.commands import answer, yanzhen


def gap(code: str, short: int, **figures: Any) -> dict[str, Any]:
    given = {"demand": 4.25, "supply": 1.5, "mentors": 1, "contentMinutes": 90, "respondents": 6}
    return {"topic": {"code": code, "name": f"主题{code}"}, "placesShort": short, **given, **figures}


EVENT = {"event": "MONTHLY_TOPIC", "county": None, "topic": {"code": "A", "name": "主题A"}, "need": None}
VISIT = {
    "event": "OUTREACH_TEACHING",
    "county": "汇川区",
    "topic": {"code": "B", "name": "主题B"},
    "need": 0.456,
}


def test_command_says_whom_to_recruit_and_what_to_teach_next(folder: Path) -> None:
    result = answer(folder, "gaps", "--cohort", 3)
    assert len(result["topics"]) == 9
    for topic in result["topics"]:
        missing = topic["demand"] - topic["supply"]
        assert topic["placesShort"] - 1 < max(missing, 0) <= topic["placesShort"]
        assert topic["contentHours"] > 0
    short = [topic["topic"] for topic in result["topics"] if topic["placesShort"]]
    assert {topic["topic"] for topic in result["recruit"]} == set(short)
    places = [topic["places"] for topic in result["recruit"]]
    assert places == sorted(places, reverse=True)
    assert result["event"]["gap"] == pytest.approx(
        result["event"]["demand"] - result["event"]["supply"], abs=1e-5
    )
    assert result["outreach"]["county"]


@pytest.mark.parametrize(("lang", "words"), [("zh", "下次月度活动"), ("en", "Next monthly event")])
def test_command_prints_the_advice(folder: Path, lang: str, words: str) -> None:
    printed = yanzhen(folder, "gaps", "--cohort", 3, "--lang", lang)
    assert (printed.exit_code, words in printed.stdout) == (0, True)


def test_report_names_the_worst_shortages_with_their_figures() -> None:
    gaps = [gap("A", 3), gap("B", 1), gap("C", 5), gap("D", 2), gap("E", 0)]
    assert [row["topic"]["code"] for row in topics_short(gaps)] == ["C", "A", "D", "B"]
    found = explained_gaps(gaps, [EVENT, VISIT])
    assert found is not None
    recruit, event, visit = (sentence for _, sentence in found["advice"])
    assert recruit.startswith("先找擅长主题C的，缺 5 个名额（需要 4.2 个，现有 1.5 个）；擅长主题A的")
    assert recruit.endswith("；另有 1 个主题也缺，见表。")
    assert event == "讲主题A：6 人提到，一对一还缺 3 个名额，集中讲最省力。"
    assert visit == "到汇川区讲主题B：当地平均需求 0.46，目录里有 1.5 小时材料可带去。"


def test_report_says_when_places_are_enough() -> None:
    found = explained_gaps([gap("A", 0)], [EVENT])
    assert found is not None
    assert [sentence for _, sentence in found["advice"]] == [
        "各主题的空余名额都够一对一带教，眼下不必专门招人。",
        "讲主题A：6 人提到，一对一名额够用，集中讲仍能惠及最多的人。",
    ]


def test_report_without_gaps_is_silent() -> None:
    assert explained_gaps([], [EVENT]) is None
