"""Consents to pairings, the history of a pairing's states, and what a proposal would move."""

from studio.reading.dialect import Kind
from studio.reading.entities.meetings import MEETINGS_OF_PAIR
from studio.reading.entities.people import TO_TRAINEE, natural_order
from studio.reading.entities.weeks import MOVE_WEEKS
from studio.reading.fields import Entity, Field, Sort, ToMany, by, instant, number, of, one, text, word
from studio.reading.own import OWN_PAIRINGS, PAIRING, of_parent, tables

OF_OWN_PAIRINGS = of_parent("pairing_id", PAIRING, OWN_PAIRINGS)
PAIRING_FIELDS: dict[str, Field] = {
    "consents": ToMany("Consent", of("pairing_id"), by("party")),
    "history": ToMany("PairingChange", of("pairing_id"), by("number")),
    "meetings": MEETINGS_OF_PAIR,
    "ratings": ToMany("PairRating", of("pairing_id"), by("party")),
}
# Of two mentors of one trainee that of practice first.
BY_KIND = Sort(lambda row: row.c.kind, Kind.TEXT)
RUN_FIELDS: dict[str, Field] = {
    "basedOn": one("MatchRun", "based_on_id"),
    "replaced": one("MatchRun", "replaced_id"),
    "previousObjective": number("previous_objective"),
    "moves": ToMany("MatchMove", of("run_id"), (*natural_order(TO_TRAINEE), BY_KIND)),
}

CONSENTS = (
    Entity(
        "Consent",
        tables["consent"],
        {
            "party": word("party"),
            "answer": word("answer"),
            "reason": word("reason"),
            "note": text("note"),
            "answeredAt": instant("answered_at"),
            "recordedBy": word("recorded_by"),
            "onBehalfReason": text("on_behalf_reason"),
        },
        own=OF_OWN_PAIRINGS,
    ),
    Entity(
        "PairingChange",
        tables["pairing_change"],
        {
            "fromState": word("from_state"),
            "toState": word("to_state"),
            "reason": text("code"),
            "note": text("note"),
            "changedBy": word("changed_by"),
            "changedAt": instant("created_at"),
        },
        own=OF_OWN_PAIRINGS,
    ),
    Entity(
        "MatchMove",
        tables["match_move"],
        {
            "trainee": one("Trainee", "trainee_id"),
            "kind": word("kind"),
            "fromMentor": one("Mentor", "from_mentor_id"),
            "toMentor": one("Mentor", "to_mentor_id"),
            **MOVE_WEEKS,
            "scoreBefore": number("score_before"),
            "scoreAfter": number("score_after"),
        },
    ),
)
