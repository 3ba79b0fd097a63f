"""`yanzhen consents`: who has answered to a published pairing, answers recorded for others, and what follows."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import select

from service.cli.answer_options import reason_of, require_options
from service.cli.named_pairings import NamedPairings
from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import all_nodes
from studio.messages import translate, word
from studio.operations.pairings.consents import accept_pairing, decline_pairing
from studio.operations.pairings.pairing_moves import (
    complete_pairing,
    end_pairing,
    pause_pairing,
    resume_pairing,
    start_pairing,
)
from studio.operations.suppositions.what_if_words import with_kind
from studio.permissions import Actor
from studio.store.database import reading, writing
from studio.store.enums import PairingState, PublishState
from studio.store.identity import global_id
from studio.store.mentor_enums import PairingKind
from studio.store.pairing_enums import ConsentAnswer, DeclineReason, EndReason, Party
from studio.store.pairings import Pairing
from studio.store.runs import MatchRun

Who = list[str] | None
MOVES: dict[str, Callable[..., Awaitable[Pairing]]] = {
    "start": start_pairing,
    "pause": pause_pairing,
    "resume": resume_pairing,
    "complete": complete_pairing,
}


def consents(
    cohort: CohortOption,
    accept: Annotated[Who, typer.Option("--accept", help="HELP_CONSENT_ACCEPT")] = None,
    decline: Annotated[Who, typer.Option("--decline", help="HELP_CONSENT_DECLINE")] = None,
    side: Annotated[
        Party | None, typer.Option("--side", case_sensitive=False, help="HELP_CONSENT_SIDE")
    ] = None,
    because: Annotated[str, typer.Option("--because", help="HELP_CONSENT_BECAUSE")] = "",
    reason: Annotated[str, typer.Option("--reason", help="HELP_CONSENT_REASON")] = "",
    note: Annotated[str | None, typer.Option("--note", help="HELP_CONSENT_NOTE")] = None,
    start: Annotated[Who, typer.Option("--start", help="HELP_PAIRING_START")] = None,
    pause: Annotated[Who, typer.Option("--pause", help="HELP_PAIRING_PAUSE")] = None,
    resume: Annotated[Who, typer.Option("--resume", help="HELP_PAIRING_RESUME")] = None,
    complete: Annotated[Who, typer.Option("--complete", help="HELP_PAIRING_COMPLETE")] = None,
    end: Annotated[Who, typer.Option("--end", help="HELP_PAIRING_END")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Record what is given, all or nothing, and list the pairings of the published run."""

    async def work() -> dict[str, Any]:
        require_options(
            answers=bool(accept or decline),
            declines=bool(decline),
            ends=bool(end),
            side=side,
            because=because,
            reason=reason,
        )
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                named = await NamedPairings.published(session, actor, cohort)
                for text in accept or []:
                    for party in [side] if side else list(Party):
                        pairing = await named.pairing(text)
                        await accept_pairing(
                            session, actor, pairing.id, party=party, on_behalf_reason=because
                        )
                for text in decline or []:
                    pairing = await named.pairing(text)
                    why = reason_of(DeclineReason, reason)
                    given = {"party": side, "on_behalf_reason": because, "note": note}
                    await decline_pairing(session, actor, pairing.id, why, **given)  # type: ignore[arg-type]
                moves = {"start": start, "pause": pause, "resume": resume, "complete": complete}
                for name, texts in moves.items():
                    for text in texts or []:
                        pairing = await named.pairing(text)
                        await MOVES[name](session, actor, pairing.id, expected_version=pairing.version)
                for text in end or []:
                    pairing = await named.pairing(text)
                    why_ended = reason_of(EndReason, reason)
                    await end_pairing(
                        session, actor, pairing.id, why_ended, expected_version=pairing.version, note=note
                    )
                run_id = named.run.id
            return await consents_json(engine, actor, cohort, run_id, lang.value)

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print(result, lang.value)


async def consents_json(
    engine: AsyncEngine, actor: Actor, cohort: int, run_id: UUID, language: str
) -> dict[str, Any]:
    """Return the pairings of a run with their consents in the shape of docs/cli.md."""
    given = global_id("MatchRun", run_id)
    found = await all_nodes(engine, actor, "Consents", "pairings", language, run=given)
    async with reading(engine) as session:
        proposals = await session.execute(
            select(MatchRun.id)
            .where(MatchRun.based_on_id == run_id, MatchRun.publish_state == PublishState.DRAFT)
            .order_by(MatchRun.number)  # type: ignore[arg-type]
        )
        ids = [global_id("MatchRun", row_id) for row_id in proposals.scalars()]
    return {
        "cohort": cohort,
        "runId": given,
        "proposals": ids,
        "pairs": [
            {
                "id": one["id"],
                "version": one["version"],
                "kind": one["kind"],
                "trainee": one["trainee"]["id"],
                "traineeName": one["trainee"]["displayName"],
                "mentor": one["mentor"]["id"],
                "mentorName": one["mentor"]["displayName"],
                "state": one["state"],
                "answerBy": one["answerBy"],
                "consents": one["consents"],
                "history": one["history"],
            }
            for one in found
        ],
    }


def _print(result: dict[str, Any], language: str) -> None:
    people = ("CLI_TRAINEE", "CLI_MENTOR", "CLI_PAIRING_STATE")
    table = table_of((*people, "CLI_CONSENT_MENTOR", "CLI_CONSENT_TRAINEE", "CLI_ANSWER_BY"), language)
    for one in result["pairs"]:
        said = {consent["party"]: consent for consent in one["consents"]}
        waiting = one["state"] == PairingState.AWAITING_CONSENT
        table.add_row(
            one["traineeName"],
            with_kind(one["mentorName"], PairingKind(one["kind"]), language),
            word(PairingState(one["state"]), language),
            *(_answer(said.get(party.value), language) for party in Party),
            (one["answerBy"] or "") if waiting else "",
        )
    output.print(table)
    if result["proposals"]:
        output.print(
            translate("CLI_PROPOSALS", language, number=result["cohort"], ids=result["proposals"]),
            style="dim",
        )


def _answer(consent: dict[str, Any] | None, language: str) -> str:
    if consent is None:
        return "—"
    told = word(ConsentAnswer(consent["answer"]), language)
    return f"{told}: {word(DeclineReason(consent['reason']), language)}" if consent["reason"] else told
