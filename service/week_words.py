"""Weeks in words, as organizers speak of them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from studio.messages import listed, translate
from studio.operations.suppositions.what_if_words import told_week

# Reasons of mentors who could be; those that forbid a pair come last.
_NEAR = frozenset({"WEEK_FULL", "WEEKS_TAKEN", "MENTOR_FULL", "CAP_REACHED", "QUOTA_FULL", "RULED_OUT"})


def week_name(monday: str | None, language: str) -> str:
    """Return a week by its number and its Monday; empty where there is none."""
    return "" if monday is None else told_week(date.fromisoformat(monday), language)


def week_cell(monday: str | None, language: str) -> str:
    """Return a week as short as a column of a table wants it; empty where there is none."""
    if monday is None:
        return ""
    day = date.fromisoformat(monday)
    number = day.isocalendar().week
    return translate("WEEK_CELL", language, number=number, year=day.year, month=day.month, day=day.day)


def week_names(weeks: Iterable[dict[str, Any]], language: str) -> str:
    """Return several weeks."""
    return listed((week_name(week["monday"], language) for week in weeks), language)


def told_reason(reason: dict[str, Any], language: str) -> str:
    """Return why somebody is not with a mentor: who is free when, and what is full."""
    words = {"mentor": reason["mentor"]["displayName"], "weeks": week_names(reason["weeks"], language)}
    return translate(f"WHY_{reason['code']}", language, **words)


def told_repair(repair: dict[str, Any], language: str) -> str:
    """Return one change that would be enough."""
    words = {"mentor": repair["mentor"]["displayName"], "week": week_name(repair["week"], language)}
    return translate(f"HELP_{repair['code']}", language, **words)


def told_unmatched(unmatched: dict[str, Any], language: str, most: int) -> list[str]:
    """Return what stands against the mentors that could be, at most `most`, and the best change."""
    near = [one for one in unmatched["weekReasons"] if one["code"] in _NEAR]
    reasons = near or [one for one in unmatched["weekReasons"] if one["code"] == "NO_COMMON_WEEK"]
    told = [told_reason(one, language) for one in reasons[:most]]
    repairs = unmatched.get("weekRepairs", ())
    if repairs:
        best = told_repair(repairs[0], language)
        told.append(translate("WEEK_WOULD_HELP", language, change=best))
    return told
