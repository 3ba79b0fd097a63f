"""`yanzhen match --what-if`: what would differ from the present run; nothing is written."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.printing import output
from service.cli.suppositions import what_if_input
from service.documents import run_document
from studio.messages import listed, translate
from studio.operations.background.reports import latest_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.aim_words import BEFORE_TOTAL, told_aim
from studio.operations.rules.whom import whom
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.enums import MatchObjective
from studio.store.identity import global_id
from studio.store.weeks import mondays_of


async def what_if_json(
    engine: AsyncEngine, actor: Actor, cohort: int, given: Sequence[str], language: str
) -> dict[str, Any]:
    """Return the difference in the shape of docs/cli.md."""
    async with reading(engine) as session:
        run = await latest_run(session, actor, cohort)
        row = await find_cohort(session, actor.studio_id, cohort)
        people = await whom(session, actor, row)
    run_id = global_id("MatchRun", run.id)
    supposed = what_if_input(given, people, mondays_of(row.weeks))
    found = await run_document(engine, actor, "WhatIf", language, run=run_id, input=supposed)
    asked = {"runId": run_id, "cohort": cohort, "mentorsEach": run.mentors_each, "supposed": supposed}
    return {**asked, **found["whatIf"]}


def print_what_if(result: dict[str, Any], language: str) -> None:
    """Print the figures before and after, and whose mentor changes."""
    output.print(translate("CLI_WHAT_IF", language, number=result["cohort"]), style="bold")
    if result["kindsChanged"]:
        told = translate(f"CLI_KINDS_CHANGED_{result['mentorsEach']}", language, number=result["cohort"])
        output.print(told, style="yellow")
    elif result["inputChanged"]:
        output.print(translate("CLI_INPUT_CHANGED", language), style="yellow")
    if "objective" in result["supposed"]:
        aim = told_aim(MatchObjective(result["supposed"]["objective"]), language)
        output.print(translate("CLI_WHAT_IF_AIM", language, aim=aim))
    for label in ("before", "after", "best"):
        moved = {"before": 0, "after": result["nMoved"], "best": result["bestNMoved"]}[label]
        output.print(_worth(label, result, moved, language))
    for held in result["heldBack"]:
        output.print(held["text"], style="yellow")
    if not result["after"]["matched"]:
        output.print(translate("CLI_WHAT_IF_NOBODY", language), style="yellow")
    if not result["changes"]:
        output.print(translate("CLI_NOBODY_MOVES", language))
    for change in result["changes"]:
        output.print(f"  · {change['text']}")


def _worth(label: str, result: dict[str, Any], moved: int, language: str) -> Text:
    worth, objective = result[label], result["before"]["objective"]
    share = (worth["objective"] - objective) / objective if objective else 0.0
    placed = translate(f"CLI_WHAT_IF_PLACED_{result['mentorsEach']}", language, **worth)
    figures = {"placed": placed, "moved": moved, "share": f"{share:+.1%}"}
    told = translate(f"CLI_WHAT_IF_{label.upper()}", language, **figures, **worth)
    lowest = "–" if worth["lowestScore"] is None else f"{worth['lowestScore']:.3f}"
    spread = {"lowest": lowest, "least": worth["leastLoad"], "most": worth["mostLoad"]}
    dim = [translate("CLI_WHAT_IF_SPREAD", language, **spread)]
    if worth["gap"] is not None:
        dim.append(translate(_proof(worth), language, gap=f"{worth['gap']:.2%}"))
    return Text.assemble(f"{told}  ", (listed(dim, language), "dim"))


def _proof(worth: dict[str, Any]) -> str:
    if worth["verified"]:
        return "CLI_WHAT_IF_PROVEN"
    return "CLI_WHAT_IF_GAP_OF_TOTAL" if MatchObjective(worth["aim"]) in BEFORE_TOTAL else "CLI_WHAT_IF_GAP"
