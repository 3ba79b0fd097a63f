"""Health: whether the process lives, and whether it can serve."""

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from service.web.errors import json_response
from studio.errors import StudioError
from studio.store.faults import refusal_of
from studio.store.schema import require_newest


async def alive(_request: Request) -> Response:
    """Answer as long as the process does."""
    return json_response({"status": "ok"})


async def ready(request: Request) -> Response:
    """Answer 200 when the database answers with the right schema and the worker runs, else 503."""
    state = request.app.state
    try:
        await require_newest(state.engine)
    except (DBAPIError, OSError) as fault:
        raise refusal_of(fault) or StudioError("DATABASE_UNREACHABLE") from fault
    if state.worker is not None and state.worker.done():
        raise StudioError("WORKER_STOPPED")
    return json_response({"status": "ok", "worker": state.worker is not None})
