"""Request bodies that may not grow beyond a limit."""

from starlette.requests import Request
from starlette.types import Message, Receive

from studio.errors import StudioError


def limited(request: Request, limit: int, code: str) -> Request:
    """Return the request with a body that is cut off with `code` ({limit} in bytes) once it is larger.

    The announced length is checked first, so that a large body is refused before it is read.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:15]) > limit:
        raise StudioError(code, limit=limit)
    return Request(request.scope, _counting(request.receive, limit, code))


def _counting(receive: Receive, limit: int, code: str) -> Receive:
    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise StudioError(code, limit=limit)
        return message

    return count
