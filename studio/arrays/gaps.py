"""A cohort's needs, its mentors' free places and the contents as the arrays of `matching.topic_gaps`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching import NeedProfile
from studio.arrays.needs import NeedTable
from studio.arrays.seats import can_play
from studio.arrays.topics import topic_matrix, topic_row
from studio.store.mentor_enums import MentorKind, PairingKind
from studio.store.topics import Topic

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class GapArrays:
    """Rows are trainees who answered by name, and mentors; columns top topics."""

    need: Floats
    # Distinct trainees who named each topic.
    named_by: Integers
    strength: Floats
    free: Integers
    # Which parts each mentor can play for a trainee, shape (n_mentors, n_kinds).
    kinds: Booleans
    content_hours: Floats


def gap_arrays(
    topics: Sequence[Topic],
    mentors: Mapping[UUID, MentorKind | None],
    kinds: Sequence[PairingKind],
    strengths: Mapping[UUID, Mapping[UUID, float]],
    free: Mapping[UUID, int],
    minutes: Mapping[UUID, float],
    said: NeedTable,
    profile: NeedProfile,
) -> GapArrays:
    """Return the arrays; `kinds` are the parts for which every trainee has a mentor, `free` places by mentor.

    `minutes` are those of the contents by topic.
    """
    ids = [topic.id for topic in topics]
    by_name = np.array([owner is not None for owner in said.owners], dtype=np.bool_)
    return GapArrays(
        need=profile.need[by_name],
        named_by=said.named[by_name].sum(axis=0),
        strength=topic_matrix(strengths, list(mentors), ids),
        free=np.array([free.get(mentor, 0) for mentor in mentors], dtype=np.int64),
        kinds=np.array(
            [[can_play(own, kind) for kind in kinds] for own in mentors.values()], dtype=np.bool_
        ).reshape(len(mentors), len(kinds)),
        content_hours=topic_row(minutes, ids) / 60,
    )
