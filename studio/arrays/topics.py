"""Values by topic as rows and matrices whose columns are top topics."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from studio.store.topics import Topic

Floats = NDArray[np.float64]


def top_columns(topics: Sequence[Topic]) -> Mapping[UUID, int]:
    """Return the column of every topic: its own for a top topic, its parent's for a leaf."""
    tops = {topic.id: column for column, topic in enumerate(t for t in topics if t.parent_id is None)}
    return {topic.id: tops[topic.parent_id or topic.id] for topic in topics}


def topic_matrix(
    values: Mapping[UUID, Mapping[UUID, float]], owners: Sequence[UUID], top: Sequence[UUID]
) -> Floats:
    """Return values by owner (rows, in order) and top topic (columns, in order); 0 where nothing is said."""
    matrix = np.zeros((len(owners), len(top)))
    column = {topic_id: place for place, topic_id in enumerate(top)}
    for row, owner in enumerate(owners):
        for topic_id, value in values.get(owner, {}).items():
            matrix[row, column[topic_id]] = value
    return matrix


def topic_row(values: Mapping[UUID, float], top: Sequence[UUID]) -> Floats:
    """Return one owner's values by top topic, in order."""
    return np.array([values.get(topic_id, 0.0) for topic_id in top], dtype=np.float64)
