"""`yanzhen weights learn` and `yanzhen weights card`: the affinity's weights, by hand or learned from ratings."""

from dataclasses import asdict
from typing import Any

from rich.table import Table

from graph.matching.affinity_model import affinity_weights, reason
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.documents import run_document
from studio.messages import translate
from studio.operations.runs.affinity_model import learn_weights_now
from studio.store.labels import label
from studio.store.pairing_enums import WeightsMetric, WeightsWay


def learn(
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Learn the weights from all ratings."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            row = await learn_weights_now(engine, actor)
            return {
                "number": row.number,
                "outcome": row.outcome.value,
                "reason": reason(row, lang.value),
                "ratings": row.ratings,
                "cohorts": row.cohorts,
                "people": row.people,
                "weights": [asdict(weight) for weight in affinity_weights(row.weights, lang.value)],
                "gain": row.gain,
                "measures": row.measures,
            }

    with working(translate("CLI_LEARNING_WEIGHTS", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    output.print(result["reason"], style="bold")
    _print_measures(result["measures"], lang.value)


def card(
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the card of the weights."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            found = await run_document(engine, actor, "AffinityModel", lang.value)
            card: dict[str, Any] = found["affinityModel"]
            return card

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    told = "CLI_WEIGHTS_HAND_SET" if result["isHandSet"] else "CLI_WEIGHTS_LEARNED"
    output.print(translate(told, lang.value, policy=result["policy"]), style="bold")
    table = Table(box=None, show_header=False)
    for each in result["weights"]:
        table.add_row(each["label"], f"{each['weight']:.2f}")
    output.print(table)
    _print_measures(result["measures"], lang.value)
    for each in result["trainings"]:
        output.print(f"{each['number']}. {each['reason']}", style="dim")
    for limit in result["limits"]:
        output.print(f"· {limit}")


def _print_measures(measures: list[dict[str, Any]], language: str) -> None:
    if not measures:
        return
    table = Table(box=None, title=translate("CLI_WEIGHTS_MEASURES", language))
    table.add_column("")
    for way in WeightsWay:
        table.add_column(way.value if language == "en" else label(way))
    for metric in WeightsMetric:
        found = {one["way"]: one for one in measures if one["metric"] == metric}
        cells = [
            f"{one['value']:.3f} ({one['low']:.3f}–{one['high']:.3f})"
            for one in map(found.get, WeightsWay)
            if one
        ]
        table.add_row(metric.value if language == "en" else label(metric), *cells)
    output.print(table)
