"""A pair's needs, recommendations and mentor as the arrays of `matching.PackagePlanner`."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from studio.arrays.topics import top_columns, topic_row
from studio.store.catalogue import Content
from studio.store.enums import Level, ShadowStep
from studio.store.package_enums import Ability
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_STEPS = [step.value for step in ShadowStep]
# What a topic that names no ability is about: getting things done.
_ACTING = {Ability.ACT.value: 1.0}
# From this strength on a mentor can stand in front of others with a topic.
_SPEAKER_STRENGTH = 0.5
#: The ladder of levels, whose rungs the engine counts from 0.
LADDER = tuple(Level)


@dataclass(frozen=True)
class LibraryArrays:
    """The studio's contents as arrays; columns of `topics` are the top topics."""

    top: Sequence[Topic]
    contents: Sequence[Content]
    row: Mapping[UUID, int]
    topics: Floats
    minutes: Integers
    # Which of the four steps each content suits.
    steps: Flags
    prerequisites: Integers
    # How much of each ability a topic calls for, shape (n_topics, 4).
    abilities: Floats


@dataclass(frozen=True)
class PackageRows:
    """What a pair's package is planned from."""

    mentor_id: UUID
    # The trainee's rung of the ladder of levels, from 0.
    level: int
    needs: Mapping[UUID, float]
    # The pain point that shows each need, by topic.
    evidence: Mapping[UUID, UUID | None]
    strengths: Mapping[UUID, float]
    # Contents that answer the needs, each with the pain point that it answers, best first.
    recommended: Sequence[tuple[UUID, UUID | None]]
    # Who would speak about each topic.
    speakers: Mapping[UUID, UUID]


@dataclass(frozen=True)
class PackageArrays:
    """The planner's input for one pair, with whose points they are."""

    need: Floats
    evidence: Integers
    contents: Integers
    content_points: Integers
    mentor_strength: Floats
    level: int
    points: Sequence[UUID]
    speakers: Mapping[UUID, UUID]
    # Of everything that the plan follows from: a package whose hash differs is out of date.
    input_hash: str


def library_arrays(
    topics: Sequence[Topic],
    contents: Sequence[Content],
    content_topics: Sequence[tuple[UUID, UUID]],
    prerequisites: Sequence[tuple[UUID, UUID]],
) -> LibraryArrays:
    """Return the contents; `content_topics` are (content, topic), `prerequisites` (content, requires)."""
    column = top_columns(topics)
    row = {content.id: place for place, content in enumerate(contents)}
    about = np.zeros((len(contents), len(set(column.values()))))
    for content_id, topic_id in content_topics:
        about[row[content_id], column[topic_id]] = 1.0
    pairs = sorted((row[one], row[other]) for one, other in prerequisites)
    top = [topic for topic in topics if topic.parent_id is None]
    return LibraryArrays(
        top=top,
        contents=contents,
        row=row,
        topics=about,
        minutes=np.array([content.minutes for content in contents], dtype=np.int64),
        steps=np.array([_suits(content) for content in contents], dtype=np.bool_).reshape(-1, len(_STEPS)),
        prerequisites=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        abilities=np.array(
            [[(topic.abilities or _ACTING).get(ability.value, 0.0) for ability in Ability] for topic in top]
        ).reshape(-1, len(Ability)),
    )


def _suits(content: Content) -> list[bool]:
    """Return which steps of the day a content suits; one that names none is for learning."""
    named = content.steps or [ShadowStep.LEARN.value]
    return [step in named for step in _STEPS]


def speakers_for(
    mentor_id: UUID, strengths: Mapping[UUID, Mapping[UUID, float]], mentor_ids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """Return who would speak about each topic: the own mentor where strong in it, or else the strongest.

    Ties go to the earlier of `mentor_ids`, which stand in natural order. Topics that nobody is strong in are missing.
    """
    best: dict[UUID, tuple[float, UUID]] = {}
    for mentor in mentor_ids:
        for topic_id, strength in strengths.get(mentor, {}).items():
            if strength >= _SPEAKER_STRENGTH and strength > best.get(topic_id, (0.0, mentor))[0]:
                best[topic_id] = (strength, mentor)
    own = {topic for topic, s in strengths.get(mentor_id, {}).items() if s >= _SPEAKER_STRENGTH}
    return {topic: mentor_id if topic in own else mentor for topic, (_, mentor) in best.items()}


def package_arrays(library: LibraryArrays, rows: PackageRows) -> PackageArrays:
    """Return the arrays of one pair."""
    top = [topic.id for topic in library.top]
    shown = [rows.evidence.get(topic_id) for topic_id in top]
    answered = [point for _, point in rows.recommended]
    points = [point for point in dict.fromkeys([*shown, *answered]) if point is not None]
    place = {point: index for index, point in enumerate(points)}
    need, strength = topic_row(rows.needs, top), topic_row(rows.strengths, top)
    contents = np.array([library.row[content_id] for content_id, _ in rows.recommended], dtype=np.int64)
    return PackageArrays(
        need=need,
        evidence=np.array([place[point] if point else -1 for point in shown], dtype=np.int64),
        contents=contents,
        content_points=np.array([place[point] if point else -1 for point in answered], dtype=np.int64),
        mentor_strength=strength,
        level=rows.level,
        points=points,
        speakers=rows.speakers,
        input_hash=_digest(library, rows, need, strength, contents),
    )


def _digest(
    library: LibraryArrays, rows: PackageRows, need: Floats, strength: Floats, contents: Integers
) -> str:
    """Hash what the plan follows from; ids count, for a package refers to its mentor, points and contents."""
    recommended = set(contents.tolist())
    before = [pair for pair in library.prerequisites.tolist() if set(pair) <= recommended]
    refers_to = [
        rows.mentor_id.hex,
        rows.level,
        sorted((topic.hex, mentor.hex) for topic, mentor in rows.speakers.items()),
        [topic.code for topic in library.top],
        sorted((topic.hex, point.hex) for topic, point in rows.evidence.items() if point),
        [(content.hex, point.hex if point else None) for content, point in rows.recommended],
        [[library.contents[row].id.hex for row in pair] for pair in before],
    ]
    digest = hashlib.sha256(orjson.dumps(refers_to))
    for array in (
        need,
        strength,
        library.topics[contents],
        library.minutes[contents],
        library.steps[contents],
        library.abilities,
    ):
        digest.update(b"|" + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
