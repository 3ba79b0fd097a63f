"""`yanzhen rules limit …`: how many trainees a mentor takes at most and at least, and of which groups."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.days import day_of
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import run_document
from service.limit_words import told_stored
from studio.errors import NotFound, StudioError
from studio.imports.limits import parse_group, parse_limit_kind
from studio.messages import translate
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.limits import remove_limit_rule, set_limit_rule
from studio.operations.rules.whom import whom
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.identity import row_id_of
from studio.store.limit_enums import LimitKind


def limits(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the limits of a cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await _limits(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def limit(
    kind: Annotated[str, typer.Argument(help="HELP_LIMIT_KIND")],
    number: Annotated[int, typer.Argument(help="HELP_LIMIT_NUMBER")],
    cohort: CohortOption,
    mentor: Annotated[str | None, typer.Option("--mentor", help="HELP_LIMIT_MENTOR")] = None,
    of: Annotated[str, typer.Option("--of", help="HELP_LIMIT_OF")] = "",
    reason: Annotated[str, typer.Option("--reason", help="HELP_LIMIT_REASON")] = "",
    until: Annotated[str | None, typer.Option("--until", help="HELP_LIMIT_UNTIL")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Set a limit of a cohort."""

    async def work() -> dict[str, Any]:
        asked, last = _kind(kind), day_of(until, "until")
        grouped_by, value = parse_group(of) or (None, "")
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
                mentor_id = (await whom(session, actor, row)).mentor(mentor) if mentor else None
            async with writing(engine) as session:
                await set_limit_rule(
                    session,
                    actor,
                    row.id,
                    asked,
                    number,
                    reason=reason,
                    mentor_id=mentor_id,
                    grouped_by=grouped_by,
                    value=value,
                    expires_on=last,
                )
            return await _limits(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def unlimit(
    limit_id: Annotated[str, typer.Argument(help="HELP_LIMIT_ID")],
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Remove a limit of a cohort."""

    async def work() -> dict[str, Any]:
        command = f"yanzhen rules limits --cohort {cohort}"
        async with acting(studio) as (engine, actor):
            there = (await _limits(engine, actor, cohort, lang.value))["limits"]
            if limit_id not in {one["id"] for one in there}:
                raise NotFound(limit_id, field="limit", command=command)
            async with writing(engine) as session:
                await remove_limit_rule(session, actor, row_id_of(limit_id, "LimitRule"))
            return await _limits(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def _kind(text: str) -> LimitKind:
    kind = parse_limit_kind(text)
    if kind is not None:
        return kind
    raise StudioError("LIMIT_KIND", field="kind", given=text.strip()[:40])


async def _limits(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    found = (await run_document(engine, actor, "LimitRules", language, number=cohort))["cohort"]
    if found is None:
        raise StudioError("NO_COHORT", field="cohort", number=cohort)
    return {"cohort": cohort, "limits": [_shown(row, language) for row in found["limitRules"]]}


def _shown(row: dict[str, Any], language: str) -> dict[str, Any]:
    names = ("id", "kind", "number", "groupedBy", "value", "reason", "author", "expiresOn")
    mentor = row["mentor"]
    return {
        **{name: row[name] for name in names},
        "mentor": mentor["id"] if mentor else None,
        "mentorName": mentor["displayName"] if mentor else None,
        "preset": row["preset"]["preset"]["code"] if row["preset"] else None,
        "text": told_stored(row, language),
    }


def _print(result: dict[str, Any], form: Format, language: Language) -> None:
    if form is Format.JSON:
        print_json(result)
        return
    output.print(translate("CLI_LIMITS", language.value, number=result["cohort"]), style="bold")
    if not result["limits"]:
        output.print(translate("CLI_NO_LIMITS", language.value))
        return
    table = table_of(("CLI_LIMIT", "CLI_REASON", "CLI_LIMIT_UNTIL", "CLI_ID"), language.value)
    for row in result["limits"]:
        until = row["expiresOn"] or translate("PREVIEW_ALWAYS", language.value)
        table.add_row(Text(row["text"]), Text(row["reason"]), until, row["preset"] or row["id"])
    output.print(table)
