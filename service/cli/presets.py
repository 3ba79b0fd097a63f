"""`yanzhen rules …`: what other counties do, applied to a cohort and taken back."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.days import day_of
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.documents import all_nodes, run_document
from studio.errors import NotFound, StudioError
from studio.messages import translate
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.presets import apply_rule_preset, remove_cohort_rule
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.identity import row_id_of

CodeArgument = Annotated[str, typer.Argument(help="HELP_PRESET_CODE")]
SHOWN = ("id", "code", "name", "kind", "effect", "reason", "author", "expiresOn", "inForce", "archived")


def presets(
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the presets of the studio."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return {"presets": await presets_json(engine, actor, lang.value)}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        print_rules([preset for preset in result["presets"] if not preset["archived"]], lang.value)


def listed(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the rules of a whole cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await _cohort_rules(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def apply(
    code: CodeArgument,
    cohort: CohortOption,
    reason: Annotated[str, typer.Option("--reason", help="HELP_PRESET_REASON")] = "",
    until: Annotated[str | None, typer.Option("--until", help="HELP_PRESET_UNTIL")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Make a preset a rule of a cohort."""

    async def work() -> dict[str, Any]:
        day = day_of(until, "until")
        async with acting(studio) as (engine, actor):
            known = {preset["code"]: preset for preset in await _presets(engine, actor, lang.value)}
            if code not in known:
                raise NotFound(code, field="code", command="yanzhen rules presets")
            async with writing(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
                preset_id = row_id_of(known[code]["id"], "RulePreset")
                await apply_rule_preset(session, actor, preset_id, row.id, reason=reason, expires_on=day)
            return await _cohort_rules(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def undo(
    code: CodeArgument,
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Take a preset back from a cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            there = await _cohort_rules(engine, actor, cohort, lang.value)
            found = [rule for rule in there["rules"] if rule["code"] == code]
            if not found:
                raise NotFound(code, field="code", command=f"yanzhen rules list --cohort {cohort}")
            async with writing(engine) as session:
                await remove_cohort_rule(session, actor, row_id_of(found[0]["id"], "CohortRule"))
            return await _cohort_rules(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


async def _presets(engine: AsyncEngine, actor: Actor, language: str) -> list[dict[str, Any]]:
    return await all_nodes(engine, actor, "RulePresets", "rulePresets", language)


async def presets_json(engine: AsyncEngine, actor: Actor, language: str) -> list[dict[str, Any]]:
    """Return the presets of the studio, archived ones too, in the shape of docs/cli.md."""
    return [
        _shown(preset) | {"version": preset["version"]} for preset in await _presets(engine, actor, language)
    ]


async def _cohort_rules(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    found = (await run_document(engine, actor, "CohortRules", language, number=cohort))["cohort"]
    if found is None:
        raise StudioError("NO_COHORT", field="cohort", number=cohort)
    return {
        "cohort": cohort,
        "rules": [_shown({**rule, "code": rule["preset"]["code"]}) for rule in found["cohortRules"]],
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    parameters = {parameter["name"]: parameter["value"] for parameter in row["parameters"]}
    labels = {parameter["name"]: parameter["label"] for parameter in row["parameters"]}
    known = {name: row[name] for name in SHOWN if name in row}
    return known | {"parameters": parameters, "parameterLabels": labels}


def _print(result: dict[str, Any], form: Format, language: Language) -> None:
    if form is Format.JSON:
        print_json(result)
        return
    output.print(translate("CLI_COHORT_RULES", language.value, number=result["cohort"]), style="bold")
    if not result["rules"]:
        output.print(translate("CLI_NO_COHORT_RULES", language.value))
    else:
        print_rules(result["rules"], language.value)


def print_rules(rows: list[dict[str, Any]], language: str) -> None:
    """Print presets, or rules that came of them."""
    for row in rows:
        until = row["expiresOn"] or translate("PREVIEW_ALWAYS", language)
        if not row["inForce"]:
            until = translate("CLI_EXPIRED", language, day=until)
        if row.get("archived"):
            until = translate("CLI_ARCHIVED", language)
        output.print(Text.assemble((f"{row['code']}  {row['name']}", "bold"), f"  {until}"))
        for name, value in row["parameters"].items():
            output.print(Text(f"  {row['parameterLabels'][name]}: {value:g}"))
        output.print(Text(f"  {row['effect']}"))
        output.print(Text(f"  {translate('CLI_REASON', language)}: {row['reason']}", "dim"))
