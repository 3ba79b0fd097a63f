"""`yanzhen needs` and `recommend`: what the engine finds for a cohort."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import all_nodes, run_document
from service.report.heat import heat_rows
from studio.errors import NotFound
from studio.messages import listed, translate
from studio.operations.contents.recommendations import recommend_contents
from studio.operations.needs.needs import compute_needs_now
from studio.operations.people.cohorts import find_cohort
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import ContentKind
from studio.store.identity import UnknownId, row_id_of
from studio.store.labels import label

MOST_NEEDS_SHOWN = 3
# Where an organizer finds the ids of trainees.
IDS = "yanzhen needs --cohort N"
# Figures that are shown as the API names them.
TREND = (
    "wave",
    "waveBefore",
    "namedBefore",
    "namedAfter",
    "shareBefore",
    "shareAfter",
    "riseProbability",
    "rising",
)


def needs(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Compute and print the needs of a cohort."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            await compute_needs_now(engine, actor, row.id)
            return await needs_json(engine, actor, cohort, lang.value)

    with working(translate("CLI_COMPUTING_NEEDS", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_needs(result, lang.value)


async def needs_json(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    """Return the needs of a cohort in the shape of docs/cli.md."""
    trainees = await all_nodes(engine, actor, "CohortNeeds", "cohort.trainees", language, number=cohort)
    found = (await run_document(engine, actor, "CohortNeeds", language, number=cohort))["cohort"]
    return {
        "cohort": cohort,
        "trainees": [
            {
                "id": trainee["id"],
                "name": trainee["displayName"],
                "community": trainee["community"]["name"] if trainee["community"] else None,
                "needs": [
                    {
                        "topic": need["topic"]["code"],
                        "name": need["topic"]["name"],
                        "severity": need["severity"],
                        "urgency": need["urgency"],
                        "need": need["need"],
                        "because": need["painPoint"]["text"] if need["painPoint"] else None,
                    }
                    for need in trainee["needs"]
                ],
            }
            for trainee in trainees
        ],
        "topics": [
            {
                "code": need["topic"]["code"],
                "name": need["topic"]["name"],
                "mean": need["mean"],
                "low": need["low"],
                "high": need["high"],
                "trainees": need["respondents"],
            }
            for need in found["needs"]
        ],
        "heatMap": {
            "roles": heat_rows(found["needsByRole"], "role"),
            "counties": heat_rows(found["needsByCounty"], "county"),
        },
        "trends": [{**topic_json(trend), **_figures(trend, TREND)} for trend in found["trends"]],
    }


def topic_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return the topic that a row of figures is about."""
    return {"topic": row["topic"]["code"], "name": row["topic"]["name"]}


def _figures(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _print_needs(result: dict[str, Any], language: str) -> None:
    title = translate("CLI_COHORT_NEEDS", language, number=result["cohort"])
    table = table_of(("CLI_TOPIC", "CLI_MEAN", "CLI_INTERVAL", "CLI_PEOPLE"), language, title)
    for topic in result["topics"]:
        interval = f"{topic['low']:.2f}–{topic['high']:.2f}"
        table.add_row(topic["name"], f"{topic['mean']:.2f}", interval, str(topic["trainees"]))
    output.print(table)
    for trend in result["trends"]:
        if trend["rising"]:
            output.print(translate("CLI_RISING", language, **trend))
    people = table_of(("CLI_ID", "CLI_TRAINEE", "CLI_COMMUNITY", "CLI_NEEDS"), language)
    for trainee in result["trainees"]:
        most = (f"{need['name']} {need['need']:.2f}" for need in trainee["needs"][:MOST_NEEDS_SHOWN])
        people.add_row(trainee["id"], trainee["name"], trainee["community"] or "", listed(most, language))
    output.print(people)


def recommend(
    trainee: Annotated[str, typer.Option("--trainee", help="HELP_TRAINEE")],
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Compute and print what is recommended to a trainee."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            try:
                trainee_id = row_id_of(trainee, "Trainee")
                async with writing(engine) as session:
                    await recommend_contents(session, actor, trainee_id=trainee_id)
            except (UnknownId, NotFound):
                raise NotFound(trainee, field="trainee", command=IDS) from None
            found = await run_document(engine, actor, "TraineeRecommendations", lang.value, trainee=trainee)
            return recommendations_json(found["trainee"])

    with working(translate("CLI_RECOMMENDING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_recommendations(result, lang.value)


def recommendations_json(trainee: dict[str, Any]) -> dict[str, Any]:
    """Return a trainee's recommendations in the shape of docs/cli.md."""
    return {
        "trainee": {"id": trainee["id"], "name": trainee["displayName"]},
        "items": [
            {
                "id": item["content"]["id"],
                "title": item["content"]["title"],
                "kind": item["content"]["kind"],
                "minutes": item["content"]["minutes"],
                "score": item["score"],
                "reasons": [
                    {"code": reason["code"], "label": reason["label"], "weight": reason["weight"]}
                    for reason in item["reasons"]
                ],
                "becauseOf": [{"id": point["id"], "text": point["text"]} for point in item["becauseOf"]],
            }
            for item in trainee["recommendations"]
        ],
    }


def _print_recommendations(result: dict[str, Any], language: str) -> None:
    output.print(translate("CLI_RECOMMENDED", language, name=result["trainee"]["name"]), style="bold")
    if not result["items"]:
        output.print(translate("CLI_NO_RECOMMENDATIONS", language))
    for place, item in enumerate(result["items"], start=1):
        kind = item["kind"].capitalize() if language == "en" else label(ContentKind(item["kind"]))
        about = translate("CLI_CONTENT", language, kind=kind, minutes=item["minutes"])
        output.print(Text.assemble(f"{place}. {item['title']}  ", (about, "dim")))
        output.print("   " + listed((reason["label"] for reason in item["reasons"]), language), style="dim")
        for point in item["becauseOf"]:
            output.print(f"   “{point['text']}”")
