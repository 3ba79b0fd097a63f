"""Needs, pain points and contents as the arrays of `matching.recommend`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import Recommendations
from studio.arrays.seniority import seniority
from studio.store.catalogue import Content
from studio.store.content_events import Settled
from studio.store.enums import Level, ThreePoint
from studio.store.people import Trainee
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

# How much a content is about its main leaf, its further leaves, and the topics above them.
MAIN, FURTHER, ABOVE = 1.0, 0.8, 0.6
_RUNGS = {Level.UNDERSTAND: 0, Level.ABLE: 1, Level.EXCEL: 2}


@dataclass(frozen=True)
class Point:
    """A pain point that a recommendation may answer."""

    id: UUID
    trainee_id: UUID
    text: str


@dataclass(frozen=True)
class CatalogueArrays:
    """The contents as arrays; columns of `topics` are all topics, leaves beside their parents."""

    contents: Sequence[Content]
    row: Mapping[UUID, int]
    topic_column: Mapping[UUID, int]
    topics: Floats
    levels: Integers
    prerequisites: Integers
    # Hot, hard or highlight (三点), by number; −1 for none.
    groups: Integers
    # NaN where nobody has judged.
    ratings: Floats
    n_ratings: Integers


@dataclass(frozen=True)
class TraineeArrays:
    """Some trainees' needs and pain points as arrays."""

    needs: Floats
    levels: Integers
    points: Sequence[Point]
    point_trainee: Integers
    point_topics: Floats
    # Which contents each has done or dismissed, shape (n_trainees, n_contents).
    taken: Flags
    dismissed: Flags


def catalogue_arrays(
    topics: Sequence[Topic],
    contents: Sequence[Content],
    content_topics: Sequence[tuple[UUID, UUID, int]],
    prerequisites: Sequence[tuple[UUID, UUID]],
    ratings: Mapping[UUID, tuple[int, int]],
) -> CatalogueArrays:
    """Return the catalogue.

    `content_topics` are (content, topic, position), `prerequisites` (content, requires), `ratings` (useful, judged).
    """
    column = {topic.id: place for place, topic in enumerate(topics)}
    parent = {topic.id: topic.parent_id for topic in topics}
    row = {content.id: place for place, content in enumerate(contents)}
    about = np.zeros((len(contents), len(topics)))
    for content_id, topic_id, position in content_topics:
        if content_id not in row:
            continue
        weight = MAIN if position == 0 else FURTHER
        about[row[content_id], column[topic_id]] = weight
        above = parent[topic_id]
        if above is not None:
            place = row[content_id], column[above]
            about[place] = max(about[place], ABOVE * weight)
    pairs = [(row[one], row[other]) for one, other in prerequisites if one in row and other in row]
    judged = np.array([ratings.get(content.id, (0, 0)) for content in contents], dtype=np.int64).reshape(
        -1, 2
    )
    return CatalogueArrays(
        contents=contents,
        row=row,
        topic_column=column,
        topics=about,
        levels=np.array([_RUNGS[content.level] for content in contents], dtype=np.int64),
        prerequisites=np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2),
        groups=np.array([_group(content.three_point) for content in contents], dtype=np.int64),
        ratings=np.where(judged[:, 1] > 0, judged[:, 0] / np.maximum(judged[:, 1], 1), np.nan),
        n_ratings=judged[:, 1],
    )


def _group(point: ThreePoint | None) -> int:
    return -1 if point is None else list(ThreePoint).index(point)


def trainee_arrays(
    catalogue: CatalogueArrays,
    topics: Sequence[Topic],
    trainees: Sequence[Trainee],
    needs: Mapping[UUID, Mapping[UUID, float]],
    points: Sequence[Point],
    tags: Mapping[UUID, Mapping[UUID, float]],
    settled: Settled,
    on: date,
) -> TraineeArrays:
    """Return the trainees' arrays. A leaf is needed as much as its parent, as far as the trainee's words name it.

    What a sentence says of a leaf is taken off the parent: who has no parking is not answered by refuse collection.
    """
    row = {trainee.id: place for place, trainee in enumerate(trainees)}
    own = [point for point in points if point.trainee_id in row]
    owner = np.array([row[point.trainee_id] for point in own], dtype=np.int64)
    spoken = np.zeros((len(own), len(topics)))
    for place, point in enumerate(own):
        for topic_id, confidence in tags.get(point.id, {}).items():
            spoken[place, catalogue.topic_column[topic_id]] = confidence
    matrix = _needs(catalogue, topics, row, needs, owner, spoken)
    for topic in topics:
        if topic.parent_id is not None:
            leaf, above = catalogue.topic_column[topic.id], catalogue.topic_column[topic.parent_id]
            spoken[:, above] = np.maximum(spoken[:, above] - spoken[:, leaf], 0.0)
    return TraineeArrays(
        needs=matrix,
        levels=np.array([seniority(trainee, on) - 1 for trainee in trainees], dtype=np.int64),
        points=own,
        point_trainee=owner,
        point_topics=spoken,
        taken=_pairs(catalogue, row, settled.taken),
        dismissed=_pairs(catalogue, row, settled.dismissed),
    )


def _needs(
    catalogue: CatalogueArrays,
    topics: Sequence[Topic],
    row: Mapping[UUID, int],
    needs: Mapping[UUID, Mapping[UUID, float]],
    owner: Integers,
    spoken: Floats,
) -> Floats:
    matrix = np.zeros((len(row), len(topics)))
    for trainee_id, place in row.items():
        for topic_id, need in needs.get(trainee_id, {}).items():
            matrix[place, catalogue.topic_column[topic_id]] = need
    named = np.zeros_like(matrix)
    np.maximum.at(named, owner, spoken)
    for topic in topics:
        if topic.parent_id is not None:
            leaf, above = catalogue.topic_column[topic.id], catalogue.topic_column[topic.parent_id]
            matrix[:, leaf] = matrix[:, above] * named[:, leaf]
    return matrix


def _pairs(catalogue: CatalogueArrays, row: Mapping[UUID, int], pairs: Sequence[tuple[UUID, UUID]]) -> Flags:
    """Return which pairs of trainee and active content are among `pairs`."""
    flags = np.zeros((len(row), len(catalogue.contents)), dtype=bool)
    for trainee_id, content_id in pairs:
        if content_id in catalogue.row:
            flags[row[trainee_id], catalogue.row[content_id]] = True
    return flags


def as_if_taken(arrays: TraineeArrays, taken: Flags) -> TraineeArrays:
    """Return the trainees as if they had taken what is said, shape (n_trainees, n_contents), and dismissed nothing."""
    return replace(arrays, taken=taken, dismissed=np.zeros_like(taken))


def score_matrix(found: Recommendations, n_contents: int) -> Floats:
    """Return the scores as a matrix of shape (n_trainees, n_contents), 0 for what is not recommended."""
    scores = np.zeros((len(found.contents), n_contents))
    row, place = np.nonzero(found.contents >= 0)
    scores[row, found.contents[row, place]] = found.scores[row, place]
    return scores


def by_owner(rows: Sequence[tuple[UUID, UUID, float]]) -> dict[UUID, dict[UUID, float]]:
    """Return (owner, topic, value) rows as owner → topic → value."""
    found: dict[UUID, dict[UUID, float]] = defaultdict(dict)
    for owner, topic_id, value in rows:
        found[owner][topic_id] = value
    return found
