"""Weeks of shadowing (跟岗周), told by their Mondays."""

from datetime import date

import strawberry

from graph.stored import stored


@strawberry.type(description="A week of shadowing (跟岗周), from Monday to Sunday.")
class ShadowingWeek:
    """A week of shadowing."""

    monday: date = stored("Its Monday, by which it is named.")
    year: int = stored("The year that its number counts in, by ISO 8601.")
    number: int = stored("Its number in that year (第几周), by ISO 8601.")
