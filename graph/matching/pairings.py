"""Pairings of trainees and mentors, with the parts of their scores."""

from datetime import date

import strawberry

from graph.enums import PairingKind, PairingOrigin, PairingState
from graph.matching.consents import Consent, PairingChange
from graph.matching.meetings import Meeting
from graph.matching.pair_ratings import PairRating
from graph.reading.node import Node
from graph.reading.stored import stored
from graph.references import (
    MatchRun,
    Mentor,
    MentorCase,
    MentoringPackage,
    PainPoint,
    PairSensitivity,
    Trainee,
)


@strawberry.type(description="A named part of a pair's score; contributions add up to the score.")
class ScorePart:
    """A named part of a pair's score."""

    code: str = stored("Stable code of the part.")
    label: str = stored("What it stands for, in the language of the request.")
    value: float = stored("Its value, 0–1.")
    weight: float = stored("Its weight in the policy.")
    contribution: float = stored("Value times weight.")
    pain_point: PainPoint | None = stored("The trainee's words that show it best; null for most parts.")
    case: MentorCase | None = stored("The mentor's case nearest to these words; null where there are none.")


@strawberry.type(description="A trainee with a mentor, in one match run.")
class Pairing(Node):
    """A trainee with a mentor."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    run: MatchRun | None = stored("The match run; for organizers only.")
    trainee: Trainee | None = stored("The trainee.")
    mentor: Mentor | None = stored("The mentor.")
    kind: PairingKind = stored("Which part the mentor plays: the only one, or that of theory or of practice.")
    state: PairingState = stored("Where it stands.")
    score: float = stored("Sum of the contributions of its parts.")
    propensity: float | None = stored(
        "How often the pair was chosen when the run was computed anew under moved weights and topics, 0–1; 1 where a "
        "rule or a person decided, null where nobody has looked. It follows the pair from run to run; for organizers "
        "only."
    )
    locked: bool = stored("Whether later runs keep it.")
    origin: PairingOrigin = stored("Who proposed it.")
    reason: str | None = stored("Why it was overridden; not shown to trainees.")
    week: date | None = stored(
        "The Monday of the week that the two spend together; null where the cohort has no weeks."
    )
    parts: list[ScorePart] = stored("Parts of the score, in their order.")
    answer_by: date | None = stored("The last day on which both sides can answer; null in a draft.")
    consents: list[Consent] = stored("What both sides have answered, the mentor's first.")
    meetings: list[Meeting] = stored(
        "When the two met, in whichever run, as it was written down; the earliest first."
    )
    ratings: list[PairRating] = stored(
        "How much it helped: for organizers what both sides said, for a mentor or trainee what they said themselves."
    )
    history: list[PairingChange] = stored("Its steps from state to state, the first one first.")
    sensitivity: PairSensitivity | None = stored(
        "Whether the pair is firm or close, and who comes next; for organizers only, null for pairs that a pin, "
        "a lock or a person's override holds."
    )
    package: MentoringPackage | None = stored(
        "The mentoring package of this pair; of a trainee with two mentors there is one, "
        "that of the pair of practice where there is such a pair."
    )
