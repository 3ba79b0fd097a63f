"""For whom a request acts: the bearer token of its Authorization header."""

from starlette.requests import Request

from studio.errors import Unauthenticated
from studio.operations.people.access import TokenUse, authenticate
from studio.permissions import Actor
from studio.store.database import reading


async def actor_of(request: Request) -> Actor:
    """Return the actor of the request's bearer token; `Unauthenticated` without a valid one."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("UNAUTHENTICATED")
    async with reading(request.app.state.engine) as session:
        actor = await authenticate(session, text.strip())
    use: TokenUse = request.app.state.token_use
    use.note(actor)
    return actor
