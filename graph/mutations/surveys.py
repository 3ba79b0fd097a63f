"""Answering a survey, and importing an export file."""

from typing import Annotated, Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from graph.contents.recommendations import Recommendation
from graph.needs.pain_points import PainPoint
from graph.needs.surveys import SurveyImport, SurveyResponse
from graph.payloads import (
    MutationInfo,
    Stored,
    UserError,
    Work,
    answer,
    answer_after,
    idempotency_key,
    input_field,
    row_id,
    user_errors,
)
from graph.reading.stored import stored
from studio.operations.surveys.survey_imports import start_survey_import
from studio.operations.surveys.surveys import AnswerInput, submit_survey_response
from studio.operations.topics.topics import topic_tree


@strawberry.input(description="An answer to one question: text, a number or options, as its kind asks.")
class SurveyAnswerInput:
    """An answer to one question."""

    question_id: strawberry.ID = input_field("The question's global id.")
    text: str | None = input_field("Own words, as written.", default=None)
    number: float | None = input_field("A grade, 1–5.", default=None)
    options: list[str] | None = input_field("The chosen options; of a ranking, in its order.", default=None)


@strawberry.input(description="A trainee's answers to a survey.")
class SubmitSurveyResponseInput:
    """A trainee's answers to a survey."""

    survey_id: strawberry.ID = input_field("The survey's global id.")
    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    answers: list[SurveyAnswerInput] = input_field("Answers; questions without an answer are left out.")
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="What came of the answers: topics and recommendations, in one round trip.")
class SubmitSurveyResponsePayload:
    """What came of the answers."""

    response: SurveyResponse | None = stored("The stored response.")
    pain_points: list[PainPoint] = stored("Pain points read out of it, with their topics.")
    recommendations: list[Recommendation] = stored("What is now recommended to the trainee, the best first.")
    user_errors: list[UserError] = user_errors()


@strawberry.input(description="What a column of the file is, where its header does not tell.")
class ColumnMappingInput:
    """What a column of the file is."""

    column: str = input_field("Header of the column.")
    field: str = input_field("What to take it for.")


@strawberry.input(description="Which uploaded file to import, and how.")
class ImportSurveyInput:
    """Which uploaded file to import, and how."""

    upload_id: strawberry.ID = input_field(
        "Global id that POST /uploads answered with. The file is deleted once an import has stored its rows, "
        "and a day after it was last asked for."
    )
    cohort_id: strawberry.ID = input_field("The cohort that answered.")
    wave: int = input_field("Which wave of the cohort, from 1.")
    dry_run: bool = input_field("Only tell what would happen; true unless said otherwise.", default=True)
    skip_bad_rows: bool = input_field("Take the good rows when others are bad.", default=False)
    anonymous: bool = input_field("Treat every row as anonymous.", default=False)
    mapping: list[ColumnMappingInput] = input_field(
        "Columns that cannot be mapped by their headers.", default_factory=list
    )
    idempotency_key: str | None = idempotency_key()


@strawberry.type(description="The queued import; ask surveyImport(id) for its progress.")
class ImportSurveyPayload:
    """The queued import."""

    survey_import: SurveyImport | None = stored("The import.")
    user_errors: list[UserError] = user_errors()


@strawberry.type(description="Surveys.")
class SurveyMutation:
    """Answering and importing."""

    @strawberry.mutation(
        description="Takes a trainee's answers, reads their topics and recommends contents; "
        "the cohort's needs follow within seconds."
    )
    async def submit_survey_response(
        self,
        info: MutationInfo,
        input: Annotated[SubmitSurveyResponseInput, strawberry.argument(description="The answers.")],
    ) -> SubmitSurveyResponsePayload:
        """Take a trainee's answers."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            submitted = await submit_survey_response(
                session,
                info.context.actor,
                row_id(input.survey_id, "Survey", "surveyId"),
                row_id(input.trainee_id, "Trainee", "traineeId"),
                [_answer(position, given) for position, given in enumerate(input.answers)],
                idempotency_key=input.idempotency_key,
            )
            written = submitted.response_id
            return {
                "response": Stored("SurveyResponse", written, written),
                "painPoints": Stored("PainPoint", submitted.pain_point_ids, written),
                "recommendations": Stored("Recommendation", submitted.recommendation_ids, written),
            }

        async def prepare(reader: AsyncSession) -> Work:
            # Learning the topics takes seconds for the first who asks: nobody's write waits for it.
            await topic_tree(reader, info.context.actor.studio_id)
            return work

        return await answer_after(info, prepare)  # type: ignore[no-any-return]

    @strawberry.mutation(description="Queues the import of an uploaded export file.")
    async def import_survey(
        self,
        info: MutationInfo,
        input: Annotated[ImportSurveyInput, strawberry.argument(description="Which file, and how.")],
    ) -> ImportSurveyPayload:
        """Queue an import."""

        async def work(session: AsyncSession) -> dict[str, Any]:
            done = await start_survey_import(
                session,
                info.context.actor,
                row_id(input.upload_id, "Upload", "uploadId"),
                row_id(input.cohort_id, "Cohort", "cohortId"),
                input.wave,
                dry_run=input.dry_run,
                skip_bad_rows=input.skip_bad_rows,
                anonymous=input.anonymous,
                mapping={one.column: one.field for one in input.mapping},
                language=info.context.language,
                idempotency_key=input.idempotency_key,
            )
            return {"surveyImport": Stored("SurveyImport", done.id)}

        return await answer(info, work)  # type: ignore[no-any-return]


def _answer(position: int, given: SurveyAnswerInput) -> AnswerInput:
    return AnswerInput(
        question_id=row_id(given.question_id, "Question", f"answers.{position}.questionId"),
        text=given.text,
        number=given.number,
        options=tuple(given.options) if given.options is not None else None,
    )
