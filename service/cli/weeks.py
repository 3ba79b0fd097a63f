"""`yanzhen weeks …`: which weeks a cohort offers, who is free when, and moving a pair to another week."""

from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.named_pairings import NamedPairings
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import all_nodes, run_document
from service.week_words import week_name, week_names
from studio.errors import StudioError
from studio.imports.weeks import WeekUnreadable, parse_weeks
from studio.messages import translate
from studio.operations.pairings.week_moves import move_pairing_to_week
from studio.operations.people.cohorts import find_cohort
from studio.operations.people.weeks import set_cohort_weeks, set_mentor_weeks, set_trainee_weeks
from studio.operations.rules.whom import whom
from studio.permissions import Actor
from studio.store.clock import today
from studio.store.database import writing
from studio.store.enums import PairingState
from studio.store.mentor_enums import PairingKind
from studio.store.people import Mentor, Trainee
from studio.store.weeks import mondays_of

WeeksArgument = Annotated[str, typer.Argument(help="HELP_WEEKS_TEXT")]
WhomArgument = Annotated[str, typer.Argument(help="HELP_WEEKS_WHOM")]


def show(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the weeks of a cohort, and who is not free in all of them."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await _weeks_json(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def offer(
    cohort: CohortOption,
    text: WeeksArgument = "",
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Offer weeks."""

    async def work() -> dict[str, Any]:
        mondays = named_weeks(text, ()) or ()
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
                await set_cohort_weeks(session, actor, row.id, mondays, expected_version=row.version)
            return await _weeks_json(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def free(
    name: WhomArgument,
    cohort: CohortOption,
    text: WeeksArgument = "",
    per_week: Annotated[int | None, typer.Option("--per-week", min=1, help="HELP_WEEKLY")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Say in which weeks a mentor or a trainee is free."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
                kind, row_id = (await whom(session, actor, row)).anyone(name)
                mondays = named_weeks(text, mondays_of(row.weeks))
                if kind == "Mentor":
                    mentor = await session.get_one(Mentor, row_id)
                    version = mentor.version
                    await set_mentor_weeks(
                        session, actor, row_id, mondays, expected_version=version, weekly_capacity=per_week
                    )
                else:
                    version = (await session.get_one(Trainee, row_id)).version
                    await set_trainee_weeks(session, actor, row_id, mondays, expected_version=version)
            return await _weeks_json(engine, actor, cohort, lang.value)

    _print(run(work, form, lang), form, lang)


def move(
    trainee: WhomArgument,
    text: WeeksArgument,
    cohort: CohortOption,
    reason: Annotated[str | None, typer.Option("--reason", help="HELP_WEEKS_REASON")] = None,
    kind: Annotated[
        PairingKind | None, typer.Option("--as", case_sensitive=False, help="HELP_WEEKS_AS")
    ] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Move a pair of the newest draft, or else of the published run, to another week."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                named = await NamedPairings.open_to_change(session, actor, cohort)
                week = one_week(text, mondays_of(named.cohort.weeks))
                pairing = await named.pairing(trainee, kind)
                moved = await move_pairing_to_week(
                    session, actor, pairing.id, week, expected_version=pairing.version, reason=reason
                )
            asked = moved.state is PairingState.AWAITING_CONSENT
            return {"cohort": cohort, "trainee": trainee, "week": week.isoformat(), "askedAgain": asked}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        told = week_name(result["week"], lang.value)
        output.print(translate("CLI_WEEK_MOVED", lang.value, trainee=result["trainee"], week=told))
        if result["askedAgain"]:
            output.print(translate("CLI_ASKED_AGAIN", lang.value))


def one_week(text: str, offered: tuple[date, ...]) -> date:
    """Return the one week that a text names; raises WEEKS_SYNTAX."""
    mondays = named_weeks(text, offered)
    if mondays is None or len(mondays) != 1:
        raise StudioError("WEEKS_SYNTAX", field="weeks", given=text.strip()[:80])
    return mondays[0]


def named_weeks(text: str, offered: tuple[date, ...]) -> tuple[date, ...] | None:
    """Return the weeks that a text names; None for every week, none for an empty text."""
    if not text.strip():
        return ()
    try:
        return parse_weeks(text, today=today(), offered=offered)
    except WeekUnreadable:
        raise StudioError("WEEKS_SYNTAX", field="weeks", given=text.strip()[:80]) from None


async def _weeks_json(engine: AsyncEngine, actor: Actor, cohort: int, language: str) -> dict[str, Any]:
    trainees = await all_nodes(engine, actor, "CohortWeeks", "cohort.trainees", language, number=cohort)
    found = (await run_document(engine, actor, "CohortWeeks", language, number=cohort))["cohort"]
    if found is None:
        raise StudioError("NO_COHORT", field="cohort", number=cohort)
    mentors = await all_nodes(engine, actor, "Mentors", "mentors", language)
    told = {
        "mentors": [_person(one, "weeklyCapacity") for one in mentors],
        "trainees": [_person(one) for one in trainees],
    }
    offered = frozenset(week["monday"] for week in found["weeks"])
    return {
        "cohort": cohort,
        "weeks": found["weeks"],
        **told,
        "noCommonWeek": {
            "mentors": _without_common(told["mentors"], told["trainees"], offered),
            "trainees": _without_common(told["trainees"], told["mentors"], offered),
        },
    }


def _without_common(
    people: list[dict[str, Any]], others: list[dict[str, Any]], offered: frozenset[str]
) -> list[str]:
    """Return the names of people who share no offered week with any of the others; none where none is offered."""
    if not offered or not others:
        return []
    shared = frozenset[str]().union(*(_free_of(other, offered) for other in others))
    return [person["name"] for person in people if not _free_of(person, offered) & shared]


def _free_of(person: dict[str, Any], offered: frozenset[str]) -> frozenset[str]:
    return offered if person["freeAlways"] else offered.intersection(person["freeWeeks"])


def _person(row: dict[str, Any], *more: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["displayName"],
        "freeAlways": row["freeAlways"],
        "freeWeeks": [week["monday"] for week in row["freeWeeks"]],
        **{key: row[key] for key in more},
    }


def _print(result: dict[str, Any], form: Format, language: Language) -> None:
    if form is Format.JSON:
        print_json(result)
        return
    lang, number = language.value, result["cohort"]
    if not result["weeks"]:
        output.print(translate("CLI_NO_WEEKS", lang, number=number))
        return
    output.print(
        translate("CLI_WEEKS_OF", lang, number=number, weeks=week_names(result["weeks"], lang)), style="bold"
    )
    table = table_of(("CLI_PERSON", "CLI_PER_WEEK", "CLI_FREE_WEEKS"), lang)
    for row in (*result["mentors"], *result["trainees"]):
        per_week = row.get("weeklyCapacity", 1)
        if row["freeAlways"] and per_week == 1:
            continue
        free = translate("CLI_EVERY_WEEK" if row["freeAlways"] else "CLI_NEVER", lang)
        if row["freeWeeks"]:
            free = week_names(({"monday": monday} for monday in row["freeWeeks"]), lang)
        table.add_row(row["name"], str(per_week), free)
    if table.row_count:
        output.print(table)
    output.print(translate("CLI_WEEKS_PEOPLE", lang), style="dim")
    for side, names in result["noCommonWeek"].items():
        if names:
            told = translate(f"CLI_NO_COMMON_{side.upper()}", lang, names=names)
            output.print(told, style="yellow")
