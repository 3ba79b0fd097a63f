"""Whose token it is to be: a person, named as such or as the mentor or trainee that the person is."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from studio.errors import StudioError
from studio.operations.own import own
from studio.permissions import Actor, require
from studio.store.identity import UnknownId, parse_global_id
from studio.store.people import Mentor, Trainee

_ROWS: dict[str, type[Mentor] | type[Trainee]] = {"Mentor": Mentor, "Trainee": Trainee}


async def person_of_token(session: AsyncSession, actor: Actor, given: str, field: str) -> UUID:
    """Return the person of a person's, a mentor's or a trainee's global id.

    Raises TOKEN_PERSON_ID when it is the id of something else, or of nothing, and NOT_FOUND when there is no such
    mentor or trainee here.
    """
    require(actor, "create_token")
    try:
        entity, row_id = parse_global_id(given)
    except UnknownId:
        entity = ""
    if entity == "Person":
        return row_id
    if entity not in _ROWS:
        raise StudioError("TOKEN_PERSON_ID", field=field, id=given[:80])
    return (await own(session, actor, _ROWS[entity], row_id, field)).person_id
