"""`yanzhen match --preview` and `--override`: what another mentor would cost, and saving it with a reason."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from service.cli.printing import complaints, output
from service.cli.suppositions import pair_input
from service.cli.weeks import one_week
from service.documents import run_document
from studio.errors import StudioError
from studio.messages import translate
from studio.operations.people.cohorts import find_cohort
from studio.operations.rules.whom import whom
from studio.operations.suppositions.overridable import run_to_override
from studio.permissions import Actor
from studio.store.database import reading
from studio.store.identity import global_id
from studio.store.mentor_enums import PairingKind


async def preview_json(
    engine: AsyncEngine, actor: Actor, cohort: int, pair: str, language: str, kind: PairingKind | None = None
) -> dict[str, Any]:
    """Return what an override would cost, in the shape of docs/cli.md."""
    run_id, given = await _named(engine, actor, cohort, pair, "preview")
    found = await run_document(
        engine,
        actor,
        "OverridePreview",
        language,
        run=run_id,
        trainee=given["traineeId"],
        mentor=given["mentorId"],
        kind=kind.value if kind else None,
    )
    return {"runId": run_id, "cohort": cohort, **found["overridePreview"]}


async def override_json(
    engine: AsyncEngine,
    actor: Actor,
    cohort: int,
    pair: str,
    language: str,
    *,
    reason: str,
    lock: bool,
    move_others: bool,
    kind: PairingKind | None = None,
    week: str | None = None,
) -> dict[str, Any]:
    """Save an override and return it, with what it was previewed to cost; a refusal is raised."""
    shown = await preview_json(engine, actor, cohort, pair, language, kind)
    given = {
        "runId": shown["runId"],
        "traineeId": shown["trainee"]["id"],
        "mentorId": shown["mentor"]["id"],
        "reason": reason,
        "lock": lock,
        "moveOthers": move_others,
        "kind": shown["kind"],
        **({} if week is None else {"week": one_week(week, ()).isoformat()}),
    }
    done = (await run_document(engine, actor, "OverridePairing", language, input=given))["overridePairing"]
    for error in done["userErrors"]:
        raise _Refused(error)
    return {**shown, "scoreChange": done["scoreChange"], "pairing": done["pairing"], "run": done["run"]}


async def _named(
    engine: AsyncEngine, actor: Actor, cohort: int, pair: str, option: str
) -> tuple[str, dict[str, str]]:
    trainee, equals, mentor = (part.strip() for part in pair.replace("＝", "=").partition("="))
    if not (trainee and equals and mentor):
        raise StudioError("PAIR_SYNTAX", field=option, given=pair.strip()[:80])
    async with reading(engine) as session:
        row = await find_cohort(session, actor.studio_id, cohort)
        run = await run_to_override(session, actor, row)
        people = await whom(session, actor, row)
    return global_id("MatchRun", run.id), pair_input(trainee, mentor, people)


class _Refused(StudioError):
    """A refusal that the API has put into words already."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["code"], field=".".join(error["field"]) if error["field"] else None)
        self._message = error["message"]

    def message(self, language: str = "zh") -> str:
        """Return the words of the API, which were asked for in the reader's language."""
        return str(self._message)


def print_preview(result: dict[str, Any], language: str) -> None:
    """Print what an override would cost, or what it has cost."""
    if result["inputChanged"]:
        complaints.print(translate("CLI_INPUT_CHANGED", language), style="yellow")
    output.print(result["text"])
    if "pairing" in result:
        code = "CLI_OVERRIDDEN_LOCKED" if result["pairing"]["locked"] else "CLI_OVERRIDDEN"
        output.print(translate(code, language, change=f"{result['scoreChange']:+.4f}"), style="bold")
    elif result["together"] and not result["alone"]:
        output.print(translate("CLI_MOVE_OTHERS", language), style="dim")
