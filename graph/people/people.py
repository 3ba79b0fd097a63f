"""Regions, people, trainees and mentors."""

from datetime import date

import strawberry

from graph.enums import Level, MentorKind, PairingState, RegionKind, TraineeRole
from graph.reading.node import Connection, Node
from graph.reading.stored import argument, page, stored
from graph.references import (
    Cohort,
    ContentEvent,
    PainPoint,
    Pairing,
    Recommendation,
    ShadowingWeek,
    SurveyResponse,
    Topic,
    TraineeNeed,
)


@strawberry.type(description="A place of the region tree, from province (省) to community (社区).")
class Region(Node):
    """A place of the region tree."""

    name: str = stored("Its name.")
    kind: RegionKind = stored("Its level of the tree.")
    county: str | None = stored("Name of the county (县、市、区) it lies in, or is.")
    town: str | None = stored("Name of the town (乡镇、街道) it lies in, or is.")
    parent: "Region | None" = stored("The region that it is part of.")


@strawberry.type(description="An honour (表彰) that somebody was given.")
class Honour:
    """An honour that somebody was given."""

    name: str = stored("What the honour is called.")


@strawberry.type(description="A person, whatever the parts that he or she plays.")
class Person(Node):
    """A person."""

    name: str = stored("The person's name.")
    phone_masked: str | None = stored("Phone with its middle hidden, as 138****5678; for organizers only.")
    community: Region | None = stored("The community of the person's post.")
    honours: list[Honour] = stored("Honours, in the order in which they were recorded.")


@strawberry.type(description="A person who takes part in a cohort as a trainee (学员).")
class Trainee(Node):
    """A person who takes part in a cohort."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    display_name: str = stored("The name to show.")
    person: Person | None = stored("The person.")
    cohort: Cohort | None = stored("The cohort that the trainee takes part in.")
    role: TraineeRole = stored("What the trainee does in the community (干部类别).")
    level: Level | None = stored("How far the trainee has come (分级).")
    in_post_since: date | None = stored("Since when the trainee holds the post.")
    free_weeks: list[ShadowingWeek] = stored(
        "The weeks in which the trainee is free, where freeAlways is false."
    )
    free_always: bool = stored("Whether the trainee is free in every week: nobody has said otherwise.")
    community: Region | None = stored("The trainee's community.")
    pain_points: Connection[PainPoint] = stored("What troubles the trainee, in own words.", **page())
    needs: list[TraineeNeed] = stored("Needs by topic, the greatest first.")
    recommendations: list[Recommendation] = stored(
        "Contents that answer the needs, the best first.",
        first=argument(int, "How many at most, 1–100.", 10),
    )
    content_events: Connection[ContentEvent] = stored(
        "What the trainee did with contents, the latest first.", **page()
    )
    pairing: Pairing | None = stored(
        "The pairing of the published match run; of two mentors (双导师) that of practice, if there is one."
    )
    published_pairings: list[Pairing] = stored(
        "All pairings of the published match run: two where trainees have a mentor of theory and one of practice."
    )
    pairings: list[Pairing] = stored("Pairings of all runs for organizers, of published ones for others.")
    responses: list[SurveyResponse] = stored("Answered questionnaires.")


@strawberry.type(description="How strong a mentor is on a topic.")
class MentorStrength:
    """How strong a mentor is on a topic."""

    topic: Topic | None = stored("The topic.")
    strength: float = stored("Strength, 0–1.")


@strawberry.type(description="A past case of a mentor, in a few sentences.")
class MentorCase:
    """A past case of a mentor."""

    text: str = stored("What happened and what the mentor did.")


@strawberry.type(description="An experienced community secretary who takes on trainees (导师).")
class Mentor(Node):
    """A person who takes on trainees."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    display_name: str = stored("The name to show.")
    person: Person | None = stored("The person.")
    community: Region | None = stored("The mentor's community.")
    capacity: int | None = stored("How many trainees the mentor takes at most; not shown to trainees.")
    active_load: int | None = stored("How many places published pairings take; not shown to trainees.")
    remaining: int | None = stored(
        "How many places are free: capacity less active load; not shown to trainees."
    )
    tenure_years: float | None = stored("Years in post.")
    free_weeks: list[ShadowingWeek] | None = stored(
        "The weeks in which the mentor is free, where freeAlways is false; not shown to trainees."
    )
    free_always: bool | None = stored(
        "Whether the mentor is free in every week: nobody has said otherwise; not shown to trainees."
    )
    weekly_capacity: int | None = stored(
        "How many trainees the mentor takes in one and the same week at most; not shown to trainees."
    )
    kind: MentorKind | None = stored(
        "What the mentor teaches, theory, practice or both (导师类型); null where nobody has said."
    )
    strengths: list[MentorStrength] = stored("Strengths by topic, the strongest first.")
    cases: list[MentorCase] = stored("Past cases.")
    honours: list[Honour] = stored("The person's honours.")
    pairings: list[Pairing] = stored(
        "Pairings of all runs for organizers, the own published ones for others.",
        states=argument(list[PairingState] | None, "Only pairings in these states."),
    )
