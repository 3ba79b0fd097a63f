"""In which weeks people would be free, as a supposition of what-if."""

from datetime import date

import strawberry

from graph.payloads import input_field


@strawberry.input(description="When a mentor would be free, and for how many at once.")
class SupposedMentorWeeks:
    """When a mentor would be free."""

    mentor_id: strawberry.ID = input_field("The mentor's global id.")
    free_weeks: list[date] | None = input_field(
        "Mondays of the weeks in which the mentor would be free; null for every week, an empty list for none. Left "
        "out: as it is.",
        default=strawberry.UNSET,
    )
    weekly_capacity: int | None = input_field(
        "Trainees in one week, 0–1 000; as it is when left out.", default=None
    )


@strawberry.input(description="When a trainee would be free.")
class SupposedTraineeWeeks:
    """When a trainee would be free."""

    trainee_id: strawberry.ID = input_field("The trainee's global id.")
    free_weeks: list[date] | None = input_field(
        "Mondays of the weeks in which the trainee would be free; null for every week, an empty list for none."
    )
