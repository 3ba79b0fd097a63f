"""What is asked for: a neutral tree of fields, which GraphQL documents are translated into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Selection:
    """One selected field.

    `key` is the name in the answer, `name` the field's own name, `on` restricts it to one entity (below `node`).
    Arguments are plain values: enum values as strings, ids as global ids.
    """

    key: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    children: tuple["Selection", ...] = ()
    on: str | None = None
