"""`yanzhen run …`: match runs as they come and go: listed, queued, cancelled, published, rolled back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.options import (
    CohortOption,
    Format,
    FormatOption,
    Language,
    LanguageOption,
    ReopenOption,
    StudioOption,
)
from service.cli.placed import PLACED, placed_words
from service.cli.printing import output, print_json, working
from service.cli.published import run_published
from service.cli.run_waiting import computed_here
from service.cli.running import acting, run
from service.cli.tables import table_of
from service.documents import all_nodes, run_document
from studio.errors import NotFound, StudioError
from studio.messages import translate, word
from studio.operations.pairings.publishing import publish_match_run
from studio.operations.pairings.rollback import roll_back_match_run
from studio.operations.people.cohorts import find_cohort
from studio.operations.runs.run_cancelling import cancel_match_run
from studio.operations.runs.runs import start_match_run
from studio.permissions import Actor
from studio.store.database import reading, write, writing
from studio.store.enums import MatchRunState, PublishState
from studio.store.identity import UnknownId, global_id, row_id_of
from studio.store.runs import COMPUTED, MatchRun

RunArgument = Annotated[str, typer.Argument(help="HELP_RUN_ID")]
# Where an organizer finds the ids of runs.
IDS = "yanzhen run list --cohort N"


def list_runs(
    cohort: CohortOption,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """List the runs of a cohort, newest first."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with reading(engine) as session:
                await find_cohort(session, actor.studio_id, cohort)
            found = await all_nodes(engine, actor, "MatchRuns", "cohort.matchRuns", lang.value, number=cohort)
            return {"cohort": cohort, "runs": [_run_json(one) for one in found]}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
        return
    headings = ("CLI_RUN_NUMBER", "CLI_ID", "CLI_RUN_STATE", "CLI_RUN_PLACED", "CLI_RUN_PROGRESS")
    table = table_of(headings, lang.value)
    for one in result["runs"]:
        progress = f"{one['done']}/{one['steps']}" if one["steps"] else ""
        state = f"{word(MatchRunState(one['state']), lang.value)} · "
        state += word(PublishState(one["publishState"]), lang.value)
        if one["basedOn"]:
            state += translate("CLI_RUN_PROPOSAL", lang.value)
        table.add_row(str(one["number"]), one["id"], state, placed_words(one, lang.value), progress)
    output.print(table)


def _run_json(row: dict[str, Any]) -> dict[str, Any]:
    job = row["job"] or {}
    return {
        **{key: row[key] for key in ("id", "number", "state", "publishState", *PLACED, "failure")},
        "basedOn": row["basedOn"]["id"] if row["basedOn"] else None,
        "replaced": row["replaced"]["id"] if row["replaced"] else None,
        "done": job.get("done", 0),
        "steps": job.get("total", 0),
    }


def start(
    cohort: CohortOption,
    wait: Annotated[bool, typer.Option("--wait", help="HELP_RUN_WAIT")] = False,
    reopen_confirmed: ReopenOption = False,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Queue a match run; with --wait compute it here, showing how far it is."""
    with working(translate("CLI_MATCHING", lang.value)) as tell:

        async def work() -> dict[str, Any]:
            async with acting(studio) as (engine, actor):
                async with writing(engine) as session:
                    row = await find_cohort(session, actor.studio_id, cohort)
                    queued = await start_match_run(session, actor, row.id, reopen_confirmed=reopen_confirmed)
                if wait:
                    await computed_here(engine, actor, queued.id, tell)
                return await _one(engine, actor, queued.id)

        result = run(work, form, lang)
    _show(result, form, lang)


def cancel(
    run_id: RunArgument,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Ask for the end of a run that is not computed yet."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            row_id = _row_id(run_id)
            await write(engine, lambda session: cancel_match_run(session, actor, row_id))
            return await _one(engine, actor, row_id)

    _show(run(work, form, lang), form, lang)


def publish(
    cohort: CohortOption,
    run_id: Annotated[str | None, typer.Option("--run", help="HELP_RUN_ID")] = None,
    answer_by: Annotated[
        datetime | None, typer.Option("--answer-by", formats=["%Y-%m-%d"], help="HELP_ANSWER_BY")
    ] = None,
    end_under_way: Annotated[bool, typer.Option("--end-under-way", help="HELP_END_UNDER_WAY")] = False,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Publish a draft: the named one, or the cohort's newest."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            until = answer_by.date() if answer_by else None
            async with writing(engine) as session:
                row_id = _row_id(run_id) if run_id else await _newest_draft(engine, actor, cohort)
                row = await session.get_one(MatchRun, row_id)
                await publish_match_run(
                    session,
                    actor,
                    row_id,
                    expected_version=row.version,
                    answer_by=until,
                    end_under_way=end_under_way,
                )
            return await _one(engine, actor, row_id)

    _show(run(work, form, lang), form, lang)


async def _newest_draft(engine: AsyncEngine, actor: Actor, cohort: int) -> UUID:
    """Return the newest draft; one that a later publication has left behind is published by its id only."""
    found = await all_nodes(engine, actor, "MatchRuns", "cohort.matchRuns", number=cohort)
    for one in found:
        if one["publishState"] == PublishState.PUBLISHED:
            raise StudioError("NO_NEWER_DRAFT", field="cohort", number=cohort, published=one["number"])
        if one["publishState"] == PublishState.DRAFT and one["state"] in COMPUTED:
            return row_id_of(one["id"], "MatchRun")
    raise StudioError("NO_RUN", field="cohort", number=cohort)


def rollback(
    cohort: CohortOption,
    reason: Annotated[str, typer.Option("--reason", help="HELP_ROLLBACK_REASON")],
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Take the cohort's publication back."""

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            async with writing(engine) as session:
                row = await run_published(session, actor, await find_cohort(session, actor.studio_id, cohort))
                await roll_back_match_run(session, actor, row.id, reason=reason, expected_version=row.version)
            return await _one(engine, actor, row.id)

    _show(run(work, form, lang), form, lang)


async def _one(engine: AsyncEngine, actor: Actor, run_id: UUID) -> dict[str, Any]:
    given = global_id("MatchRun", run_id)
    found = (await run_document(engine, actor, "MatchRunProgress", run=given))["matchRun"]
    return {"runId": found["id"], **{key: found[key] for key in ("number", "state", "publishState", *PLACED)}}


def _show(result: dict[str, Any], form: Format, lang: Language) -> None:
    if form is Format.JSON:
        print_json(result)
    else:
        told = {
            "state": MatchRunState(result["state"]),
            "publishState": PublishState(result["publishState"]),
            "placed": placed_words(result, lang.value),
        }
        output.print(translate("CLI_RUN", lang.value, **result | told))


def _row_id(given: str) -> UUID:
    try:
        return row_id_of(given, "MatchRun")
    except UnknownId:
        raise NotFound(given, field="run", command=IDS) from None
