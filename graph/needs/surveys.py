"""Surveys: questions, responses and imports."""

from datetime import datetime

import strawberry

from graph.enums import Measure, QuestionKind
from graph.reading.node import Connection, Node
from graph.reading.stored import page, stored
from graph.references import Cohort, Job, PainPoint, Topic, Trainee


@strawberry.type(description="A question of a survey; each row of a matrix is a question of its own.")
class Question(Node):
    """A question of a survey."""

    position: int = stored("Place in the survey.")
    text: str = stored("The question's words.")
    kind: QuestionKind = stored("How it is answered.")
    measures: Measure = stored("What it tells about needs.")
    topic: Topic | None = stored("The topic that a rating is about.")
    options: list[str] = stored("Options to choose from; empty where there are none.")


@strawberry.type(description="An answer to one question.")
class Answer:
    """An answer to one question."""

    question: Question | None = stored("The question.")
    text: str | None = stored("Own words, as written.")
    number: float | None = stored("A grade, 1–5.")
    options: list[str] | None = stored("The chosen options; of a ranking, in its order.")


@strawberry.type(description="One answered questionnaire.")
class SurveyResponse(Node):
    """One answered questionnaire."""

    survey: "Survey | None" = stored("The survey.")
    trainee: Trainee | None = stored("Who answered; null when anonymous.")
    submitted_at: datetime | None = stored("When it was sent.")
    duration_seconds: int | None = stored("How long answering took, in seconds.")
    current: bool = stored("False when the same trainee answered again in the same wave.")
    anonymous: bool = stored("Whether nobody is known to have answered.")
    answers: list[Answer] = stored("The answers, in the order of the questions.")
    pain_points: list[PainPoint] = stored("Pain points read out of the own words.")


@strawberry.type(description="One wave of questions to a cohort.")
class Survey(Node):
    """One wave of questions to a cohort."""

    title: str = stored("Its title.")
    wave: int = stored("Which wave of the cohort, from 1.")
    cohort: Cohort | None = stored("The cohort that is asked.")
    questions: list[Question] = stored("Its questions, in their order.")
    responses: Connection[SurveyResponse] = stored("Its responses.", **page())
    imports: list["SurveyImport"] = stored("Imports of export files into it, the newest first.")
    response_count: int | None = stored(
        "How many current responses there are; null for those who may not see all of them."
    )


@strawberry.type(description="What is wrong with a cell or a row of an imported file.")
class ImportIssue:
    """What is wrong with a cell or a row."""

    row: int = stored("Row number as the sheet shows it.")
    column: str = stored("Header of the column; empty when the whole row is meant.")
    code: str = stored("Stable code.")
    message: str = stored("What is wrong.")
    suggestion: str = stored("What to do.")


@strawberry.type(description="How a column of an imported file was understood.")
class ColumnMapping:
    """How a column was understood."""

    column: str = stored("Header of the column.")
    field: str = stored("What it was taken for.")
    confidence: float | None = stored("How sure that is, 0–1.")


@strawberry.type(description="One import of a survey's export file, dry or real.")
class SurveyImport(Node):
    """One import of a survey's export file."""

    version: int = stored("Rises with every change.")
    cohort: Cohort | None = stored("The cohort that answered.")
    survey: Survey | None = stored("The survey that was filled; null while the job waits, and on a dry run.")
    wave: int = stored("Which wave of the cohort.")
    file_name: str = stored("Name of the uploaded file.")
    dry_run: bool = stored("Whether nothing was to be written.")
    written: bool = stored(
        "Whether its rows are stored: not on a dry run, nor when rows were rejected and not to be skipped."
    )
    rows: int = stored("Rows of the file: accepted and distinct rejected ones.")
    accepted: int = stored("Rows that were, or would be, taken in.")
    updated: int = stored("Accepted rows that change a response.")
    unchanged: int = stored("Accepted rows that change nothing.")
    respondents: int = stored("Distinct people who answered.")
    pain_points: int = stored("Pain points read out of the own words.")
    rejected: list[ImportIssue] = stored("Everything that is wrong, all at once.")
    mapping: list[ColumnMapping] = stored("How the columns were understood.")
    job: Job | None = stored("The job that does the import.")
