"""`yanzhen package`: a trainee's mentoring package, one of its versions, and how two of them differ."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.cohort import IDS
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import run_document
from service.week_words import week_name
from studio.errors import NotFound, StudioError
from studio.messages import translate, word
from studio.operations.background.reports import prepare_package
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.enums import DaySlot, Level, ShadowStep
from studio.store.identity import UnknownId, global_id, row_id_of
from studio.store.mentor_enums import PairingKind
from studio.store.package_enums import Ability, DeliveryMode, DifferenceKind

Node = dict[str, Any]
# In what two versions of an item are compared, and how its words are read.
COMPARED = ("day", "slot", "step", "topic", "content", "because", "minutes", "note")
WORDS = {"slot": DaySlot, "step": ShadowStep}


def package(
    trainee: Annotated[str, typer.Option("--trainee", help="HELP_TRAINEE")],
    version: Annotated[int | None, typer.Option("--version", min=1, help="HELP_VERSION")] = None,
    diff: Annotated[int | None, typer.Option("--diff", min=1, help="HELP_DIFF")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print a trainee's package, planned first where it is missing or out of date."""

    async def work() -> Node:
        async with acting(studio) as (engine, actor):
            try:
                async with writing(engine) as session:
                    pairing_id = await prepare_package(session, actor, row_id_of(trainee, "Trainee"))
            except (UnknownId, NotFound):
                raise NotFound(trainee, field="trainee", command=IDS) from None
            pairing = global_id("Pairing", pairing_id)
            return await package_json(engine, actor, trainee, pairing, version, diff, lang.value)

    with working(translate("CLI_PLANNING_PACKAGE", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_package(result, lang.value)


async def package_json(
    engine: AsyncEngine,
    actor: Actor,
    trainee: str,
    pairing: str,
    version: int | None,
    diff: int | None,
    language: str,
) -> Node:
    """Return a version of a package in the shape of docs/cli.md; NO_VERSION for a number that is not there."""
    found = (await run_document(engine, actor, "TraineePackage", language, trainee=trainee))["trainee"]
    shown = _pairing(found, pairing)
    versions = shown["package"]["versions"]
    chosen = _version(versions, versions[0]["number"] if version is None else version, "version")
    differences = None
    if diff is not None:
        _version(versions, diff, "diff")
        compared = await run_document(
            engine, actor, "TraineePackage", language, trainee=trainee, to=chosen["number"], compare=True
        )
        older = _version(_pairing(compared["trainee"], pairing)["package"]["versions"], diff, "diff")
        differences = [
            _difference(one["kind"], _item(one["before"]), _item(one["after"]))
            for one in older["differences"]
        ]
    return {
        "trainee": {"id": found["id"], "name": found["displayName"]},
        "mentor": _mentor(shown),
        "otherMentor": next((_mentor(one) for one in found["pairings"] if _beside(one, shown)), None),
        "week": shown["week"],
        "id": chosen["id"],
        "version": chosen["number"],
        "versions": [{"version": one["number"], "origin": one["origin"]} for one in versions],
        "origin": chosen["origin"],
        "replaces": _replaced(chosen["replaces"]),
        "reason": chosen["reason"],
        "minutes": chosen["totalMinutes"],
        "goals": [
            {
                **{key: goal[key] for key in ("ability", "standing", "aim", "days", "months")},
                "weekAim": goal["weekAim"],
                "monthsAim": goal["monthsAim"],
                "topic": goal["topic"]["name"] if goal["topic"] else None,
                "because": goal["painPoint"]["text"] if goal["painPoint"] else None,
            }
            for goal in chosen["goals"]
        ],
        "items": [_item(item) for item in chosen["items"]],
        "events": [
            {
                "month": event["month"],
                "mode": event["mode"],
                "topic": event["topic"]["name"],
                "content": event["content"]["title"] if event["content"] else None,
                "speaker": event["speaker"]["displayName"] if event["speaker"] else None,
                "because": event["painPoint"]["text"] if event["painPoint"] else None,
            }
            for event in chosen["events"]
        ],
        "differences": differences,
    }


def _pairing(trainee: Node, pairing: str) -> Node:
    return next(one for one in trainee["pairings"] if one["id"] == pairing)


def _beside(one: Node, pairing: Node) -> bool:
    """Tell whether it is the pairing with the trainee's other mentor."""
    return bool(one["run"] == pairing["run"] and one["id"] != pairing["id"])


def _mentor(pairing: Node) -> Node:
    mentor = pairing["mentor"]
    return {"id": mentor["id"], "name": mentor["displayName"], "kind": pairing["kind"]}


def _version(versions: Sequence[Node], number: int, field: str) -> Node:
    for one in versions:
        if one["number"] == number:
            return one
    raise StudioError("NO_VERSION", field=field, number=number, newest=versions[0]["number"])


def _replaced(package: Node | None) -> Node | None:
    """Return the other mentor's version that was replaced."""
    if package is None:
        return None
    return {"mentor": package["mentor"]["displayName"], "version": package["number"]}


def _difference(kind: str, before: Node | None, after: Node | None) -> Node:
    """Return how an item differs, and in what where it stands in both versions."""
    changed = [key for key in COMPARED if before[key] != after[key]] if before and after else []
    return {"kind": kind, "changed": changed, "before": before, "after": after}


def _item(item: Node | None) -> Node | None:
    if item is None:
        return None
    return {
        **{key: item[key] for key in ("position", "day", "slot", "step", "minutes", "edited", "note")},
        "topic": item["topic"]["name"],
        "content": item["content"],
        "because": item["painPoint"]["text"] if item["painPoint"] else None,
    }


def _print_package(result: Node, language: str) -> None:
    mentor = result["mentor"]["name"]
    if result["week"]:
        week = week_name(result["week"], language)
        mentor = translate("NAME_IN_WEEK", language, name=mentor, week=week)
    if result["otherMentor"]:
        kind = word(PairingKind(result["otherMentor"]["kind"]), language)
        other = result["otherMentor"]["name"]
        mentor = translate("CLI_PACKAGE_TWO", language, mentor=mentor, kind=kind, other=other)
    names = {"trainee": result["trainee"]["name"], "mentor": mentor}
    title = translate("CLI_PACKAGE", language, **names, version=result["version"])
    output.print(title, style="bold")
    if result["replaces"]:
        output.print(translate("CLI_REPLACES_PACKAGE", language, **result["replaces"]), style="dim")
    if result["differences"] is not None:
        _print_differences(result["differences"], language)
        return
    for goal in result["goals"]:
        standing = word(Level(goal["standing"]), language)
        output.print(f"{word(Ability(goal['ability']), language)}  {standing}")
        output.print(f"   {translate('CLI_THIS_WEEK', language, aim=goal['weekAim'])}", style="dim")
        output.print(f"   {translate('CLI_NEXT_MONTHS', language, aim=goal['monthsAim'])}", style="dim")
        _print_because(goal, language)
    table = table_of(("CLI_DAY", "CLI_STEP", "CLI_MINUTES", "CLI_WHAT", "CLI_ANSWERS"), language)
    for item in result["items"]:
        what = Text(_what(item, language))
        if item["edited"]:
            what.append(f" {translate('CLI_EDITED', language)}", "dim")
        table.add_row(
            str(item["day"]), _when(item, language), str(item["minutes"]), what, item["because"] or ""
        )
    output.print(table)
    for event in result["events"]:
        about = translate("CLI_MONTH", language, month=event["month"])
        mode = word(DeliveryMode(event["mode"]), language)
        parts = [event["topic"], event["content"], event["speaker"]]
        output.print(f"{about} {mode}  " + " · ".join(part for part in parts if part))
        _print_because(event, language)


def _print_because(row: Node, language: str) -> None:
    if row["because"]:
        output.print(f"   “{row['because']}”")


def _print_differences(differences: Sequence[Node], language: str) -> None:
    if not differences:
        output.print(translate("CLI_NO_DIFFERENCES", language))
    for one in differences:
        lines = [_line(one[side], language) for side in ("before", "after") if one[side]]
        # One line where nothing but what follows it has changed.
        output.print(f"{word(DifferenceKind(one['kind']), language)}  " + " → ".join(dict.fromkeys(lines)))
        for key in one["changed"]:
            was, now = (_shown(one[side], key, language) for side in ("before", "after"))
            about = translate(f"CLI_PACKAGE_{key.upper()}", language)
            output.print(
                translate("CLI_PACKAGE_CHANGED", language, about=about, was=was, now=now), style="dim"
            )


def _shown(item: Node, key: str, language: str) -> str:
    """Return what an item says under a key, for people; what is not there is told by a dash."""
    value = item[key]
    if key == "content":
        value = value and value["title"]
    elif key in WORDS and value:
        value = word(WORDS[key](value), language)
    elif key == "because" and value:
        value = f"“{value}”"
    return "—" if value is None else str(value)


def _line(item: Node, language: str) -> str:
    return translate(
        "CLI_PACKAGE_ITEM",
        language,
        day=item["day"],
        step=_when(item, language),
        what=_what(item, language),
        minutes=item["minutes"],
    )


def _what(item: Node, language: str) -> str:
    parts = [item["content"]["title"] if item["content"] else None, item["note"]]
    if not any(parts):
        is_review = item["slot"] == DaySlot.EVENING
        own_work = translate("CLI_OWN_WORK", language, topic=item["topic"])
        parts = [translate("CLI_REVIEW", language) if is_review else own_work]
    return "；".join(part for part in parts if part)


def _when(item: Node, language: str) -> str:
    return word(ShadowStep(item["step"]) if item["step"] else DaySlot(item["slot"]), language)
