"""The starter catalogue: courses, cases, templates and policies, read from ``seed/catalogue/*.toml``.

A recommender can only be as useful as what it recommends, so a content that is too thin to act on, that
names an unknown topic, or that leaves a topic without anything to learn from is refused here.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, TypeVar

from seed.topics import load_topics
from studio.store.enums import ContentKind, Level, Origin, ShadowStep, ThreePoint

FOLDER = Path(__file__).with_suffix("")

BODY_CHARACTERS = range(100, 301)  # white space not counted
MINUTES = range(10, 181)
TAUGHT_BY = frozenset({ContentKind.COURSE, ContentKind.CASE})
FICTIONAL = "虚构示例"  # how the source of the studio's own contents must say that they are invented

KEYS = {
    "code",
    "kind",
    "title",
    "topics",
    "level",
    "minutes",
    "three_point",
    "origin",
    "source",
    "steps",
    "requires",
    "body",
}
# Of what is offered on some days only, such as an activity.
DAYS = {"starts_on", "ends_on"}

Term = TypeVar("Term", bound=StrEnum)


class CatalogueFileError(ValueError):
    """A catalogue file breaks a rule; the message names the file, the content and what to change."""


@dataclass(frozen=True, slots=True)
class ContentSeed:
    """One content. `topics` are leaf codes, the main one first; `requires` are codes of other contents."""

    code: str
    kind: ContentKind
    title: str
    topics: tuple[str, ...]
    level: Level
    minutes: int
    three_point: ThreePoint
    origin: Origin
    source: str
    steps: tuple[ShadowStep, ...]
    requires: tuple[str, ...]
    body: str
    starts_on: date | None = None
    ends_on: date | None = None


def load_catalogue(leaves: Collection[str] | None = None, folder: Path = FOLDER) -> tuple[ContentSeed, ...]:
    """Read every catalogue file, in the order of file names and of the entries within.

    `leaves` are the codes of the leaf topics to be known and covered; by default those of the starter tree.

    Raises:
        CatalogueFileError: an entry is missing, unknown, out of its range or used twice, a prerequisite
            is unknown or leads back to itself, or a leaf has neither course nor case.
    """
    known = _starter_leaves() if leaves is None else frozenset(leaves)
    contents = tuple(content for path in sorted(folder.glob("*.toml")) for content in _read(path, known))
    if not contents:
        raise CatalogueFileError(f"{folder.name}: no content found; expected *.toml with [[contents]]")
    _refuse_repeats(contents)
    _refuse_bad_prerequisites(contents)
    _refuse_untaught(contents, known)
    return contents


def n_characters(body: str) -> int:
    """Count the characters of a body that are not white space."""
    return len("".join(body.split()))


def _starter_leaves() -> frozenset[str]:
    return frozenset(leaf.code for topic in load_topics() for leaf in topic.leaves)


def _read(path: Path, leaves: Collection[str]) -> list[ContentSeed]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CatalogueFileError(f"{path.name}: not valid TOML: {error}") from error
    if set(table) != {"contents"}:
        raise CatalogueFileError(f"{path.name}: expected [[contents]] entries only; got {sorted(table)}")
    contents = [
        _content(entry, f"{path.name}, entry {number}") for number, entry in enumerate(table["contents"], 1)
    ]
    for content in contents:
        _check(content, f"{path.name}, {content.code}", path.stem, leaves)
    return contents


def _content(entry: Mapping[str, Any], where: str) -> ContentSeed:
    wrong = (set(entry) - DAYS) ^ KEYS
    if wrong:
        raise CatalogueFileError(f"{where}: missing or unknown keys {sorted(wrong)}; use {sorted(KEYS)}")
    where = f"{where} ({entry['code']})"
    return ContentSeed(
        code=_text(entry, "code", where),
        kind=_term(ContentKind, entry["kind"], where),
        title=_text(entry, "title", where),
        topics=_texts(entry, "topics", where),
        level=_term(Level, entry["level"], where),
        minutes=_count(entry, "minutes", where),
        three_point=_term(ThreePoint, entry["three_point"], where),
        origin=_term(Origin, entry["origin"], where),
        source=_text(entry, "source", where),
        steps=tuple(_term(ShadowStep, step, where) for step in _texts(entry, "steps", where)),
        requires=_texts(entry, "requires", where),
        body=_text(entry, "body", where),
        starts_on=_day(entry, "starts_on", where),
        ends_on=_day(entry, "ends_on", where),
    )


def _day(entry: Mapping[str, Any], key: str, where: str) -> date | None:
    value = entry.get(key)
    if value is not None and type(value) is not date:
        raise CatalogueFileError(f"{where}: {key} must be a day such as 2027-03-01; got {value!r}")
    return value


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise CatalogueFileError(f"{where}: {key} must be a text that is not blank; got {value!r}")
    return value.strip()


def _texts(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entry[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CatalogueFileError(f"{where}: {key} must be a list of texts; got {value!r}")
    if len(set(value)) < len(value):
        raise CatalogueFileError(f"{where}: {key} names something twice: {value}")
    return tuple(value)


def _count(entry: Mapping[str, Any], key: str, where: str) -> int:
    value = entry[key]
    if type(value) is not int:  # TOML's true would pass as an int
        raise CatalogueFileError(f"{where}: {key} must be a whole number; got {value!r}")
    return value


def _term(kind: type[Term], value: Any, where: str) -> Term:
    try:
        return kind(value)
    except ValueError as error:
        allowed = ", ".join(kind)
        raise CatalogueFileError(f"{where}: {value!r} is no {kind.__name__}; use one of {allowed}") from error


def _check(content: ContentSeed, where: str, file_topic: str, leaves: Collection[str]) -> None:
    length = n_characters(content.body)
    unknown = [code for code in content.topics if code not in leaves]
    faults = {
        f"body must have {_span(BODY_CHARACTERS)} characters; got {length}": length not in BODY_CHARACTERS,
        f"minutes must lie in {_span(MINUTES)}; got {content.minutes}": content.minutes not in MINUTES,
        "topics must name at least one leaf, the main one first": not content.topics,
        f"topics {unknown} are no leaves of the topic tree": bool(unknown),
        f"its main topic belongs into another file than {file_topic}.toml": bool(content.topics)
        and content.topics[0].split(".")[0].lower() != file_topic,
        "steps must name at least one shadowing step": not content.steps,
        f"an OWN content is invented, so its source must begin with {FICTIONAL}": content.origin is Origin.OWN
        and not content.source.startswith(FICTIONAL),
    }
    found = [message for message, broken in faults.items() if broken]
    if found:
        raise CatalogueFileError(f"{where}: {'; '.join(found)}")


def _span(allowed: range) -> str:
    return f"{allowed.start}–{allowed.stop - 1}"


def _refuse_repeats(contents: Sequence[ContentSeed]) -> None:
    for name in ("code", "title", "body"):
        counts = Counter(getattr(content, name) for content in contents)
        repeated = [value for value, uses in counts.items() if uses > 1]
        if repeated:
            raise CatalogueFileError(f"every {name} must be used once; used again: {repeated}")


def _refuse_bad_prerequisites(contents: Sequence[ContentSeed]) -> None:
    requires = {content.code: content.requires for content in contents}
    for code, needed in requires.items():
        unknown = [other for other in needed if other not in requires]
        if unknown:
            raise CatalogueFileError(f"{code}: requires {unknown}, which no file holds")
    try:
        TopologicalSorter(requires).prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise CatalogueFileError(f"prerequisites lead in a circle: {circle}; take one of them out") from error


def _refuse_untaught(contents: Sequence[ContentSeed], leaves: Collection[str]) -> None:
    taught = {code for content in contents if content.kind in TAUGHT_BY for code in content.topics}
    untaught = sorted(set(leaves) - taught)
    if untaught:
        raise CatalogueFileError(f"no course or case about {untaught}; write at least one for each")
