"""`yanzhen event`: what a trainee did with a content."""

from typing import Annotated, Any

import typer

from service.cli.cohort import IDS
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json
from service.cli.running import acting, run
from studio.errors import NotFound
from studio.messages import translate
from studio.operations.contents.content_events import record_content_event
from studio.store.database import writing
from studio.store.enums import ContentEventKind, DismissalReason
from studio.store.identity import UnknownId, global_id, row_id_of
from studio.store.labels import label

# Where an organizer finds the ids of contents.
CONTENT_IDS = "yanzhen recommend --trainee ID --format json"


def event(
    trainee: Annotated[str, typer.Option("--trainee", help="HELP_TRAINEE")],
    content: Annotated[str, typer.Option("--content", help="HELP_CONTENT")],
    kind: Annotated[ContentEventKind, typer.Option("--kind", case_sensitive=False, help="HELP_EVENT_KIND")],
    reason: Annotated[
        DismissalReason | None, typer.Option("--reason", case_sensitive=False, help="HELP_EVENT_REASON")
    ] = None,
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Record what a trainee did with a content."""

    async def work() -> dict[str, Any]:
        trainee_id = _row_id(trainee, "Trainee", IDS)
        content_id = _row_id(content, "Content", CONTENT_IDS)
        async with acting(studio) as (engine, actor), writing(engine) as session:
            done = await record_content_event(session, actor, trainee_id, content_id, kind, reason=reason)
            return {
                "id": global_id("ContentEvent", done.id),
                "trainee": trainee,
                "content": content,
                "kind": kind.value,
                "reason": reason.value if reason else None,
            }

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        told = kind.value if lang is Language.EN else label(kind)
        output.print(translate("CLI_EVENT_RECORDED", lang.value, kind=told))


def _row_id(given: str, entity: str, command: str) -> Any:
    try:
        return row_id_of(given, entity)
    except UnknownId:
        raise NotFound(given, field=entity.lower(), command=command) from None
