"""Pairs of one community, which may not be matched."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.store.people import Mentor, Person, Region, Trainee, may_be_one_place


def same_unit(
    trainees: Sequence[tuple[Trainee, Person, Region | None]],
    mentors: Sequence[tuple[Mentor, Person, Region | None]],
) -> NDArray[np.bool_]:
    """Mark pairs of one community, and a person with oneself."""
    matrix = np.zeros((len(trainees), len(mentors)), dtype=np.bool_)
    columns: dict[str, list[int]] = defaultdict(list)
    for column, (_, person, region) in enumerate(mentors):
        columns[region.name_key if region else person.id.hex].append(column)
    for row, (_, person, region) in enumerate(trainees):
        for column in columns.get(region.name_key if region else person.id.hex, []):
            theirs = mentors[column][2]
            matrix[row, column] = region is None or theirs is None or may_be_one_place(region, theirs)
    return matrix
