"""What differs between two choices of pairs."""

from __future__ import annotations

import numpy as np

from ..problem.assignment_problem import IntArray
from ..problem.pair_rules import pair_codes

# Trainee, mentor left, mentor joined; None stands for no mentor.
Change = tuple[int, int | None, int | None]


def changes_between(before: IntArray, after: IntArray) -> list[Change]:
    """Return (trainee, mentor left, mentor joined) for what differs between pairs, by trainee."""
    width = 1 + int(max(before[:, 1].max(initial=0), after[:, 1].max(initial=0)))
    left: dict[int, list[int | None]] = {}
    joined: dict[int, list[int | None]] = {}
    for found, pairs, others in ((left, before, after), (joined, after, before)):
        codes = np.setdiff1d(pair_codes(pairs, width), pair_codes(others, width))
        for code in codes.tolist():
            found.setdefault(code // width, []).append(code % width)
    changes: list[Change] = []
    for trainee in sorted(left.keys() | joined.keys()):
        gone, come = left.get(trainee, []), joined.get(trainee, [])
        length = max(len(gone), len(come))
        gone += [None] * (length - len(gone))
        come += [None] * (length - len(come))
        changes += [(trainee, a, b) for a, b in zip(gone, come, strict=True)]
    return changes
