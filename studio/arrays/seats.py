"""Seats of a match: each trainee has one, or one for a mentor of theory and one for a mentor of practice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from studio.store.mentor_enums import MentorKind, PairingKind
from studio.store.pairings import Lock

Pair = tuple[UUID, UUID]
ONE_EACH = (PairingKind.SOLE,)
TWO_EACH = (PairingKind.THEORY, PairingKind.PRACTICE)
# Who may play several parts takes the first of these that nobody else has.
_PREFERENCE = (PairingKind.PRACTICE, PairingKind.THEORY)


def can_play(mentor: MentorKind | None, kind: PairingKind) -> bool:
    """Tell whether a mentor can play this part; the only mentor of a trainee may be of any kind."""
    return kind is PairingKind.SOLE or (
        mentor is not None and mentor.value in (MentorKind.BOTH.value, kind.value)
    )


def cannot_play(
    kinds: Sequence[PairingKind], n_trainees: int, mentors: Sequence[MentorKind | None]
) -> NDArray[np.bool_]:
    """Mark the mentors who cannot fill each seat, shape (n_trainees × n_kinds, n_mentors)."""
    of_kind = np.array(
        [[not can_play(mentor, kind) for mentor in mentors] for kind in kinds], dtype=np.bool_
    ).reshape(len(kinds), len(mentors))
    return np.tile(of_kind, (n_trainees, 1))


def fixed_kinds(
    pairs: Iterable[Pair],
    kinds: Sequence[PairingKind],
    kind_of: Mapping[UUID, MentorKind | None],
    said: Mapping[Pair, PairingKind],
) -> dict[Pair, PairingKind]:
    """Return for which part each pair that is fixed counts.

    What is `said` of a pair counts. Else a mentor who can play one part plays that, and one who can play both, or of
    whom nobody has recorded anything, the part that is left, practice before theory. So two pairs have one part only
    where they cannot both be.
    """
    if len(kinds) == 1:
        return dict.fromkeys(pairs, kinds[0])
    found: dict[Pair, PairingKind] = {}
    open_to_both: list[Pair] = []
    taken: dict[UUID, set[PairingKind]] = defaultdict(set)
    for pair in pairs:
        kind = said.get(pair)
        able = [each for each in kinds if can_play(kind_of.get(pair[1]), each)]
        if kind not in kinds:
            kind = able[0] if len(able) == 1 else None
        if kind is None:
            open_to_both.append(pair)
        else:
            found[pair] = kind
            taken[pair[0]].add(kind)
    for pair in open_to_both:
        free = [kind for kind in _PREFERENCE if kind not in taken[pair[0]]]
        found[pair] = (free or _PREFERENCE)[0]
        taken[pair[0]].add(found[pair])
    return found


def kinds_for(mentors_each: int) -> Sequence[PairingKind]:
    """Return what mentors a trainee is to have where there are so many each."""
    return ONE_EACH if mentors_each == 1 else TWO_EACH


def locks_under(locks: Mapping[Pair, Lock], kinds: Sequence[PairingKind]) -> Mapping[Pair, Lock]:
    """Return the locks that count: where trainees have one mentor again, of two locked ones that of practice."""
    counting = confirmed_under({pair: lock.kind for pair, lock in locks.items()}, kinds)
    return {pair: lock for pair, lock in locks.items() if pair in counting}


def confirmed_under(
    pairs: Mapping[Pair, PairingKind], kinds: Sequence[PairingKind]
) -> Mapping[Pair, PairingKind]:
    """Return the pairs that count: where trainees have one mentor again, of two that of practice."""
    if len(kinds) > 1:
        return pairs
    with_practice = {pair[0] for pair, kind in pairs.items() if kind is PairingKind.PRACTICE}
    return {
        pair: kind
        for pair, kind in pairs.items()
        if kind is not PairingKind.THEORY or pair[0] not in with_practice
    }
