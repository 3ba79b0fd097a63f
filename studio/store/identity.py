"""Identifiers: UUIDv7 for rows, and the opaque global id that users and clients see."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from uuid import NAMESPACE_URL, UUID, uuid5

from uuid_utils.compat import uuid7

_source: ContextVar[Iterator[UUID] | None] = ContextVar("id_source", default=None)

# The prefix tells the entity, so `node(id)` needs no look-up to know where to read.
PREFIXES = {
    "Studio": "ST",
    "Region": "RG",
    "Person": "PE",
    "Trainee": "TR",
    "Mentor": "ME",
    "Cohort": "CO",
    "Topic": "TO",
    "Survey": "SU",
    "Question": "QU",
    "SurveyResponse": "RE",
    "SurveyImport": "IM",
    "PainPoint": "PP",
    "EmergingPoint": "EP",
    "Content": "CT",
    "Recommendation": "RC",
    "ContentEvent": "CE",
    "MatchPolicy": "PO",
    "MatchRun": "MR",
    "Pairing": "PA",
    "Meeting": "MG",
    "Rule": "RU",
    "LimitRule": "LR",
    "RulePreset": "RP",
    "CohortRule": "CR",
    "MentoringPackage": "PK",
    "CoursePlan": "CP",
    "Upload": "UP",
    "Token": "TK",
    "Job": "JB",
}
_ENTITIES = {prefix: entity for entity, prefix in PREFIXES.items()}


class UnknownId(ValueError):
    """A global id that was not issued here, or that belongs to another kind of thing."""


def new_id() -> UUID:
    """Return a fresh row id: UUIDv7 (sorted by time), or the next derived one inside `derived_ids`."""
    source = _source.get()
    return next(source) if source is not None else uuid7()


@contextmanager
def derived_ids(seed: str) -> Iterator[None]:
    """Derive every new id from `seed` and its order inside the block: the same load gives the same ids."""
    namespace = uuid5(NAMESPACE_URL, f"yanzhen:{seed}")
    token = _source.set(uuid5(namespace, str(number)) for number in count())
    try:
        yield
    finally:
        _source.reset(token)


def global_id(entity: str, row_id: UUID) -> str:
    """Return the id that users see, such as `TR_0190…` (prefix of the entity, then 32 hex digits)."""
    return f"{PREFIXES[entity]}_{row_id.hex}"


def parse_global_id(text: str) -> tuple[str, UUID]:
    """Return the entity and the row id of a global id; `UnknownId` when it is not one of ours."""
    prefix, _, digits = text.strip().partition("_")
    entity = _ENTITIES.get(prefix)
    if entity is None or len(digits) != 32:
        raise UnknownId(text)
    try:
        return entity, UUID(hex=digits)
    except ValueError:
        raise UnknownId(text) from None


def row_id_of(text: str, entity: str) -> UUID:
    """Return the row id of a global id that must be of `entity`; `UnknownId` otherwise."""
    found, row_id = parse_global_id(text)
    if found != entity:
        raise UnknownId(text)
    return row_id
