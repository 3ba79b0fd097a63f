"""What lists can be narrowed down by, and put in order by."""

from enum import StrEnum

import strawberry

from graph.enums import ContentKind, OrderDirection, PairingState, TraineeRole, declare


@strawberry.input(description="Which trainees; all conditions must hold.")
class TraineeFilter:
    """Which trainees."""

    cohort_id: strawberry.ID | None = strawberry.field(default=None, description="Of this cohort.")
    roles: list[TraineeRole] | None = strawberry.field(default=None, description="With one of these roles.")
    topic_codes: list[str] | None = strawberry.field(
        default=None, description="Who spoke of one of these topics, or of one below."
    )
    matched: bool | None = strawberry.field(
        default=None, description="With, or without, a published pairing."
    )
    search: str | None = strawberry.field(default=None, description="Name or community contains this.")


class TraineeOrderField(StrEnum):
    """What trainees are ordered by."""

    NAME = "NAME"
    COMMUNITY = "COMMUNITY"
    ROSTER = "ROSTER"


declare(TraineeOrderField, {"NAME": "姓名", "COMMUNITY": "社区", "ROSTER": "名册顺序"})


@strawberry.input(description="The order of trainees.")
class TraineeOrder:
    """The order of trainees."""

    field: TraineeOrderField = strawberry.field(default=TraineeOrderField.ROSTER, description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which way.")


@strawberry.input(description="Which mentors; all conditions must hold.")
class MentorFilter:
    """Which mentors."""

    topic_codes: list[str] | None = strawberry.field(
        default=None, description="Strong on one of these topics, or on one below."
    )
    has_capacity: bool | None = strawberry.field(default=None, description="With, or without, a free place.")
    search: str | None = strawberry.field(default=None, description="Name or community contains this.")


class MentorOrderField(StrEnum):
    """What mentors are ordered by."""

    NAME = "NAME"
    COMMUNITY = "COMMUNITY"
    CAPACITY = "CAPACITY"


declare(MentorOrderField, {"NAME": "姓名", "COMMUNITY": "社区", "CAPACITY": "可带人数"})


@strawberry.input(description="The order of mentors.")
class MentorOrder:
    """The order of mentors."""

    field: MentorOrderField = strawberry.field(default=MentorOrderField.NAME, description="By what.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.ASC, description="Which way.")


@strawberry.input(description="Which topics.")
class TopicFilter:
    """Which topics."""

    top: bool | None = strawberry.field(
        default=None, description="True: top topics only; false: leaves only."
    )


@strawberry.input(description="Which pain points; all conditions must hold.")
class PainPointFilter:
    """Which pain points."""

    cohort_id: strawberry.ID | None = strawberry.field(default=None, description="Of this cohort.")
    topic_codes: list[str] | None = strawberry.field(
        default=None, description="About one of these topics, or one below."
    )
    abstained: bool | None = strawberry.field(
        default=None, description="With, or without, a named topic withheld."
    )
    wave: int | None = strawberry.field(default=None, description="Told in this survey wave.")
    current: bool | None = strawberry.field(
        default=None, description="In an answer that still counts, or in one that a later answer replaced."
    )


@strawberry.input(description="Which pain points to decide.")
class ReviewFilter:
    """Which pain points to decide."""

    cohort_id: strawberry.ID | None = strawberry.field(default=None, description="Of this cohort.")


@strawberry.input(description="Which contents; all conditions must hold.")
class ContentFilter:
    """Which contents."""

    kinds: list[ContentKind] | None = strawberry.field(default=None, description="Of one of these kinds.")
    topic_codes: list[str] | None = strawberry.field(
        default=None, description="About one of these topics, or one below."
    )
    search: str | None = strawberry.field(default=None, description="Title or body contains this.")


@strawberry.input(description="Which recommendations.")
class RecommendationFilter:
    """Which recommendations."""

    trainee_id: strawberry.ID = strawberry.field(description="To this trainee.")


@strawberry.input(description="Which pairings; all conditions must hold.")
class PairingFilter:
    """Which pairings."""

    run_id: strawberry.ID | None = strawberry.field(default=None, description="Of this match run.")
    states: list[PairingState] | None = strawberry.field(default=None, description="In one of these states.")


@strawberry.input(description="Which rules; all conditions must hold.")
class RuleFilter:
    """Which rules."""

    cohort_id: strawberry.ID | None = strawberry.field(default=None, description="Of this cohort.")
    in_force: bool | None = strawberry.field(
        default=None, description="That hold today, or that have expired."
    )
