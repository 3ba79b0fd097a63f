"""Pairs that a rule stands against, by name."""

from collections.abc import Iterable
from uuid import UUID

from studio.arrays.matches import MatchRows
from studio.errors import StudioError
from studio.operations.suppositions.what_if import someones
from studio.store.enums import RuleKind


def violated(rows: MatchRows, pairs: Iterable[tuple[UUID, UUID]], rule: RuleKind, field: str) -> StudioError:
    """Return the refusal of pairs (trainee, mentor) that a rule forbids, or in whose place it asks for others."""
    people = someones(rows)
    named = sorted("=".join(people[each].name for each in pair if each in people) for pair in pairs)
    return StudioError("CONSTRAINT_VIOLATED", field=field, pairs=named, rule=rule)
