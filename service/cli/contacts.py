"""`yanzhen contacts`: by when the pairs of a cohort should talk again, and which are overdue."""

from typing import Any

from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.running import acting, output, print_json, run
from service.cli.tables import table_of
from service.documents import run_document
from studio.messages import translate, word
from studio.operations.people.cohorts import find_cohort
from studio.store.database import reading
from studio.store.enums import PairingState
from studio.store.identity import global_id


def contacts(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the pairs under way by when they should talk again."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            given = global_id("Cohort", row.id)
            found = await run_document(engine, actor, "ContactsDue", lang.value, cohort=given)
            return {"cohort": cohort, **found["contactsDue"]}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print(result, lang.value)


def _print(result: dict[str, Any], language: str) -> None:
    if result["talkDays"] is None:
        output.print(translate("CLI_NO_CADENCE", language, number=result["cohort"]))
        return
    overdue = sum(pair["overdue"] for pair in result["pairs"])
    told = {"days": result["talkDays"], "pairs": len(result["pairs"]), "overdue": overdue}
    output.print(translate("CLI_CONTACTS", language, number=result["cohort"], **told), style="bold")
    headings = ("CLI_TRAINEE", "CLI_MENTOR", "CLI_PAIRING_STATE", "CLI_LAST_SIGN", "CLI_TALK_DUE")
    table = table_of(headings, language)
    for pair in result["pairs"]:
        due = translate("CLI_OVERDUE", language, day=pair["dueOn"]) if pair["overdue"] else pair["dueOn"]
        state = word(PairingState(pair["state"]), language)
        table.add_row(pair["trainee"]["name"], pair["mentor"]["name"], state, pair["lastSignOn"], due)
    output.print(table)
    output.print(translate("CLI_CONTACTS_SIGNS", language), style="dim")
