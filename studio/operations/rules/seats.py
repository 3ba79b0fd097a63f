"""Which of a trainee's mentors is meant: the only one, or one of two."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from studio.arrays.matches import MatchArrays, MatchRows
from studio.arrays.seats import can_play
from studio.errors import StudioError
from studio.store.enums import RuleKind
from studio.store.mentor_enums import PairingKind
from studio.store.pairings import Pairing, Seat
from studio.store.rules import Rule


def seat_to_fill(
    rows: MatchRows, trainee_id: UUID, mentor_id: UUID, kind: PairingKind | None, *, free: Sequence[Seat] = ()
) -> Seat:
    """Return which of a trainee's mentors a new one is to be.

    What is said counts, or else what the mentor can do; of several parts the one that is `free`. Raises
    KIND_NOT_IN_RUN for a part that nobody has in this match, and KIND_MISSING where it must be said.
    """
    if kind is not None and kind not in rows.kinds:
        raise StudioError("KIND_NOT_IN_RUN", field="kind", given=kind.value)
    able = [kind] if kind is not None else able_kinds(rows, mentor_id)
    if len(able) > 1 and free:
        able = [each for each in able if Seat(trainee_id, each) in free] or able
    if len(able) > 1:
        name = next(person.name for mentor, person, _ in rows.mentors if mentor.id == mentor_id)
        raise StudioError("KIND_MISSING", field="kind", mentor=name)
    # Of whom nobody recorded anything: the rules will say that it cannot be.
    return Seat(trainee_id, able[0] if able else rows.kinds[-1])


def able_kinds(rows: MatchRows, mentor_id: UUID) -> list[PairingKind]:
    """Return the parts that a mentor can play in this match."""
    kind_of = {mentor.id: mentor.kind for mentor, _, _ in rows.mentors}
    return [kind for kind in rows.kinds if can_play(kind_of.get(mentor_id), kind)]


def barred(rows: MatchRows, arrays: MatchArrays, seat: Seat, mentor_id: UUID) -> bool:
    """Tell whether something stands against a pair other than that the mentor holds the trainee's other part."""
    row, column = arrays.position(seat, mentor_id)
    if not arrays.forbidden[row, column]:
        return False
    first = row - row % arrays.seats_each
    holds_other = bool(arrays.pinned[first : first + arrays.seats_each, column].any())
    return not holds_other or seat.kind not in able_kinds(rows, mentor_id)


def has_already(pairings: Iterable[Pairing], seat: Seat, mentor_id: UUID) -> bool:
    """Tell whether the mentor is the trainee's other one."""
    return any(
        pairing.trainee_id == seat.trainee_id
        and pairing.kind is not seat.kind
        and pairing.mentor_id == mentor_id
        for pairing in pairings
    )


def pinned_rule(rows: MatchRows, seat: Seat, mentor_id: UUID) -> Rule | None:
    """Return the rule that pins somebody else to a seat, or this mentor to another; None without any."""
    pins = {
        (rule.trainee_id, rule.mentor_id): rule
        for rule in rows.rules
        if rule.kind is RuleKind.PIN and rule.trainee_id == seat.trainee_id
    }
    if (seat.trainee_id, mentor_id) in pins and len(rows.kinds) == 1:
        return None
    for pair, kind in rows.kinds_of(pins).items():
        if (kind is seat.kind) is not (pair[1] == mentor_id):
            return pins[pair]
    return None
