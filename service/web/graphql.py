"""GraphQL over HTTP (working group's draft): POST, and GET for queries, for bearers of a token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from graphql import GraphQLError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from strawberry import Schema
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from service.web.bearer import actor_of
from service.web.bodies import limited
from service.web.errors import (
    STATUSES,
    error_entry,
    internal_entry,
    json_response,
    language_for,
    log_fault,
    refusal_response,
)
from studio.errors import StudioError
from studio.permissions import Actor
from studio.store.faults import refusal_of

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
METHODS = {
    "GET": {OperationType.QUERY},
    "HEAD": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}


class MakeContext(Protocol):
    """Makes what resolvers find in `info.context`, anew for every request."""

    def __call__(self, *, engine: AsyncEngine, actor: Actor, language: str) -> Any:
        """Return the context of one request."""


@dataclass(frozen=True)
class Asked:
    """What a request asks: the parameters of GraphQL over HTTP."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


class GraphQLEndpoint:
    """Answers GraphQL requests with one schema."""

    def __init__(self, schema: Schema, make_context: MakeContext, limit: int) -> None:
        """Answer with `schema`; bodies over `limit` bytes are refused."""
        self._schema = schema
        self._make_context = make_context
        self._limit = limit

    async def __call__(self, request: Request) -> Response:
        """Answer one request; refusals before the execution have their own status."""
        if _is_visit(request):
            return RedirectResponse("/graphiql", 303)
        language = language_for(request)
        media_type = answer_type(request.headers.get("accept"))
        try:
            if media_type is None:
                raise StudioError("NOT_ACCEPTABLE")
            actor = await actor_of(request)
            asked = await self._read(request)
            return await self._answer(request, asked, actor, language, media_type)
        except StudioError as refusal:
            return refusal_response(refusal, language, media_type=media_type or JSON)

    async def _read(self, request: Request) -> Asked:
        if request.method in ("GET", "HEAD"):
            if len(request.url.query) > self._limit:
                raise StudioError("BODY_TOO_LARGE", limit=self._limit)
            return asked_by_query(request.query_params)
        content_type, *parameters = request.headers.get("content-type", "").lower().split(";")
        charsets = [p.split("=")[1].strip(' "') for p in parameters if p.strip().startswith("charset=")]
        if content_type.strip() != JSON or charsets not in ([], ["utf-8"]):
            raise StudioError("UNSUPPORTED_MEDIA_TYPE")
        body = await limited(request, self._limit, "BODY_TOO_LARGE").body()
        return asked_by_body(body)

    async def _answer(
        self, request: Request, asked: Asked, actor: Actor, language: str, media_type: str
    ) -> Response:
        try:
            result = await self._schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                operation_extensions=asked.extensions,
                allowed_operation_types=METHODS[request.method],
                context_value=self._make_context(
                    engine=request.app.state.engine, actor=actor, language=language
                ),
            )
        except MissingQueryError:
            raise StudioError("QUERY_MISSING", field="query") from None
        except CannotGetOperationTypeError:
            raise StudioError("OPERATION_UNKNOWN", field="operationName") from None
        except InvalidOperationTypeError as refusal:
            return _wrong_operation(request, refusal, language, media_type)
        return _result_response(result, language, media_type)


def _is_visit(request: Request) -> bool:
    """Tell whether somebody opens the endpoint in a browser: the page to ask from is another."""
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and "text/html" in request.headers.get("accept", "")
    )


def answer_type(accept: str | None) -> str | None:
    """Choose the media type of the answer from an Accept header; None when neither is accepted.

    Clients that do not say, or accept anything, are given plain JSON: older ones know no other.
    """
    best: dict[str, float] = {}
    for part in (accept or "*/*").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        wildcard = name in ("*/*", "application/*")
        kind = JSON if wildcard else name
        # What is named counts before what a wildcard covers.
        best[kind] = max(best.get(kind, 0.0), weight - (1e-6 if wildcard else 0.0))
    weights = {kind: best.get(kind, 0.0) for kind in (GRAPHQL_JSON, JSON)}
    kind = max(weights, key=lambda name: weights[name])
    return kind if weights[kind] > 0 else None


def asked_by_query(parameters: Mapping[str, str]) -> Asked:
    """Return what the query string of a GET asks; variables and extensions are JSON in it."""
    values: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if values.get(name):
            values[name] = _from_json(values[name].encode(), name)
        else:
            values[name] = None
    return _asked(values)


def asked_by_body(body: bytes) -> Asked:
    """Return what the JSON body of a POST asks."""
    values = _from_json(body, None)
    if not isinstance(values, dict):
        raise StudioError("BAD_PARAMETER", field="body", name="body", kind="object")
    return _asked(values)


def _from_json(text: bytes, name: str | None) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise StudioError("BAD_JSON", field=name) from None


def _asked(values: Mapping[str, Any]) -> Asked:
    for name, kind, plain in (
        ("query", str, "string"),
        ("operationName", str, "string"),
        ("variables", dict, "object"),
        ("extensions", dict, "object"),
    ):
        if not isinstance(values.get(name), kind | None):
            raise StudioError("BAD_PARAMETER", field=name, name=name, kind=plain)
    if not values.get("query"):
        raise StudioError("QUERY_MISSING", field="query")
    return Asked(
        query=values["query"],
        variables=values.get("variables"),
        operation_name=values.get("operationName") or None,
        extensions=values.get("extensions"),
    )


def _wrong_operation(
    request: Request, refusal: InvalidOperationTypeError, language: str, media_type: str
) -> Response:
    kind = refusal.operation_type.value
    if request.method != "POST":
        error = StudioError("METHOD_NOT_ALLOWED", method=f"{request.method} {kind}")
        response = refusal_response(error, language, media_type=media_type)
        response.headers["allow"] = "POST"
        return response
    return refusal_response(
        StudioError("OPERATION_NOT_SUPPORTED", kind=kind), language, media_type=media_type
    )


def _result_response(result: ExecutionResult, language: str, media_type: str) -> Response:
    errors = [_entry(error, language) for error in result.errors or ()]
    # An error without a path comes from before the execution: a bad document, or variables that do not fit.
    refused = result.data is None and all(error.path is None for error in result.errors or ())
    content: dict[str, Any] = {} if refused else {"data": result.data}
    if errors:
        content["errors"] = errors
    if result.extensions:
        content["extensions"] = result.extensions
    status = 200
    if refused and media_type == GRAPHQL_JSON:
        status = max(STATUSES.get(entry["extensions"]["code"], 400) for entry in errors)
    return json_response(content, status, media_type)


def _entry(error: GraphQLError, language: str) -> dict[str, Any]:
    """Return an error as clients see it: with a code always, masked unless it is meant for them."""
    original = error.original_error
    entry: dict[str, Any] = dict(error.formatted)
    if "code" in (error.extensions or {}):
        return entry
    if isinstance(original, StudioError):
        entry.update(error_entry(original, language))
    elif original is None or isinstance(original, GraphQLError):
        entry["extensions"] = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
    else:
        incident = log_fault(original, path=".".join(map(str, error.path or ())))
        refusal = refusal_of(original)
        entry.update(error_entry(refusal, language) if refusal else internal_entry(incident, language))
    return entry
