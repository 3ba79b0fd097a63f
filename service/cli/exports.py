"""`yanzhen export`, `report` and `schema`: files for people and for client apps."""

from pathlib import Path
from typing import Annotated

import typer
from strawberry.printer import print_schema

from graph.schema import schema as graphql_schema
from service.cli.named_files import require_writable, write_file
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.pairs import match_json
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.documents import all_nodes, run_document
from service.report import write_report
from service.rules_workbook import rules_workbook
from service.spreadsheets import pairings_workbook
from studio.messages import translate
from studio.operations.background.reports import latest_run, prepare_report
from studio.operations.people.cohorts import find_cohort
from studio.store.database import reading, writing
from studio.store.identity import global_id

XlsxArgument = Annotated[Path, typer.Argument(help="HELP_XLSX")]


def pairings(
    file: XlsxArgument,
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Write the latest run of a cohort as a workbook."""

    async def work() -> tuple[bytes, int]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                run_row = await latest_run(session, actor, cohort)
            result = await match_json(engine, actor, global_id("MatchRun", run_row.id), lang.value)
            return pairings_workbook(result, lang.value), len(result["pairs"])

    with working(translate("CLI_EXPORTING", lang.value)):
        content, count = run(work, form, lang)
    write_file(file, content, form, lang)
    if form is Format.JSON:
        print_json({"file": str(file), "pairs": count})
    else:
        output.print(translate("CLI_EXPORTED", lang.value, file=file, count=count))


def rules(
    file: XlsxArgument,
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Write the rules and limits of a cohort as a workbook that can be imported again."""
    require_writable(file, form, lang)

    async def work() -> tuple[bytes, int]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            given = global_id("Cohort", row.id)
            pairs = await all_nodes(engine, actor, "RulesOfCohort", "rules", lang.value, cohort=given)
            found = await run_document(engine, actor, "LimitRules", lang.value, number=cohort)
            limits = [limit for limit in found["cohort"]["limitRules"] if limit["preset"] is None]
            return rules_workbook(pairs, limits, lang.value), len(pairs) + len(limits)

    content, count = run(work, form, lang)
    write_file(file, content, form, lang)
    if form is Format.JSON:
        print_json({"file": str(file), "rules": count})
    else:
        output.print(translate("CLI_EXPORTED_RULES", lang.value, file=file, count=count))


def report(
    file: Annotated[Path, typer.Argument(help="HELP_HTML")],
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Write the report of a cohort."""
    require_writable(file, form, lang)

    async def work() -> bytes:
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                await prepare_report(session, actor, cohort)
            return await write_report(engine, actor, cohort)

    with working(translate("CLI_REPORTING", lang.value)):
        content = run(work, form, lang)
    write_file(file, content, form, lang)
    if form is Format.JSON:
        print_json({"file": str(file), "bytes": len(content)})
    else:
        output.print(translate("CLI_REPORTED", lang.value, file=file))


def schema(
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the GraphQL schema."""
    sdl = print_schema(graphql_schema)
    if form is Format.JSON:
        print_json({"sdl": sdl})
    else:
        typer.echo(sdl)
