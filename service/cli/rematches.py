"""`yanzhen run rematch`: the smallest change of the published run, to be looked at before anything changes."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import CohortOption, Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.placed import PLACED, placed_words
from service.cli.printing import output, print_json, working
from service.cli.published import run_published
from service.cli.run_waiting import computed_here
from service.cli.running import acting, run
from service.documents import run_document
from service.week_words import week_name
from studio.messages import translate
from studio.operations.pairings.rematching import propose_rematch
from studio.operations.people.cohorts import find_cohort
from studio.operations.suppositions.what_if_words import with_kind
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.identity import global_id
from studio.store.mentor_enums import PairingKind
from studio.store.runs import COMPUTED


def rematch(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Compute the smallest change of the published run here, and print it; nothing is applied."""
    with working(translate("CLI_MATCHING", lang.value)) as tell:

        async def work() -> dict[str, Any]:
            async with acting(studio) as (engine, actor):
                async with writing(engine) as session:
                    row = await run_published(
                        session, actor, await find_cohort(session, actor.studio_id, cohort)
                    )
                    proposal = await propose_rematch(session, actor, row.id)
                stands = proposal.state in COMPUTED
                if not stands:
                    await computed_here(engine, actor, proposal.id, tell)
                found = await proposal_json(engine, actor, proposal.id, lang.value)
                return {"cohort": cohort, "asBefore": stands, **found}

        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print(result, lang.value)


async def proposal_json(engine: AsyncEngine, actor: Actor, run_id: UUID, language: str) -> dict[str, Any]:
    """Return a proposal in the shape of docs/cli.md."""
    given = global_id("MatchRun", run_id)
    found = (await run_document(engine, actor, "RematchProposal", language, run=given))["matchRun"]
    certificate = found["certificate"] or {}
    return {
        "runId": found["id"],
        "number": found["number"],
        "state": found["state"],
        "failure": found["failure"],
        "basedOn": found["basedOn"]["id"],
        **{key: found[key] for key in PLACED},
        "objectiveBefore": found["previousObjective"],
        "objectiveAfter": certificate.get("objective"),
        "moves": [
            {
                "trainee": move["trainee"]["id"],
                "traineeName": move["trainee"]["displayName"],
                "kind": move["kind"],
                **_mentor("fromMentor", move["fromMentor"]),
                **_mentor("toMentor", move["toMentor"]),
                **{key: move[key] for key in ("fromWeek", "toWeek", "scoreBefore", "scoreAfter")},
            }
            for move in found["moves"]
        ],
    }


def _mentor(what: str, row: dict[str, Any] | None) -> dict[str, Any]:
    return {what: row["id"] if row else None, f"{what}Name": row["displayName"] if row else None}


def _print(result: dict[str, Any], language: str) -> None:
    if result["asBefore"]:
        output.print(translate("CLI_REMATCH_AS_BEFORE", language, **result))
    placed = placed_words(result, language)
    output.print(translate("CLI_REMATCH", language, placed=placed, **result), style="bold")
    for move in result["moves"]:
        whom = with_kind(move["traineeName"], PairingKind(move["kind"]), language)
        before, after = (_place(move, side, language) for side in ("from", "to"))
        output.print(f"  · {whom}: {before} → {after}")
    if not result["moves"]:
        output.print(translate("CLI_REMATCH_NOTHING", language))
        return
    output.print(
        translate("CLI_REMATCH_NEXT", language, number=result["cohort"], runId=result["runId"]), style="dim"
    )


def _place(move: dict[str, Any], side: str, language: str) -> str:
    """Name the mentor on one side of a move, with the week where only that differs."""
    name = move[f"{side}MentorName"] or translate("CLI_NOBODY", language)
    moves_in_time = move["fromMentor"] == move["toMentor"] and move[f"{side}Week"]
    return f"{name} ({week_name(move[f'{side}Week'], language)})" if moves_in_time else str(name)
