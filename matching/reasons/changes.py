"""What differs between two choices of pairs."""

from __future__ import annotations

from ..problem.assignment_problem import IntArray

# Trainee, mentor left, mentor joined; None stands for no mentor.
Change = tuple[int, int | None, int | None]


def changes_between(before: IntArray, after: IntArray) -> list[Change]:
    """Return (trainee, mentor left, mentor joined) for what differs between pairs, by trainee."""
    old, new = ({(int(i), int(j)) for i, j in pairs} for pairs in (before, after))
    left: dict[int, list[int | None]] = {}
    joined: dict[int, list[int | None]] = {}
    for found, pairs in ((left, old - new), (joined, new - old)):
        for trainee, mentor in sorted(pairs):
            found.setdefault(trainee, []).append(mentor)
    changes: list[Change] = []
    for trainee in sorted(left.keys() | joined.keys()):
        gone, come = left.get(trainee, []), joined.get(trainee, [])
        length = max(len(gone), len(come))
        gone += [None] * (length - len(gone))
        come += [None] * (length - len(come))
        changes += [(trainee, a, b) for a, b in zip(gone, come, strict=True)]
    return changes
