"""Surveys, their questions and answers, and imports."""

import sqlalchemy as sa

from studio.reading.dialect import Kind
from studio.reading.fields import (
    Column,
    Connection,
    Count,
    Element,
    Elements,
    Entity,
    Hop,
    Sort,
    ToMany,
    by,
    document,
    flag,
    instant,
    integer,
    member,
    number,
    of,
    one,
    text,
    word,
)
from studio.reading.own import RESPONSE, of_own_cohort, of_parent, of_trainee, of_written_response, tables

SURVEY = tables["survey"]


TO_QUESTION = Hop("question", tables["question"], lambda row, question: question.c.id == row.c.question_id)


SURVEYS = (
    Entity(
        "Survey",
        SURVEY,
        {
            "title": text("title"),
            "wave": integer("wave"),
            "cohort": one("Cohort", "cohort_id"),
            "questions": ToMany("Question", of("survey_id"), by("position")),
            "responses": Connection("SurveyResponse", of("survey_id")),
            "imports": ToMany("SurveyImport", of("survey_id"), by("created_at")),
            "responseCount": Count(
                "SurveyResponse",
                lambda row, response: (response.c.survey_id == row.c.id) & response.c.current,
            ),
        },
        own=of_own_cohort("cohort_id"),
        orders={
            "WAVE": (
                Sort(lambda row: row.c.created_at, Kind.INSTANT),
                Sort(lambda row: row.c.wave, Kind.INT),
            )
        },
    ),
    Entity(
        "Question",
        tables["question"],
        {
            "position": integer("position"),
            "text": text("text"),
            "kind": word("kind"),
            "measures": word("measures"),
            "topic": one("Topic", "topic_id"),
            "options": document("options"),
        },
        own=of_parent("survey_id", SURVEY, of_own_cohort("cohort_id")),
    ),
    Entity(
        "SurveyResponse",
        RESPONSE,
        {
            "survey": one("Survey", "survey_id"),
            "trainee": one("Trainee", "trainee_id"),
            "submittedAt": instant("submitted_at"),
            "durationSeconds": integer("duration_seconds"),
            "current": flag("current"),
            "anonymous": Column(
                lambda row: sa.case((row.c.trainee_id.is_(None), sa.true()), else_=sa.false()), Kind.BOOL
            ),
            "answers": ToMany(
                "Answer",
                of("response_id"),
                (Sort(lambda question: question.c.position, Kind.INT, (TO_QUESTION,)),),
            ),
            "painPoints": ToMany("PainPoint", of("response_id"), by("position")),
        },
        own=of_trainee("trainee_id"),
        written=lambda row, who: row.c.id == who.response,
        orders={"WRITTEN": (Sort(lambda row: row.c.created_at, Kind.INSTANT),)},
    ),
    Entity(
        "Answer",
        tables["answer"],
        {
            "question": one("Question", "question_id"),
            "text": text("text"),
            "number": number("number"),
            "options": document("options"),
        },
        own=of_parent("response_id", RESPONSE, of_trainee("trainee_id")),
        written=of_written_response,
    ),
    Entity(
        "SurveyImport",
        tables["survey_import"],
        {
            "cohort": one("Cohort", "cohort_id"),
            "survey": one("Survey", "survey_id"),
            "wave": integer("wave"),
            "fileName": text("file_name"),
            "dryRun": flag("dry_run"),
            "rows": integer("rows"),
            "accepted": integer("accepted"),
            "updated": integer("updated"),
            "unchanged": integer("unchanged"),
            "respondents": integer("respondents"),
            "painPoints": integer("pain_points"),
            "version": integer("version"),
            # An import knows its survey once it has stored its rows.
            "written": Column(
                lambda row: sa.case((row.c.survey_id.is_(None), sa.false()), else_=sa.true()), Kind.BOOL
            ),
            "rejected": Elements(
                "ImportIssue",
                lambda row: row.c.rejected,
                {
                    name: Element(member(name), Kind.JSON)
                    for name in ("row", "column", "code", "message", "suggestion")
                },
            ),
            "mapping": Elements(
                "ColumnMapping",
                lambda row: row.c.mapping,
                {name: Element(member(name), Kind.JSON) for name in ("column", "field", "confidence")},
            ),
            "job": one("Job", "job_id"),
        },
    ),
)
