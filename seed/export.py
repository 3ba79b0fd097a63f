"""The survey's export file as 问卷星 writes it when asked for option texts (按选项文本)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from seed.people import COHORTS
from seed.questionnaire import SURVEY_FOLDER, Question, Questionnaire, load_questionnaire
from seed.respondents import Respondent, cohort_respondents
from seed.tables import Cell, write_table
from studio.store.enums import QuestionKind

NOT_ANSWERED = "(空)"
META_HEADER = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")

_TEXTS: dict[str, Callable[[Respondent], str]] = {
    "name": lambda one: one.typed_name,
    "community": lambda one: one.typed_community,
    "role": lambda one: one.role,
    "thorniest": lambda one: one.thorniest.text,
    "most_urgent": lambda one: one.most_urgent.text,
    "wish": lambda one: one.wish.text,
}
_RATINGS: dict[str, Callable[[Respondent], tuple[int | None, ...]]] = {
    "severity": lambda one: one.severity,
    "urgency": lambda one: one.urgency,
}


def export_header(questionnaire: Questionnaire) -> list[str]:
    """Return the header line: six columns about the answering, then the questions in their order."""
    header = list(META_HEADER)
    for question in questionnaire.questions:
        title = f"{question.number}、{question.text}"
        if question.kind is QuestionKind.SCALE:
            header += [f"{title}—{topic.name}" for topic in questionnaire.topics]
        else:
            header.append(title)
    return header


def export_rows(respondents: Iterable[Respondent], questionnaire: Questionnaire) -> Iterator[list[Cell]]:
    """Yield one row of cells for each respondent, in the columns of `export_header`."""
    for number, respondent in enumerate(respondents, start=1):
        row = _meta_cells(number, respondent)
        for question in questionnaire.questions:
            row += _answer_cells(question, respondent, questionnaire)
        yield row


def write_export(path: Path, respondents: Iterable[Respondent], questionnaire: Questionnaire) -> None:
    """Write the export to `path` (.xlsx or .csv); the same answers give the same cells every time."""
    write_table(path, export_header(questionnaire), export_rows(respondents, questionnaire))


def export_path(cohort: int, wave: int = 1) -> Path:
    """Return where the demo keeps the export of a cohort's wave."""
    return SURVEY_FOLDER / f"cohort-{cohort}-wave-{wave}.xlsx"


def write_demo_exports() -> None:
    """Write the committed exports of the demo's three cohorts anew (`python -m seed.export`)."""
    questionnaire = load_questionnaire()
    for cohort in COHORTS:
        write_export(export_path(cohort), cohort_respondents(cohort, questionnaire), questionnaire)


def _meta_cells(number: int, respondent: Respondent) -> list[Cell]:
    # 203.0.113.0/24 is kept for documentation (RFC 5737): no such visitor can exist.
    address = f"203.0.113.{1 + number % 254}(贵州-遵义)"
    when = _survey_time(respondent.answered_at)
    return [number, when, f"{respondent.seconds}秒", "微信", "N/A", address]


def _survey_time(moment: datetime) -> str:
    return f"{moment.year}/{moment.month}/{moment.day} {moment:%H:%M:%S}".replace(" 0", " ")


def _answer_cells(question: Question, respondent: Respondent, questionnaire: Questionnaire) -> list[Cell]:
    if question.kind is QuestionKind.SCALE:
        ratings = _RATINGS[question.field](respondent)
        return [NOT_ANSWERED if rating is None else rating for rating in ratings]
    if question.kind is QuestionKind.MULTI:
        # Options come in the order they were printed, whatever order they were ticked in.
        ticked = [topic.name for topic in questionnaire.topics if topic.name in respondent.ticks]
        other = [f"其他〖{respondent.other}〗"] if respondent.other else []
        return ["┋".join(ticked + other) or NOT_ANSWERED]
    if question.kind is QuestionKind.RANK:
        return ["→".join(respondent.order) or NOT_ANSWERED]
    return [_TEXTS[question.field](respondent) or NOT_ANSWERED]


if __name__ == "__main__":
    write_demo_exports()
