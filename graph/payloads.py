"""What a mutation answers: its stored rows, read in the very transaction that wrote them, or why not."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.types import Info

from graph.context import Context
from graph.errors import coded, is_top_level
from graph.labels import labels
from graph.reading.selections import with_typenames
from graph.reading.stored import TYPENAME, stored
from studio.errors import StudioError
from studio.permissions import Rows, rows_for
from studio.reading.read import read_rows
from studio.reading.selection import Selection
from studio.store.database import reading, write
from studio.store.identity import UnknownId, row_id_of

MutationInfo = Info[Context, Mapping[str, Selection]]


@strawberry.type(description="Why a mutation was refused; nothing has been changed.")
class UserError:
    """Why a mutation was refused."""

    code: str = stored("Stable code, such as CAPACITY_EXCEEDED.")
    message: str = stored("What is wrong and what to do, in the language of the request.")
    field: list[str] | None = stored("Path of the input field at fault, outermost first.")
    check: str | None = stored(
        "Name of the check that failed where a state does not allow the move, such as ANSWER_IN_TIME."
    )


def user_errors() -> Any:
    """Declare the field that every payload has."""
    return stored("Why it was refused; empty when it was done.")


def input_field(description: str, **options: Any) -> Any:
    """Declare a field of an input; `default` makes it optional."""
    return strawberry.field(description=description, **options)


def idempotency_key() -> Any:
    """Declare the key of a mutation that may be retried."""
    return input_field(
        "Your own key, 1–128 characters: with the same key and input the first result comes again.",
        default=None,
    )


@dataclass(frozen=True)
class Stored:
    """A stored row of a payload, or a list of them; `written` is the response that they came of."""

    entity: str
    ids: UUID | Sequence[UUID] | None
    written: UUID | None = None


Work = Callable[[AsyncSession], Awaitable[Mapping[str, Any]]]


async def answer(info: MutationInfo, work: Work) -> Any:
    """Do `work` in one transaction, again if the database breaks it off, and return its payload.

    `work` returns the payload by GraphQL field names, with `Stored` for what is to be read. An expected refusal
    becomes `userErrors` and writes nothing; a missing right ends the operation.
    """
    return await _or_refused(info, lambda: _done(info, work))


async def answer_after(info: MutationInfo, prepare: Callable[[AsyncSession], Awaitable[Work]]) -> Any:
    """Answer with the work that `prepare` returns.

    `prepare` does in a read transaction what takes long, so that other writers need not wait for it. What it has
    found may be out of date when the work begins: the work checks.
    """

    async def prepare_and_work() -> dict[str, Any]:
        async with reading(info.context.engine) as session:
            work = await prepare(session)
        return await _done(info, work)

    return await _or_refused(info, prepare_and_work)


async def _done(info: MutationInfo, work: Work) -> dict[str, Any]:
    context, payload = info.context, _payload(info)

    async def work_and_read(session: AsyncSession) -> dict[str, Any]:
        values = {**await work(session), "userErrors": []}
        await session.flush()
        return {
            child.key: await _value(session, context, child, values.get(child.name))
            for child in with_typenames(payload.children)
            if child.name != TYPENAME
        }

    return await write(context.engine, work_and_read)


async def _or_refused(info: MutationInfo, whole: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    try:
        return await whole()
    except StudioError as refusal:
        if is_top_level(refusal):
            raise coded(refusal, info.context.language) from None
        return _refused(_payload(info), refusal, info.context.language)


def _payload(info: MutationInfo) -> Selection:
    return info.root_value[str(info.path.key)]


async def _value(session: AsyncSession, context: Context, child: Selection, value: Any) -> Any:
    if not isinstance(value, Stored):
        return value
    several = not isinstance(value.ids, UUID) and value.ids is not None
    actor = replace(context.actor, written=value.written)
    hidden = rows_for(actor, value.entity) is Rows.NONE
    if value.ids is None or hidden:
        return [] if several else None
    ids = list(cast(Sequence[UUID], value.ids)) if several else [cast(UUID, value.ids)]
    rows = await read_rows(session, actor, value.entity, ids, child.children, labels=labels(context.language))
    return [row for row in rows if row is not None] if several else rows[0]


def _refused(payload: Selection, refusal: StudioError, language: str) -> dict[str, Any]:
    error = UserError(
        code=refusal.code,
        message=refusal.message(language),
        field=refusal.field.split(".") if refusal.field else None,
        check=str(check) if (check := refusal.values.get("check")) else None,
    )
    # Lists of a refused payload are empty, all else is null.
    return {
        child.key: [error] if child.name == "userErrors" else [] if child.name in LISTS else None
        for child in payload.children
    }


# Payload fields that are lists of rows.
LISTS = frozenset({"painPoints", "recommendations"})


def row_id(text: str, entity: str, field: str) -> UUID:
    """Return the row id of an input's global id, or refuse with UNKNOWN_ID."""
    try:
        return row_id_of(text, entity)
    except UnknownId:
        raise StudioError("UNKNOWN_ID", field=field, id=text[:80]) from None
