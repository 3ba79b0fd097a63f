"""The pairs of a match run, as JSON and for people."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.fairness import print_fairness
from service.cli.placed import matched_words
from service.cli.printing import output
from service.cli.tables import table_of
from service.documents import all_nodes, run_document
from service.limit_words import limit_json, told_full
from service.needs_met import needs_met
from service.week_words import told_unmatched, week_cell
from studio.messages import listed, translate
from studio.operations.rules.aim_words import told_certificate
from studio.operations.suppositions.what_if_words import with_kind
from studio.permissions import Actor
from studio.store.enums import MatchObjective, PairingOrigin
from studio.store.mentor_enums import PairingKind

REASONS_SHOWN = 2
REPAIRS_SHOWN = 3


async def match_json(engine: AsyncEngine, actor: Actor, run_id: str, language: str) -> dict[str, Any]:
    """Return a match run in the shape of docs/cli.md."""
    found = await run_document(engine, actor, "MatchRunPairings", language, run=run_id)
    summary = found["matchRun"]
    pairings = await all_nodes(engine, actor, "MatchRunPairings", "matchRun.pairings", language, run=run_id)
    return {
        "runId": summary["id"],
        "cohort": summary["cohort"]["number"],
        "state": summary["state"],
        "objective": summary["objective"],
        "objectiveLabel": summary["objectiveLabel"],
        "matched": summary["matched"],
        "total": summary["total"],
        "reopensConfirmed": summary["reopensConfirmed"],
        "mentorsEach": summary["mentorsEach"],
        "partlyMatched": summary["partlyMatched"],
        "needsChanged": summary["needsChanged"],
        "unmatched": [
            {
                **_person("trainee", unmatched["trainee"]),
                "kind": unmatched["kind"],
                "reasons": [
                    {"code": reason["code"], "label": reason["label"]} for reason in unmatched["reasons"]
                ],
                "limits": [
                    limit_json(full["limitRule"], language)
                    for full in unmatched["limits"]
                    if full["limitRule"]
                ],
                "repairs": [_repair(repair, language) for repair in unmatched["repairs"]],
                **week_reasons_json(unmatched),
            }
            for unmatched in summary["unmatched"]
        ],
        "pairs": [
            {
                **_person("trainee", pairing["trainee"]),
                **_person("mentor", pairing["mentor"]),
                "kind": pairing["kind"],
                "week": pairing["week"],
                "score": pairing["score"],
                "parts": [
                    {key: part[key] for key in ("code", "label", "value", "weight", "contribution")}
                    for part in pairing["parts"]
                ],
                "locked": pairing["locked"],
                "origin": pairing["origin"],
                "state": pairing["state"],
                "propensity": pairing["propensity"],
                "sensitivity": pairing["sensitivity"] and _trust(pairing["sensitivity"]),
                "needsMet": [
                    {"topic": need["topic"]["code"], "name": need["topic"]["name"]}
                    for need in needs_met(pairing["trainee"], pairing["mentor"])
                ],
            }
            for pairing in pairings
        ],
        "certificate": summary["certificate"],
        "sensitivity": summary["sensitivity"],
        "fairness": summary["fairness"],
    }


def _repair(repair: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a repair with the name of its mentor and its limit in words."""
    return {
        **{key: repair[key] for key in ("code", "label", "change")},
        "mentorName": repair["mentor"]["displayName"] if repair["mentor"] else None,
        "limit": told_full(repair["limitRule"], language) if repair["limitRule"] else None,
    }


def told_repair(repair: dict[str, Any], language: str) -> str:
    """Return a repair in words: what to change, where, and what it does to the total."""
    about = repair["limit"] or repair["mentorName"] or "–"
    change = f"{repair['change']:+.3f}"
    # A cap may be of every mentor, and the price is that of one.
    code = "CLI_REPAIR_AT" if repair["code"] == "RAISE_CAP" and repair["limit"] else "CLI_REPAIR"
    told = {"label": repair["label"], "about": about, "mentor": repair["mentorName"], "change": change}
    return translate(code, language, **told)


def week_reasons_json(unmatched: dict[str, Any]) -> dict[str, Any]:
    """Return why somebody has no mentor and what would help, said in weeks; nothing where there are no weeks."""
    if not unmatched["weekReasons"] and not unmatched["weekRepairs"]:
        return {}
    return {key: unmatched[key] for key in ("weekReasons", "weekRepairs")}


def _trust(marks: dict[str, Any]) -> dict[str, Any]:
    """Return whether a pair is firm, and the id and name of who comes next."""
    runner_up = marks["runnerUp"] or {"id": None, "displayName": None}
    return {
        **{key: marks[key] for key in ("firm", "stays", "margin")},
        "runnerUp": runner_up["id"],
        "runnerUpName": runner_up["displayName"],
    }


def _or_else(pair: dict[str, Any]) -> str:
    """Name the runner-up of a pair that is not firm."""
    marks = pair["sensitivity"]
    return marks["runnerUpName"] or "" if marks and not marks["firm"] else ""


def _why(pair: dict[str, Any], language: str) -> str:
    """Name the two parts that add most; of the mentor's strengths the needs that they meet."""
    strongest = sorted(pair["parts"], key=lambda part: -part["contribution"])[:REASONS_SHOWN]
    reasons = []
    for part in strongest:
        about = part["label"]
        if part["code"] == "NEED_STRENGTH" and pair["needsMet"]:
            topics = [need["name"] for need in pair["needsMet"]]
            about = translate("CLI_NEEDS_MET", language, topics=topics)
        if part["contribution"]:
            reasons.append(f"{about} {part['contribution']:.2f}")
    return listed(reasons, language)


def _person(what: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return the id, name and community of a trainee or mentor."""
    community = row["community"]["name"] if row["community"] else None
    return {what: row["id"], f"{what}Name": row["displayName"], f"{what}Community": community}


def print_match(result: dict[str, Any], language: str, *, most: int | None = None) -> None:
    """Print the pairs, the unmatched and the certificate for people; at most `most` pairs and unmatched each."""
    certificate = result["certificate"]
    output.print(matched_words(result, language), style="bold")
    output.print(told_certificate(MatchObjective(result["objective"]), certificate, language))
    kept = sum(pair["origin"] == PairingOrigin.CONFIRMED for pair in result["pairs"])
    if kept:
        output.print(translate("CLI_CONFIRMED_KEPT", language, count=kept))
    if result["needsChanged"]:
        output.print(translate("CLI_NEEDS_CHANGED", language), style="yellow")
    if result["sensitivity"]:
        output.print(translate("CLI_FIRM_PAIRS", language, **result["sensitivity"]))
    if result["fairness"]:
        print_fairness(result["fairness"], language)
    weeks = any(pair.get("week") for pair in result["pairs"])
    headings = ["CLI_TRAINEE", "CLI_COMMUNITY", "CLI_MENTOR", "CLI_SCORE", "CLI_OR_ELSE", "CLI_WHY"]
    table = table_of([*headings[:3], *(["CLI_WEEK"] if weeks else []), *headings[3:]], language)
    for pair in result["pairs"][:most]:
        table.add_row(
            pair["traineeName"],
            pair["traineeCommunity"] or "",
            with_kind(pair["mentorName"], PairingKind(pair["kind"]), language),
            *([week_cell(pair.get("week"), language)] if weeks else []),
            f"{pair['score']:.3f}",
            _or_else(pair),
            _why(pair, language),
        )
    output.print(table)
    for unmatched in result["unmatched"][:most]:
        reasons = [reason["label"] for reason in unmatched["reasons"]]
        name = with_kind(unmatched["traineeName"], PairingKind(unmatched["kind"]), language)
        output.print(translate("CLI_UNMATCHED", language, name=name, reasons=reasons))
        for full in unmatched["limits"]:
            told_limit = translate("CLI_FULL_LIMIT", language, limit=full["text"])
            output.print(f"  · {told_limit}", style="dim")
        for repair in unmatched["repairs"][:REPAIRS_SHOWN]:
            output.print(f"  · {told_repair(repair, language)}", style="dim")
        for told in told_unmatched(unmatched, language, REASONS_SHOWN) if "weekReasons" in unmatched else ():
            output.print(f"  · {told}")
    rows = (result["pairs"], result["unmatched"])
    more = sum(len(some) - len(some[:most]) for some in rows)
    if more:
        output.print(translate("CLI_MORE", language, count=more))
