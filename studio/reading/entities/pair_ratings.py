"""Ratings of pairings: organizers read all of them, mentors and trainees only what they said themselves."""

from collections.abc import Callable

from studio.reading.dialect import word as constant
from studio.reading.entities.consents import OF_OWN_PAIRINGS
from studio.reading.fields import Alias, Condition, Entity, Principal, instant, integer, text, word
from studio.reading.own import Policy, both, tables
from studio.store.enums import Role
from studio.store.pairing_enums import Party


def _by_side(party: Party) -> Callable[[Alias, Principal], Condition]:
    def said(row: Alias, _who: Principal) -> Condition:
        return row.c.party == constant(party.value)

    return said


BY_ONESELF: Policy = {Role.MENTOR: _by_side(Party.MENTOR), Role.TRAINEE: _by_side(Party.TRAINEE)}

PAIR_RATINGS = (
    Entity(
        "PairRating",
        tables["pair_rating"],
        {
            "party": word("party"),
            "rating": integer("rating"),
            "note": text("note"),
            "ratedAt": instant("rated_at"),
        },
        own=both(OF_OWN_PAIRINGS, BY_ONESELF),
    ),
)
