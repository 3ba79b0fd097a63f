"""Match runs: one computation of pairings for a cohort, with its certificate."""

from datetime import datetime

import strawberry

from graph.enums import MatchObjective, MatchRunState, PairingKind, PublishState
from graph.matching.limit_rules import LimitRule
from graph.matching.rematches import MatchMove
from graph.people.weeks import WeekReason, WeekRepair
from graph.reading.node import Connection, Node
from graph.reading.stored import page, stored
from graph.references import Cohort, Job, Mentor, Pairing, RunFairness, RunSensitivity, Trainee


@strawberry.type(description="How much a part of the score weighs.")
class PolicyWeight:
    """How much a part of the score weighs."""

    code: str = stored("The part's code.")
    weight: float = stored("Its weight.")


@strawberry.type(description="What a match weighs and how much, and what it aims at.")
class MatchPolicy(Node):
    """What a match weighs and how much, and what it aims at."""

    name: str = stored("Its name.")
    number: int = stored("Its number; the highest is used.")
    weights: list[PolicyWeight] = stored("Weights by part of the score.")
    objective: MatchObjective = stored("What the matches to come aim at.")
    objective_label: str = stored("The same in words, in the language of the request.")


@strawberry.type(
    description="Proof of how good a match is: of all assignments that are as good by the aims that come before the "
    "total in the run's objective, none can score more than the bound."
)
class Certificate:
    """Proof of how good a match is."""

    objective: float = stored("Sum of the pairs' scores.")
    bound: float | None = stored(
        "What no assignment under the same rules can exceed; null when pairs that people changed no longer obey "
        "the rules and places of the moment."
    )
    gap: float | None = stored(
        "Share of the bound that the objective lies below it; 0 when they are equal, null without a bound."
    )
    verified: bool = stored(
        "Whether an independent check has proven that these very pairs obey the rules and that none are better by the "
        "run's objective; after an override that costs something it is false. Where the pairs then miss an aim that "
        "comes before the total, bound and gap are those of the total alone."
    )


@strawberry.type(description="Why a trainee could not be placed.")
class UnmatchedReason:
    """Why a trainee could not be placed."""

    code: str = stored("Stable code, such as NO_CAPACITY_LEFT.")
    label: str = stored("The reason in words, in the language of the request.")


@strawberry.type(description="A limit that is full around an unmatched trainee.")
class UnmatchedLimit:
    """A limit that is full around an unmatched trainee."""

    limit_rule: LimitRule | None = stored("The limit.")


@strawberry.type(
    description="One change that would give the trainee a mentor, with nobody else left out; the cheapest comes first."
)
class UnmatchedRepair:
    """One change that would give the trainee a mentor."""

    code: str = stored("Stable code: ADD_PLACE, RAISE_CAP, ALLOW_PAIR, RAISE_QUOTA or LOWER_MINIMUM.")
    label: str = stored("The change in words, in the language of the request.")
    mentor: Mentor | None = stored("The mentor concerned; of several together the first.")
    limit_rule: LimitRule | None = stored(
        "The limit to change; null otherwise, once it was removed, and where several caps ask the same of the mentor."
    )
    change: float = stored("Change of the sum of scores, with the trainee matched.")


@strawberry.type(description="A trainee whom a run could not give a mentor, or one of two mentors.")
class Unmatched:
    """A trainee whom a run could not give a mentor, or one of two."""

    trainee: Trainee | None = stored("The trainee.")
    kind: PairingKind = stored("Which mentor is missing: the only one, or that of theory or of practice.")
    reasons: list[UnmatchedReason] = stored("Why.")
    limits: list[UnmatchedLimit] = stored(
        "The limits that are full around the trainee and leave no way to a place; empty where places are the reason."
    )
    repairs: list[UnmatchedRepair] = stored("What would be enough, each by itself.")
    week_reasons: list[WeekReason] = stored(
        "Why not with each of the mentors, said in weeks; empty where the cohort has no weeks."
    )
    week_repairs: list[WeekRepair] = stored(
        "Changes that would each be enough, best total first; empty where the cohort has no weeks. With two mentors "
        "each, limits on trainees, persons on both sides or an aim before the total: those after which everybody else "
        "can stay; there may be others."
    )


@strawberry.type(
    description="Somebody for whom rules ask more pairs than there can be, or a limit that cannot hold."
)
class RuleConflict:
    """Somebody for whom rules ask more pairs than there can be, or a limit that cannot hold."""

    code: str = stored(
        "Stable code: TRAINEE_FIXED_TWICE, TRAINEE_KIND_FIXED_TWICE, MENTOR_FIXED_BEYOND_PLACES, "
        "MENTOR_FIXED_BEYOND_WEEKS, PAIR_FIXED_BEYOND_WEEKS, MINIMUM_UNMET, LIMIT_BELOW_FIXED or LIMIT_BELOW_MINIMUMS."
    )
    label: str = stored("The conflict in words, in the language of the request.")
    trainee: Trainee | None = stored("The trainee who is fixed to several mentors; null otherwise.")
    mentor: Mentor | None = stored("The mentor for whom too many are asked; null otherwise.")
    limit_rule: LimitRule | None = stored(
        "The limit that cannot hold; null otherwise, or once it was removed."
    )
    fixed: int = stored("Pairs that rules ask for.")
    allowed: int = stored("Pairs that there can be: lowering a minimum to this is the smallest relaxation.")


@strawberry.type(description="One computation of pairings for a cohort; a draft until it is published.")
class MatchRun(Node):
    """One computation of pairings for a cohort."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    number: int = stored("Its number within the cohort.")
    cohort: Cohort | None = stored("The cohort.")
    policy: MatchPolicy | None = stored("What it weighed.")
    state: MatchRunState = stored("How far the computation has come.")
    publish_state: PublishState = stored("Whether it counts.")
    input_hash: str | None = stored(
        "Fingerprint of what it was computed from; the same input gives the same pairs."
    )
    objective: MatchObjective = stored("What it aimed at, and is judged by.")
    objective_label: str = stored("The same in words, in the language of the request.")
    reopens_confirmed: bool = stored(
        "Whether pairs that both sides had confirmed were up for change, too; otherwise it has them as they were, "
        "with the origin CONFIRMED."
    )
    started_at: datetime | None = stored("When it was asked for.")
    finished_at: datetime | None = stored("When it was done.")
    needs_changed: bool = stored(
        "Whether needs of its cohort have changed since it was done: its proof holds for the needs of that time."
    )
    total: int = stored(
        "How many mentors its trainees were to have together: as many as there were trainees, or twice as many where "
        "each was to have two."
    )
    matched: int = stored("How many of them were found.")
    mentors_each: int = stored(
        "How many mentors each trainee was to have: one, or two of different kinds (双导师)."
    )
    partly_matched: int = stored("How many trainees have one of their two mentors and miss the other.")
    certificate: Certificate | None = stored("Proof of its quality; null until it is computed.")
    sensitivity: RunSensitivity | None = stored(
        "How far its pairs depend on uncertain figures, to be read beside the certificate; null until it is "
        "computed, and where nothing was free to be chosen or the cohort is too large."
    )
    fairness: RunFairness | None = stored(
        "How evenly it treats people, of the pairs as they are now; null until it is computed, where the cohort is too "
        "large, and once people changed a proposal's pairs."
    )
    failure: str | None = stored("Code of what went wrong.")
    pairings: Connection[Pairing] = stored("Its pairings, by community and name of the trainee.", **page())
    unmatched: list[Unmatched] = stored(
        "Trainees who could not be placed, and which mentor each of them misses."
    )
    rule_conflicts: list[RuleConflict] = stored(
        "Why a run is INFEASIBLE: whose pins and locks cannot all hold; empty otherwise."
    )
    job: Job | None = stored("The job that computes it.")
    based_on: "MatchRun | None" = stored(
        "The published run that this one proposes to change as little as possible; null for a match anew."
    )
    replaced: "MatchRun | None" = stored("The run that it took the place of, to which it can be rolled back.")
    previous_objective: float | None = stored(
        "Of a proposal: sum of the scores of the pairs that it starts from, the declined and expired ones included."
    )
    moves: list[MatchMove] = stored(
        "Of a proposal: for whom it changes something, by community and name; all others keep their mentor."
    )
