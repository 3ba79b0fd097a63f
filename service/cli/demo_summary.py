"""The demo's readable summary: what hurts, who is paired with whom, what is recommended."""

from typing import Any

from rich.rule import Rule
from sqlalchemy.ext.asyncio import AsyncEngine

from seed.demo import Demo
from service.cli.cohort import needs_json, recommendations_json
from service.cli.pairs import match_json, print_match
from service.cli.printing import output
from service.documents import run_document
from studio.messages import translate
from studio.store.identity import global_id

TOPICS_SHOWN = 5
ITEMS_SHOWN = 3
# All of the demo's; of a generated cohort of thousands, enough to see what they look like.
PAIRS_SHOWN = 22
# Trainees of a cohort that is matched once more for the question at the end.
MOST_SUPPOSED = 100


async def print_summary(engine: AsyncEngine, loaded: Demo, language: str, *, quiet: bool) -> dict[str, Any]:
    """Print the summary unless `quiet`, and return its figures."""
    needs = await needs_json(engine, loaded.actor, loaded.cohort_number, language)
    match = await match_json(engine, loaded.actor, global_id("MatchRun", loaded.run_id), language)
    first = needs["trainees"][0]
    found = await run_document(engine, loaded.actor, "TraineeRecommendations", language, trainee=first["id"])
    recommended = recommendations_json(found["trainee"])
    declined = await _if_declined(engine, loaded, match, language)
    if not quiet:
        _print(loaded, needs, match, first, recommended, language)
        if declined is not None:
            output.print(translate("DEMO_IF_DECLINED", language, **declined), style="bold")
            for change in declined["changes"]:
                output.print(f"  · {change}")
            output.print(translate("DEMO_IF_DECLINED_WORTH", language, **declined), style="dim")
    return {
        "studio": loaded.studio.name,
        "cohort": loaded.cohort_number,
        "trainees": len(needs["trainees"]),
        "topics": needs["topics"],
        "runId": match["runId"],
        "matched": match["matched"],
        "total": match["total"],
        "certificate": match["certificate"],
        "ifDeclined": declined,
    }


async def _if_declined(
    engine: AsyncEngine, loaded: Demo, match: dict[str, Any], language: str
) -> dict[str, Any] | None:
    """Return what would have to change if a mentor declined a trainee, and as little as can be; nothing is written.

    None for a large cohort, where it takes seconds, and where no pair is open to change.
    """
    free = [pair for pair in match["pairs"] if pair["sensitivity"]]
    if not free or match["total"] > MOST_SUPPOSED:
        return None
    pair = free[0]
    supposed = {"forbid": [{"traineeId": pair["trainee"], "mentorId": pair["mentor"]}]}
    found = await run_document(
        engine, loaded.actor, "WhatIf", language, run=match["runId"], input=supposed, stability=1.0
    )
    difference = found["whatIf"]
    before, after = difference["before"], difference["after"]
    return {
        "trainee": pair["traineeName"],
        "mentor": pair["mentorName"],
        "changes": [change["text"] for change in difference["changes"]],
        "matched": after["matched"],
        "total": after["total"],
        "share": f"{after['objective'] / before['objective'] - 1:+.1%}",
    }


def _print(
    loaded: Demo,
    needs: dict[str, Any],
    match: dict[str, Any],
    first: dict[str, Any],
    recommended: dict[str, Any],
    language: str,
) -> None:
    output.print(
        Rule(translate("DEMO_TITLE", language, studio=loaded.studio.name, cohort=loaded.cohort_number))
    )
    output.print(translate("DEMO_FICTIONAL", language), style="dim")
    output.print(translate("DEMO_NEEDS", language, n=len(needs["trainees"])), style="bold")
    for topic in needs["topics"][:TOPICS_SHOWN]:
        output.print(
            "  "
            + translate(
                "DEMO_TOPIC",
                language,
                name=topic["name"],
                mean=f"{topic['mean']:.2f}",
                low=f"{topic['low']:.2f}",
                high=f"{topic['high']:.2f}",
                people=topic["trainees"],
            )
        )
    output.print(translate("DEMO_EXAMPLE", language, name=first["name"]), style="bold")
    for need in first["needs"][:ITEMS_SHOWN]:
        because = f"  “{need['because']}”" if need["because"] else ""
        output.print(f"  {need['name']} {need['need']:.2f}{because}")
    for item in recommended["items"][:ITEMS_SHOWN]:
        output.print(f"  → {item['title']}")
    print_match(match, language, most=PAIRS_SHOWN)
