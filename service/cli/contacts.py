"""`yanzhen contacts`: by when the pairs of a cohort should meet again, and writing down that one did."""

from typing import Annotated, Any

import typer

from service.cli.days import day_of
from service.cli.named_pairings import NamedPairings
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import run_document
from studio.errors import StudioError
from studio.messages import translate, word
from studio.operations.pairings.meetings import record_meeting
from studio.operations.people.cohorts import find_cohort
from studio.store.clock import today
from studio.store.database import reading, writing
from studio.store.enums import PairingState
from studio.store.identity import global_id
from studio.store.pairing_enums import MeetingKind

# What an organizer may write for each kind of meeting.
KINDS = {
    MeetingKind.TALK: ("talk", "交流", "谈心", "见面"),
    MeetingKind.REVIEW: ("review", "复盘"),
    MeetingKind.ASSESSMENT: ("assessment", "评估"),
}


def contacts(
    cohort: CohortOption,
    met: Annotated[list[str] | None, typer.Option("--met", help="HELP_CONTACT_MET")] = None,
    on: Annotated[str | None, typer.Option("--on", help="HELP_CONTACT_ON")] = None,
    kind: Annotated[str, typer.Option("--kind", help="HELP_CONTACT_KIND")] = "talk",
    note: Annotated[str | None, typer.Option("--note", help="HELP_CONTACT_NOTE")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Write down who met, all or nothing, and list the pairs under way by when they should meet again."""

    async def work() -> dict[str, Any]:
        day, what = day_of(on, "on") or today(), _kind(kind)
        async with acting(studio) as (engine, actor):
            if met:
                async with writing(engine) as session:
                    named = await NamedPairings.published(session, actor, cohort)
                    for text in met:
                        pairing = await named.pairing(text)
                        await record_meeting(session, actor, pairing.id, what, day, note=note)
            async with reading(engine) as session:
                row = await find_cohort(session, actor.studio_id, cohort)
            given = global_id("Cohort", row.id)
            found = await run_document(engine, actor, "ContactsDue", lang.value, cohort=given)
            return {"cohort": cohort, "recorded": len(met or []), **found["contactsDue"]}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print(result, lang.value)


def _kind(text: str) -> MeetingKind:
    asked = text.strip().lower()
    for kind, words in KINDS.items():
        if asked in words:
            return kind
    raise StudioError("MEETING_KIND", field="kind", given=text.strip()[:40])


def _print(result: dict[str, Any], language: str) -> None:
    if result["recorded"]:
        output.print(translate("CLI_MEETINGS_RECORDED", language, count=result["recorded"]))
    if result["talkDays"] is None:
        output.print(translate("CLI_NO_CADENCE", language, number=result["cohort"]))
        return
    overdue = sum(pair["overdue"] for pair in result["pairs"])
    told = {"days": result["talkDays"], "pairs": len(result["pairs"]), "overdue": overdue}
    output.print(translate("CLI_CONTACTS", language, number=result["cohort"], **told), style="bold")
    late = [sum(pair["dues"][place]["overdue"] for pair in result["pairs"]) for place in (1, 2)]
    more = {"review": result["reviewDays"], "assessment": result["assessmentDays"]}
    output.print(translate("CLI_CONTACTS_MORE", language, **more, reviews=late[0], assessments=late[1]))
    headings = ("CLI_TRAINEE", "CLI_MENTOR", "CLI_PAIRING_STATE", "CLI_LAST_SIGN", "CLI_TALK_DUE")
    table = table_of((*headings, "CLI_REVIEW_DUE", "CLI_ASSESSMENT_DUE"), language)
    for pair in result["pairs"]:
        dues = [
            translate("CLI_OVERDUE", language, day=due["dueOn"]) if due["overdue"] else due["dueOn"]
            for due in pair["dues"]
        ]
        state = word(PairingState(pair["state"]), language)
        table.add_row(pair["trainee"]["name"], pair["mentor"]["name"], state, pair["lastSignOn"], *dues)
    output.print(table)
    output.print(translate("CLI_CONTACTS_SIGNS", language), style="dim")
