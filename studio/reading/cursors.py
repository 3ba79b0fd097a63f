"""Keyset cursors: where a page ended, as an opaque text that only we can have made.

The database prints a cursor's values between two control characters, which no other JSON text contains;
`seal` replaces them in the finished answer.

The digest tells a cursor that was cut, mistyped or made by hand from one of ours; it is not a secret, and need not
be. A cursor permits nothing: whatever stands in it, the rows beyond it are those that the reader may list anyway,
for the row policies hold beside it. And it discloses nothing: its values are the sort keys of a row that the reader
has just been given, in an order that the reader may use. Orders by guarded fields say so (`Sort.tells`) and are
refused to those who do not see the field, so no value of one stands in a cursor of theirs. A keyed digest would have
to be kept and shared by every server of a database, for the same.
"""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from studio.errors import StudioError
from studio.reading.dialect import Kind

OPEN, CLOSE = "\x01", "\x02"
_OPENED = re.compile(rb"\x01([^\x02]*)\x02")
_SALT = b"yanzhen cursor 1:"
_DIGEST_BYTES = 6


def seal(answer: bytes) -> bytes:
    """Replace every printed list of cursor values in `answer` by its opaque text."""
    return _OPENED.sub(lambda found: _sealed(found[1]), answer)


def _sealed(values: bytes) -> bytes:
    return urlsafe_b64encode(_digest(values) + values).rstrip(b"=")


def _digest(values: bytes) -> bytes:
    return hashlib.sha256(_SALT + values).digest()[:_DIGEST_BYTES]


def unseal(text: Any, order: str, kinds: Sequence[Kind], field: str) -> list[Any]:
    """Return a cursor's values, the row's id last; INVALID_CURSOR unless we made it for this order."""
    try:
        values = urlsafe_b64decode(text + "=" * (-len(text) % 4))[_DIGEST_BYTES:]
        found = orjson.loads(values)
        # The whole text, for several decode to the same bytes.
        if _sealed(values) != text.encode() or found[0] != order or len(found) != len(kinds) + 2:
            raise ValueError(order)
        keys = [_value(value, kind) for value, kind in zip(found[1:-1], kinds, strict=True)]
        return [*keys, UUID(hex=found[-1])]
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        raise StudioError("INVALID_CURSOR", field=field) from fault


def _value(value: Any, kind: Kind) -> Any:
    if kind is Kind.INSTANT:
        return datetime.fromisoformat(value)
    if type(value) is not (int if kind is Kind.INT else str):
        raise TypeError(kind)
    return value
