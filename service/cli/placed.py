"""How many trainees have a mentor, said of people: where each has two mentors, places alone would mislead."""

from typing import Any

from studio.messages import translate

# What these read of a run.
PLACED = ("matched", "total", "mentorsEach", "partlyMatched")


def matched_words(run: dict[str, Any], language: str) -> str:
    """Say how many trainees have a mentor, or of two how many have both, one or none."""
    if run["mentorsEach"] == 1:
        return translate("CLI_MATCHED", language, matched=run["matched"], total=run["total"])
    return translate("CLI_MATCHED_TWO", language, **_people(run))


def placed_words(run: dict[str, Any], language: str) -> str:
    """Say the same in a few words, as for a table; a dash of a run that is not computed."""
    if not run["total"]:
        return "–"
    if run["mentorsEach"] == 1:
        return f"{run['matched']}/{run['total']}"
    people = _people(run)
    return translate("CLI_PLACED_PARTLY" if people["partly"] else "CLI_PLACED_TWO", language, **people)


def _people(run: dict[str, Any]) -> dict[str, int]:
    trainees, partly = run["total"] // run["mentorsEach"], run["partlyMatched"]
    both = (run["matched"] - partly) // 2
    return {"trainees": trainees, "both": both, "partly": partly, "none": trainees - both - partly}
