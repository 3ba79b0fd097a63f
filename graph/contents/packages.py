"""Mentoring packages (带教套餐) and the cohort's course plan."""

from datetime import datetime

import strawberry

from graph.enums import (
    Ability,
    CourseEvent,
    DaySlot,
    DeliveryMode,
    DifferenceKind,
    Level,
    PackageOrigin,
    ShadowStep,
)
from graph.reading.node import Node
from graph.reading.stored import argument, required, stored
from graph.references import Content, Mentor, PainPoint, Pairing, Topic, Trainee


@strawberry.type(description="What to do at one time of a mentoring package.")
class PackageItem:
    """What to do at one time of a mentoring package."""

    position: int = stored("Place in the package.")
    day: int = stored("Which day, from 1.")
    slot: DaySlot = stored("When on the day.")
    step: ShadowStep | None = stored("Which step of the shadowing week; null in the evening.")
    topic: Topic | None = stored("What it is about.")
    content: Content | None = stored("The content to work with.")
    pain_point: PainPoint | None = stored("The trainee's own words that it answers.")
    because: str = stored(
        "What it stands on, in the language of the request: words, or where there are none what the need was read from."
    )
    minutes: int = stored("How long it takes, in minutes.")
    edited: bool = stored("Whether somebody decided it; planning again keeps it.")
    note: str | None = stored("What the mentor noted.")


@strawberry.type(description="An item that is not the same in two versions of a package.")
class PackageDifference:
    """An item that is not the same in two versions."""

    kind: DifferenceKind = stored("How it differs; an item that moved and changed counts as moved.")
    before: PackageItem | None = stored("The item in this version; null where it was added.")
    after: PackageItem | None = stored("The item in the other version; null where it was removed.")


@strawberry.type(
    description="Where the trainee stands in one of the four abilities and what a package aims at."
)
class PackageGoal:
    """Where the trainee stands in an ability and what a package aims at."""

    ability: Ability = stored("Which ability.")
    need: float = stored("How much the trainee's needs call for it, 0–1.")
    standing: Level = stored(
        "Where the trainee stands in it, read from level and needs; nothing is measured."
    )
    aim: Level = stored("Where the months should lead.")
    topic: Topic | None = stored("The topic whose need calls most for it; null where no need does.")
    pain_point: PainPoint | None = stored("The trainee's own words that this rests on.")
    days: list[int] = stored("Days of the week that train it.")
    months: list[int] = stored("Months after the week that train it.")
    week_aim: str = stored("What the week aims at, in the language of the request.")
    months_aim: str = stored("What the months after it aim at, in the language of the request.")


@strawberry.type(description="The topic event of one month after the week of a package.")
class PackageEvent:
    """The topic event of one month after the week."""

    month: int = stored("Which month after the week, from 1.")
    mode: DeliveryMode = stored("How it is held.")
    topic: Topic | None = stored("What it is about.")
    content: Content | None = stored("The content to work with; null where none is left that fits.")
    pain_point: PainPoint | None = stored("The trainee's own words that it answers.")
    because: str = stored(
        "What it stands on, in the language of the request: words, or where there are none what the need was read from."
    )
    speaker: Mentor | None = stored(
        "Who would speak: the own mentor where strong in the topic, or else the strongest; null where nobody is "
        "or where you may not see them."
    )


@strawberry.type(
    description="A plan made for one trainee with the mentor: five days, the months after, and their goals."
)
class MentoringPackage(Node):
    """A plan made for one trainee."""

    trainee: Trainee | None = stored("For whom it is.")
    mentor: Mentor | None = stored("With which mentor.")
    pairing: Pairing | None = stored("The pairing that this version was made for.")
    number: int = stored(
        "Its version among all of the trainee with this mentor, from run to run; a renewed or edited package has the "
        "next one."
    )
    replaces: "MentoringPackage | None" = stored(
        "The package with another mentor whose place this version took; null for all others, and where you may not "
        "see it."
    )
    origin: PackageOrigin = stored("Whether it was planned or edited.")
    reason: str | None = stored("Why it was edited, if somebody said so.")
    created_at: datetime = stored("When this version was made.")
    goals: list[PackageGoal] = stored("A goal for each of the four abilities.")
    events: list[PackageEvent] = stored("Topic events of the months after the week.")
    items: list[PackageItem] = stored("What to do, in its order.")
    total_minutes: int = stored("Minutes of all items together.")
    versions: list["MentoringPackage"] = stored(
        "All versions of the package, the newest first: those with the same mentor, of earlier runs, too."
    )
    differences: list[PackageDifference] = stored(
        "What is not the same in another version, in the order of the items; empty for a number that is not there.",
        to=required(int, "Number of the other version; before is this one, after is that one."),
    )


@strawberry.type(description="An event that a cohort's course plan proposes, and why.")
class CoursePlanItem:
    """An event that a course plan proposes."""

    position: int = stored("Place in the plan.")
    event: CourseEvent = stored("What kind of event.")
    topic: Topic | None = stored("What it is about.")
    county: str | None = stored("Where; null for the whole cohort.")
    demand: float | None = stored("How much the topic is needed: the cohort's mean need of it.")
    supply: float | None = stored("How much the mentors can give.")
    gap: float | None = stored("Demand that the mentors do not meet.")
    coverage: float | None = stored("Share of the cohort's need in which one of the speakers is strong.")
    need: float | None = stored("Mean need of those whom it serves.")
    pain_points: list[PainPoint] = stored(
        "What trainees said about its topic, in its county where it has one; the newest words first.",
        first=argument(int, "How many at most, 1–100.", 3),
    )
    speakers: list[Mentor] = stored(
        "Proposed speakers, the fittest first; for a teaching visit from other counties where there are any."
    )
    contents: list[Content] = stored("Contents to use.")
