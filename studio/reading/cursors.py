"""Keyset cursors: where a page ended, as an opaque text that only we can have made.

The database prints a cursor's values between two control characters, which no other JSON text contains;
`seal` replaces them in the finished answer.
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
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        digest, values = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        found = orjson.loads(values)
        if digest != _digest(values) or found[0] != order or len(found) != len(kinds) + 2:
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
