"""Refusals as GraphQL says them: always with a code, in the language of the request."""

from typing import Any

from graphql import GraphQLError

from studio.errors import Forbidden, StudioError, Unauthenticated
from studio.messages import translate

BAD_USER_INPUT = "BAD_USER_INPUT"
# Refusals of a reading that the client can mend by asking differently.
BAD_REQUESTS = frozenset({"BAD_ARGUMENT", "INVALID_CURSOR", "UNKNOWN_ID"})


def is_top_level(refusal: StudioError) -> bool:
    """Tell whether a refusal ends the operation, rather than being an expected outcome of a mutation."""
    return isinstance(refusal, Forbidden | Unauthenticated)


class CodedError(GraphQLError):
    """A refusal as clients see it; callers in the same process find the refusal itself in it."""

    refusal: StudioError


def coded(refusal: StudioError, language: str, path: list[str | int] | None = None) -> CodedError:
    """Return a refusal as an error with `extensions.code`; BAD_USER_INPUT tells the reason beside it."""
    extensions: dict[str, Any] = {"code": refusal.code}
    if refusal.code in BAD_REQUESTS:
        extensions = {"code": BAD_USER_INPUT, "reason": refusal.code}
    if refusal.field is not None:
        extensions["field"] = refusal.field
    error = CodedError(refusal.message(language), path=path, extensions=extensions)
    error.refusal = refusal
    return error


def malformed(error: GraphQLError, reason: str, language: str) -> GraphQLError:
    """Return an error of graphql-core as clients see it: coded, in their language, with its place and no suggestion.

    What it found stays in its own English words, behind the sentence that says what is wrong; a value that a scalar
    of ours refuses has a sentence of its own.
    """
    refusal = error.original_error
    while isinstance(refusal, GraphQLError):
        refusal = refusal.original_error
    if isinstance(refusal, StudioError):
        reason, message = refusal.code, refusal.message(language)
    else:
        # Names that are close to what was asked for are for the schema's readers to look up.
        message = translate(reason, language, detail=error.message.partition(" Did you mean")[0])
    return GraphQLError(
        message,
        error.nodes,
        error.source,
        error.positions,
        original_error=refusal,
        extensions={"code": BAD_USER_INPUT, "reason": reason},
    )


def bad_request(reason: str, language: str, **values: int) -> GraphQLError:
    """Return the error of a document that is refused before it is executed."""
    message = translate(reason, language, **values)
    return GraphQLError(message, extensions={"code": BAD_USER_INPUT, "reason": reason})
