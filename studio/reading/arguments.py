"""Values that a statement is given when it runs: checked, and bound as parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from studio.errors import StudioError
from studio.permissions import Actor
from studio.reading.cursors import unseal
from studio.reading.dialect import Kind
from studio.reading.fields import Filter, FilterKind
from studio.store.identity import PREFIXES, UnknownId, parse_global_id, row_id_of

PAGE, LARGEST_PAGE = 20, 100
MOST_VALUES = 100
LONGEST_SEARCH = 100
_PREFIXES = frozenset(PREFIXES.values())


@dataclass(frozen=True)
class Request:
    """What one run of a plan is given: the arguments of each selected field in the plan's order."""

    actor: Actor
    arguments: Sequence[Mapping[str, Any]]
    labels: str


Getter = Callable[[Request], Any]


@dataclass(frozen=True)
class Given:
    """The arguments of one selected field: where they stand in a request, and the field's path in the answer."""

    position: int
    path: str
    values: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Tell whether the argument is given and not null."""
        return self.values.get(name) is not None

    def field(self, name: str) -> str:
        """Return the path of an argument, for error messages."""
        return f"{self.path}.{name}"

    def getter(self, name: str, check: Callable[[Any, str], Any]) -> Getter:
        """Return what fetches and checks the argument `name`; `a.b` is the member `b` of the input `a`."""
        position, field, way = self.position, self.field(name), name.split(".")

        def get(request: Request) -> Any:
            value: Any = request.arguments[position]
            for step in way:
                value = value[step]
            return check(value, field)

        return get


def refuse(field: str) -> StudioError:
    """Return the error for an argument that is not what the field takes."""
    return StudioError("BAD_ARGUMENT", field=field, argument=field)


def page_size(value: Any, field: str) -> int:
    """Check `first` or `last`: 1 to 100."""
    if type(value) is not int or not 1 <= value <= LARGEST_PAGE:
        raise refuse(field)
    return value


def whole(value: Any, field: str) -> int:
    """Check a whole number that both databases can compare."""
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise refuse(field)
    return value


def texts(value: Any, field: str) -> list[str]:
    """Check a list of texts."""
    given = list(value) if isinstance(value, list | tuple) else [value]
    if len(given) > MOST_VALUES or not all(isinstance(item, str) and "\0" not in item for item in given):
        raise refuse(field)
    return [str(item) for item in given]


def pattern(value: Any, field: str) -> str:
    r"""Return a LIKE pattern for texts that contain what is searched for, with `\` as escape."""
    if not isinstance(value, str) or len(value) > LONGEST_SEARCH or "\0" in value:
        raise refuse(field)
    lowered = "".join(char.lower() if char.isascii() else char for char in value.strip())
    for special in "\\%_":
        lowered = lowered.replace(special, "\\" + special)
    return f"%{lowered}%"


def plain(value: Any, field: str) -> str:
    """Check a text."""
    if not isinstance(value, str) or "\0" in value:
        raise refuse(field)
    return value


def row_id(entity: str) -> Callable[[Any, str], Any]:
    """Return the check of a global id of one entity."""

    def check(value: Any, field: str) -> Any:
        try:
            return row_id_of(plain(value, field), entity)
        except UnknownId:
            raise StudioError("UNKNOWN_ID", field=field) from None

    return check


def entity_of(value: Any, field: str) -> str:
    """Return the entity that a global id names."""
    try:
        return parse_global_id(plain(value, field))[0]
    except UnknownId:
        raise StudioError("UNKNOWN_ID", field=field) from None


def cursor(order: str, kinds: Sequence[Kind], position: int) -> Callable[[Any, str], Any]:
    """Return what takes one value out of a cursor."""
    return lambda value, field: unseal(value, order, kinds, field)[position]


_CHECKS: dict[str, tuple[Callable[[Any, str], Any], sa.types.TypeEngine[Any]]] = {
    FilterKind.TEXTS: (texts, sa.types.NullType()),
    FilterKind.SEARCH: (pattern, sa.Text()),
    FilterKind.INT: (whole, sa.Integer()),
}


def filter_check(declared: Filter) -> tuple[Callable[[Any, str], Any], sa.types.TypeEngine[Any]]:
    """Return how a filter's value is checked, and its SQL type."""
    return _CHECKS.get(declared.kind) or (row_id(declared.kind), sa.Uuid())


def shape_of(value: Any, name: str = "") -> Any:
    """Return what of an argument decides the statement: all but texts' words, numbers and lists' members.

    Truth values and the words of `orderBy` do decide it, and so do the entities that ids name.
    """
    if isinstance(value, Mapping):
        return tuple((key, shape_of(value[key], key)) for key in sorted(value) if value[key] is not None)
    if isinstance(value, bool) or name in {"field", "direction"}:
        return str(value)
    if name in {"id", "ids"}:
        return tuple(
            sorted({_prefix(item) for item in (value if isinstance(value, list | tuple) else [value])})
        )
    return type(value).__name__


def _prefix(row_id: Any) -> str:
    prefix = str(row_id).strip().partition("_")[0]
    return prefix if prefix in _PREFIXES else ""
