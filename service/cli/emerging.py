"""`yanzhen emerging`: what several people say that no topic covers yet; naming and dismissing it."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.documents import run_document
from studio.errors import NotFound, StudioError
from studio.messages import translate
from studio.operations.corrections.emerging_decisions import dismiss_emerging_point, name_emerging_point
from studio.operations.needs.needs import compute_needs_now
from studio.operations.people.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.identity import UnknownId, row_id_of

# Where an organizer finds the ids of emerging points.
IDS = "yanzhen emerging --cohort N"


def emerging(
    cohort: CohortOption,
    name: Annotated[list[str] | None, typer.Option("--name", help="HELP_EMERGING_NAME")] = None,
    dismiss: Annotated[list[str] | None, typer.Option("--dismiss", help="HELP_EMERGING_DISMISS")] = None,
    reason: Annotated[str, typer.Option("--reason", help="HELP_EMERGING_REASON")] = "",
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Compute emerging points, decide about those that are named here, and print them all."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
                await _decide(session, actor, name or [], dismiss or [], reason)
            await compute_needs_now(engine, actor, row.id)
            return await emerging_json(engine, actor, cohort, lang.value)

    with working(translate("CLI_COMPUTING_NEEDS", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_points(result, lang.value)


async def _decide(
    session: AsyncSession, actor: Actor, names: list[str], dismissed: list[str], reason: str
) -> None:
    for given in names:
        point, equals, title = given.partition("=")
        if not equals:
            raise StudioError("NAME_SYNTAX", field="name", given=given)
        try:
            await name_emerging_point(session, actor, row_id_of(point, "EmergingPoint"), title)
        except (UnknownId, NotFound):
            raise NotFound(point, field="name", command=IDS) from None
    for point in dismissed:
        try:
            await dismiss_emerging_point(session, actor, row_id_of(point, "EmergingPoint"), reason)
        except (UnknownId, NotFound):
            raise NotFound(point, field="dismiss", command=IDS) from None


async def emerging_json(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    """Return the emerging points in the shape of docs/cli.md."""
    found = (await run_document(engine, actor, "EmergingPoints", language, number=cohort))["cohort"]
    return {
        "cohort": cohort,
        "points": [
            {
                **{
                    key: point[key]
                    for key in ("id", "label", "people", "state", "reason", "topic", "painPoints")
                },
                "sentence": point["sentence"]["text"] if point["sentence"] else None,
            }
            for point in found["emergingPoints"]
        ],
    }


def _print_points(result: dict[str, Any], language: str) -> None:
    output.print(translate("CLI_COHORT_EMERGING", language, number=result["cohort"]), style="bold")
    if not result["points"]:
        output.print(translate("CLI_NO_EMERGING", language))
    for point in result["points"]:
        output.print(Text.assemble(translate("CLI_EMERGING", language, **point), "  ", (point["id"], "dim")))
        if point["topic"]:
            output.print("   " + translate("CLI_BECAME", language, name=point["topic"]["name"]), style="dim")
        if point["reason"]:
            output.print("   " + translate("CLI_DISMISSED", language, reason=point["reason"]), style="dim")
        if point["sentence"]:
            output.print(f"   “{point['sentence']}”")
