"""Weeks of shadowing (跟岗周), told by their Mondays."""

from datetime import date

import strawberry

from graph.reading.stored import stored
from graph.references import Mentor


@strawberry.type(description="A week of shadowing (跟岗周), from Monday to Sunday.")
class ShadowingWeek:
    """A week of shadowing."""

    monday: date = stored("Its Monday, by which it is named.")
    year: int = stored("The year that its number counts in, by ISO 8601.")
    number: int = stored("Its number in that year (第几周), by ISO 8601.")


@strawberry.type(description="Why an unmatched trainee is not with one of the mentors, said in weeks.")
class WeekReason:
    """Why an unmatched trainee is not with one of the mentors."""

    mentor: Mentor | None = stored("The mentor.")
    code: str = stored(
        "Stable code: FORBIDDEN, OTHER_MENTOR, NO_COMMON_WEEK, WEEKS_TAKEN, WEEK_FULL, MENTOR_FULL, CAP_REACHED, "
        "QUOTA_FULL or RULED_OUT. The limits behind CAP_REACHED and QUOTA_FULL are those of the unmatched trainee."
    )
    label: str = stored("The reason in words, in the language of the request.")
    weeks: list[ShadowingWeek] = stored("The weeks in which both are free.")
    full_weeks: list[ShadowingWeek] = stored("Those of them in which the mentor has no place left.")


@strawberry.type(description="One change that would give an unmatched trainee a mentor and a week.")
class WeekRepair:
    """One change that would give an unmatched trainee a mentor and a week."""

    mentor: Mentor | None = stored("The mentor concerned.")
    code: str = stored(
        "Stable code: ADD_WEEK_PLACE, FREE_MENTOR_WEEK, FREE_TRAINEE_WEEK, ADD_PLACE or ALLOW_PAIR."
    )
    label: str = stored("The change in words, in the language of the request.")
    week: date | None = stored("The Monday of the week concerned; null where it is all weeks together.")
    change: float = stored(
        "By how much the sum of the scores would change, with nobody else left out; with two mentors each, limits on "
        "trainees, persons on both sides or an aim before the total: while everybody else stays."
    )
