"""`yanzhen retrain` and `yanzhen model card`: learning from corrections, and how good the model is."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from graph.needs.models import reason
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.documents import run_document
from studio.messages import translate
from studio.operations.corrections.meaning import read_by_meaning_now
from studio.operations.corrections.models import retrain_now
from studio.operations.people.cohorts import find_cohort
from studio.store.clock import CHINA
from studio.store.database import reading
from studio.store.enums import ModelMetric, ModelWay
from studio.store.labels import label


def retrain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="HELP_RETRAIN_DRY_RUN")] = False,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Train the topic classifier again."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            row = await retrain_now(engine, actor, dry_run=dry_run)
            return {
                "number": None if dry_run else row.number,
                "outcome": row.outcome.value,
                "reason": reason(row, lang.value),
                "corrections": row.corrections,
                "groups": row.facts["groups"],
                "gain": row.facts.get("gain"),
                "measures": row.measures,
                "dataHash": row.sha256,
                "dryRun": dry_run,
            }

    with working(translate("CLI_RETRAINING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    output.print(result["reason"], style="bold")
    _print_measures(result["measures"], lang.value)


def reread(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Read a cohort's words by their meaning."""

    with working(translate("CLI_READING_BY_MEANING", lang.value)) as tell:

        async def work() -> dict[str, Any]:
            async with acting(studio) as (engine, actor):
                async with reading(engine) as session:
                    row = await find_cohort(session, actor.studio_id, cohort)
                return {"cohort": cohort, "read": await read_by_meaning_now(engine, actor, row.id, tell)}

        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        output.print(translate("CLI_READ_BY_MEANING", lang.value, count=result["read"]))


def card(
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the model card."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            found: dict[str, Any] = (await run_document(engine, actor, "TopicModel", lang.value))[
                "topicModel"
            ]
            return found

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_card(result, lang.value)


def _print_card(result: dict[str, Any], language: str) -> None:
    if result["number"] is None:
        output.print(translate("CLI_MODEL_PHRASES", language, phrases=result["phrases"]), style="bold")
    else:
        told = {**result, "inForceSince": _day(result["inForceSince"])}
        output.print(translate("CLI_MODEL_IN_FORCE", language, **told), style="bold")
    output.print(translate("CLI_MODEL_THRESHOLD", language, threshold=f"{result['threshold']:.2f}"))
    _print_measures(result["measures"], language)
    for each in result["trainings"]:
        told = {**each, "at": _day(each["at"])}
        output.print(translate("CLI_TRAINING", language, **told), style="dim")
    for limit in result["limits"]:
        output.print(f"· {limit}")


def _day(moment: str) -> str:
    """Return the day in China of a moment."""
    return datetime.fromisoformat(moment).astimezone(CHINA).date().isoformat()


def _print_measures(measures: list[dict[str, Any]], language: str) -> None:
    if not measures:
        return
    ways = [way for way in ModelWay if any(one["way"] == way for one in measures)]
    table = Table(box=None, title=translate("CLI_MEASURES", language))
    table.add_column("")
    for way in ways:
        table.add_column(way.value if language == "en" else label(way))
    for metric in ModelMetric:
        found = {one["way"]: one for one in measures if one["metric"] == metric}
        cells = [_estimate(found.get(way)) for way in ways]
        table.add_row(metric.value if language == "en" else label(metric), *cells)
    output.print(table)


def _estimate(one: dict[str, Any] | None) -> str:
    return f"{one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})" if one else ""
