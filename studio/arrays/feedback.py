"""Ratings of pairs, with what was known of each pair when it was made, as the engine's feedback."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from matching import PairFeedback
from studio.arrays.affinity import part_weights
from studio.store.pair_ratings import HIGHEST, LOWEST


class RatedPair(NamedTuple):
    """A rating of a pair: whose cohort, whose trainee, and the values of the score's parts by code."""

    cohort_id: UUID
    trainee_id: UUID
    rating: int
    values: Mapping[str, float]


def feedback_arrays(rated: Sequence[RatedPair]) -> PairFeedback:
    """Return the ratings as numbers from 0 to 1; a part that was not stored counts 0."""
    names = list(part_weights())
    values = [[pair.values.get(name.upper(), 0.0) for name in names] for pair in rated]
    return PairFeedback.from_values(
        np.array(values, dtype=np.float64).reshape(len(rated), len(names)),
        np.array([(pair.rating - LOWEST) / (HIGHEST - LOWEST) for pair in rated], dtype=np.float64),
        cohorts=_numbers([pair.cohort_id for pair in rated]),
        people=_numbers([pair.trainee_id for pair in rated]),
    )


def _numbers(ids: Sequence[UUID]) -> list[int]:
    # Numbered in the order of the rows, which is natural: the same ratings give the same folds in any database.
    known: dict[UUID, int] = {}
    return [known.setdefault(one, len(known)) for one in ids]
