"""`yanzhen match`: pairs for a whole cohort, and questions about a run: what if, at what price, and why not."""

from collections.abc import Callable
from typing import Annotated, Any

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
from service.cli.overrides import override_json, preview_json, print_preview
from service.cli.pairs import match_json, print_match
from service.cli.printing import print_json, working
from service.cli.replay import print_replay, replay_json
from service.cli.running import acting, run
from service.cli.what_if import print_what_if, what_if_json
from studio.errors import StudioError
from studio.messages import translate
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.aim_words import objective_of
from studio.operations.rules.policies import set_match_objective
from studio.operations.runs.runs import match_cohort
from studio.permissions import Actor
from studio.store.database import writing
from studio.store.identity import global_id
from studio.store.mentor_enums import PairingKind


def match(
    cohort: CohortOption,
    what_if: Annotated[list[str] | None, typer.Option("--what-if", help="HELP_WHAT_IF")] = None,
    preview: Annotated[str | None, typer.Option("--preview", help="HELP_PREVIEW")] = None,
    override: Annotated[str | None, typer.Option("--override", help="HELP_OVERRIDE")] = None,
    reason: Annotated[str, typer.Option("--reason", help="HELP_OVERRIDE_REASON")] = "",
    lock: Annotated[bool, typer.Option("--lock/--no-lock", help="HELP_OVERRIDE_LOCK")] = True,
    move_others: Annotated[bool, typer.Option("--move-others", help="HELP_MOVE_OTHERS")] = False,
    week: Annotated[str | None, typer.Option("--week", help="HELP_OVERRIDE_WEEK")] = None,
    objective: Annotated[str | None, typer.Option("--objective", help="HELP_OBJECTIVE")] = None,
    reopen_confirmed: ReopenOption = False,
    part: Annotated[
        PairingKind | None, typer.Option("--as", case_sensitive=False, help="HELP_OVERRIDE_AS")
    ] = None,
    replay: Annotated[str | None, typer.Option("--replay", help="HELP_REPLAY")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Match a cohort and print its pairs; or answer a question about the run that there is, or override a pair."""
    show: Callable[[dict[str, Any], str], None] = print_match
    if what_if:
        show = print_what_if
    elif preview or override:
        show = print_preview
    elif replay:
        show = print_replay

    async def ask(engine: AsyncEngine, actor: Actor) -> dict[str, Any]:
        if sum(map(bool, (what_if, preview, override, replay, objective))) > 1:
            raise StudioError("MATCH_ONE_QUESTION")
        if what_if:
            return await what_if_json(engine, actor, cohort, what_if, lang.value)
        if preview:
            return await preview_json(engine, actor, cohort, preview, lang.value, part)
        if override:
            how: dict[str, Any] = {"reason": reason, "lock": lock, "move_others": move_others}
            how |= {"kind": part, "week": week}
            return await override_json(engine, actor, cohort, override, lang.value, **how)
        if replay:
            return await replay_json(engine, actor, cohort, replay, lang.value)
        async with writing(engine) as session:
            row = await find_cohort(session, actor.studio_id, cohort)
            if objective:
                await set_match_objective(session, actor, objective_of(objective))
            run_row = await match_cohort(session, actor, row.id, reopen_confirmed=reopen_confirmed)
        return await match_json(engine, actor, global_id("MatchRun", run_row.id), lang.value)

    async def work() -> dict[str, Any]:
        async with acting(studio) as (engine, actor):
            return await ask(engine, actor)

    with working(translate("CLI_MATCHING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        show(result, lang.value)
