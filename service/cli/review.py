"""`yanzhen review`: the pain points whose topics a person should decide."""

from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.running import acting, output, print_json, run
from service.documents import all_nodes
from studio.messages import translate
from studio.operations.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.enums import ReviewReason
from studio.store.identity import global_id
from studio.store.labels import label

CohortToReview = Annotated[int, typer.Option("--cohort", min=1, help="HELP_COHORT")]


def review(
    cohort: CohortToReview,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the review queue of a cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await queue_json(engine, actor, cohort, lang.value)

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_queue(result, lang.value)


async def queue_json(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    """Return the review queue of a cohort in the shape of docs/cli.md."""
    async with reading(engine) as session:
        row = await find_cohort(session, actor.studio_id, cohort)
    items = await all_nodes(
        engine, actor, "ReviewQueue", "reviewQueue", language, cohort=global_id("Cohort", row.id)
    )
    return {
        "cohort": cohort,
        "items": [
            {
                "id": item["painPoint"]["id"],
                "version": item["painPoint"]["version"],
                "text": item["painPoint"]["text"],
                "wave": item["painPoint"]["wave"],
                "reason": item["reason"],
                "topics": [tag["topic"]["code"] for tag in item["painPoint"]["topics"]],
                "guess": item["guess"],
                "confidence": item["confidence"],
                "margin": item["margin"],
                "copies": item["copies"],
            }
            for item in items
        ],
    }


def _print_queue(result: dict[str, Any], language: str) -> None:
    if not result["items"]:
        output.print(translate("CLI_REVIEW_EMPTY", language, number=result["cohort"]))
        return
    title = translate("CLI_REVIEW_QUEUE", language, number=result["cohort"], count=len(result["items"]))
    table = Table(title=title, box=None)
    for heading in ("CLI_ID", "CLI_WORDS", "CLI_REVIEW_REASON", "CLI_GUESS", "CLI_COPIES"):
        table.add_column(translate(heading, language), overflow="fold")
    for item in result["items"]:
        reason = item["reason"] if language == "en" else label(ReviewReason(item["reason"]))
        table.add_row(item["id"], item["text"], reason, _guess(item), str(item["copies"] or ""))
    output.print(table)
    output.print(translate("CLI_REVIEW_HOW", language), style="dim")


def _guess(item: dict[str, Any]) -> str:
    if item["guess"] is None:
        return ""
    sure = "" if item["confidence"] is None else f" {item['confidence']:.0%}"
    return f"{item['guess']['name']} {item['guess']['code']}{sure}"
