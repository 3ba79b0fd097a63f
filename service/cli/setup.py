"""`yanzhen init` and `yanzhen token …`: a new database, and who may use it."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from seed.starter import install_starter
from service.cli.cohort import IDS
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, database, run
from studio.errors import NotFound
from studio.messages import translate
from studio.operations.people.access import create_token
from studio.operations.people.studios import ensure_studio
from studio.operations.people.token_people import person_of_token
from studio.operations.topics.topics import learn_topics
from studio.permissions import ALL_SCOPES, Actor
from studio.store.clock import now
from studio.store.database import writing
from studio.store.enums import Role
from studio.store.identity import global_id
from studio.store.schema import migrate

DEFAULT_STUDIO = "书记工作室"


def init(
    studio: Annotated[str | None, typer.Option("--studio", help="HELP_STUDIO_NAME")] = None,
    bare: Annotated[bool, typer.Option("--bare", help="HELP_BARE")] = False,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Make or migrate the database and a studio in it."""

    async def work() -> dict[str, Any]:
        async with database(check_schema=False) as engine:
            await migrate(engine)
            async with writing(engine) as session:
                row = await ensure_studio(session, studio, DEFAULT_STUDIO)
                topics, contents = (0, 0) if bare else await install_starter(session, row.id)
            await learn_topics(engine, row.id)
            return {
                "studio": {"id": global_id("Studio", row.id), "name": row.name},
                "topics": topics,
                "contents": contents,
            }

    with working(translate("CLI_INITIALISING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        output.print(
            translate(
                "CLI_INITIALISED",
                lang.value,
                studio=result["studio"]["name"],
                topics=result["topics"],
                contents=result["contents"],
            )
        )


def create(
    role: Annotated[Role, typer.Option("--role", case_sensitive=False, help="HELP_ROLE")],
    person: Annotated[str | None, typer.Option("--person", help="HELP_PERSON")] = None,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="HELP_SCOPE")] = None,
    days: Annotated[int | None, typer.Option("--days", min=1, help="HELP_DAYS")] = None,
    label: Annotated[str, typer.Option("--label", help="HELP_LABEL")] = "",
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Issue a token."""

    async def work() -> dict[str, object]:
        async with acting(studio) as (engine, actor), writing(engine) as session:
            token, plaintext = await create_token(
                session,
                actor,
                role=role,
                person_id=await _person(session, actor, person) if person else None,
                scopes=scope or (sorted(ALL_SCOPES) if role is Role.CLIENT_APP else []),
                label=label,
                expires_at=now() + timedelta(days=days) if days else None,
            )
            return {"id": global_id("Token", token.id), "role": role.value, "token": plaintext}

    result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        output.print(translate("CLI_TOKEN_CREATED", lang.value))
        output.print(result["token"], style="bold")


async def _person(session: AsyncSession, actor: Actor, given: str) -> UUID:
    """Return whom an id names, or tell where ids are found."""
    try:
        return await person_of_token(session, actor, given, "person")
    except NotFound:
        raise NotFound(given, field="person", command=IDS) from None
