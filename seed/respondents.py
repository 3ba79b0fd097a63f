"""Who answered the demo's survey, and what: ticks, ratings, an order, and answers in their own words."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from seed.questionnaire import Questionnaire

ANSWERS_FOLDER = Path(__file__).parent / "answers"


@dataclass(frozen=True)
class Answer:
    """A free answer as written; `truth` holds the top-level topics a careful reader sees in it.

    Truth is for honest evaluation only: it never reaches an export, so the classifier cannot see it.
    An empty truth means nothing can be told from the words alone (blank, junk, off topic, resolved).
    """

    text: str
    truth: tuple[str, ...] = ()


@dataclass(frozen=True)
class Respondent:
    """One person's answers. Ratings follow the questionnaire's topics; None is not answered.

    `name` and `community` are the roster's; `typed_name` and `typed_community` are what was put in the form.
    """

    name: str
    community: str
    role: str
    ticks: tuple[str, ...]
    severity: tuple[int | None, ...]
    urgency: tuple[int | None, ...]
    order: tuple[str, ...]
    thorniest: Answer
    most_urgent: Answer
    wish: Answer
    typed_name: str
    typed_community: str
    answered_at: datetime
    seconds: int
    other: str = ""

    @property
    def answers(self) -> tuple[Answer, Answer, Answer]:
        """The three free answers in the order they were asked."""
        return self.thorniest, self.most_urgent, self.wish


def answered(position: int, opens: datetime) -> tuple[datetime, int]:
    """Return when the respondent at `position` (from 0) finished and how many seconds it took."""
    # Strides without a common factor with an hour or a day: times look lived-in and never repeat in order.
    minutes = 12 + position * 47 + position * position % 31
    return opens + timedelta(minutes=minutes, seconds=(17 + position * 23) % 60), 96 + position * 61 % 400


def cohort_respondents(cohort: int, questionnaire: Questionnaire, wave: int = 1) -> list[Respondent]:
    """Return the hand-written answers of one of the demo's cohorts, in the order they came in."""
    with (ANSWERS_FOLDER / f"cohort-{cohort}.toml").open("rb") as file:
        entries = tomllib.load(file)["respondent"]
    opens = questionnaire.opens(cohort, wave)
    return [_respondent(entry, *answered(position, opens)) for position, entry in enumerate(entries)]


def _respondent(entry: dict[str, Any], answered_at: datetime, seconds: int) -> Respondent:
    return Respondent(
        name=entry["name"],
        community=entry["community"],
        role=entry["role"],
        ticks=tuple(entry["ticks"]),
        severity=_ratings(entry["severity"]),
        urgency=_ratings(entry["urgency"]),
        order=tuple(entry["order"]),
        thorniest=_answer(entry["thorniest"]),
        most_urgent=_answer(entry["most_urgent"]),
        wish=_answer(entry["wish"]),
        typed_name=entry.get("name_typed", entry["name"]),
        typed_community=entry.get("community_typed", entry["community"]),
        answered_at=answered_at,
        seconds=seconds,
        other=entry.get("other", ""),
    )


def _answer(entry: dict[str, Any]) -> Answer:
    return Answer(entry["text"], tuple(entry["truth"]))


def _ratings(values: Sequence[int]) -> tuple[int | None, ...]:
    return tuple(value or None for value in values)
