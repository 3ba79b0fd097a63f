"""The studio and its cohorts."""

from datetime import date

import strawberry

from graph.enums import CohortState
from graph.filters import PainPointFilter, TraineeFilter, TraineeOrder
from graph.matching.limit_rules import LimitRule
from graph.reading.node import Connection, Node
from graph.reading.stored import argument, page, stored
from graph.references import (
    CohortNeed,
    CohortRule,
    CollaborativeCheck,
    CountyNeed,
    CoursePlanItem,
    EmergingPoint,
    MatchRun,
    PainPoint,
    RoleNeed,
    Rule,
    ShadowingWeek,
    Survey,
    TopicGap,
    TopicTrend,
    Trainee,
)

IN_FORCE = "True: only those that hold today; false: only those that have expired."


@strawberry.type(description="A secretaries' studio (书记工作室); a token belongs to exactly one.")
class Studio(Node):
    """A secretaries' studio."""

    name: str = stored("Its name.")
    leader_name: str | None = stored("Name of its leader (领衔人).")
    fictional: bool = stored("True for demo data: all people in it are invented.")
    collaborative_checks: list[CollaborativeCheck] = stored(
        "Checks of whether what trainees took up together has earned a part of the score, the latest first: "
        "it decides. None below a thousand interactions; for organizers.",
        first=argument(int, "How many at most, 1–100.", 1),
    )


@strawberry.type(description="A cohort (期次) of trainees who are mentored together.")
class Cohort(Node):
    """A cohort of trainees."""

    version: int = stored("Rises with every change; pass it as expectedVersion.")
    number: int = stored("Its number (第几期).")
    name: str = stored("Its name.")
    state: CohortState = stored("Where it stands.")
    starts_on: date | None = stored("First day.")
    ends_on: date | None = stored("Last day.")
    weeks: list[ShadowingWeek] = stored(
        "The weeks that it offers for shadowing, in order; with any, a match decides mentor and week."
    )
    trainees: Connection[Trainee] = stored(
        "Its trainees, in the order of the roster unless asked otherwise.",
        **page(
            filter=argument(TraineeFilter | None, "Only trainees that fit."),
            orderBy=argument(TraineeOrder | None, "Their order."),
        ),
    )
    surveys: list[Survey] = stored("Its surveys, by wave.")
    needs: list[CohortNeed] = stored("The cohort's needs by topic, in the order of their rank.")
    needs_by_role: list[RoleNeed] = stored(
        "Heat map of needs, role × topic. Cells of fewer than five people are shown to organizers only."
    )
    needs_by_county: list[CountyNeed] = stored(
        "Heat map of needs, county × topic. Cells of fewer than five people are shown to organizers only."
    )
    trends: list[TopicTrend] = stored(
        "Change of each topic since the wave before, the surest rise first; empty after a first wave. "
        "Where fewer than five people stand behind a share it is shown to organizers only."
    )
    gaps: list[TopicGap] = stored(
        "Demand against supply by topic, the greatest gap first; computed with the needs, from those who answered "
        "by name. Topics that fewer than five people named are shown to organizers only."
    )
    emerging_points: list[EmergingPoint] = stored(
        "What at least three people say that no topic covers yet, most people first; named and dismissed ones too. "
        "Organizers only."
    )
    match_runs: Connection[MatchRun] = stored("Its match runs, the newest first.", **page())
    latest_run: MatchRun | None = stored("The newest match run.")
    published_run: MatchRun | None = stored("The match run that counts.")
    course_plan: list[CoursePlanItem] = stored("The proposed course plan, in its order.")
    pain_points: Connection[PainPoint] = stored(
        "What troubles its trainees, in their own words.",
        **page(filter=argument(PainPointFilter | None, "Only pain points that fit.")),
    )
    rules: list[Rule] = stored(
        "Rules of its match: pins, conflicts and preferences; expired ones too unless asked otherwise.",
        inForce=argument(bool | None, IN_FORCE),
    )
    limit_rules: list[LimitRule] = stored(
        "How many trainees its mentors take at most and at least, and of which groups; for organizers."
    )
    cohort_rules: list[CohortRule] = stored(
        "Rules of the whole cohort that came of presets; expired ones too unless asked otherwise.",
        inForce=argument(bool | None, IN_FORCE),
    )
    trainee_count: int | None = stored(
        "How many trainees it has; null for those who may not see all of them."
    )
