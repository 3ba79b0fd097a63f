"""The fingerprint of what a match is computed from: the same people and rules give the same one in any database."""

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import orjson
from numpy.typing import NDArray

from matching import MentorTable, TraineeTable
from studio.arrays.limits import limit_key
from studio.arrays.weeks import WeekArrays
from studio.store.enums import MatchObjective
from studio.store.limit_enums import LimitKind

if TYPE_CHECKING:
    from studio.arrays.matches import MatchRows


def input_digest(
    rows: "MatchRows",
    trainees: TraineeTable,
    mentors: MentorTable,
    capacity: NDArray[np.int64],
    forbidden: NDArray[np.bool_],
    pinned: NDArray[np.bool_],
    weeks: WeekArrays | None,
) -> str:
    """Return the hash of everything that decides a match, but for the ids."""
    digest = hashlib.sha256(orjson.dumps(dict(sorted(rows.weights.items()))))
    for _, person, region in (*rows.trainees, *rows.mentors):
        digest.update(orjson.dumps([person.name_key, region.name_key if region else None]))
    for array in (
        trainees.needs,
        trainees.county,
        trainees.level,
        trainees.wish,
        mentors.strengths,
        mentors.county,
        mentors.tenure_years,
        capacity,
        forbidden,
        pinned,
    ):
        digest.update(b"|" if array is None else np.ascontiguousarray(array).tobytes())
    digest.update(
        orjson.dumps([list(map(list, trainees.pain_texts or [])), list(map(list, mentors.cases or []))])
    )
    # What is as it always was adds nothing, so that earlier runs can be replayed.
    if rows.objective is not MatchObjective.COVERAGE_THEN_TOTAL:
        digest.update(rows.objective.value.encode())
    if len(rows.kinds) > 1:
        digest.update(orjson.dumps([kind.value for kind in rows.kinds]))
    # Of presets' caps all that counts is the places that they leave.
    limits = [rule for rule in rows.limits if rule.kind is not LimitKind.CAP or rule.cohort_rule_id is None]
    if limits:
        place = {mentor.id: position for position, (mentor, _, _) in enumerate(rows.mentors)}
        digest.update(orjson.dumps(sorted(limit_key(rule, place) for rule in limits)))
    if weeks is not None:
        digest.update(weeks.digest())
    return digest.hexdigest()
