"""Mentoring packages (带教套餐) and the cohort's course plan."""

import strawberry

from graph.enums import CourseEvent, DaySlot, ShadowStep
from graph.node import Node
from graph.references import Content, Mentor, PainPoint, Pairing, Topic, Trainee
from graph.stored import stored


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
    minutes: int = stored("How long it takes, in minutes.")


@strawberry.type(description="A five-day plan made for one trainee with the mentor.")
class MentoringPackage(Node):
    """A five-day plan made for one trainee."""

    trainee: Trainee | None = stored("For whom it is.")
    pairing: Pairing | None = stored("The pairing that it belongs to.")
    number: int = stored("Its number within the pairing; a renewed package has the next one.")
    items: list[PackageItem] = stored("What to do, in its order.")
    total_minutes: int = stored("Minutes of all items together.")


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
    speakers: list[Mentor] = stored(
        "Proposed speakers, the fittest first; for a teaching visit from other counties where there are any."
    )
    contents: list[Content] = stored("Contents to use.")
