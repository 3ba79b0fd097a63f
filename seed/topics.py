"""The starter topic tree: nine topics and their leaves, read from ``seed/topics/*.toml``.

Each leaf carries *troubles*: sentences as community secretaries tell them, most of which do not name
the topic. They are all the classifier learns from before an organizer has confirmed a single label, so
they are checked twice: for their form here, for sameness in :mod:`seed.lint`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_suffix("")

DOMAINS = ("党务居务知识", "社区治理经验", "群众工作沟通协调技巧")
WEAK_AREAS = ("党建业务", "文稿写作", "解决实事")
THREE_POINTS = ("HOT", "HARD", "HIGHLIGHT")
ABILITIES = ("WRITE", "SPEAK", "ADVISE", "ACT")

TROUBLES_PER_LEAF = range(20, 55)
TROUBLE_CHARACTERS = range(8, 46)
SYNONYMS = range(4, 11)

TOPIC_KEYS = {
    "code",
    "name",
    "domain",
    "weak_area",
    "three_point",
    "abilities",
    "position",
    "synonyms",
    "leaves",
}
LEAF_KEYS = {"code", "name", "synonyms", "troubles"}


class TopicFileError(ValueError):
    """A topic file breaks a rule; the message names the file, the entry and what to change."""


@dataclass(frozen=True, slots=True)
class TopicSeed:
    """One topic of the starter tree: a top topic holding leaves, or a leaf holding troubles.

    A leaf has its parent's ``domain``, ``weak_area`` and ``three_point``; ``position`` counts from 1 within
    the parent. ``troubles`` of a top topic, ``leaves`` and ``abilities`` of a leaf are empty, so that walking the tree
    meets every trouble once.
    """

    code: str
    name: str
    position: int
    domain: str
    weak_area: str
    three_point: str
    synonyms: tuple[str, ...]
    troubles: tuple[str, ...] = ()
    leaves: "tuple[TopicSeed, ...]" = ()
    abilities: Mapping[str, float] = field(default_factory=dict)


def load_topics(folder: Path = FOLDER) -> tuple[TopicSeed, ...]:
    """Read every topic file of the folder, in the order of ``position``.

    Raises:
        TopicFileError: an entry is missing, unknown, out of its range or used twice.
    """
    topics = sorted((_read(path) for path in sorted(folder.glob("*.toml"))), key=lambda topic: topic.position)
    if not topics:
        raise TopicFileError(f"{folder.name}: no topic file found; expected one *.toml for each top topic")
    positions = [topic.position for topic in topics]
    if positions != list(range(1, len(topics) + 1)):
        raise TopicFileError(f"positions must count 1, 2, 3 … without gap or repeat; got {positions}")
    _refuse_repeats(topics)
    return tuple(topics)


def _read(path: Path) -> TopicSeed:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TopicFileError(f"{path.name}: not valid TOML: {error}") from error
    topic = _top(table, path.name)
    if path.stem != topic.code.lower():
        raise TopicFileError(f"{path.name}: must be named after its code: {topic.code.lower()}.toml")
    return topic


def _top(table: Mapping[str, Any], where: str) -> TopicSeed:
    _require_keys(table, TOPIC_KEYS, where)
    entries = table["leaves"]
    if not isinstance(entries, list) or not entries:
        raise TopicFileError(f"{where}: leaves must be one or more [[leaves]] tables")
    if type(table["position"]) is not int:
        raise TopicFileError(f"{where}: position must be a whole number, got {table['position']!r}")
    top = TopicSeed(
        code=_text(table, "code", where),
        name=_text(table, "name", where),
        position=table["position"],
        domain=_one_of(table, "domain", DOMAINS, where),
        weak_area=_one_of(table, "weak_area", WEAK_AREAS, where),
        three_point=_one_of(table, "three_point", THREE_POINTS, where),
        abilities=_abilities(table, where),
        synonyms=_texts(table, "synonyms", SYNONYMS, where),
    )
    leaves = tuple(_leaf(entry, top, position, where) for position, entry in enumerate(entries, start=1))
    return TopicSeed(**{name: getattr(top, name) for name in TopicSeed.__slots__} | {"leaves": leaves})


def _leaf(table: Mapping[str, Any], parent: TopicSeed, position: int, file: str) -> TopicSeed:
    where = f"{file}, leaf {position}"
    _require_keys(table, LEAF_KEYS, where)
    code = _text(table, "code", where)
    where = f"{file}, {code}"
    if not code.startswith(f"{parent.code}."):
        raise TopicFileError(f"{where}: the code must begin with {parent.code}.")
    troubles = _texts(table, "troubles", TROUBLES_PER_LEAF, where)
    for trouble in troubles:
        if len(trouble) not in TROUBLE_CHARACTERS:
            raise TopicFileError(
                f"{where}: a trouble has {TROUBLE_CHARACTERS.start} to {TROUBLE_CHARACTERS.stop - 1} "
                f"characters; this one has {len(trouble)}: {trouble}"
            )
    return TopicSeed(
        code=code,
        name=_text(table, "name", where),
        position=position,
        domain=parent.domain,
        weak_area=parent.weak_area,
        three_point=parent.three_point,
        synonyms=_texts(table, "synonyms", SYNONYMS, where),
        troubles=troubles,
    )


def _abilities(table: Mapping[str, Any], where: str) -> Mapping[str, float]:
    given = table["abilities"]
    right = isinstance(given, dict) and given and set(given) <= set(ABILITIES)
    if not right or not all(isinstance(share, float) and 0 < share <= 1 for share in given.values()):
        raise TopicFileError(
            f"{where}: abilities must give one or more of {', '.join(ABILITIES)} a number in (0, 1], got {given!r}"
        )
    return dict(given)


def _require_keys(table: Mapping[str, Any], expected: set[str], where: str) -> None:
    if missing := expected - table.keys():
        raise TopicFileError(f"{where}: add {', '.join(sorted(missing))}")
    if unknown := table.keys() - expected:
        raise TopicFileError(f"{where}: remove or rename {', '.join(sorted(unknown))}")


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value or value != value.strip():
        raise TopicFileError(f"{where}: {key} must be a text without spaces around it, got {value!r}")
    return value


def _one_of(table: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = _text(table, key, where)
    if value not in allowed:
        raise TopicFileError(f"{where}: {key} must be one of {', '.join(allowed)}; got {value}")
    return value


def _texts(table: Mapping[str, Any], key: str, count: range, where: str) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or len(values) not in count:
        raise TopicFileError(f"{where}: {key} must be a list of {count.start} to {count.stop - 1} texts")
    return tuple(_text({key: value}, key, where) for value in values)


def _refuse_repeats(topics: list[TopicSeed]) -> None:
    """Codes, and the texts of one kind, name one thing each over the whole tree."""
    nodes = [node for topic in topics for node in (topic, *topic.leaves)]
    kinds = {
        "code": [node.code for node in nodes],
        "synonym": [synonym for node in nodes for synonym in node.synonyms],
        "trouble": [trouble for node in nodes for trouble in node.troubles],
    }
    for kind, texts in kinds.items():
        seen: set[str] = set()
        for text in texts:
            if text in seen:
                raise TopicFileError(f"the {kind} {text} is used twice; keep it in one place")
            seen.add(text)
