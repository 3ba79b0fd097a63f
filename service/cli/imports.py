"""`yanzhen import …`: rosters, mentors, surveys and rules from spreadsheets."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from service.cli.named_files import column_map, read_file
from service.cli.options import (
    CohortOption,
    DryRunOption,
    FileArgument,
    Format,
    FormatOption,
    Language,
    LanguageOption,
    MapOption,
    SkipOption,
    StudioOption,
)
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.cli.tables import table_of
from studio.messages import translate
from studio.operations.import_report import ImportReport
from studio.operations.jobs import Progress
from studio.operations.needs.needs import compute_needs_now
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.mentors import import_mentors
from studio.operations.people.roster import import_roster
from studio.operations.rules.rules import import_rules
from studio.operations.surveys.survey_imports import prepare_import, store_survey
from studio.operations.surveys.survey_reading import read_survey
from studio.operations.topics.topics import learn_topics
from studio.permissions import Actor
from studio.store.database import reading, write

Import = Callable[[AsyncEngine, Actor, bytes, Progress], Awaitable[ImportReport]]
InTransaction = Callable[[AsyncSession, Actor, bytes], Awaitable[ImportReport]]


def roster(
    file: FileArgument,
    cohort: CohortOption,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    map_: MapOption = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Import a roster."""
    overrides = column_map(map_, form, lang)

    async def work(session: AsyncSession, actor: Actor, content: bytes) -> ImportReport:
        return await import_roster(
            session,
            actor,
            content,
            file.name,
            cohort,
            dry_run=dry_run,
            skip_bad_rows=skip_bad_rows,
            overrides=overrides,
        )

    run_import(at_once(work), file, studio, form, lang, skip_bad_rows)


def mentors(
    file: FileArgument,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    map_: MapOption = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Import a list of mentors."""
    overrides = column_map(map_, form, lang)

    async def work(session: AsyncSession, actor: Actor, content: bytes) -> ImportReport:
        return await import_mentors(
            session,
            actor,
            content,
            file.name,
            dry_run=dry_run,
            skip_bad_rows=skip_bad_rows,
            overrides=overrides,
        )

    run_import(at_once(work), file, studio, form, lang, skip_bad_rows)


def survey(
    file: FileArgument,
    cohort: CohortOption,
    wave: Annotated[int, typer.Option("--wave", min=1, help="HELP_WAVE")] = 1,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="HELP_ANONYMOUS")] = False,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    map_: MapOption = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Import a survey export."""
    overrides = column_map(map_, form, lang)

    async def work(engine: AsyncEngine, actor: Actor, content: bytes, tell: Progress) -> ImportReport:
        await learn_topics(engine, actor.studio_id)
        report = await take_in(engine, actor, content, tell)
        if report.written and report.new + report.updated:
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            await compute_needs_now(engine, actor, row.id)
        return report

    async def take_in(engine: AsyncEngine, actor: Actor, content: bytes, tell: Progress) -> ImportReport:
        # A large file takes seconds to read: others go on writing meanwhile.
        async with reading(engine) as session:
            known = await prepare_import(session, actor, cohort)
        read = await read_survey(
            known, content, file.name, anonymous=anonymous, overrides=overrides, progress=tell
        )
        return await write(
            engine,
            lambda session: store_survey(
                session,
                actor,
                read,
                cohort,
                wave,
                dry_run=dry_run,
                skip_bad_rows=skip_bad_rows,
                needs_later=True,
                progress=tell,
            ),
        )

    run_import(work, file, studio, form, lang, skip_bad_rows)


def rules(
    file: FileArgument,
    cohort: CohortOption,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    map_: MapOption = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Import matching rules."""
    overrides = column_map(map_, form, lang)

    async def work(session: AsyncSession, actor: Actor, content: bytes) -> ImportReport:
        return await import_rules(
            session,
            actor,
            content,
            file.name,
            cohort,
            dry_run=dry_run,
            skip_bad_rows=skip_bad_rows,
            overrides=overrides,
        )

    run_import(at_once(work), file, studio, form, lang, skip_bad_rows)


def at_once(work: InTransaction) -> Import:
    """Read and store a file in one transaction: lists of people are short."""
    return lambda engine, actor, content, _tell: write(engine, lambda session: work(session, actor, content))


def run_import(
    work: Import, file: Path, studio: str | None, form: Format, lang: Language, skip_bad_rows: bool
) -> None:
    """Do an import of a file and report it; rejected rows end with code 1 unless skipping was asked."""
    content = read_file(file, form, lang)

    with working(translate("CLI_IMPORTING", lang.value, file=file.name)) as tell:

        async def whole() -> ImportReport:
            async with acting(studio) as (engine, actor):
                return await work(engine, actor, content, tell)

        report = run(whole, form, lang)
    if form is Format.JSON:
        print_json(report.as_json(lang.value))
    else:
        _print_report(report, lang.value)
    if report.rejected and not skip_bad_rows:
        raise typer.Exit(1)


def _print_report(report: ImportReport, language: str) -> None:
    code = (
        "CLI_IMPORT_WRITTEN"
        if report.written
        else "CLI_IMPORT_DRY"
        if report.dry_run
        else "CLI_IMPORT_REFUSED"
    )
    output.print(translate(code, language))
    output.print(
        translate(
            "CLI_IMPORT_COUNTS",
            language,
            rows=report.rows,
            accepted=report.accepted,
            new=report.new,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=len(report.rejected_rows),
        )
    )
    if report.has_questions:
        answers = {"respondents": report.respondents, "painPoints": report.pain_points}
        output.print(translate("CLI_IMPORT_ANSWERS", language, **answers))
    ordinary = [column.column for column in report.mapping if column.field.startswith("other_")]
    if ordinary:
        output.print(translate("CLI_IMPORT_ORDINARY", language, columns=ordinary), style="dim")
    dropped = [column.column for column in report.mapping if column.field.startswith(("ignored", "dropped"))]
    if dropped:
        output.print(translate("CLI_IMPORT_DROPPED", language, columns=dropped), style="dim")
    if not report.rejected:
        return
    table = table_of(("CLI_ROW", "CLI_COLUMN", "CLI_PROBLEM", "CLI_WHAT_TO_DO"), language)
    for issue in report.rejected:
        table.add_row(str(issue.row), issue.column, issue.message(language), issue.suggestion(language))
    output.print(table)
