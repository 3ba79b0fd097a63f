"""`yanzhen policy …`: what matches weigh and what they aim at."""

from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.documents import run_document
from studio.messages import translate
from studio.operations.rules.aim_words import objective_of
from studio.operations.rules.policies import policy_in_force, set_match_objective
from studio.permissions import Actor
from studio.store.database import reading, writing


def show(
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the policy in force."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await _in_force(engine, actor, lang.value)

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    _print(result, lang.value)
    table = Table(box=None, show_header=False)
    for part, weight in result["weights"].items():
        table.add_row(translate(f"PART_{part}", lang.value), f"{weight:.2f}")
    output.print(table)


def aim(
    objective: Annotated[str, typer.Argument(help="HELP_AIM")],
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Set what matches aim at."""

    async def work() -> dict[str, Any]:
        wanted = objective_of(objective)
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                before = await policy_in_force(session, actor.studio_id)
            async with writing(engine) as session:
                await set_match_objective(session, actor, wanted, expected_version=before.number)
            found = await _in_force(engine, actor, lang.value)
            return {**found, "changed": found["number"] != before.number}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    _print(result, lang.value)
    code = "CLI_POLICY_NEXT" if result["changed"] else "CLI_POLICY_SAME"
    output.print(translate(code, lang.value, number=result["number"]), style="dim")


async def _in_force(engine: AsyncEngine, actor: Actor, language: str) -> dict[str, Any]:
    found = (await run_document(engine, actor, "MatchPolicies", language))["matchPolicies"]["nodes"][0]
    weights = {one["code"]: one["weight"] for one in found["weights"]}
    return {key: found[key] for key in ("id", "number", "objective", "objectiveLabel")} | {"weights": weights}


def _print(result: dict[str, Any], language: str) -> None:
    told = translate("CLI_POLICY", language, number=result["number"], aim=result["objectiveLabel"])
    output.print(told, style="bold")
