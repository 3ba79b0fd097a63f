"""`yanzhen rules preset`: changing a preset of the studio, or adding one."""

from datetime import date
from typing import Annotated, Any

import typer

from service.cli.days import day_of
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.presets import CodeArgument, presets_json, print_rules
from service.cli.printing import print_json
from service.cli.running import acting, run
from studio.errors import NotFound, StudioError
from studio.operations.rules.presets import PresetEntry, create_rule_preset, update_rule_preset
from studio.store.database import writing
from studio.store.identity import row_id_of
from studio.store.preset_enums import PresetKind


def preset(
    code: CodeArgument,
    kind: Annotated[
        PresetKind | None, typer.Option("--kind", case_sensitive=False, help="HELP_PRESET_KIND")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="HELP_PRESET_NAME")] = None,
    numbers: Annotated[list[str] | None, typer.Option("--set", help="HELP_PRESET_SET")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="HELP_PRESET_WHY")] = None,
    until: Annotated[str | None, typer.Option("--until", help="HELP_PRESET_UNTIL")] = None,
    always: Annotated[bool, typer.Option("--always", help="HELP_PRESET_ALWAYS")] = False,
    archive: Annotated[bool | None, typer.Option("--archive/--restore", help="HELP_PRESET_ARCHIVE")] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Change what is given of a preset; with a kind, add it."""

    async def work() -> dict[str, Any]:
        day, given = day_of(until, "until"), _numbers(numbers or [])
        async with acting(studio) as (engine, actor):
            known = {each["code"]: each for each in await presets_json(engine, actor, lang.value)}
            if kind is None and code not in known:
                raise NotFound(code, field="code", command="yanzhen rules presets")
            async with writing(engine) as session:
                if kind is not None:
                    entry = PresetEntry(code.strip(), name or "", kind, given, (reason or "").strip(), day)
                    await create_rule_preset(session, actor, entry)
                else:
                    parameters = {part.lower(): value for part, value in known[code]["parameters"].items()}
                    await update_rule_preset(
                        session,
                        actor,
                        row_id_of(known[code]["id"], "RulePreset"),
                        expected_version=known[code]["version"],
                        **_change(name, parameters | given, reason, day, always=always, archived=archive),
                    )
            after = await presets_json(engine, actor, lang.value)
            return {"preset": next(each for each in after if each["code"] == code.strip())}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        print_rules([result["preset"]], lang.value)


def _change(
    name: str | None,
    parameters: dict[str, float],
    reason: str | None,
    until: date | None,
    *,
    always: bool,
    archived: bool | None,
) -> dict[str, Any]:
    return {
        "name": name,
        "parameters": parameters,
        "reason": reason,
        "expires_on": until,
        "unlimited": always,
        "archived": archived,
    }


def _numbers(texts: list[str]) -> dict[str, float]:
    """Return numbers by their names from NAME=NUMBER; raises PRESET_NUMBER."""
    found: dict[str, float] = {}
    for text in texts:
        name, _, number = text.replace("＝", "=").partition("=")
        try:
            found[name.strip().lower()] = float(number)
        except ValueError:
            raise StudioError("PRESET_NUMBER", field="set", given=text[:40]) from None
    return found
