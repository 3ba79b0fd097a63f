"""`yanzhen review`: the pain points whose topics a person should decide, and deciding them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from service.cli.imports import at_once, run_import
from service.cli.named_files import column_map
from service.cli.options import (
    DryRunOption,
    Format,
    FormatOption,
    Language,
    LanguageOption,
    MapOption,
    SkipOption,
    StudioOption,
)
from service.cli.printing import output, print_json, refuse, working
from service.cli.running import acting, run
from service.documents import all_nodes
from studio.errors import NotFound, StudioError
from studio.messages import listed, translate
from studio.operations.corrections.corrections import correct_topics, import_corrections
from studio.operations.import_report import ImportReport
from studio.operations.needs.needs import compute_needs_now
from studio.operations.people.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import ReviewReason
from studio.store.identity import UnknownId, global_id, row_id_of
from studio.store.labels import label

# Where the ids of pain points are found.
QUEUE = "yanzhen review --cohort N"
# What stands for "none of the topics" on the command line.
NONE = "NONE"


def review(
    cohort: Annotated[int | None, typer.Option("--cohort", min=1, help="HELP_COHORT")] = None,
    correct: Annotated[list[str] | None, typer.Option("--correct", help="HELP_CORRECT")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="HELP_CORRECTIONS")] = None,
    dry_run: DryRunOption = False,
    skip_bad_rows: SkipOption = False,
    map_: MapOption = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the review queue of a cohort, or decide topics."""
    if (cohort is not None) + bool(correct) + (file is not None) != 1:
        refuse(StudioError("REVIEW_ONE_OF_THREE"), form, lang)
    if file is None and (dry_run or skip_bad_rows or map_):
        refuse(StudioError("REVIEW_FILE_ONLY"), form, lang)
    if cohort is not None:
        _queue(cohort, studio, form, lang)
    elif file is not None:
        _correct_from(file, studio, form, lang, dry_run, skip_bad_rows, column_map(map_, form, lang))
    else:
        _correct(correct or [], studio, form, lang)


def _correct_from(
    file: Path,
    studio: str | None,
    form: Format,
    lang: Language,
    dry_run: bool,
    skip_bad_rows: bool,
    overrides: dict[str, str],
) -> None:
    async def work(session: AsyncSession, actor: Actor, content: bytes) -> ImportReport:
        return await import_corrections(
            session,
            actor,
            content,
            file.name,
            dry_run=dry_run,
            skip_bad_rows=skip_bad_rows,
            overrides=overrides,
        )

    run_import(at_once(work), file, studio, form, lang, skip_bad_rows)


def _correct(pairs: list[str], studio: str | None, form: Format, lang: Language) -> None:
    async def work() -> dict[str, Any]:
        decisions = [_decision(pair) for pair in pairs]
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                done = [await correct_topics(session, actor, *decision) for decision in decisions]
            # There may be no worker: what follows from the decisions is computed here.
            for cohort_id in sorted({each.cohort_id for each in done}):
                await compute_needs_now(engine, actor, cohort_id)
            return {
                "decided": [
                    {"id": global_id("PainPoint", each.pain_point_id), "copies": each.copies} for each in done
                ]
            }

    with working(translate("CLI_CORRECTING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        copies = sum(each["copies"] for each in result["decided"])
        output.print(translate("CLI_CORRECTED", lang.value, count=len(result["decided"]), copies=copies))


def _decision(pair: str) -> tuple[UUID, list[str]]:
    """Return what `ID=CODE,CODE` says; NONE stands for no topic."""
    given, divider, codes = pair.partition("=")
    if not divider or not codes.strip():
        raise StudioError("CORRECT_SYNTAX", given=pair)
    try:
        point_id = row_id_of(given, "PainPoint")
    except UnknownId:
        raise NotFound(given, field="correct", command=QUEUE) from None
    parts = [code.strip() for code in codes.split(",") if code.strip()]
    return point_id, [] if parts == [NONE] else parts


def _queue(cohort: int, studio: str | None, form: Format, lang: Language) -> None:
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
    output.print(title, style="bold")
    for item in result["items"]:
        output.print(f"{item['id']}  {item['text']}")
        output.print("   " + listed(_about(item, language), language), style="dim")
    output.print(translate("CLI_REVIEW_HOW", language))


def _about(item: dict[str, Any], language: str) -> Iterator[str]:
    """Give why an item waits, what the classifier would say, and how many others are decided with it."""
    yield item["reason"] if language == "en" else label(ReviewReason(item["reason"]))
    if item["guess"] is not None and item["confidence"] is not None:
        guess = f"{item['guess']['name']} {item['guess']['code']}"
        yield translate("CLI_GUESS", language, guess=guess, sure=f"{item['confidence']:.0%}")
    if item["copies"]:
        yield translate("CLI_COPIES", language, count=item["copies"])
