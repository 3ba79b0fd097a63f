"""The demo's questionnaire: its questions, the topics they ask about, and when each wave was open."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from studio.store.enums import Measure, QuestionKind

SURVEY_FOLDER = Path(__file__).parent / "survey"


@dataclass(frozen=True)
class Topic:
    """A top-level topic as the questionnaire prints it: stable code and Chinese name."""

    code: str
    name: str


@dataclass(frozen=True)
class Question:
    """One numbered question; `field` names the respondent's answer to it."""

    number: int
    text: str
    kind: QuestionKind
    measure: Measure
    field: str


@dataclass(frozen=True)
class Wave:
    """One round of the survey: for which cohort, the how-many-th, and when it opened (local time)."""

    cohort: int
    wave: int
    opens: datetime


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire. Scales run from `scale_low` to `scale_high`; matrix rows follow `topics`."""

    title: str
    scale_low: int
    scale_high: int
    topics: tuple[Topic, ...]
    questions: tuple[Question, ...]
    waves: tuple[Wave, ...]

    def opens(self, cohort: int, wave: int) -> datetime:
        """Return when a wave opened.

        Raises:
            LookupError: the questionnaire has no such wave.
        """
        for candidate in self.waves:
            if (candidate.cohort, candidate.wave) == (cohort, wave):
                return candidate.opens
        raise LookupError(f"The questionnaire has no wave {wave} for cohort {cohort}.")


@cache
def load_questionnaire(path: Path = SURVEY_FOLDER / "questionnaire.toml") -> Questionnaire:
    """Read a questionnaire from its TOML file."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    return Questionnaire(
        title=content["title"],
        scale_low=content["scale_low"],
        scale_high=content["scale_high"],
        topics=tuple(Topic(**entry) for entry in content["topic"]),
        questions=tuple(_question(entry) for entry in content["question"]),
        waves=tuple(Wave(**entry) for entry in content["wave"]),
    )


def _question(entry: dict[str, Any]) -> Question:
    return Question(
        number=entry["number"],
        text=entry["text"],
        kind=QuestionKind(entry["kind"]),
        measure=Measure(entry["measure"]),
        field=entry["field"],
    )
