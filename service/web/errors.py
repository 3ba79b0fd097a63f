"""Errors as HTTP answers: always JSON with `errors[].extensions.code`, never a fault's own words."""

import traceback
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.errors import Forbidden, NotFound, StudioError, Unauthenticated
from studio.messages import language_of, translate
from studio.store.faults import refusal_of

log = structlog.get_logger("service")

STATUSES = {
    "UPLOAD_TOO_LARGE": 413,
    "BODY_TOO_LARGE": 413,
    "METHOD_NOT_ALLOWED": 405,
    "SCHEMA_MISSING": 503,
    "SCHEMA_OUTDATED": 503,
    "DATABASE_UNREACHABLE": 503,
    "DATABASE_FOREIGN": 503,
    "DATABASE_BUSY": 503,
    "WORKER_STOPPED": 503,
    "INTERNAL": 500,
}


def status_of(error: StudioError) -> int:
    """Return the HTTP status of a refusal."""
    if isinstance(error, Unauthenticated):
        return 401
    if isinstance(error, Forbidden):
        return 403
    if isinstance(error, NotFound):
        return 404
    return STATUSES.get(error.code, 400)


def language_for(request: Request) -> str:
    """Return the language that the client asks for: `zh` unless English comes first."""
    return language_of(request.headers.get("accept-language"))


def error_entry(error: StudioError, language: str) -> dict[str, Any]:
    """Return a refusal as an entry of `errors`."""
    extensions = {"code": error.code}
    if error.field is not None:
        extensions["field"] = error.field
    return {"message": error.message(language), "extensions": extensions}


def json_response(content: Any, status: int = 200, media_type: str = "application/json") -> Response:
    """Return `content` as JSON that nobody caches."""
    headers = {"content-type": f"{media_type}; charset=utf-8", "cache-control": "no-store"}
    return Response(orjson.dumps(content), status, headers)


def refusal_response(error: StudioError, language: str, *, media_type: str = "application/json") -> Response:
    """Return a refusal with its HTTP status."""
    response = json_response({"errors": [error_entry(error, language)]}, status_of(error), media_type)
    if isinstance(error, Unauthenticated):
        response.headers["www-authenticate"] = 'Bearer realm="yanzhen"'
    if error.code == "DATABASE_BUSY":
        response.headers["retry-after"] = "1"
    return response


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a `StudioError` that an endpoint raises."""
    assert isinstance(error, StudioError)  # noqa: S101  Starlette's handlers are typed for any exception
    return refusal_response(error, language_for(request))


async def refuse_http(request: Request, error: Exception) -> Response:
    """Answer Starlette's own refusals, such as an unknown path or method."""
    assert isinstance(error, HTTPException)  # noqa: S101
    language = language_for(request)
    if error.status_code == 405:
        refusal = StudioError("METHOD_NOT_ALLOWED", method=request.method)
    elif error.status_code == 404:
        refusal = NotFound(request.url.path[:200])
    else:
        refusal = StudioError("BAD_REQUEST")
    response = refusal_response(refusal, language)
    response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response


def log_fault(fault: BaseException, **where: Any) -> str:
    """Log an internal fault and return its incident id.

    The log tells the type and the lines of our code, not the message: that may hold what people wrote.
    """
    incident = uuid4().hex[:12]
    frames = traceback.extract_tb(fault.__traceback__)
    own = [frame for frame in frames if "site-packages" not in Path(frame.filename).parts]
    lines = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in own[-6:]]
    log.error("fault", incident=incident, fault=type(fault).__name__, lines=lines, **where)
    return incident


def internal_entry(incident: str, language: str) -> dict[str, Any]:
    """Return a masked fault as an entry of `errors`."""
    extensions = {"code": "INTERNAL", "incident": incident}
    return {"message": translate("INTERNAL", language, incident=incident), "extensions": extensions}


class MaskFaults:
    """The outermost edge of the service: whatever fails inside becomes INTERNAL with an incident id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application and answer its faults."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            return  # nobody is left to be told
        except Exception as fault:  # the edge: the server lives on and the client learns the incident
            refusal = refusal_of(fault)
            incident = log_fault(fault, path=scope["path"])
            if started:
                raise
            language = language_for(Request(scope))
            if refusal is not None:
                response = refusal_response(refusal, language)
            else:
                response = json_response({"errors": [internal_entry(incident, language)]}, 500)
            await response(scope, receive, send)
