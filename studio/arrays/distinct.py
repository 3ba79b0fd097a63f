"""Two mentors of one trainee are two people: choices that take one twice are ruled out as they are found."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from matching import GroupQuota, assign
from studio.arrays.matches import Floats, Integers, MatchArrays, Quotas

if TYPE_CHECKING:
    from matching import MentorAffinity

T = TypeVar("T")


def solve_distinct(arrays: MatchArrays, solve: Callable[[Quotas], T], pairs_of: Callable[[T], Integers]) -> T:
    """Solve, and solve again with a limit for every trainee who has got one mentor for both parts.

    The answer that needs no further limit is the best of all: it is best where less was forbidden. All limits at once
    (one for each trainee and mentor) would make the reasons of the unmatched hundreds of times slower.
    """
    quotas: Quotas = None
    twice: set[tuple[int, int]] = set()
    while True:
        found = solve(quotas)
        more = _twice(arrays, pairs_of(found)) - twice
        if not more:
            return found
        twice |= more
        quotas = _quotas(arrays, sorted(twice))


def distinct_quotas(arrays: MatchArrays, scores: Floats) -> Quotas:
    """Return the limits under which the best choice gives nobody one mentor twice; None where it does so by itself."""
    if arrays.seats_each == 1:
        return None

    def solve(quotas: Quotas) -> tuple[Quotas, Integers]:
        return quotas, assign(arrays.problem(scores, groups=quotas), arrays.aim).pairs

    return solve_distinct(arrays, solve, lambda found: found[1])[0]


def draws_apart(arrays: MatchArrays, need: int | Sequence[int] = 1) -> Callable[[Floats], Integers] | None:
    """Return how other scores are solved so that nobody has one mentor twice; None where each has one mentor."""
    if arrays.seats_each == 1:
        return None

    def solve(scores: Floats) -> Integers:
        def chosen(quotas: Quotas) -> Integers:
            return assign(arrays.problem(scores, need, quotas), arrays.aim).pairs

        return solve_distinct(arrays, chosen, lambda pairs: pairs)

    return solve


def affinity_scores(arrays: MatchArrays, affinity: "MentorAffinity") -> Floats:
    """Return the score of every pair of seat and mentor."""
    return affinity.fit(arrays.mentors).transform(arrays.trainees)


def _twice(arrays: MatchArrays, pairs: Integers) -> set[tuple[int, int]]:
    """Return (trainee, mentor) by position that the choice has more than once."""
    if arrays.seats_each == 1 or not len(pairs):
        return set()
    of_trainee = np.stack([pairs[:, 0] // arrays.seats_each, pairs[:, 1]], axis=1)
    found, counts = np.unique(of_trainee, axis=0, return_counts=True)
    return {(int(trainee), int(mentor)) for trainee, mentor in found[counts > 1]}


def _quotas(arrays: MatchArrays, twice: Sequence[tuple[int, int]]) -> list[GroupQuota]:
    """Return for each mentor the limit of one seat of each of these trainees."""
    of_mentor: dict[int, list[int]] = defaultdict(list)
    for trainee, mentor in twice:
        of_mentor[mentor].append(trainee)
    quotas = []
    for mentor, trainees in of_mentor.items():
        labels = np.full(len(arrays.seats), -1)
        for label, trainee in enumerate(trainees):
            labels[trainee * arrays.seats_each : (trainee + 1) * arrays.seats_each] = label
        columns = np.full(len(arrays.mentor_ids), -1)
        columns[mentor] = 0
        quotas.append(GroupQuota(labels, 1, columns))
    return quotas
