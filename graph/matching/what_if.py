"""What if: the match of a cohort under a supposition, beside a run that there is."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry.types import Info

from graph.context import Context
from graph.enums import Level, MatchObjective, PairingKind, TraineeRole
from graph.errors import coded
from graph.matching.supposed_weeks import SupposedMentorWeeks, SupposedTraineeWeeks
from graph.payloads import input_field, row_id
from graph.reading.stored import stored
from studio.arrays.what_if import Worth
from studio.errors import StudioError
from studio.operations.suppositions import what_if as operation
from studio.operations.suppositions.suppositions import MOST_SUPPOSED, Newcomer, Pair, Supposition
from studio.operations.suppositions.what_if_words import told, told_held_back
from studio.store.database import reading
from studio.store.identity import global_id


@strawberry.input(description="A trainee with a mentor.")
class SupposedPair:
    """A trainee with a mentor."""

    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    kind: PairingKind | None = input_field(
        "Of a pin, where trainees have two mentors: which of them. Left out: what the mentor teaches, or the part that "
        "is free.",
        default=None,
    )


@strawberry.input(description="How many trainees a mentor would take.")
class SupposedCapacity:
    """How many trainees a mentor would take."""

    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    capacity: int = input_field("Places over all cohorts, 0–1 000.")


@strawberry.input(description="Somebody who is not in the roster yet.")
class SupposedTrainee:
    """Somebody who is not in the roster yet."""

    name: str = input_field("The name.")
    community: str | None = input_field("The community; its mentors are not paired.", default=None)
    county: str | None = input_field("The county, where two communities share a name.", default=None)
    role: TraineeRole = input_field("What the trainee does.", default=TraineeRole.OTHER)
    level: Level | None = input_field("The level; from the role when left out.", default=None)
    pain_points: list[str] | None = input_field(
        "What hurts, in own words; the needs are read out of them. Without any they are what the cohort needs.",
        default=None,
    )


@strawberry.input(
    description="What is supposed, all at once; at most 50 of each. It counts before the rules and locks that say "
    "otherwise of the same pair or, for a pin, of the same trainee."
)
class WhatIfInput:
    """What is supposed."""

    mentors_leave: list[strawberry.ID] | None = input_field("Mentors who take nobody any more.", default=None)
    trainees_leave: list[strawberry.ID] | None = input_field("Trainees who drop out.", default=None)
    capacities: list[SupposedCapacity] | None = input_field("Other capacities.", default=None)
    pin: list[SupposedPair] | None = input_field("Pairs that are fixed.", default=None)
    forbid: list[SupposedPair] | None = input_field("Pairs that must not be.", default=None)
    new_trainees: list[SupposedTrainee] | None = input_field("Who joins.", default=None)
    mentor_weeks: list[SupposedMentorWeeks] | None = input_field(
        "Other free weeks and weekly capacities of mentors, in a cohort that offers weeks.", default=None
    )
    trainee_weeks: list[SupposedTraineeWeeks] | None = input_field(
        "Other free weeks of trainees, in a cohort that offers weeks.", default=None
    )
    objective: MatchObjective | None = input_field(
        "What the match would aim at; the run's own objective when left out.", default=None
    )


@strawberry.type(description="A trainee or mentor by name.")
class NamedPerson:
    """A trainee or mentor by name."""

    id: strawberry.ID | None = stored(
        "Global id of the trainee or mentor; null for somebody who is supposed."
    )
    name: str = stored("The name.")
    community: str | None = stored("The community.")


@strawberry.type(description="What pairs are worth, with their certificate.")
class MatchWorth:
    """What pairs are worth."""

    matched: int = stored("How many mentors were found, one for each trainee or two.")
    total: int = stored("How many mentors all trainees are to have together.")
    objective: float = stored("Sum of the pairs' scores.")
    bound: float | None = stored(
        "What no choice of as many pairs can exceed; null where nothing bounds them."
    )
    gap: float | None = stored("Share of the bound that the objective lies below it.")
    verified: bool = stored(
        "Whether an independent check has proven that no choice is better by the objective."
    )
    aim: MatchObjective = stored("What it aims at, and is judged by.")
    lowest_score: float | None = stored("The score of the worst-off pair; null without pairs.")
    least_load: int = stored("The fewest trainees of a mentor who has a place.")
    most_load: int = stored("The most trainees of a mentor.")


@strawberry.type(description="A trainee whose mentor, or whose week with the mentor, would change.")
class MentorChange:
    """A trainee whose mentor would change."""

    trainee: NamedPerson = stored("The trainee.")
    before: NamedPerson | None = stored("The mentor in the run; null for none.")
    after: NamedPerson | None = stored("The mentor under the supposition; null for none.")
    joins: bool = stored("Whether the trainee is a supposed newcomer.")
    leaves: bool = stored("Whether the trainee is supposed to drop out.")
    kind: PairingKind = stored("Which of the trainee's mentors.")
    before_week: date | None = stored("The Monday of the week in the run; null for none.")
    after_week: date | None = stored("The Monday of the week under the supposition; null for none.")
    text: str = stored("The change in words, in the language of the request.")


@strawberry.type(description="A cap that keeps closed what a supposed capacity would open.")
class HeldBack:
    """A cap that keeps closed what a supposed capacity would open."""

    mentor: NamedPerson = stored("The mentor.")
    limit_rule_id: strawberry.ID = stored("The cap's global id.")
    text: str = stored("The cap with its reason and author, in the language of the request.")


@strawberry.type(description="The difference that a supposition makes to a run; nothing is written.")
class WhatIf:
    """The difference that a supposition makes to a run."""

    input_changed: bool = stored(
        "Whether people, needs, places or rules are no longer what the run was computed from: "
        "then part of the difference is theirs. Run a match to set it apart."
    )
    kinds_changed: bool = stored(
        "Whether it has been changed since the run how many mentors each trainee is to have: all is counted as in the "
        "run. Run a match for what is asked now."
    )
    before: MatchWorth = stored("What the run is worth, as stored.")
    after: MatchWorth = stored("What the supposed match is worth that keeps mentors where it costs little.")
    best: MatchWorth = stored("What the best supposed match is worth, whoever has to move.")
    n_moved: int = stored("How many pairs of the run are given up.")
    best_n_moved: int = stored("How many the best match would give up.")
    changes: list[MentorChange] = stored("Whose mentor changes, in the order of communities and names.")
    held_back: list[HeldBack] = stored("Caps that keep closed what the supposed capacities would open.")


@strawberry.type
class WhatIfQuery:
    """The question."""

    @strawberry.field(
        description="Matches the cohort of a run as if something held, and tells what would differ from the run; "
        "for organizers. Nothing is written."
    )
    async def what_if(
        self,
        info: Info[Context, None],
        run_id: Annotated[strawberry.ID, strawberry.argument(description="The match run's global id.")],
        input: Annotated[WhatIfInput, strawberry.argument(description="What is supposed.")],
        stability: Annotated[
            float,
            strawberry.argument(
                description="What keeping a mentor is worth, 0–1, as a share of the spread of the scores; with 0 "
                "mentors are kept only among equals."
            ),
        ] = operation.STABILITY,
    ) -> WhatIf:
        """Return the difference."""
        context = info.context
        try:
            async with reading(context.engine) as session:
                found = await operation.what_if(
                    session,
                    context.actor,
                    row_id(run_id, "MatchRun", "runId"),
                    supposition(input),
                    stability=stability,
                )
        except StudioError as refusal:
            raise coded(refusal, context.language) from None
        return WhatIf(
            input_changed=found.input_changed,
            kinds_changed=found.kinds_changed,
            before=worth(found.before),
            after=worth(found.after),
            best=worth(found.best),
            n_moved=found.n_moved,
            best_n_moved=found.best_n_moved,
            changes=[change(each, context.language) for each in found.changes],
            held_back=[
                HeldBack(
                    mentor=named(mentor, "Mentor"),
                    limit_rule_id=strawberry.ID(global_id("LimitRule", cap.id)),
                    text=told_held_back(mentor, cap, context.language),
                )
                for mentor, cap in found.held_back
            ],
        )


def supposition(given: WhatIfInput) -> Supposition:
    """Return what is supposed, or refuse with UNKNOWN_ID, TOO_MANY_SUPPOSED or SUPPOSED_AGAIN."""
    for many in (
        given.mentors_leave,
        given.trainees_leave,
        given.capacities,
        given.pin,
        given.forbid,
        given.new_trainees,
        given.mentor_weeks,
        given.trainee_weeks,
    ):
        if len(many or ()) > MOST_SUPPOSED:
            raise StudioError("TOO_MANY_SUPPOSED", field="input", most=MOST_SUPPOSED)
    mentor_weeks = given.mentor_weeks or ()
    for field, whose in (
        ("capacities", [one.mentor_id for one in given.capacities or ()]),
        ("mentorWeeks", [one.mentor_id for one in mentor_weeks if one.free_weeks is not strawberry.UNSET]),
        ("mentorWeeks", [one.mentor_id for one in mentor_weeks if one.weekly_capacity is not None]),
        ("traineeWeeks", [one.trainee_id for one in given.trainee_weeks or ()]),
    ):
        if len(set(whose)) < len(whose):
            raise StudioError("SUPPOSED_AGAIN", field=f"input.{field}")
    return Supposition(
        leaving_mentors=frozenset(
            row_id(one, "Mentor", "input.mentorsLeave") for one in given.mentors_leave or ()
        ),
        leaving_trainees=frozenset(
            row_id(one, "Trainee", "input.traineesLeave") for one in given.trainees_leave or ()
        ),
        capacities={
            row_id(one.mentor_id, "Mentor", "input.capacities"): one.capacity
            for one in given.capacities or ()
        },
        pins=[_pair(pair, "input.pin") for pair in given.pin or ()],
        forbidden=[_pair(pair, "input.forbid") for pair in given.forbid or ()],
        newcomers=[_newcomer(one) for one in given.new_trainees or ()],
        free_mentors={
            row_id(one.mentor_id, "Mentor", "input.mentorWeeks"): one.free_weeks
            for one in given.mentor_weeks or ()
            if one.free_weeks is not strawberry.UNSET
        },
        free_trainees={
            row_id(one.trainee_id, "Trainee", "input.traineeWeeks"): one.free_weeks
            for one in given.trainee_weeks or ()
        },
        weekly_capacities={
            row_id(one.mentor_id, "Mentor", "input.mentorWeeks"): one.weekly_capacity
            for one in given.mentor_weeks or ()
            if one.weekly_capacity is not None
        },
        objective=given.objective,
        said_kinds={_pair(pair, "input.pin"): pair.kind for pair in given.pin or () if pair.kind is not None},
    )


def _pair(given: SupposedPair, field: str) -> Pair:
    return row_id(given.trainee_id, "Trainee", field), row_id(given.mentor_id, "Mentor", field)


def _newcomer(given: SupposedTrainee) -> Newcomer:
    return Newcomer(
        given.name,
        given.community or "",
        given.county or "",
        given.role,
        given.level,
        tuple(given.pain_points or ()),
    )


def worth(found: Worth) -> MatchWorth:
    """Return figures as clients read them."""
    return MatchWorth(
        matched=found.matched,
        total=found.total,
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        verified=found.verified,
        aim=found.aim,
        lowest_score=found.lowest_score,
        least_load=found.least_load,
        most_load=found.most_load,
    )


def change(found: operation.Change, language: str) -> MentorChange:
    """Return a change with its words."""
    return MentorChange(
        trainee=named(found.trainee, "Trainee"),
        before=named(found.before, "Mentor") if found.before else None,
        after=named(found.after, "Mentor") if found.after else None,
        joins=found.joins,
        leaves=found.leaves,
        kind=found.kind,
        before_week=found.before_week,
        after_week=found.after_week,
        text=told(found, language),
    )


def named(someone: operation.Someone, entity: str) -> NamedPerson:
    """Return a trainee or mentor as clients read them."""
    row = someone.id
    return NamedPerson(
        id=None if row is None else strawberry.ID(global_id(entity, row)),
        name=someone.name,
        community=someone.community,
    )
